"""Which model Marie uses: the tree's, what was chosen over the tree's files, and the way back."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marie.cli import models as command
from marie.rasa import model as training
from marie.rasa import models as files
from marie.rasa.models import Figures, Margin, NothingBefore, NotPromoted, UnknownModel, Worse
from marie.settings import Settings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD, TREE, NEW = "a" * 12, "b" * 12, "c" * 12
GOOD = {"topic_right": 0.9, "family_right": 0.93, "foreign_refused": 0.8, "calibration_error": 0.05}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with an old model and the tree's."""
    folder = tmp_path / "models"
    folder.mkdir()
    for number, name in enumerate((OLD, TREE)):
        path = folder / f"marie-{name}.tar.gz"
        path.touch()
        os.utime(path, (number, number))
    return folder


@pytest.fixture(autouse=True)
def tree(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The tree's fingerprint; change it and the tree's files have changed."""
    now = {"is": TREE}
    for module in (training, files, command):
        monkeypatch.setattr(module, "fingerprint", lambda: now["is"])
    return now


def archive(models: Path, name: str, *, candidate: bool = False) -> Path:
    folder = models / files.CANDIDATES if candidate else models
    return folder / f"marie-{name}.tar.gz"


def add_candidate(models: Path, figures: dict[str, float] | None = None) -> Path:
    path = archive(models, NEW, candidate=True)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    files.write_figures(path, Figures(questions="q", measured_at=NOW, figures=figures or GOOD))
    return path


def test_without_a_choice_the_trees_own_model_is_used_and_a_stale_one_is_not(
    models: Path, tree: dict[str, str]
) -> None:
    assert files.model_in_use(models) == archive(models, TREE)
    tree["is"] = NEW
    assert files.model_in_use(models) is None
    assert files.model_before(models) == archive(models, TREE)


def test_a_choice_holds_over_the_files_it_was_made_for_and_no_others(
    models: Path, tree: dict[str, str]
) -> None:
    assert files.promote(models, f"marie-{OLD}", now=NOW) == archive(models, OLD)
    assert files.model_in_use(models) == archive(models, OLD)
    tree["is"] = NEW
    assert files.model_in_use(models) is None


def test_a_candidate_is_used_once_promoted_and_taken_back(
    models: Path, tree: dict[str, str]
) -> None:
    tree["is"] = NEW
    files.pin(models, now=NOW)
    candidate = add_candidate(models)
    assert files.model_in_use(models) == archive(models, TREE)
    files.promote(models, f"marie-{NEW}", now=NOW, by="admin")
    assert files.model_in_use(models) == candidate
    assert files.can_roll_back(models)
    assert files.roll_back(models, now=NOW) == archive(models, TREE)
    assert files.model_in_use(models) == archive(models, TREE)
    with pytest.raises(NothingBefore):
        files.roll_back(models, now=NOW)


def test_choices_are_taken_back_in_order_and_what_is_gone_is_passed_over(models: Path) -> None:
    add_candidate(models)
    for name in (OLD, NEW):
        files.promote(models, f"marie-{name}", now=NOW)
    archive(models, OLD).unlink()
    assert files.roll_back(models, now=NOW) == archive(models, TREE)


def test_what_does_not_exist_or_was_refused_is_not_promoted(models: Path) -> None:
    for name in ("marie-nowhere", "../current", f"marie-{NEW}"):
        with pytest.raises(UnknownModel):
            files.promote(models, name, now=NOW)
    path = add_candidate(models)
    worse = [Worse(figure="topic_right", before=0.9, now=0.8, margin=0.0)]
    refused = Figures(questions="q", measured_at=NOW, figures=GOOD, refused=worse)
    files.write_figures(path, refused)
    with pytest.raises(NotPromoted):
        files.promote(models, f"marie-{NEW}", now=NOW)
    assert files.chosen(models) is None


def test_what_cannot_be_loaded_is_chosen_no_longer(models: Path) -> None:
    tree, old = archive(models, TREE), archive(models, OLD)
    files.give_up(models, old, tree, now=NOW)
    assert files.chosen(models) is None
    files.promote(models, f"marie-{OLD}", now=NOW)
    files.give_up(models, tree, old, now=NOW)
    assert files.model_in_use(models) == old
    files.give_up(models, old, tree, now=NOW)
    assert files.model_in_use(models) == tree
    assert not files.can_roll_back(models)


def test_a_damaged_choice_is_none(models: Path) -> None:
    (models / files.CHOICE).write_text("{")
    assert files.model_in_use(models) == archive(models, TREE)


def test_models_that_may_come_back_are_not_dropped_as_old(models: Path) -> None:
    files.promote(models, f"marie-{OLD}", now=NOW)
    for number in range(5):
        path = archive(models, f"{number:012}")
        path.touch()
        moment = (NOW + timedelta(days=number)).timestamp()
        os.utime(path, (moment, moment))
    training._drop_old(models, keep=archive(models, TREE))
    assert {each.name for each in files.all_models(models)} == {
        f"marie-{each}" for each in (OLD, TREE, "000000000002", "000000000003", "000000000004")
    }


@pytest.mark.parametrize(
    ("figure", "now", "refused"),
    [
        ("topic_right", 0.895, False),
        ("topic_right", 0.894, True),
        ("calibration_error", 0.06, False),
        ("calibration_error", 0.061, True),
        ("foreign_refused", 1.0, False),
        ("dialogues_right", 0.0, False),  # it was not measured before
    ],
)
def test_a_figure_may_fall_by_its_margin_and_no_further(
    figure: str, now: float, refused: bool
) -> None:
    found = files.worse({**GOOD, figure: now}, GOOD, command.margins())
    assert [each.figure for each in found] == ([figure] if refused else [])


def test_a_figure_that_is_missing_counts_as_fallen() -> None:
    margins = {"topic_right": Margin(better="higher", margin=0.5)}
    assert [each.figure for each in files.worse({}, GOOD, margins)] == ["topic_right"]


@pytest.fixture
def trained(
    models: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, float]]:
    """Training and evaluation without Rasa: figures by model's name."""
    figures = {f"marie-{TREE}.tar.gz": GOOD, f"marie-{NEW}.tar.gz": GOOD}
    monkeypatch.setattr(Settings, "models", property(lambda _self: models))
    monkeypatch.setattr(command, "train_into", lambda path, _data, _env: path.touch())
    monkeypatch.setattr(command, "measured", lambda _settings, path: figures[path.name])
    return figures


def test_a_candidate_that_is_as_good_is_kept_apart_with_its_figures(
    models: Path,
    settings: Settings,
    tree: dict[str, str],
    trained: dict[str, dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree["is"] = NEW
    assert command.train_candidate(settings, dialogues=False) == 0
    assert f"marie models promote marie-{NEW}" in capsys.readouterr().out
    kept = files.read_figures(archive(models, NEW, candidate=True))
    assert kept is not None
    assert (kept.figures, kept.against, kept.refused) == (GOOD, f"marie-{TREE}", [])
    # A restart goes on with the model that was used until somebody decides.
    assert files.model_in_use(models) == archive(models, TREE)


def test_a_candidate_that_is_worse_is_refused_and_its_figures_say_why(
    models: Path,
    settings: Settings,
    tree: dict[str, str],
    trained: dict[str, dict[str, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tree["is"] = NEW
    trained[f"marie-{NEW}.tar.gz"] = {**GOOD, "topic_right": 0.88}
    assert command.train_candidate(settings, dialogues=False) == 1
    assert "sujet\u00a0: 0.880 au lieu de 0.900" in capsys.readouterr().out
    (refused, *_) = files.all_models(models)
    assert (refused.name, refused.path) == (f"marie-{NEW}", None)
    assert refused.figures is not None
    assert [each.figure for each in refused.figures.refused] == ["topic_right"]
    assert files.model_in_use(models) == archive(models, TREE)
    assert command.promote(settings, f"marie-{NEW}") == 1


def test_training_what_is_used_already_does_nothing(
    settings: Settings, trained: dict[str, dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.train_candidate(settings, dialogues=False) == 0
    assert "déjà en service" in capsys.readouterr().out
