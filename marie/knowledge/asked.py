"""Requests recognised by their words alone (`knowledge/asked.yml`), and the entry that answers.

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
    """

    entry: str
    patterns: Patterns
    never: Patterns
    after: frozenset[str] = frozenset()


def load_asked(knowledge: Path) -> tuple[Asked, ...]:
    """`knowledge/asked.yml`; `KnowledgeErrors` names what is wrong."""
    path = knowledge / "asked.yml"
    try:
        return tuple(
            Asked(
                each.entry,
                compile_patterns(each.patterns),
                compile_patterns(each.never),
                frozenset(each.after),
            )
            for each in read(path, tuple[_Written, ...])
        )
    except BadPattern as error:
        raise KnowledgeErrors([f"{path} : motif illisible, « {error} »."]) from error


def asked_entry(
    text: str, requests: Sequence[Asked], *, topic: str | None = None, entry: str | None = None
) -> str | None:
    """The id of the entry that the message asks for by its words, if it does.

    `topic`, `entry`: in focus.
    """
    words = searchable(text)
    for each in requests:
        if each.after and topic not in each.after and entry not in each.after:
            continue
        if each.patterns.hold(each.never.take(words)):
            return each.entry
    return None
