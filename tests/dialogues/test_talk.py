"""Dialogue files are read strictly, and what differs from them is told in sentences."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.dialogues.talk import BrokenDialogue, Expect, Step, differing, is_part, read_dialogue

HERE = Path(__file__).parent

BROKEN = {
    "turns: [": "not YAML",
    "- a": "Expected `object`, got `array`",
    "turns: []": "missing required field `name`",
    "name: A\nturns: []": "it has no turns",
    "name: A\nturns: [{say: Bonjour}]": "missing required field `expect`",
    "name: A\nturns: [{say: Bonjour, expect: {}}]": "turn 1: it expects nothing",
    "name: A\nturns: [{expect: {topic: greeting}}]": "turn 1: either `say` or `press`",
    "name: A\nturns: [{say: Bonjour, press: a, expect: {topic: greeting}}]": "either `say` or",
    "name: A\nturns: [{say: Bonjour, expect: {topc: greeting}}]": "unknown field `topc`",
    "name: A\nturns: [{say: Bonjour, expect: {topic: greetings}}]": "`greetings` is no topic",
    "name: A\nturns: [{say: Bonjour, expect: {state: asleep}}]": "Invalid enum value 'asleep'",
    "name: A\nturns: [{say: Bonjour, expect: {text_has: 9}}]": "Expected `array`, got `int`",
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.items())
def test_broken_file_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "broken.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenDialogue) as refused:
        read_dialogue(path)
    assert str(refused.value).startswith("broken.yml: ")
    assert reason in str(refused.value)


def test_broken_file_fails_the_run_in_one_clear_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "conftest.py").write_text(
        "from tests.dialogues.conftest import pytest_collect_file  # noqa: F401\n"
    )
    (folder / "broken.yml").write_text("name: A\nturns: [{say: Bonjour, expects: {}}]\n")
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "--rootdir=."]
    result = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(folder)],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2, result.stdout
    assert "broken.yml: Object missing required field `expect`" in result.stdout or (
        "broken.yml: Object contains unknown field `expects`" in result.stdout
    )
    assert "Traceback" not in result.stdout


def test_every_dialogue_of_the_folder_can_be_read() -> None:
    paths = sorted(HERE.glob("*.yml"))
    dialogues = [read_dialogue(path) for path in paths]
    assert len({dialogue.name for dialogue in dialogues}) == len(dialogues)


def test_dialogues_are_many_and_half_of_them_have_three_turns_or_more() -> None:
    lengths = [len(read_dialogue(path).turns) for path in HERE.glob("*.yml")]
    assert len(lengths) >= 75
    assert sum(length >= 3 for length in lengths) >= len(lengths) / 2


ANSWER: dict[str, Any] = {
    "text": "Une place coûte 9,65 $.",
    "topic": "childcare.cost",
    "entry": "childcare-cost",
    "resources": [{"name": "Cégep de Rimouski"}, {"name": "Cégep de Matane"}],
    "data": {"window": {"first": "2027-01-01", "last": "2027-03-31"}, "rule": "1942"},
}


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ({"topic": "childcare.cost"}, None),
        ({"topic": "childcare.find"}, "topic is childcare.cost, expected childcare.find"),
        ({"entry": "childcare-cost"}, None),
        ({"entry": "other"}, "entry is childcare-cost, expected other"),
        ({"text_has": ["9,65", "place"]}, None),
        ({"text_has": ["9,85"]}, "« 9,85 » is not in the text"),
        ({"text_lacks": ["9,85"]}, None),
        ({"text_lacks": ["9,65"]}, "« 9,65 » is in the text"),
        ({"resources_first": "Rimouski"}, None),
        ({"resources_first": "Matane"}, "the first card is ['Cégep de Rimouski'], expected Matane"),
        ({"data": {"window": {"last": "2027-03-31"}}}, None),
        ({"data": {"window": {"last": "2027-03-30"}}}, "data is"),
        ({"data": {"windows": {}}}, "data is"),
        ({"state": "waiting"}, None),
        ({"state": "marie"}, "the conversation is waiting, expected marie"),
    ],
)
def test_differences_are_told_and_agreements_are_not(
    expect: dict[str, Any], sentence: str | None
) -> None:
    step = Step(say="Combien?", expect=msgspec.convert(expect, Expect))
    found = list(differing(step, [ANSWER], "waiting"))
    if sentence is None:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].startswith(sentence)


def test_missing_answer_differs_from_every_expectation() -> None:
    expect = Expect(topic="greeting", resources_first="A", data={"a": 1}, text_has=["a"])
    assert len(list(differing(Step(say="a", expect=expect), [], None))) == 4


def test_part_is_found_at_any_depth() -> None:
    assert is_part({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3})
    assert not is_part({"a": {"b": 2}}, {"a": {"b": 1}})
    assert not is_part({"a": {"b": 1}}, {"a": 1})
    assert is_part({"a": [{"b": 1}]}, {"a": [{"b": 2}, {"b": 1, "c": 3}]})
    assert not is_part({"a": [{"b": 1}]}, {"a": [{"b": 2}]})
