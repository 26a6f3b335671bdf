"""What a message needs besides its topic: a second need, or one that a few words name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.actions.entries import same_family
from bot.actions.turn import Turn
from marie.knowledge.talk import Need, TalkWords, says
from marie.language.folding import fold_key, words

FEW = 7
"""Words of a message that only names a need (« et dans cette ville, il y a des écoles? »: nine)."""

MOST = 12
"""Telling words of a message that names a need and places, and nothing else."""

_STOPS = re.compile(r"[.,;!?\n]+")

NO_SECOND = frozenset({"lease.end"})
"""What a message about leaving says as the setting of another need: never offered as a second."""


def named_need(text: str, talk: TalkWords) -> Need | None:
    """The one need that a short message names: « et le travail? »."""
    found = list(_needs(text, talk))
    return found[-1] if found else None


def only_need(text: str, talk: TalkWords) -> Need | None:
    """The need that a message names and about which it says nothing: « et les garderies? »."""
    left = _telling(_said(text), talk)
    if not left:
        return None
    # « le bail », of which « bail » is left, is known as « mon bail ».
    return next(
        (
            need
            for need in talk.needs
            if left in need.says or left in {_telling(says.split(), talk) for says in need.says}
        ),
        None,
    )


def may_name_need(text: str, talk: TalkWords) -> bool:
    """Whether `only_need` could find one once the places are out of the message."""
    left = set(_telling(_said(text), talk).split())
    if len(left) > MOST:
        return False
    return any(
        left.issuperset(_telling(says.split(), talk).split())
        for need in talk.needs
        for says in need.says
    )


def _telling(said: Iterable[str], talk: TalkWords) -> str:
    return " ".join(word for word in said if word not in talk.bare)


def needs_of(text: str, talk: TalkWords) -> list[Need]:
    """Every need that the words of a message name."""
    return list(_needs(text, talk))


def second_need(turn: Turn, answered: str, talk: TalkWords) -> Need | None:
    """A need of another family than `answered`, asked for in another part of the message."""
    parts = [part for part in _parts(turn.text, talk) if _asks(part, talk)]
    needs = [list(_needs(part, talk)) for part in parts]
    main = next(
        (at for at, found in enumerate(needs) if any(_alike(each, answered) for each in found)),
        None,
    )
    for at, found in enumerate(needs):
        if at == main:
            continue
        for need in found:
            if not _alike(need, answered) and (main is not None or len(_said(parts[at])) <= FEW):
                return need
    return None


def first_need(turn: Turn, talk: TalkWords) -> Need | None:
    """The need of a message's first part, where another part asks for another one."""
    parts = [part for part in _parts(turn.text, talk) if part.strip()]
    needs = [list(_needs(part, talk)) for part in parts]
    if len(needs) < 2 or len(needs[0]) != 1 or not _asks(parts[0], talk):
        return None
    first = needs[0][0]
    others = [each for found in needs[1:] for each in found]
    return first if any(not _alike(first, each.topic) for each in others) else None


def _alike(need: Need, topic: str) -> bool:
    return same_family(need.topic, topic)


def _needs(text: str, talk: TalkWords) -> Iterator[Need]:
    said = f" {fold_key(text)} "
    for phrase in talk.besides:
        said = said.replace(f" {phrase} ", " ")
    for need in talk.needs:
        if says(said, need.says):
            yield need


def _said(part: str) -> list[str]:
    return [word.text for word in words(part)]


def _asks(part: str, talk: TalkWords) -> bool:
    """Whether a part asks for something, and does not only tell a situation."""
    said = set(_said(part))
    return bool(said & talk.wanting) or not said & talk.being


def _parts(text: str, talk: TalkWords) -> Iterator[str]:
    """The message cut at its punctuation and joining words."""
    for sentence in _STOPS.split(text):
        start = 0
        for word in words(sentence):
            if word.text in talk.joins:
                yield sentence[start : word.start]
                start = word.end
        yield sentence[start:]
