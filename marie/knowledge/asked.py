"""Requests recognised by their words alone (`knowledge/asked/`), and the entry that answers.

A request to cheat, or to read one's file, must get its own answer whatever a trained model makes of
it: no threshold stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from marie.knowledge.files import KnowledgeErrors, read
from marie.language.patterns import BadPattern, Patterns, compile_patterns, searchable

BEFORE_ALL = "before_all"
"""The file of what comes before all others."""


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One item of the file."""

    entry: str
    patterns: tuple[str, ...]
    never: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """An entry, the patterns that ask for it, and those that only sound alike.

    `after`: the topics or entries after which they ask for it; none for whatever was talked about.
    `before_all`: it comes before what others ask for.
    """

    entry: str
    patterns: Patterns
    never: Patterns
    after: frozenset[str] = frozenset()
    before_all: bool = False


def load_asked(knowledge: Path) -> tuple[Asked, ...]:
    """`knowledge/asked/*.yml`, in the order of their names: of two that hold, the first answers.

    `KnowledgeErrors` names what is wrong.
    """
    return tuple(
        request
        for path in sorted((knowledge / "asked").glob("*.yml"))
        for request in _requests(path)
    )


def _requests(path: Path) -> tuple[Asked, ...]:
    try:
        return tuple(
            Asked(
                each.entry,
                compile_patterns(each.patterns),
                compile_patterns(each.never),
                frozenset(each.after),
                before_all=path.stem == BEFORE_ALL,
            )
            for each in read(path, tuple[_Written, ...])
        )
    except BadPattern as error:
        raise KnowledgeErrors([f"{path} : motif illisible, « {error} »."]) from error


def asked_entry(
    text: str, requests: Sequence[Asked], *, topic: str | None = None, entry: str | None = None
) -> str | None:
    """The id of the entry that the message asks for by its words, if it does.

    `topic`, `entry`: in focus. What is asked after that very entry comes before what is asked after
    its topic, or at any time.
    """
    words = searchable(text)
    open_ones = [
        each for each in requests if not each.after or topic in each.after or entry in each.after
    ]
    # Sorted as they stand but for those ranks.
    for each in sorted(open_ones, key=lambda one: (not one.before_all, entry not in one.after)):
        if each.patterns.hold(each.never.take(words)):
            return each.entry
    return None
