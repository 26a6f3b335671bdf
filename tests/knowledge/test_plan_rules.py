"""Editors change the plan's steps: a mistake is a sentence, a good change is taken at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.opened import Knowledge
from marie.knowledge.plan_rules import LivePlanRules, load_plan_rules, plan_problems
from marie.settings import ROOT

GOOD = """
- id: one
  order: 1
  phase: before
  timing: {anchor: today}
  title: Une étape
  text: Faites-la {place}, au {ramq_phone}.
  entry: housing-search
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plan = tmp_path / "plan"
    plan.mkdir()
    shutil.copy(ROOT / "knowledge" / "plan" / "words.yml", plan)
    (plan / "steps.yml").write_text(GOOD)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{place}", "{plaec}", "« {plaec} » n’est ni un paramètre ni une valeur du plan"),
        ("housing-search", "housing-serch", "la fiche « housing-serch » n’existe pas"),
        ("  entry: housing-search\n", "", "il faut une source"),
        ("anchor: today", "anchor: round", "des tours (« rounds »)"),
        ("anchor: today", "anchor: notice", "« anchor: notice » demande la condition"),
        ("anchor: today", "anchor: lease_end", "« anchor: lease_end » demande la condition"),
        ("anchor: today", "anchor: today, last: {days: -1}", "« last » tombe avant « first »"),
        ("  entry:", "  contacts: [{resource: nobody}]\n  entry:", "n’est pas au répertoire"),
        ("  entry:", "  contacts: [{name: A, phone: b}]\n  entry:", "« b » n’existe pas"),
        ("  entry:", "  contacts: [{}]\n  entry:", "un seul des trois"),
    ],
)
def test_mistake_is_explained_with_its_step(
    folder: Path, knowledge: Knowledge, old: str, new: str, problem: str
) -> None:
    library = knowledge.live.current()
    assert list(plan_problems(folder, library, knowledge.directory)) == []
    path = folder / "plan" / "steps.yml"
    path.write_text(path.read_text().replace(old, new))
    (found,) = plan_problems(folder, library, knowledge.directory)
    assert found.startswith("Étape « one » : ")
    assert problem in found


def test_step_written_twice_is_refused(folder: Path) -> None:
    (folder / "plan" / "other.yml").write_text(GOOD)
    with pytest.raises(KnowledgeErrors, match="existe deux fois"):
        load_plan_rules(folder)


def test_unknown_key_is_refused(folder: Path) -> None:
    (folder / "plan" / "steps.yml").write_text(GOOD + "  tilte: Non\n")
    with pytest.raises(KnowledgeErrors, match=r"steps\.yml"):
        load_plan_rules(folder)


def test_saved_step_is_spoken_next_and_a_mistake_leaves_the_last_good_one(folder: Path) -> None:
    live = LivePlanRules(folder)
    path = folder / "plan" / "steps.yml"
    path.write_text(GOOD.replace("Une étape", "Une autre étape"))
    assert [rule.title for rule in live.current()] == ["Une autre étape"]
    path.write_text("- id: [")
    assert [rule.title for rule in live.current()] == ["Une autre étape"]
    path.write_text(GOOD)
    assert [rule.title for rule in live.current()] == ["Une étape"]


def test_words_of_the_plan_are_folded() -> None:
    words = yaml.safe_load((ROOT / "knowledge" / "plan" / "words.yml").read_text())
    for phrases in words.values():
        for phrase in phrases:
            assert phrase == phrase.lower().strip()
            assert phrase.isascii()
