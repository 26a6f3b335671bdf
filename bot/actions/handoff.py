"""A person, please: what is passed on is said first, then sent only with consent."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.leads import HandoverRequest
from marie.domain.replies import Reply

FORM = "handoff"


def ask_for_person(turn: Turn, desk: Desk) -> Reply:
    """Begin: how to reach the visitor, or stay in the chat."""
    if names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    if turn.state == "waiting":
        buttons = [quick_reply(desk.library.phrase("button_withdraw"), "deny")]
        content = plain(desk.library, "handoff_already_waiting", topic="handoff", buttons=buttons)
        waiting = Pending(form=FORM, field="withdraw")
        return answer(turn, content, focus=replace(turn.focus, misses=0, pending=waiting))
    contact = _contact(turn)
    if contact:
        return _confirm(turn, desk, contact)
    return _ask_contact(turn, desk, "handoff_intro")


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to one of the form's questions."""
    if pending.field == "withdraw":
        return _withdraw(turn, desk) if turn.intent == "deny" else None
    contact = _contact(turn)
    if contact:
        return _confirm(turn, desk, {**pending.data, **contact})
    if pending.field == "contact":
        if turn.value("answer") == "stay" or turn.intent in ("dont_know", "deny", "affirm"):
            return _confirm(turn, desk, pending.data)
        if turn.intent == "handoff":
            return _ask_contact(turn, desk, "handoff_intro")
        if any(character.isdigit() for character in turn.text) or "@" in turn.text:
            return _ask_contact(turn, desk, "handoff_bad_contact")
        return None
    if turn.intent in ("affirm", "handoff"):
        return _send(turn, desk, pending)
    if turn.intent == "deny":
        content = plain(desk.library, "handoff_declined", topic="handoff")
        return answer(turn, content, focus=replace(turn.focus, pending=None))
    return None


def _ask_contact(turn: Turn, desk: Desk, phrase: str) -> Reply:
    buttons = [
        quick_reply(desk.library.phrase("button_stay"), "inform", answer="stay"),
        quick_reply(desk.library.phrase("button_no_person"), "stop"),
    ]
    content = plain(desk.library, phrase, topic="handoff", buttons=buttons)
    need = turn.focus.topic or "handoff"
    pending = Pending(form=FORM, field="contact", data={"need": need})
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _confirm(turn: Turn, desk: Desk, data: dict[str, str]) -> Reply:
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_consent"), "affirm"),
        quick_reply(library.phrase("button_no_consent"), "deny"),
    ]
    content = plain(
        library,
        "handoff_confirm",
        topic="handoff",
        buttons=buttons,
        contact=_contact_words(data, desk),
        need=_need_words(data, desk),
    )
    pending = Pending(form=FORM, field="consent", data={"shown": content.text, **data})
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _send(turn: Turn, desk: Desk, pending: Pending) -> Reply:
    data = pending.data
    content = plain(desk.library, "handoff_sent", topic="handoff")
    request = HandoverRequest(
        name=None,
        email=data.get("email"),
        phone=data.get("phone"),
        need=_need_words(data, desk),
        regions=_regions(turn, desk),
        profile=turn.profile,
        consent=str(data.get("shown", "")),
    )
    return answer(turn, content, focus=replace(turn.focus, pending=None), handover=request)


def _withdraw(turn: Turn, desk: Desk) -> Reply:
    content = plain(desk.library, "handoff_withdrawn", topic="handoff")
    return answer(turn, content, focus=replace(turn.focus, pending=None), withdraw=True)


def _contact(turn: Turn) -> dict[str, str]:
    found = {name: turn.value(name) for name in ("email", "phone")}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _contact_words(data: dict[str, str], desk: Desk) -> str:
    given = [data[name] for name in ("email", "phone") if data.get(name)]
    return ", ".join(given) or desk.library.phrase("contact_none")


def _need_words(data: dict[str, str], desk: Desk) -> str:
    topic = str(data.get("need") or "handoff")
    if topic == "handoff":
        return desk.library.phrase("need_unknown")
    return desk.library.default_entry(topic).title


def _regions(turn: Turn, desk: Desk) -> tuple[str, ...]:
    place = desk.gazetteer.get(turn.focus.place) if turn.focus.place else None
    region = desk.gazetteer.region_of(place) if place else None
    return (region.name,) if region else ()
