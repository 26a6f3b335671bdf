"""Waiting for a person: how long, a call-back, an appointment.

How many are before her and which moments are free is not known here: the request leaves in the
reply, and the transaction that saves the answer says what became of it
(`marie/services/appointments.py`). Here is only what she asks for and what must be asked of her.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.appointments import MEANS, PARTS, AppointmentRequest, Means, Part
from marie.domain.replies import Reply
from marie.knowledge.talk import says
from marie.knowledge.waiting_words import CALL, CANCEL, SLOT, SLOTS, STATUS, TOPIC
from marie.language.folding import words

FORM = "waiting"
REACH = "reach"
"""The profile's key for how her request says that she may be reached: « phone », « email »."""
FOLLOWED = "followed"
"""The profile's key that says that she asked for a person and may have an appointment."""

LAST_PAGE = 200
LAST_MOMENT = 10**14


def asked(turn: Turn, desk: Desk) -> Reply | None:
    """The reply to what somebody who asked for a person wants of it; None for anything else."""
    button = turn.value("answer")
    if turn.pressed and isinstance(button, str):
        return _pressed(turn, desk, button)
    said = desk.waiting.says
    if turn.value("entry") != "handoff-delay" and not speaks_of_it(turn, desk):
        return None
    if says(turn.text, said.cancel_appointment):
        return _request(turn, AppointmentRequest(action="cancel"))
    if says(turn.text, said.appointment):
        return _request(turn, AppointmentRequest(action="offer"))
    if says(turn.text, said.call_back):
        return _call(turn, desk)
    return how_long(turn)


def speaks_of_it(turn: Turn, desk: Desk) -> bool:
    """Whether a message is about her request, however it was read."""
    said = desk.waiting.says
    if turn.pressed or turn.first("place") or len(words(turn.text)) > said.at_most_words:
        return False
    if not (turn.state == "waiting" or turn.profile.get(FOLLOWED)):
        return False
    return says(turn.text, (*said.how_long, *said.call_back, *said.appointment))


def how_long(turn: Turn, *, pending: Pending | None = None) -> Reply:
    """Where she stands; `pending`: the question that stays open."""
    return _request(turn, AppointmentRequest(action="wait"), pending=pending)


def _pressed(turn: Turn, desk: Desk, button: str) -> Reply | None:
    action, _, told = button.partition(":")
    match action:
        case "wait" if action == STATUS:
            return how_long(turn)
        case "call" if action == CALL:
            return _call(turn, desk)
        case "cancel" if action == CANCEL:
            return _request(turn, AppointmentRequest(action="cancel"))
        case "slots" if action == SLOTS and told.isdecimal():
            page = min(int(told), LAST_PAGE)
            return _request(turn, AppointmentRequest(action="offer", page=page))
        case "slot" if action == SLOT:
            at, _, ways = told.partition(":")
            means = [each for each in MEANS if each in ways.split("+")]
            if at.isdecimal() and int(at) < LAST_MOMENT and means:
                return _slot(turn, desk, int(at), means)
    return None


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to one of the questions of a call-back or an appointment."""
    button = turn.value("answer")
    if turn.pressed and isinstance(button, str):
        if pending.field == "part" and button in PARTS:
            return _called(turn, pending.data, button)
        return _pressed(turn, desk, button)
    contact = {name: turn.value(name) for name in ("phone", "email")}
    contact = {name: value for name, value in contact.items() if isinstance(value, str)}
    match pending.field:
        case "contact" if contact:
            return _ask_part(turn, desk, contact, shown=str(pending.data.get("shown", "")))
        case "phone" if "phone" in contact:
            request = AppointmentRequest(
                action="book",
                at=pending.data["at"],
                means="phone",
                phone=contact["phone"],
                consent=str(pending.data.get("shown", "")),
            )
            return _request(turn, request)
        case "contact" | "phone" if any(each.isdigit() for each in turn.text) or "@" in turn.text:
            return _ask(turn, desk, pending.field, pending.data, phrase="waiting_bad_contact")
        case "part" if (part := _part(turn, desk)) is not None:
            return _called(turn, pending.data, part)
        case "part" if contact:
            return _ask_part(turn, desk, contact)
    if turn.intent == "deny":
        content = plain(desk.library, "waiting_left", topic=TOPIC)
        return answer(turn, content, focus=replace(turn.focus, pending=None))
    return None


def _call(turn: Turn, desk: Desk) -> Reply:
    told = {name: turn.value(name) for name in ("phone", "email")}
    contact = {name: value for name, value in told.items() if isinstance(value, str)}
    if contact:
        return _ask_part(turn, desk, contact)
    reach = turn.profile.get(REACH) or ()
    if "phone" in reach:
        return _ask_part(turn, desk, {})
    if "email" in reach:
        return _request(turn, AppointmentRequest(action="call_back"))
    return _ask(turn, desk, "contact", {})


def _ask_part(turn: Turn, desk: Desk, contact: dict[str, str], *, shown: str = "") -> Reply:
    if "email" in contact and "phone" not in contact:
        request = AppointmentRequest(action="call_back", email=contact["email"], consent=shown)
        return _request(turn, request)
    buttons = [
        quick_reply(desk.library.phrase(f"button_{part}"), TOPIC, answer=part) for part in PARTS
    ]
    return _ask(turn, desk, "part", dict(contact), buttons=buttons)


def _part(turn: Turn, desk: Desk) -> Part | None:
    """« plutôt le soir »."""
    named = [part for part in PARTS if says(turn.text, desk.waiting.says.parts.get(part, ()))]
    return named[0] if len(named) == 1 else None


def _called(turn: Turn, data: dict[str, Any], part: Part) -> Reply:
    request = AppointmentRequest(
        action="call_back",
        phone=data.get("phone"),
        email=data.get("email"),
        part=part,
        consent=str(data.get("shown", "")),
    )
    return _request(turn, request)


def _slot(turn: Turn, desk: Desk, at: int, means: list[Means]) -> Reply:
    if len(means) > 1:
        buttons = [
            quick_reply(
                desk.library.phrase(f"button_means_{each}"), TOPIC, answer=f"{SLOT}:{at}:{each}"
            )
            for each in means
        ]
        return _ask(turn, desk, "means", {"at": at}, buttons=buttons)
    if means == ["phone"] and "phone" not in (turn.profile.get(REACH) or ()):
        return _ask(turn, desk, "phone", {"at": at})
    return _request(turn, AppointmentRequest(action="book", at=at, means=means[0]))


def _ask(
    turn: Turn,
    desk: Desk,
    field: str,
    data: dict[str, Any],
    *,
    buttons: list[dict[str, str]] | None = None,
    phrase: str = "",
) -> Reply:
    stop = [quick_reply(desk.library.phrase("button_no_person"), "stop")]
    content = plain(
        desk.library, phrase or f"waiting_ask_{field}", topic=TOPIC, buttons=buttons or stop
    )
    pending = Pending(form=FORM, field=field, data={**data, "shown": content.text})
    return answer(turn, content, focus=replace(turn.focus, topic=TOPIC, pending=pending, misses=0))


def _request(turn: Turn, request: AppointmentRequest, *, pending: Pending | None = None) -> Reply:
    reach = set(turn.profile.get(REACH) or ())
    reach |= {name for name in ("phone", "email") if getattr(request, name)}
    profile = {**turn.profile, FOLLOWED: True, REACH: sorted(reach)}
    focus = replace(turn.focus, topic=TOPIC, pending=pending, misses=0)
    return answer(turn, focus=focus, profile=profile, appointment=request)
