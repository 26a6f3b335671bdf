"""What an administrator publishes is said in the very next turn, whatever its kind."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import Reply
from marie.knowledge.items import Kind
from marie.knowledge.overlay import OVERLAY, Published, write_overlay
from marie.settings import ROOT
from tests.bot.actions.conftest import Talk

A_PERSON = (
    "j'ai 29 ans, je suis RP depuis 2 ans, j'habite Montréal, j'ai un bac et je parle très bien "
    "français"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk over which this test publishes."""
    return open_desk(ROOT / "knowledge", tmp_path)


def publish(desk: Desk, data: Path, kind: Kind, item_id: str, **changed: Any) -> None:
    """Say an item with other fields from now on."""
    content = deepcopy(desk.live.items[kind][item_id].content) | changed
    write_overlay(data / OVERLAY, Published(version=1, items={kind: {item_id: content}}))


def said(reply: Reply) -> str:
    return "\n".join(each.text for each in reply.messages)


def test_entry(talk: Talk, tmp_path: Path) -> None:
    assert "désormais" not in said(talk.say("combien coûte la garderie", "childcare.cost"))
    publish(talk.desk, tmp_path, "entry", "childcare-cost", text="Une place coûte désormais peu.")
    assert "coûte désormais peu" in said(talk.say("combien coûte la garderie", "childcare.cost"))


def test_amount(talk: Talk, tmp_path: Path) -> None:
    values = talk.desk.live.items["parameter"]["daycare_contribution"].content["values"]
    changed = [*values[:-1], {**values[-1], "value": "9,99\u00a0$"}]
    publish(talk.desk, tmp_path, "parameter", "daycare_contribution", values=changed)
    assert "9,99\u00a0$" in said(talk.say("combien coûte la garderie", "childcare.cost"))


def test_phrase(talk: Talk, tmp_path: Path) -> None:
    assert "pas d’arrivée" in said(talk.place("parle-moi de Laval", "region.profile"))
    changed = {"text": "{place}? C’est d’où l’on part."}
    publish(talk.desk, tmp_path, "phrase", "not_a_host_region", **changed)
    assert "Laval? C’est d’où l’on part." in said(talk.place("et Laval", "region.profile"))


def test_program(talk: Talk, tmp_path: Path) -> None:
    before = talk.say(A_PERSON, "eligibility")
    assert _verdict(before) == "eligible"
    content = talk.desk.live.items["program"]["place-aux-jeunes"].content
    conditions = deepcopy(content["conditions"])
    for each in conditions:
        if each["operator"] == "at_most":
            each["value"] = 25
    examples = [{"says": "Trente ans", "profile": {"age": 30}, "verdict": "not_eligible"}]
    changed = {"conditions": conditions, "examples": examples}
    publish(talk.desk, tmp_path, "program", "place-aux-jeunes", **changed)
    after = Talk(talk.desk).say(A_PERSON, "eligibility")
    assert _verdict(after) == "not_eligible"


def _verdict(reply: Reply) -> str:
    found = {each["program"]: each["verdict"] for each in reply.messages[-1].data["verdicts"]}
    return str(found["place-aux-jeunes"])


def test_region(talk: Talk, tmp_path: Path) -> None:
    publish(talk.desk, tmp_path, "place", "01", text="Le fleuve, et du vent.")
    assert "Le fleuve, et du vent." in said(talk.place("Rimouski", "region.profile"))


def test_language_of_the_welcome(talk: Talk, tmp_path: Path) -> None:
    hello = ("hello, how are you", "language", {"entity": "language", "value": "en"})
    assert "I am Marie" in said(talk.say(*hello))
    publish(talk.desk, tmp_path, "setting", "languages", welcomed=["es", "other"])
    reply = talk.say(*hello)
    assert "I am Marie" not in said(reply)
    assert "J’écris en français" in said(reply)
    assert reply.profile["simple"]
    assert "Soy Marie" in said(talk.say("hola", "language", {"entity": "language", "value": "es"}))
