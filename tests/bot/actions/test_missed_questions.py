"""A message that Marie missed is answered once an editor made it a question of an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import LookedUp
from marie.knowledge.overlay import OVERLAY, Published, write_overlay
from marie.settings import ROOT
from tests.bot.actions.conftest import Talk

WORDING = "Zxq pour les ti-culs, faut payer?"
READINGS = (("clarify", 0.3), ("lease.end", 0.1), ("childcare.cost", 0.09))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(ROOT / "knowledge", tmp_path)


def attach(tmp_path: Path, desk: Desk, wording: str) -> None:
    """What a publication of the entry with one more question does."""
    content = desk.live.items["entry"]["childcare-cost"].content
    questions = [*content["questions"], wording]
    items: dict[str, dict[str, dict[str, Any] | None]] = {
        "entry": {"childcare-cost": {**content, "questions": questions}}
    }
    write_overlay(tmp_path / OVERLAY, Published(version=1, items=items))


def test_attached_wording_is_answered_from_the_next_message_on(
    talk: Talk, desk: Desk, tmp_path: Path
) -> None:
    missed = talk.say(WORDING, "clarify", ranking=READINGS)
    assert missed.miss is not None
    assert missed.messages[-1].entry is None
    attach(tmp_path, desk, WORDING)
    answered = talk.say("zxq pour les TI-CULS faut payer", "clarify", ranking=READINGS)
    assert answered.miss is None
    assert (answered.messages[-1].topic, answered.messages[-1].entry) == (
        "childcare.cost",
        "childcare-cost",
    )
    assert talk.say(WORDING, "out_of_scope").messages[-1].entry == "childcare-cost"
    slip = talk.say("zxq pour les ti-cul, faut payer", "clarify", ranking=READINGS)
    assert slip.messages[-1].entry == "childcare-cost"


def test_what_only_resembles_an_attached_wording_is_still_asked_back(
    talk: Talk, desk: Desk, tmp_path: Path
) -> None:
    attach(tmp_path, desk, "brrr")
    assert talk.say("brrr", "clarify", ranking=READINGS).messages[-1].entry == "childcare-cost"
    assert talk.say("brrrr", "clarify", ranking=READINGS).miss is not None
    assert talk.say("brrr grrr", "clarify", ranking=READINGS).miss is not None


def test_a_reading_that_names_a_topic_outweighs_an_attached_wording(
    talk: Talk, desk: Desk, tmp_path: Path
) -> None:
    attach(tmp_path, desk, "ça coûte combien?")
    assert talk.say("ça coûte combien?", "cegep.cost").messages[-1].topic == "cegep.cost"


def test_attached_wording_is_answered_in_the_middle_of_a_form_which_is_recalled(
    talk: Talk, desk: Desk, tmp_path: Path
) -> None:
    talk.say("est-ce que j’ai droit à de l’aide?", "eligibility")
    before = talk.focus["pending"]
    assert before is not None
    attach(tmp_path, desk, WORDING)
    answered = talk.say(WORDING, "out_of_scope")
    assert (answered.miss, answered.messages[-1].entry) == (None, "childcare-cost")
    assert talk.focus["pending"]["field"] == before["field"]


def test_looks_for_cards_are_counted_by_kind_and_region(talk: Talk) -> None:
    found = talk.place("un cégep à Rimouski", "cegep.find")
    assert found.looked_up == LookedUp(kind="cegep", region="01", found=True)
    nowhere = talk.place("une université à Kuujjuaq", "university.find")
    assert nowhere.looked_up == LookedUp(kind="university", region="10", found=False)
    assert talk.say("c’est quoi un cégep?", "cegep.admission").looked_up is None
