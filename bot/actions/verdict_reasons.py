"""Why a programme says no: « pourquoi je suis pas admissible? », in a screening or after it."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import answer, quick_reply
from bot.actions.situation import known
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.eligibility import Verdict, evaluate_all
from marie.knowledge.library import Library
from marie.knowledge.talk import says
from marie.knowledge.verdicts import verdict_json, verdict_sources
from marie.language.folding import words

SCREENING = "eligibility"
WHY = frozenset({"pourquoi", "pkoi", "pk", "raison", "raisons"})
"""Folded words that ask for reasons."""

AS_SAID = 3
"""Programmes whose reasons are said in one answer."""


def asks_for_reasons(turn: Turn, desk: Desk) -> bool:
    """Whether a message asks why she would not be entitled, or whether she is not.

    « Pourquoi? » alone is that under the verdicts only: in a screening it is about the question.
    """
    pending = turn.focus.pending
    screening = turn.focus.topic == SCREENING or (pending is not None and pending.form == SCREENING)
    if turn.pressed or turn.value("entry") is not None or not screening:
        return False
    said = {word.text for word in words(turn.text)}
    asks = bool(said & WHY)
    if says(turn.text, desk.talk.not_entitled):
        return asks or turn.text.rstrip().endswith("?")
    return pending is None and asks and said <= WHY | desk.talk.bare


def tell_reasons(turn: Turn, desk: Desk) -> Reply:
    """What each « no » rests on and what would change it; in a screening, why it asks first."""
    library, pending = desk.library, turn.focus.pending
    verdicts = evaluate_all(desk.programs, known(turn), on=turn.today)
    refused = [each for each in verdicts if each.verdict == "not_eligible"][:AS_SAID]
    paragraphs = []
    if pending is not None:
        asked = library.phrases.get(f"{pending.form}_ask_{pending.field}")
        why = (asked.why if asked is not None else None) or ""
        paragraphs.append(library.phrase("eligibility_undecided", why=why.strip()).strip())
    if refused:
        paragraphs.append(library.phrase("eligibility_reasons"))
        paragraphs += [_reasons(each, library) for each in refused]
    else:
        phrase = "eligibility_no_refusal" if pending is None else "eligibility_no_refusal_yet"
        paragraphs.append(library.phrase(phrase))
    content = Content(
        text="\n\n".join(paragraphs),
        topic=SCREENING,
        entry=library.default_entry(SCREENING).id,
        sources=verdict_sources(refused),
        quick_replies=(quick_reply(library.phrase("button_handoff"), "handoff"),),
        data={"verdicts": [verdict_json(each) for each in verdicts]},
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def _reasons(verdict: Verdict, library: Library) -> str:
    because = " ".join(verdict.because)
    lines = [f"• {verdict.name}\u00a0: {because}"]
    if verdict.would_change:
        change = " ".join(verdict.would_change)
        lines.append(library.phrase("verdict_would_change", change=change))
    return "\n".join(lines)
