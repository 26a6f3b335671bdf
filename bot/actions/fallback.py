"""Not understood, or not Marie's business: say so, propose, and the second time offer a person."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.cards import cards_text, hit_json
from bot.actions.finding import PROPOSALS, proposed_entries, proposed_resources
from bot.actions.replies import answer, plain, quick_reply, starts
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Miss, Reply
from marie.knowledge.directory import Hit


def clarify(turn: Turn, desk: Desk) -> Reply:
    """In doubt: at most three proposals; the second time in a row a person."""
    hits = [Hit(each, None) for each in proposed_resources(turn, desk)]
    buttons = _proposals(turn, desk)[: PROPOSALS - len(hits)]
    if turn.focus.misses >= 1:
        return _offer_person(turn, desk, "not_understood_second", "clarify", buttons)
    phrase = "proposals_intro" if buttons else "not_understood_first"
    phrase = "proposals_found" if hits else phrase
    content = plain(desk.library, phrase, topic="clarify", buttons=buttons or starts(desk))
    if hits:
        content = replace(
            content,
            text=f"{content.text}\n\n{cards_text(hits, desk, turn.today)}",
            resources=tuple(hit_json(hit, desk) for hit in hits),
        )
    return _missed(turn, desk, content)


def out_of_scope(turn: Turn, desk: Desk) -> Reply:
    """Something else than life in the regions: never answered as if it were."""
    library = desk.library
    if turn.focus.misses >= 1:
        # What is no business of hers was understood as that: she does not say that it was not.
        second = library.phrase("out_of_scope_second")
        said = "out_of_scope_again" if second in (turn.focus.last or "") else "out_of_scope_second"
        return _offer_person(turn, desk, said, "out_of_scope", starts(desk))
    entry = library.default_entry("out_of_scope")
    content = Content(
        text=library.phrase("out_of_scope"),
        topic="out_of_scope",
        entry=entry.id,
        quick_replies=tuple(starts(desk)),
    )
    return _missed(turn, desk, content)


def _offer_person(
    turn: Turn, desk: Desk, phrase: str, topic: str, proposals: list[dict[str, str]]
) -> Reply:
    """A person first, simple French for whoever does not have it yet, then the proposals."""
    library = desk.library
    buttons = [quick_reply(library.phrase("button_handoff"), "handoff")]
    if not desk.simple:
        buttons.append(quick_reply(library.phrase("button_simple"), "language", answer="simple"))
    return _missed(turn, desk, plain(library, phrase, topic=topic, buttons=[*buttons, *proposals]))


def _proposals(turn: Turn, desk: Desk) -> list[dict[str, str]]:
    return [
        quick_reply(entry.title, entry.topic, entry=None if entry.default else entry.id)
        for entry in proposed_entries(turn, desk)
    ]


def _missed(turn: Turn, desk: Desk, content: Content) -> Reply:
    focus = replace(turn.focus, misses=turn.focus.misses + 1)
    return answer(turn, content, focus=focus, miss=missed(turn))


def missed(turn: Turn) -> Miss | None:
    """What is kept of a message that was not understood; nothing of a pressed button."""
    place = turn.value("place") or turn.focus.place
    kept = Miss(
        text=turn.text, place=place if isinstance(place, str) else None, nearest=turn.ranking[:3]
    )
    return None if turn.pressed else kept


TOPICS = {"clarify": clarify, "out_of_scope": out_of_scope}
