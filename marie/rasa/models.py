"""Which models there are, which one Marie uses, and the way from one to another and back.

A model is an archive named after the files it was trained from, with its figures beside it
(`.json`). `bot/models/current` says which one was chosen, and over which files: once the tree's
files are others, the choice no longer holds and the tree's own model is used, trained if it is
missing. What `marie train --candidate` trained stands apart until somebody promotes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from marie.rasa.model import fingerprint, model_path

CANDIDATES = "candidates"
CHOICE = "current"
SUFFIX = ".tar.gz"
REMEMBERED = 10
"""Choices that can be taken back, one after the other."""

_NAME = re.compile(r"marie-[0-9a-f]{12}")


class UnknownModel(Exception):
    """There is no such model."""


class Worse(msgspec.Struct, frozen=True):
    """A figure that fell further than it may: before, now, and how far it may."""

    figure: str
    before: float
    now: float
    margin: float


class NotPromoted(Exception):
    """A refused model is not promoted."""


class NothingBefore(Exception):
    """There is no choice to take back."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How a model reads held-out questions. `questions`: the fingerprint of these; `refused`: what
    was worse than in the model that was in use, when that was a reason."""

    questions: str
    measured_at: datetime
    figures: dict[str, float]
    against: str | None = None
    refused: list[Worse] = []


class Margin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a figure may go the wrong way."""

    better: Literal["higher", "lower"]
    margin: float


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """`model`: its archive in the folder; `tree`: the files over which it was chosen; `before`:
    what was used until then, the latest first."""

    model: str
    tree: str
    at: datetime
    by: str = ""
    before: list[str] = []


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A trained model, or what is left of one that was refused (`path` None)."""

    name: str
    path: Path | None
    trained_at: datetime
    figures: Figures | None

    @property
    def trained_from(self) -> str:
        """The fingerprint of the files it was trained from (`marie.rasa.model.fingerprint`)."""
        return self.name.removeprefix("marie-")


def candidate_path(models: Path) -> Path:
    """Where the candidate of this tree's files is, or will be."""
    return models / CANDIDATES / model_path(models).name


def figures_path(archive: Path) -> Path:
    """Where a model's figures are."""
    return archive.with_name(archive.name.removesuffix(SUFFIX) + ".json")


def read_figures(archive: Path) -> Figures | None:
    """A model's figures; None when it was not measured."""
    try:
        return msgspec.json.decode(figures_path(archive).read_bytes(), type=Figures)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def write_figures(archive: Path, figures: Figures) -> None:
    """Put a model's figures beside it."""
    _write(figures_path(archive), msgspec.json.format(msgspec.json.encode(figures)))


def all_models(models: Path) -> list[Model]:
    """Every model, the newest first."""
    found = {}
    for folder in (models / CANDIDATES, models):
        for path in [*folder.glob("marie-*.json"), *folder.glob(f"marie-*{SUFFIX}")]:
            archive = path.with_name(path.name.removesuffix(SUFFIX).removesuffix(".json") + SUFFIX)
            name = archive.name.removesuffix(SUFFIX)
            if not _NAME.fullmatch(name) or (not archive.exists() and name in found):
                continue
            found[name] = Model(
                name=name,
                path=archive if archive.exists() else None,
                trained_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
                figures=read_figures(archive),
            )
    return sorted(found.values(), key=lambda each: each.trained_at, reverse=True)


def chosen(models: Path) -> Choice | None:
    """What somebody chose last, whether it still holds or not."""
    try:
        return msgspec.json.decode((models / CHOICE).read_bytes(), type=Choice)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def model_in_use(models: Path) -> Path | None:
    """The model to run: the one chosen over this tree's files, else theirs; None: to be trained."""
    choice = chosen(models)
    tree = fingerprint()
    if choice is not None and choice.tree == tree and (models / choice.model).exists():
        return models / choice.model
    own = model_path(models)
    return own if own.exists() else None


def model_before(models: Path) -> Path | None:
    """What Marie uses, or used last: also when this tree's files are new to her."""
    using = model_in_use(models)
    if using is not None:
        return using
    choice = chosen(models)
    if choice is not None and (models / choice.model).exists():
        return models / choice.model
    newest = [each.path for each in all_models(models) if each.path and each.path.parent == models]
    return newest[0] if newest else None


def pin(models: Path, *, now: datetime) -> None:
    """Go on with the model that is used, though this tree's files are new: a candidate waits."""
    with _alone(models):
        choice, using = chosen(models), model_before(models)
        if using is None or (choice is not None and choice.tree == fingerprint()):
            return
        before = choice.before if choice else []
        _choose(models, using.relative_to(models).as_posix(), before, now=now, by="")


def promote(models: Path, name: str, *, now: datetime, by: str = "") -> Path:
    """Use a model from now on; its archive."""
    with _alone(models):
        model = next((each for each in all_models(models) if each.name == name), None)
        if model is None or model.path is None:
            raise UnknownModel(name)
        if model.figures is not None and model.figures.refused:
            raise NotPromoted(name)
        using, choice = model_before(models), chosen(models)
        before = choice.before if choice else []
        if using is not None and using != model.path:
            before = [using.relative_to(models).as_posix(), *before]
        _choose(models, model.path.relative_to(models).as_posix(), before, now=now, by=by)
        return model.path


def roll_back(models: Path, *, now: datetime, by: str = "") -> Path:
    """Use again what was used before; its archive. `NothingBefore` when nothing is left."""
    with _alone(models):
        choice = chosen(models)
        before = [each for each in (choice.before if choice else []) if (models / each).exists()]
        if not before:
            raise NothingBefore
        _choose(models, before[0], before[1:], now=now, by=by)
        return models / before[0]


def give_up(models: Path, failed: Path, running: Path, *, now: datetime) -> None:
    """Choose `running` again if `failed`, which cannot be loaded, is what was chosen."""
    with _alone(models):
        choice = chosen(models)
        if choice is None or models / choice.model != failed or not running.is_relative_to(models):
            return
        model = running.relative_to(models).as_posix()
        before = [each for each in choice.before if each != model]
        _choose(models, model, before, now=now, by=choice.by)


def can_roll_back(models: Path) -> bool:
    """Whether there is a model to go back to."""
    choice = chosen(models)
    return any((models / each).exists() for each in (choice.before if choice else []))


def worse(
    new: Mapping[str, float], old: Mapping[str, float], margins: Mapping[str, Margin]
) -> list[Worse]:
    """The figures of `new` that fell further behind those of `old` than their margin. A figure that
    the old ones have and the new ones lack is one of them."""
    found = []
    for name, allowed in margins.items():
        if name not in old:
            continue
        now = new.get(name, float("-inf" if allowed.better == "higher" else "inf"))
        fall = old[name] - now if allowed.better == "higher" else now - old[name]
        if fall > allowed.margin + 1e-9:
            found.append(Worse(figure=name, before=old[name], now=now, margin=allowed.margin))
    return found


def fingerprint_of(questions: Path) -> str:
    """Changes when the held-out questions do: only figures of the same ones can be compared."""
    digest = hashlib.sha256()
    for path in sorted(questions.glob("*.yml")):
        digest.update(f"{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _choose(models: Path, model: str, before: list[str], *, now: datetime, by: str) -> None:
    choice = Choice(model=model, tree=fingerprint(), at=now, by=by, before=before[:REMEMBERED])
    _write(models / CHOICE, msgspec.json.format(msgspec.json.encode(choice)))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Nobody else chooses meanwhile."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".choosing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
