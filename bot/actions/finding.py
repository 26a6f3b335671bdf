"""Looks for what a message that was not understood may be about: entries, and the directory."""

from __future__ import annotations

from bot.actions.entries import by_words
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.knowledge.model import TOPICS, Entry
from marie.knowledge.resources import Resource

PROPOSALS = 3
"""Entries and resources together."""

LIKELY = 0.2
"""A reading this likely is proposed before what the words alone find."""

POSSIBLE = 0.08
"""A reading less likely than this is not worth a button."""

NEVER_PROPOSED = frozenset(
    {"out_of_scope", "clarify", "abuse", "safety", "language", "greeting", "goodbye", "thanks"}
)


def proposed_entries(turn: Turn, desk: Desk) -> list[Entry]:
    """At most three: the likely readings, then what the words find, then other readings."""
    library = desk.library
    read = [
        (each["name"], each["confidence"])
        for each in turn.ranking
        if each["name"] in TOPICS - NEVER_PROPOSED
    ]
    likely = [library.default_entry(name) for name, sure in read if sure >= LIKELY]
    possible = [library.default_entry(name) for name, sure in read if sure >= POSSIBLE]
    entries = [each for each in library.entries.values() if each.topic not in NEVER_PROPOSED]
    found = by_words(turn.text, entries)[:PROPOSALS]
    one_each = {entry.id: entry for entry in (*likely[:2], *found, *possible)}
    return list(one_each.values())[:PROPOSALS]


def proposed_resources(turn: Turn, desk: Desk) -> list[Resource]:
    """What the message calls by its name, at most three."""
    return list(desk.directory.called(turn.text))[:PROPOSALS]
