"""The lease: every way out, the days that count, and the paper to send.

Information, not legal advice. Nothing is assumed in silence: when only the end of the lease is
known, the answer says that it is for a dwelling let for twelve months or more, and offers the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from bot.actions import lease_answers, lease_papers
from bot.actions.entries import answer_topic
from bot.actions.lease_told import Role, Told, told
from bot.actions.replies import answer, plain, quick_reply, say_entry
from bot.actions.turn import Entity, Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.guidance.lease import LengthUnknown, shift_months, special_months
from marie.guidance.lease_rules import Lodging, Term
from marie.language.safety import HELP_ENTRIES
from marie.language.typography import french_day, french_month

FORM = "lease"
VIOLENCE_ENTRY = "lease-special-violence"
DOUBTFUL = 0.65
"""Under it, what follows that entry is asked by somebody who lives with violence."""

SENDING_ENTRY = "lease-notice-send"
HOW_MUCH_ENTRY = "lease-increase-how-much"
_PERCENT = re.compile(r"\d\s*(?:%|pour\s?cents?\b)")
MOST_ASKED = 2
"""Times that a date which cannot be is asked for before a person is offered."""

MOST_MONTHS = 24
"""Months that a lease may still run in « il reste 8 mois »."""

PARAGRAPH = "\n\n"

_LETTERS = {
    "lease.assignment": "lease.assignment",
    "lease.sublet": "lease.sublet",
    "lease.agreement": "lease.agreement",
    "lease.increase": "lease.increase",
    "lease.special": "lease.special",
}
"""The way that a visitor talks about, when she asks for « la lettre »."""


def nonrenewal(turn: Turn, desk: Desk) -> Reply:
    """The window of the notice; asks for the end of the lease when it is not known."""
    if turn.value("entry") is not None:
        return answer_topic(turn, desk)
    if _tells_receipt(turn, desk, "received"):
        return increase(turn.about("lease.increase"), desk)
    known = told(turn, desk)
    if known.trouble is not None:
        return _ask_end(turn, desk, known.trouble, known.values)
    if (protected := _protected_end(turn, desk, known)) is not None:
        return protected
    if known.end is None and known.received is not None:
        # « Je veux partir plutôt », after a notice of increase: its month is what counts.
        return lease_answers.increase(turn, desk, known, known.received)
    if known.end is None:
        # A question without a date is answered first; the date is asked for at its end.
        return _ask_end_after_answer(turn, desk, known)
    leaving = known.lease.get("leaving")
    if "leaving" in known.new and str(leaving) < known.end.isoformat():
        return lease_answers.ways(turn, desk, known)  # « je veux partir fin mai », before the end
    return lease_answers.window(turn, desk, known, known.end)


def _protected_end(turn: Turn, desk: Desk, known: Told) -> Reply | None:
    """« Son bail finit le 30 juin », of who goes to a CHSLD: it may end before that day."""
    told_before = turn.focus.topic == "lease.special" and known.lease.get("ground")
    if not told_before or known.end is None or not turn.all("date"):
        return None
    same = Entity(entity="entry", value=turn.focus.entry)
    turn = replace(turn, entities=(*turn.entities, same)).about("lease.special")
    reply = special(turn, desk)
    law, content = answer_topic(turn, desk).messages[0], reply.messages[0]
    day = content.text.removeprefix(law.text).strip()
    if not day or day == content.text:
        return None
    return replace(reply, messages=(replace(content, text=day), *reply.messages[1:]))


def _tells_receipt(turn: Turn, desk: Desk, default: Role) -> bool:
    """« J’ai reçu la lettre hier », after an increase: its day, whatever else was read."""
    if turn.focus.topic != "lease.increase" or turn.first("date") is None:
        return False
    known = told(turn, desk, default=default)
    return "received" in known.new and known.trouble is None


def notice(turn: Turn, desk: Desk) -> Reply:
    """The letter of the way that the talk is about: how to write and send it, and by when."""
    if _tells_receipt(turn, desk, "leaving"):
        return increase(turn.about("lease.increase"), desk)
    way = _LETTERS.get(turn.focus.topic or "")
    known = told(turn, desk)
    if turn.focus.topic == "lease.end" and known.lease.get("ground"):
        # « Quels papiers? », after the ways out of who has a handicap: those of that way.
        return special(turn.about("lease.special"), desk)
    reply = answer_topic(turn, desk)
    content = reply.messages[0]
    if known.trouble is not None:
        return reply
    if way is not None:
        papers = _papers(way, turn, desk, known)
        if papers and content.entry == desk.library.default_entry("lease.notice").id:
            # That entry tells what stands in the notice of nonrenewal.
            ready = desk.library.phrase("lease_letter_ready")
            sent = say_entry(desk.library.entries[SENDING_ENTRY], turn, desk)
            content = replace(sent, text=f"{ready}{PARAGRAPH}{sent.text}")
            # The talk is still of that way: « il a répondu non ».
            reply = replace(reply, focus={**reply.focus, "topic": way})
        content = replace(content, documents=papers)
    elif known.end is not None:
        dated = lease_answers.window(turn, desk, known, known.end).messages[0]
        text = f"{dated.text.partition(PARAGRAPH)[0]}{PARAGRAPH}{content.text}"
        content = replace(content, text=text, data=dated.data, documents=dated.documents)
    else:
        blank = lease_papers.blank_nonrenewal(turn, desk, known)
        text = f"{content.text}{PARAGRAPH}{desk.library.phrase('lease_ask_end')}"
        content = replace(content, text=text, documents=blank)
        reply = _awaiting_end(reply)
    return replace(
        reply,
        messages=(content, *reply.messages[1:]),
        profile=_kept(reply, known),
    )


def _awaiting_end(reply: Reply) -> Reply:
    """The reply, whose text asks for the end of the lease, open for the answer."""
    pending = msgspec.to_builtins(Pending(form=FORM, field="end"))
    return replace(reply, focus={**reply.focus, "pending": pending})


def increase(turn: Turn, desk: Desk) -> Reply:
    """The last day to answer a notice of increase; without its day, how an answer is given."""
    known = told(turn, desk, default="received")
    if known.trouble is not None:
        return _ask(turn, desk, known.trouble, field="notice", topic="lease.increase")
    if (
        turn.value("entry") is None
        and known.received is not None
        and ("received" in known.new or turn.pressed)
    ):
        return lease_answers.increase(turn, desk, known, known.received)
    if turn.value("entry") is None and not turn.pressed and _says_how_much(turn):
        # « Il demande 8 % », « 60 $ de plus »: what the Tribunal reckons with.
        named = Entity(entity="entry", value=HOW_MUCH_ENTRY)
        turn = replace(turn, entities=(*turn.entities, named))
        return _with_papers(answer_topic(turn, desk), (), known)
    reply = answer_topic(turn, desk)
    general = reply.messages[0].entry == desk.library.default_entry("lease.increase").id
    if general and known.received is not None and turn.value("part") is None:
        # Its day was told before: it is not asked for again.
        return lease_answers.increase(turn, desk, known, known.received)
    return _with_papers(reply, _papers("lease.increase", turn, desk, known), known)


def _says_how_much(turn: Turn) -> bool:
    """Whether a message that goes on about an increase says a sum or a percentage, and no date."""
    if turn.focus.topic != "lease.increase" or turn.all("date"):
        return False
    return turn.first("amount") is not None or _PERCENT.search(turn.text) is not None


def end(turn: Turn, desk: Desk) -> Reply:
    """The ways out: in general, or for what is known of this lease."""
    known = told(turn, desk, default="leaving")
    if turn.value("answer") == "ways":
        return lease_answers.ways(turn, desk, known)
    if known.trouble is not None:
        return _ask_end(turn, desk, known.trouble, known.values)
    reply = answer_topic(turn, desk)
    general = reply.messages[0].entry == desk.library.default_entry("lease.end").id
    if known.lease and general and turn.value("part") is None:
        return lease_answers.ways(turn, desk, known)
    return _awaiting_end(reply) if general and turn.value("part") is None else reply


def special(turn: Turn, desk: Desk) -> Reply:
    """Articles 1974 and 1974.1: with the notice, and its day, once the situation is told."""
    reply = answer_topic(turn, desk)
    known = told(turn, desk, default="leaving")
    entry = reply.messages[0].entry
    if entry == VIOLENCE_ENTRY:
        known.lease["ground"] = "violence"
    ground = known.lease.get("ground")
    rules = desk.lease.on(turn.today).special
    rule = next((each for each in rules if ground in each.ground), None)
    if rule is None or known.trouble is not None:
        return reply
    try:
        months = special_months(
            length_months=known.length,
            rule=rule,
            term=Term(known.lease.get("term") or Term.FIXED.value),
        )
    except LengthUnknown:
        months = None
    reply = _with_papers(reply, lease_papers.special(turn, desk, known, rule, months), known)
    if months is not None:
        ends = french_day(shift_months(turn.today, months))
        sentence = desk.library.phrase("lease_special_end", day=ends)
    elif known.end is not None:
        months_of = {case.months for case in rule.cases}
        longest, shortest = max(months_of), min(months_of)
        if known.end <= shift_months(turn.today, longest):
            return reply
        sentence = desk.library.phrase(
            "lease_special_either",
            long=french_day(shift_months(turn.today, longest)),
            short=french_day(shift_months(turn.today, shortest)),
        )
    else:
        return reply
    content = reply.messages[0]
    return replace(
        reply,
        messages=(replace(content, text=f"{content.text}\n\n{sentence}"), *reply.messages[1:]),
    )


def _transfer(turn: Turn, desk: Desk) -> Reply:
    """Assignment, sublet or agreement: how, with the paper; or why not for this lodging."""
    known = told(turn, desk, default="leaving")
    reply = answer_topic(turn, desk)
    if known.trouble is not None:
        return reply
    situation = known.situation(turn.today)
    rule = next(each for each in desk.lease.ways if each.topic == turn.intent)
    for closing in rule.closed:
        if situation.lodging in closing.lodging and situation.lodging is not Lodging.DWELLING:
            content = reply.messages[0]
            text = f"{closing.because}\n\n{content.text}"
            return replace(
                reply,
                messages=(replace(content, text=text), *reply.messages[1:]),
                profile=_kept(reply, known),
            )
    return _with_papers(reply, _papers(turn.intent, turn, desk, known), known)


def _papers(way: str, turn: Turn, desk: Desk, known: Told) -> tuple[lease_papers.Document, ...]:
    """The letter of a way out, with what is known."""
    match way:
        case "lease.assignment":
            return lease_papers.assignment(turn, desk, known)
        case "lease.sublet":
            return lease_papers.sublet(turn, desk, known)
        case "lease.agreement":
            return lease_papers.agreement(turn, desk, known)
        case "lease.increase":
            return lease_papers.increase(turn, desk, known, None)
        case _:
            return ()


def _with_papers(reply: Reply, documents: Sequence[lease_papers.Document], known: Told) -> Reply:
    first, *rest = reply.messages
    return replace(
        reply,
        messages=(replace(first, documents=tuple(documents)), *rest),
        profile=_kept(reply, known),
    )


def _kept(reply: Reply, known: Told) -> dict[str, Any]:
    return {**reply.profile, "lease": known.lease} if known.lease else reply.profile


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to « quand finit votre bail? », or when a notice came."""
    if turn.first("date") is None:
        months = _months_left(turn)
        if months is not None and pending.field == "end":
            return _ask_day(turn, desk, pending, months)
        if turn.intent == "dont_know":
            handoff = quick_reply(desk.library.phrase("button_handoff"), "handoff")
            content = plain(
                desk.library, "lease_end_unknown", topic="lease.nonrenewal", buttons=[handoff]
            )
            return answer(turn, content, focus=replace(turn.focus, pending=None))
        return None
    if pending.field == "notice":
        return increase(turn.about("lease.increase"), desk)
    return nonrenewal(turn.about("lease.nonrenewal"), desk)


