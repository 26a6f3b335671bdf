"""What is said of a file of `knowledge/` in which a key stands twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from marie.cli.knowledge import problems
from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.items import Folder
from marie.knowledge.places import BadPlaces, Gazetteer
from marie.knowledge.typed_yaml import BadYaml, read_yaml
from marie.language.safety import read_safety
from marie.settings import ROOT, Settings


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))


@pytest.mark.parametrize(
    "name",
    ["phrases.yml", "safety.yml", "topics/childcare/childcare-cost.yml", "places/vocabulary.yml"],
)
def test_key_written_twice_is_named_with_its_file_and_lines(knowledge: Path, name: str) -> None:
    path = knowledge / name
    first = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    number, key = next(
        (number, line.split(":")[0])
        for number, line in enumerate(first, start=1)
        if ":" in line and not line.startswith(("#", " "))
    )
    path.write_text("\n".join([*first, f"{key}: autre chose", ""]), encoding="utf-8")

    settings = replace(Settings.from_env({}), knowledge=knowledge)

    assert problems(settings) == [
        f"{path} : ligne {len(first) + 1}, la clé « {key} » est déjà à la ligne {number}."
    ]


def test_item_whose_file_says_a_key_twice_is_not_read(knowledge: Path) -> None:
    path = knowledge / "topics" / "childcare" / "childcare-cost.yml"
    path.write_text("topic: x\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    items, said = Folder(knowledge).items("entry")

    assert "childcare-cost" not in items["entry"]
    assert len(said) == 1
    assert "la clé « topic » est déjà à la ligne 1." in said[0]


def test_same_key_in_two_mappings_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("- {id: 1, b: {id: 2}}\n- {id: 3}\n", encoding="utf-8")
    assert read(path, list[dict[str, object]]) == [{"id": 1, "b": {"id": 2}}, {"id": 3}]

    path.write_text("- id: 1\n  b:\n    c: 1\n    'c': 2\n", encoding="utf-8")
    with pytest.raises(KnowledgeErrors) as caught:
        read(path, list[dict[str, object]])
    assert caught.value.problems == [f"{path} : ligne 4, la clé « c » est déjà à la ligne 3."]


def test_examples_typed_with_a_key_twice_are_refused_by_line() -> None:
    with pytest.raises(BadYaml, match=r"^ligne 3, la clé « age » est déjà à la ligne 2$"):
        read_yaml("- says: Quarante ans\n  age: 40\n  age: 41\n")


def test_what_rasa_reads_refuses_a_key_twice_too(knowledge: Path) -> None:
    for name in ("safety.yml", "places/vocabulary.yml"):
        path = knowledge / name
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\nnever: []\nnever: []\n", encoding="utf-8")
    with pytest.raises(Exception, match="'never' again"):
        read_safety(knowledge / "safety.yml")
    with pytest.raises(BadPlaces, match="'never' again"):
        Gazetteer.load(knowledge / "places")
