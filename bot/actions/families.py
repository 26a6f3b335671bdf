"""The actions that Rasa calls: one a family of topics, as `bot/data/rules` names them.

An action is three thoughts: read the tracker, ask, reply. What to say is decided in `respond`.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import msgspec
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, desk
from marie import logs

log = logging.getLogger(__name__)


class _FamilyAction(Action, ABC):  # type: ignore[misc]
    """Answers the intent of the latest message."""

    def __init__(self, own_desk: Desk | None = None) -> None:
        self._desk = own_desk or desk()

    def __reduce__(self) -> tuple[type[_FamilyAction], tuple[()]]:
        # rasa_sdk's own command starts its workers anew: each opens the desk for itself.
        return type(self), ()

    @abstractmethod
    def name(self) -> str:
        """The name that the rules call."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Reply in the `custom` payload; no events: Rasa keeps nothing of the talk."""
        metadata = tracker.latest_message.get("metadata") or {}
        with logs.about(
            request=metadata.get("request"), conversation=metadata.get("conversation_id")
        ):
            started = time.perf_counter()
            turn = read_turn(tracker.latest_message)
            reply = respond(turn, self._desk, topics=TOPICS, forms=FORMS)
            seconds = round(time.perf_counter() - started, 4)
            log.info("decided", extra={"seq": turn.seq, "intent": turn.intent, "seconds": seconds})
        reply = replace(reply, understood=reply.understood | {"seconds": seconds})
        dispatcher.utter_message(json_message=msgspec.to_builtins(reply))
        return []


class General(_FamilyAction):
    """Greetings, languages, distress, abuse, privacy, a person."""

    def name(self) -> str:
        return "action_general"


class Region(_FamilyAction):
    """Regions."""

    def name(self) -> str:
        return "action_region"


class Childcare(_FamilyAction):
    """Daycare."""

    def name(self) -> str:
        return "action_childcare"


class Education(_FamilyAction):
    """Cégeps, universities, schools."""

    def name(self) -> str:
        return "action_education"


class Housing(_FamilyAction):
    """Housing."""

    def name(self) -> str:
        return "action_housing"


class Lease(_FamilyAction):
    """The Montréal lease."""

    def name(self) -> str:
        return "action_lease"


class Work(_FamilyAction):
    """Work."""

    def name(self) -> str:
        return "action_work"


class Programs(_FamilyAction):
    """Programmes, eligibility, the move."""

    def name(self) -> str:
        return "action_programs"


class Settling(_FamilyAction):
    """French courses, health, transport, immigration, organisations."""

    def name(self) -> str:
        return "action_settling"


class Dialogue(_FamilyAction):
    """Bare answers, follow-ups, « stop », « le deuxième »."""

    def name(self) -> str:
        return "action_dialogue"


class Fallback(_FamilyAction):
    """Not understood, or not Marie's business."""

    def name(self) -> str:
        return "action_fallback"