def _months_left(turn: Turn) -> int | None:
    """« Il reste 8 mois », as an answer to when the lease ends."""
    duration, age = turn.value("duration"), turn.first("age")
    if turn.pressed or (age is not None and age.grain != "months"):
        return None
    # « 8 mois » alone reads as an age too; nobody tells a child's when asked for a lease's end.
    months = duration.get("months") if isinstance(duration, dict) else age and age.value
    return int(months) if isinstance(months, (int, float)) and 0 < months <= MOST_MONTHS else None


def _ask_day(turn: Turn, desk: Desk, pending: Pending, months: int) -> Reply:
    """About when that is, said back; no date is made of it, for a notice hangs on the very day."""
    about = french_month(shift_months(turn.today, months))
    content = plain(desk.library, "lease_ask_day", topic="lease.nonrenewal", month=about)
    pending = replace(pending, asked=pending.asked + 1)
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _ask_end(turn: Turn, desk: Desk, phrase: str, values: dict[str, str]) -> Reply:
    return _ask(turn, desk, phrase, field="end", topic="lease.nonrenewal", values=values)


def _ask(
    turn: Turn,
    desk: Desk,
    phrase: str,
    *,
    field: str,
    topic: str,
    values: dict[str, str] | None = None,
) -> Reply:
    """Say back what cannot be, and ask once more; the next time, offer a person."""
    library = desk.library
    before = turn.focus.pending
    asked = before.asked + 1 if before is not None and before.form == FORM else 1
    handoff = quick_reply(library.phrase("button_handoff"), "handoff")
    if asked > MOST_ASKED:
        content = plain(library, "lease_give_up", topic=topic, buttons=[handoff])
        return answer(turn, content, focus=replace(turn.focus, topic=topic, pending=None))
    content = plain(library, phrase, topic=topic, buttons=[handoff], data=None, **(values or {}))
    pending = Pending(form=FORM, field=field, asked=asked)
    return answer(turn, content, focus=replace(turn.focus, topic=topic, pending=pending, misses=0))


