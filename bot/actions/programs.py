"""Programmes: what they are, and what a visitor may be entitled to, in few questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.actions.answers import Asking, by_title, read_answer
from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.forms import question_buttons
from bot.actions.household import noted_of_family
from bot.actions.replies import answer, plain, quick_reply
from bot.actions.situation import known, note, noted, read, with_situation
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.eligibility import Program, Verdict, evaluate_all, matters, next_question
from marie.knowledge.talk import says
from marie.knowledge.told import Doubt, Told
from marie.knowledge.verdicts import short_text, verdict_json, verdict_sources, verdict_text
from marie.language.folding import words
from marie.language.own_numbers import LONG_AGO, Range

FORM = "eligibility"
FOUNDING = ("emplois-en-regions", "place-aux-jeunes", "emploi-en-sol-quebecois")
OTHERS = "others"
"""The scope of a screening for every programme that is not a founding one."""

NO_TOPIC = frozenset(
    {
        *("eligibility", "inform", "follow_up", "clarify", "out_of_scope", "affirm", "deny"),
        *("dont_know", "pick", "program.info"),
    }
)
"""Readings under which a message in a screening may tell something else than what was asked."""

WANTED = r"(?:(?<! pas)(?<! sauf)|(?<= pourquoi pas))"
"""What stands before a name that is asked for."""


@dataclass
class _Screening:
    """A screening as one turn finds it: what is known, and what to say before the rest."""

    turn: Turn
    desk: Desk
    scope: tuple[str, ...]
    situation: dict[str, Any]
    before: list[str]
    offer_person: bool = False
    joined: tuple[str, ...] = ()
    """Programmes named at a question: looked at with the others, and said back."""

    @property
    def programs(self) -> list[Program]:
        return [each for each in self.desk.programs if each.id in self.scope]

    def leave(self, field: str) -> None:
        """Leave a field to confirm, supposing nothing, with a person at hand."""
        self.situation[field] = None
        self.before.append(self.desk.library.phrase("eligibility_left"))
        self.offer_person = True

    def learn(self, facts: dict[str, Any], *, asked: str | None = None) -> None:
        """Take facts in; what was told otherwise before, or beside the question, is said back."""
        library = self.desk.library
        fresh = {}
        for name, value in facts.items():
            old = self.situation.get(name)
            if old is not None and value is not None and old != value:
                new_words = note(name, value, self.desk)
                old_words = note(name, old, self.desk)
                if new_words and old_words:
                    self.before.append(
                        library.phrase("eligibility_changed", new=new_words, old=old_words)
                    )
            elif name not in self.situation and name != asked:
                fresh[name] = value
        if said := noted(fresh, self.desk):
            self.before.append(library.phrase("eligibility_noted", facts=said))
        self.situation.update(facts)


def eligibility(turn: Turn, desk: Desk) -> Reply:
    """Verdicts for what is known, and the question that settles the most."""
    programs = desk.programs
    entry = turn.value("entry")
    # Asked for by its words (« lequel est pour moi? »), it is the questions that are wanted.
    if entry is not None and (turn.pressed or not desk.library.entries[entry].default):
        return answer_topic(turn, desk)
    if not turn.pressed and (confused := _confused(turn, programs)) is not None:
        return _ask_which(turn, desk, confused)
    told = read(turn, desk, of_oneself=True)
    named = turn.pressed or _named(turn, programs)
    if told == Told() and not named and names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    screening = _Screening(turn, desk, _scope(turn, programs), known(turn), [])
    screening.learn(dict(told.facts))
    if told.doubts:
        return _doubt(screening, told.doubts[0], None)
    return _with_ranges(screening, dict(told.ranges), None)


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to one question of the screening."""
    if turn.intent == "program.info" and turn.text.rstrip().endswith("?"):
        return None  # « c'est quoi, Place aux jeunes? » asks, and answers nothing
    if pending.field == "program":
        if turn.value("program") is None and not _named(turn, desk.programs):
            return None
        chosen = replace(turn, intent="eligibility", focus=replace(turn.focus, pending=None))
        return eligibility(chosen, desk)
    asking = Asking(turn, desk, pending.field)
    told = _hear(asking)
    passes = asking.skips or (asking.does_not_know and not _answers(told, pending.field))
    if not passes and not _answers(told, pending.field):
        beside = told.facts or _named(turn, desk.programs)
        titled = bool(by_title(turn, desk))
        if not beside or (turn.intent not in NO_TOPIC and not turn.pressed and not titled):
            return _somebody_elses(turn, desk, pending)
    scope = tuple(pending.data.get("scope") or FOUNDING)
    joined = _named(turn, desk.programs)
    scope = tuple(dict.fromkeys((*scope, *joined)))
    screening = _Screening(turn, desk, scope, known(turn), [], joined=joined)
    if not passes:
        screening.learn(dict(told.facts), asked=pending.field)
        if told.doubts:
            return _doubt(screening, told.doubts[0], pending)
        return _with_ranges(screening, dict(told.ranges), pending)
    if not asking.skips and pending.asked == 1:
        return _explain(screening, pending)
    screening.learn(dict(told.facts), asked=pending.field)
    if asking.skips:
        screening.situation[pending.field] = None
    else:
        screening.leave(pending.field)
    return _say(screening)


