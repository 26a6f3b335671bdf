"""A person, please: what is passed on is said first, then sent only with consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.actions import waiting
from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.lead_file import Passed, lead_file, region_names, shown_lines
from bot.actions.replies import answer, entry_buttons, plain, quick_reply
from bot.actions.situation import UNCLEAR, known, read, with_situation
from bot.actions.traces import LANGUAGE, TOLD
from bot.actions.trades import SPOUSE
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.leads import HandoverRequest
from marie.domain.replies import Reply
from marie.knowledge.talk import says
from marie.knowledge.waiting_words import WITHDRAW
from marie.language.folding import fold_key, words
from marie.language.typography import french_list

FORM = "handoff"

CORRECTS = UNCLEAR | {"eligibility", "handoff", "region.profile", "stop"}
"""Readings of a message that may correct what is shown."""

BEGINS = ("non", "oui", "plutot", "pas", "desole", "desolee", "pardon", "finalement", "correction")
"""Folded words that a correction begins with, whatever the rest is read as."""


RESERVES = frozenset({"mais", "sauf", "excepte", "sans", "attendez", "attends"})
"""Words with which a yes is no consent to all that is shown."""

SMALL_TALK = frozenset({"greeting", "inform", "clarify", "out_of_scope", "thanks", "language"})
"""How a name is read where a telephone number is asked for."""

NAME_WORDS = 3
FEW = 8
"""Words of a message that gives a person up."""

NO_NEED = frozenset(
    {"greeting", "goodbye", "thanks", "language", "abuse", "clarify", "out_of_scope", "privacy"}
)
"""Topics that are no need to pass on."""


def ask_for_person(turn: Turn, desk: Desk) -> Reply:
    """Begin: how to reach the visitor, or stay in the chat."""
    if turn.pressed and turn.value("answer") == WITHDRAW and turn.state == "waiting":
        return _withdraw(turn, desk)
    about = waiting.asked(turn, desk)
    if about is not None:
        return about
    if names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    if turn.state == "waiting":
        return waiting.how_long(turn, pending=Pending(form=FORM, field="withdraw"))
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
    if _calls_off(turn, desk):
        return decline(turn, desk)
    if pending.field == "contact":
        return _no_contact_yet(turn, desk, pending)
    corrected = _corrected(turn, desk, pending)
    if corrected is not None:
        return corrected
    if turn.intent in ("affirm", "handoff") or fold_key(turn.text) in desk.talk.consents:
        if not turn.pressed and RESERVES & {word.text for word in words(turn.text)}:
            return _confirm(turn, desk, pending.data, "handoff_left_which")
        if _facts(turn, pending.data) != pending.data.get("facts"):
            # Told since it was shown: consent is to what was shown, and to nothing else.
            return _confirm(turn, desk, pending.data, "handoff_added")
        return _send(turn, desk, pending)
    if turn.intent == "deny":
        return decline(turn, desk)
    return None


def give_up(turn: Turn, desk: Desk) -> Reply:
    """« Annule », from who waits: asked back once, since it may be about something else."""
    pending = turn.focus.pending
    if pending is not None and pending.data.get("asked"):
        return _withdraw(turn, desk)
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_withdraw"), "handoff", answer=WITHDRAW),
        quick_reply(library.phrase("button_keep_request"), "handoff"),
    ]
    content = plain(library, "handoff_ask_withdraw", topic="handoff", buttons=buttons)
    pending = Pending(form=FORM, field="withdraw", data={"asked": True})
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def decline(turn: Turn, desk: Desk) -> Reply:
    """Nothing is passed on, and a person stays one word away."""
    library = desk.library
    entry = library.entries.get(turn.focus.entry or "") or library.default_entry("greeting")
    buttons = entry_buttons(entry, library, turn.focus.place)
    content = plain(library, "handoff_declined", topic="handoff", buttons=buttons)
    return answer(turn, content, focus=replace(turn.focus, pending=None, misses=0))


def _calls_off(turn: Turn, desk: Desk) -> bool:
    """« Non rien », « laisse faire », « finalement non », and little besides."""
    if turn.pressed or len(words(turn.text)) > FEW or says(turn.text, desk.talk.stays):
        return False
    # « Non, pas besoin de dire mon âge » leaves something out, and asks for the rest.
    if desk.qualification.withheld(turn.text):
        return False
    return says(turn.text, desk.talk.calls_off)


def _no_contact_yet(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """What answers « comment vous joindre? » without an address or a number."""
    if turn.value("answer") == "stay" or turn.intent in ("dont_know", "affirm"):
        return _confirm(turn, desk, pending.data)
    if not turn.pressed and says(turn.text, desk.talk.stays):
        return _confirm(turn, desk, pending.data)
    if turn.intent == "deny":
        return decline(turn, desk)
    if not turn.pressed and says(turn.text, desk.talk.naming):
        return _ask_contact(turn, desk, "handoff_only_contact", pending)
    if turn.intent == "handoff":
        return _ask_contact(turn, desk, "handoff_intro", pending)
    if any(character.isdigit() for character in turn.text) or "@" in turn.text:
        return _ask_contact(turn, desk, "handoff_bad_contact", pending)
    if _is_a_name(turn, desk):
        return _ask_contact(turn, desk, "handoff_only_contact", pending)
    return None


def _corrected(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """« Non, deux enfants », « plutôt Gaspé », « ne transmettez pas mon âge »: shown again."""
    if turn.pressed:
        return None
    unreached = set(desk.qualification.withheld_contact(turn.text)) & pending.data.keys()
    data = {name: value for name, value in pending.data.items() if name not in unreached}
    leave_out = _left_out(turn, desk)
    first = next((word.text for word in words(turn.text)), "")
    withholds = leave_out or desk.qualification.withholds(turn.text)
    if not withholds and turn.intent not in CORRECTS and first not in BEGINS:
        return None
    facts = dict(read(turn, desk, of_oneself=True).facts)
    if "target_region" not in facts and len(turn.all("place")) == 1:
        facts.update(_target(turn, desk))
    if facts.get("children") == len(known(turn).get("child_ages") or ()):
        facts.pop("children")  # as many as she told the ages of
    elif "children" in facts:
        facts.setdefault("child_ages", None)
    facts = {name: value for name, value in facts.items() if name not in leave_out}
    given = {name: value for name, value in facts.items() if value is not None}
    shown = pending.data.get("facts") or {}
    corrects = any(shown.get(name) != value for name, value in given.items())
    if not corrects and not leave_out and not unreached:
        unclear = desk.qualification.withholds(turn.text) and turn.intent != "privacy"
        return _confirm(turn, desk, data, "handoff_left_which") if unclear else None
    before = [each for each in pending.data.get("withheld", ()) if each not in given]
    withheld = sorted({*before, *leave_out})
    if corrects:
        turn = replace(turn, profile=with_situation(turn, facts))
    said = ["handoff_corrected"] if corrects else []
    there = bool(unreached) or any(shown.get(name) is not None for name in leave_out)
    if leave_out or unreached:
        said.append("handoff_left_out" if there else "handoff_not_there")
    return _confirm(turn, desk, {**data, "withheld": withheld}, *said)


def _left_out(turn: Turn, desk: Desk) -> set[str]:
    """The fields to leave out: named, or told (« dites pas que je suis comptable »)."""
    rest = desk.qualification.left_out(turn.text)
    told = read(replace(turn, text=rest), desk, of_oneself=True).facts if rest else {}
    return {*desk.qualification.withheld(turn.text), *told}


def _target(turn: Turn, desk: Desk) -> dict[str, Any]:
    """The place that she names, as the one where she wants to live."""
    place = desk.gazetteer.get(str(turn.value("place")))
    if place is None or place.region is None or place.metropolitan:
        return {}
    return {"target_region": place.region, "target_place": place.id}


def _is_a_name(turn: Turn, desk: Desk) -> bool:
    """« Aminata », « Jean Tremblay »: a word or two that greet nobody, read as small talk."""
    said = words(turn.text)
    if turn.pressed or turn.intent not in SMALL_TALK or not 0 < len(said) <= NAME_WORDS:
        return False
    return not any(word.text in desk.talk.bare for word in said)


def _ask_contact(turn: Turn, desk: Desk, phrase: str, before: Pending | None = None) -> Reply:
    buttons = [
        quick_reply(desk.library.phrase("button_stay"), "inform", answer="stay"),
        quick_reply(desk.library.phrase("button_no_person"), "stop"),
    ]
    content = plain(desk.library, phrase, topic="handoff", buttons=buttons)
    need = turn.focus.topic or "handoff"
    if need in NO_NEED:
        need = "handoff"
    if before is not None:
        need = before.data.get("need") or need
    pending = Pending(form=FORM, field="contact", data={"need": need})
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _confirm(turn: Turn, desk: Desk, data: Mapping[str, Any], *before: str) -> Reply:
    """Show what would be passed on, to whom and what for; `before`: what is said first."""
    library = desk.library
    kept = {name: data[name] for name in ("need", "email", "phone", "withheld") if data.get(name)}
    kept["facts"] = _facts(turn, kept)
    buttons = [
        quick_reply(library.phrase("button_consent"), "affirm"),
        quick_reply(library.phrase("button_no_consent"), "deny"),
    ]
    names = [each.name for each in desk.settings.current().organizations.organizations]
    content = plain(
        library,
        "handoff_confirm",
        topic="handoff",
        buttons=buttons,
        lines=shown_lines(_passed(kept, desk), turn, desk),
        organizations=french_list(names, "ou"),
    )
    if before:
        said = " ".join(library.phrase(each) for each in before)
        content = replace(content, text=f"{said}\n\n{content.text}")
    pending = Pending(form=FORM, field="consent", data={**kept, "shown": content.text})
    focus = replace(turn.focus, pending=pending, misses=0)
    return answer(turn, content, focus=focus, profile=turn.profile)


def _send(turn: Turn, desk: Desk, pending: Pending) -> Reply:
    data = pending.data
    passed = _passed(data, desk)
    content = plain(desk.library, "handoff_sent", topic="handoff")
    request = HandoverRequest(
        name=None,
        email=data.get("email"),
        phone=data.get("phone"),
        need=passed.need,
        regions=region_names(passed, turn, desk),
        profile=_profile(turn, data),
        consent=str(data.get("shown", "")),
        file=lead_file(passed, turn, desk),
    )
    reach = [name for name in ("email", "phone") if data.get(name)]
    profile = {**turn.profile, waiting.FOLLOWED: True, waiting.REACH: reach}
    focus = replace(turn.focus, pending=None)
    return answer(turn, content, focus=focus, profile=profile, handover=request)


def _withdraw(turn: Turn, desk: Desk) -> Reply:
    content = plain(desk.library, "handoff_withdrawn", topic="handoff")
    profile = {name: value for name, value in turn.profile.items() if name != waiting.FOLLOWED}
    focus = replace(turn.focus, pending=None)
    return answer(turn, content, focus=focus, profile=profile, withdraw=True)


def _contact(turn: Turn) -> dict[str, str]:
    found = {name: turn.value(name) for name in ("email", "phone")}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _facts(turn: Turn, data: Mapping[str, Any]) -> dict[str, Any]:
    """The situation that would be passed on: without what she withheld or would not say."""
    withheld = set(data.get("withheld", ()))
    facts = {**known(turn), SPOUSE: (turn.profile.get(SPOUSE) or {}).get("occupation")}
    return {
        name: value for name, value in facts.items() if name not in withheld and value is not None
    }


def _passed(data: Mapping[str, Any], desk: Desk) -> Passed:
    contact = {name: str(data[name]) for name in ("email", "phone") if data.get(name)}
    facts = dict(data.get("facts") or {})
    spouse = facts.pop(SPOUSE, None)
    return Passed(need=_need_words(data, desk), facts=facts, spouse=spouse, contact=contact)


def _profile(turn: Turn, data: Mapping[str, Any]) -> dict[str, Any]:
    """The profile as it is passed on; what the file says of it is not said twice."""
    ours = {TOLD, LANGUAGE, "verdicts", waiting.FOLLOWED, waiting.REACH}
    withheld = {*data.get("withheld", ()), *ours}
    if "child_ages" in withheld:
        withheld.add("children")
    profile = {name: value for name, value in turn.profile.items() if name not in withheld}
    if "situation" in profile:
        facts = data.get("facts") or {}
        profile["situation"] = {name: facts[name] for name in facts if name != SPOUSE}
    return profile


def _need_words(data: Mapping[str, Any], desk: Desk) -> str:
    topic = str(data.get("need") or "handoff")
    if topic == "handoff":
        return desk.library.phrase("need_unknown")
    return desk.library.default_entry(topic).title