def _ask_end_after_answer(turn: Turn, desk: Desk, known: Told) -> Reply:
    entry = desk.library.default_entry("lease.nonrenewal")
    content = say_entry(entry, turn, desk, more=[desk.library.phrase("lease_ask_end")])
    pending = Pending(form=FORM, field="end")
    focus = replace(turn.focus, topic="lease.nonrenewal", entry=entry.id, pending=pending, misses=0)
    return answer(turn, content, focus=focus, profile=lease_answers.kept(turn, known))


def _or_violence(answerer: Callable[[Turn, Desk], Reply]) -> Callable[[Turn, Desk], Reply]:
    """A lease to end because of violence: its own entry, which opens with the help lines."""

    def respond(turn: Turn, desk: Desk) -> Reply:
        told = turn.focus.violence or turn.focus.entry == HELP_ENTRIES["violence"]
        doubtful = turn.focus.entry == VIOLENCE_ENTRY and turn.confidence < DOUBTFUL
        if (told or doubtful) and not turn.pressed:
            # « Et le bail est à mon nom »: first the way out that the law keeps for her.
            lived = Entity(entity="safety", value="violence_lease")
            turn = replace(turn, entities=(*turn.entities, lived))
        if turn.value("safety") == "violence_lease" and turn.value("entry") is None:
            named = Entity(entity="entry", value=VIOLENCE_ENTRY)
            focus = replace(turn.focus, violence=False)  # said now
            entities = (*turn.entities, named)
            turn = replace(turn, intent="lease.special", entities=entities, focus=focus)
            return special(turn, desk)
        return answerer(turn, desk)

    return respond


TOPICS = {
    "lease.end": _or_violence(end),
    "lease.nonrenewal": _or_violence(nonrenewal),
    "lease.notice": _or_violence(notice),
    "lease.increase": _or_violence(increase),
    "lease.special": _or_violence(special),
    **dict.fromkeys(
        ("lease.assignment", "lease.sublet", "lease.agreement"), _or_violence(_transfer)
    ),
}