def _somebody_elses(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """« Et ma conjointe, 33 ans, elle est étudiante »: one person at a time; None: not that."""
    speaks = says(turn.text, desk.talk.spouse.says) and turn.intent in NO_TOPIC
    if not speaks or turn.pressed or turn.text.rstrip().endswith("?"):
        return None
    question = desk.library.phrase(f"eligibility_ask_{pending.field}")
    content = plain(desk.library, "eligibility_one_person", topic="eligibility", question=question)
    heard = "\n\n".join(part for part in (noted_of_family(turn, desk), content.text) if part)
    buttons = tuple(question_buttons(pending, desk))
    content = replace(content, text=heard, quick_replies=buttons)
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _hear(asking: Asking) -> Told:
    """What the message tells, the bare answer to the question included."""
    # « Deux ans » after « depuis combien d'années » is no age.
    alone = asking.known.number is None or asking.field == "age"
    told = read(asking.turn, asking.desk, of_oneself=alone)
    told = replace(told, facts={**by_title(asking.turn, asking.desk), **told.facts})
    if asking.field == "lives_in_cmm" and "target_region" in told.facts:
        return told  # « je veux partir à Gatineau » says where to, and not from where
    direct = read_answer(asking, known(asking.turn))
    if isinstance(direct, Doubt):
        return replace(told, doubts=(direct, *told.doubts))
    if isinstance(direct, Range):
        return replace(told, ranges={asking.field: direct, **told.ranges})
    if direct is not None:
        return replace(told, facts={asking.field: direct.value, **told.facts})
    return told


def _answers(told: Told, field: str) -> bool:
    return field in told.facts or field in told.ranges or bool(told.doubts)


def _with_ranges(screening: _Screening, ranges: dict[str, Range], pending: Pending | None) -> Reply:
    """Go on, or ask for a number more exactly where a verdict hangs on it."""
    for field, number in ranges.items():
        most = screening.desk.profile_fields[field].most or LONG_AGO
        high = min(number.high, most)
        if not matters(screening.programs, screening.situation, field, number.low, high):
            screening.learn({field: number.low}, asked=pending.field if pending else None)
        elif pending is not None and pending.field == field and pending.asked >= 2:
            screening.leave(field)
        else:
            return _doubt(screening, Doubt("range", field), pending)
    return _say(screening)


def _say(screening: _Screening) -> Reply:
    """The verdicts, or the next question on the way to them."""
    turn, desk, library = screening.turn, screening.desk, screening.desk.library
    verdicts = evaluate_all(desk.programs, screening.situation, on=turn.today)
    field = next_question(screening.programs, screening.situation, on=turn.today)
    paragraphs = [*_joined(screening), *screening.before]
    pending = None
    if field is not None:
        if not screening.situation and not screening.joined:
            paragraphs.append(library.phrase("eligibility_intro"))
        pending = Pending(form=FORM, field=field, data={"scope": list(screening.scope)})
        question = library.phrase(f"eligibility_ask_{field}")
        asked = turn.focus.pending
        if screening.before and asked is not None and (asked.form, asked.field) == (FORM, field):
            question = library.phrase("eligibility_still", question=question)
        paragraphs.append(question)
        buttons = question_buttons(pending, desk)
        if screening.offer_person:
            buttons.append(quick_reply(library.phrase("button_handoff"), "handoff"))
        shown = [each for each in verdicts if each.program in screening.scope]
    else:
        paragraphs.append(library.phrase("eligibility_result"))
        shown = [each for each in verdicts if each.program in screening.scope]
        others = [each for each in verdicts if each.program not in screening.scope]
        paragraphs += [verdict_text(each, library) for each in shown]
        if others:
            lines = [library.phrase("eligibility_others")]
            paragraphs.append("\n".join([*lines, *(short_text(each, library) for each in others)]))
        buttons = _afterwards(screening, others)
    content = Content(
        text="\n\n".join(paragraphs),
        topic="eligibility",
        entry=library.default_entry("eligibility").id,
        sources=verdict_sources(shown),
        quick_replies=tuple(buttons),
        data={"verdicts": [verdict_json(each) for each in verdicts]},
    )
    focus = replace(turn.focus, topic="eligibility", pending=pending, misses=0)
    return answer(turn, content, focus=focus, profile=with_situation(turn, screening.situation))


def _joined(screening: _Screening) -> list[str]:
    names = [each.name for each in screening.programs if each.id in screening.joined]
    phrase = screening.desk.library.phrase
    return [phrase("eligibility_joined", programs=", ".join(names))] if names else []


def _afterwards(screening: _Screening, others: Sequence[Verdict]) -> list[dict[str, str]]:
    library = screening.desk.library
    buttons = [quick_reply(library.phrase("button_handoff"), "handoff")]
    if any(each.missing_fields for each in others):
        title = library.phrase("eligibility_button_others")
        buttons.append(quick_reply(title, "eligibility", scope=OTHERS))
    return [*buttons, quick_reply(library.phrase("button_program_info"), "program.info")]


def _doubt(screening: _Screening, doubt: Doubt, pending: Pending | None) -> Reply:
    """Say back what cannot be, and ask again once; then a person, or pass."""
    turn, desk, library = screening.turn, screening.desk, screening.desk.library
    asked = pending.asked + 1 if pending is not None and pending.field == doubt.field else 2
    again = Pending(
        form=FORM, field=doubt.field, data={"scope": list(screening.scope)}, asked=asked
    )
    buttons = question_buttons(again, desk)
    if asked > 2:
        said = library.phrase("eligibility_doubt_person")
        person = quick_reply(library.phrase("button_handoff"), "handoff")
        buttons = [person, *buttons[-1:]]
    else:
        phrase = f"eligibility_doubt_{doubt.oddity}"
        if f"{phrase}_{doubt.field}" in library.phrases:
            phrase = f"{phrase}_{doubt.field}"
        heard, other = ([*_heard(doubt, desk), "", ""])[:2]
        said = library.phrase(phrase, said=heard, other=other)
    verdicts = evaluate_all(desk.programs, screening.situation, on=turn.today)
    content = Content(
        text="\n\n".join([*_joined(screening), *screening.before, said]),
        topic="eligibility",
        entry=library.default_entry("eligibility").id,
        quick_replies=tuple(buttons),
        data={"verdicts": [verdict_json(each) for each in verdicts]},
    )
    focus = replace(turn.focus, topic="eligibility", pending=again, misses=0)
    return answer(turn, content, focus=focus, profile=with_situation(turn, screening.situation))


def _heard(doubt: Doubt, desk: Desk) -> list[str]:
    if doubt.oddity != "two_statuses":
        return list(doubt.said)
    return [note(doubt.field, each, desk) or each for each in doubt.said]


def _explain(screening: _Screening, pending: Pending) -> Reply:
    """« Je ne sais pas », the first time: why it is asked, and that it may be passed."""
    turn, desk, library = screening.turn, screening.desk, screening.desk.library
    phrase = f"eligibility_ask_{pending.field}"
    why = (library.phrases[phrase].why or "").strip()
    said = library.phrase("eligibility_dont_know", why=why)
    content = plain(library, phrase, topic="eligibility")
    content = replace(
        content,
        text=f"{said}\n\n{content.text}",
        entry=library.default_entry("eligibility").id,
        quick_replies=tuple(question_buttons(pending, desk)),
    )
    again = replace(pending, asked=pending.asked + 1)
    return answer(turn, content, focus=replace(turn.focus, pending=again, misses=0))


def _scope(turn: Turn, programs: Sequence[Program]) -> tuple[str, ...]:
    """Which programmes are asked about: those that are named, else the founding ones."""
    if turn.value("scope") == OTHERS:
        return tuple(each.id for each in programs if each.id not in FOUNDING)
    return _named(turn, programs) or FOUNDING


def _named(turn: Turn, programs: Sequence[Program]) -> tuple[str, ...]:
    if isinstance(button := turn.value("program"), str):
        return tuple(each.id for each in programs if each.id == button)
    if turn.pressed:
        return ()
    said = _said(turn)
    return tuple(each.id for each in programs if _holds(said, each.says))


def _confused(turn: Turn, programs: Sequence[Program]) -> Program | None:
    """The programme whose name is too near another's, when neither is named clearly."""
    said = _said(turn)
    if _named(turn, programs):
        return None
    return next((each for each in programs if _holds(said, each.confused)), None)


def _ask_which(turn: Turn, desk: Desk, confused: Program) -> Reply:
    library = desk.library
    names = [each for each in desk.programs if each.id in (confused.confused_with, confused.id)]
    content = plain(
        library,
        "eligibility_ask_program",
        topic="eligibility",
        buttons=[quick_reply(each.name, "eligibility", program=each.id) for each in names],
    )
    told = read(turn, desk, of_oneself=True)
    pending = Pending(form=FORM, field="program")
    focus = replace(turn.focus, topic="eligibility", pending=pending, misses=0)
    return answer(turn, content, focus=focus, profile=with_situation(turn, told.facts))


def _said(turn: Turn) -> str:
    return f" {' '.join(word.text for word in words(turn.text))} "


def _holds(said: str, phrases: Sequence[str]) -> bool:
    """Whether a phrase is said, and not refused: « mais pas Place aux jeunes »."""
    return any(re.search(f"{WANTED} {re.escape(phrase)} ", said) for phrase in phrases)


TOPICS = {
    "eligibility": eligibility,
    **dict.fromkeys(("program.info", "moving.aid"), answer_topic),
}
