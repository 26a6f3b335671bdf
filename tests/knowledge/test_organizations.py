"""What is known of the organisations and of the file, and what is refused in their files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from marie.clock import MONTREAL
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.organizations import Organization, load_organizations
from marie.knowledge.qualification import load_qualification
from marie.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"), [(8, 59, False), (9, 0, True), (16, 59, True), (17, 0, False)]
)
def test_organization_is_open_from_its_first_minute_to_its_last(
    hour: int, minute: int, is_open: bool
) -> None:
    known = Organization(id="a", name="A", hours={"monday": ("09:00", "17:00")})
    monday = datetime(2026, 11, 23, hour, minute, tzinfo=MONTREAL)
    assert known.is_open(monday) is is_open
    assert known.is_open(monday.replace(day=24)) is False


def test_founding_organizations_are_there_and_nothing_is_made_up_of_them() -> None:
    known = load_organizations(KNOWLEDGE)
    assert [each.name for each in known.organizations] == ["PROMIS", "Le Collectif", "INICI"]
    assert not any(each.languages or each.regions or each.hours for each in known.organizations)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- {id: promis, name: Deux}", "même « id »"),
        ('- {id: a, name: A, hours: {lundi: ["09:00", "17:00"]}}', "« lundi » n’existe pas"),
        ('- {id: a, name: A, hours: {monday: ["17:00", "09:00"]}}', "finit avant de commencer"),
        ('- {id: a, name: A, hours: {monday: ["9h", "17:00"]}}', "organizations.yml"),
        ('- {id: a, name: A, regions: ["18"]}', "organizations.yml"),
        ("- {id: a, name: A, phone: 5}", "organizations.yml"),
    ],
)
def test_mistake_is_named(tmp_path: Path, line: str, said: str) -> None:
    written = (KNOWLEDGE / "settings" / "organizations.yml").read_text(encoding="utf-8")
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "organizations.yml").write_text(
        f"{written}  {line}\n", encoding="utf-8"
    )
    with pytest.raises(KnowledgeErrors) as refused:
        load_organizations(tmp_path)
    assert said in refused.value.problems[0]


def test_points_that_do_not_make_a_hundred_are_refused(tmp_path: Path) -> None:
    written = (KNOWLEDGE / "qualification.yml").read_text(encoding="utf-8")
    changed = written.replace("region: 30", "region: 31")
    assert changed != written
    (tmp_path / "qualification.yml").write_text(changed, encoding="utf-8")
    with pytest.raises(KnowledgeErrors, match="100 points"):
        load_qualification(tmp_path)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ne transmettez pas mon âge", "age"),
        ("Enlevez mon statut svp", "status"),
        ("ne dites pas que j’ai des enfants", "child_ages"),
        ("retire la région", "target_region"),
    ],
)
def test_words_that_ask_to_leave_something_out_name_its_field(text: str, field: str) -> None:
    assert field in load_qualification(KNOWLEDGE).withheld(text)


@pytest.mark.parametrize(
    "text", ["mon âge est 36 ans", "oui", "non, deux enfants", "j’ai changé de statut", ""]
)
def test_other_words_leave_nothing_out(text: str) -> None:
    assert list(load_qualification(KNOWLEDGE).withheld(text)) == []
