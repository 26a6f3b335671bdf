"""The trades that a message names, and whose they are: the visitor's own, or the spouse's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, takewhile
from typing import Any

from bot.actions.wiring import Desk
from marie.language.folding import Word, words

SPOUSE = "spouse"
"""The profile's key: the spouse's `sector`, and `occupation` in the visitor's words."""

IS = frozenset({"suis", "jsuis", "chui", "chuis", "etais", "comme", "metier"})
WORKS = frozenset(
    {"travaille", "travaillais", "travail", "emploi", "poste", "domaine", "conduis", "conduisais"}
)
"""Folded words after which a trade is one's own: « chui soudeuse », « je conduis des camions »."""

ELSEWHERE = frozenset({"a", "au", "en", "chez", "dans", "avec", "pas", "sans", "plus"})
"""Words after « je suis » that lead to no trade (« je suis à l'hôpital »)."""

NEAR = 4
"""Words after those in which the trade stands."""

MINE = frozenset({"mon", "ma", "mn", "notre"})
"""Folded words before a spouse's: « la femme de mon frère » is nobody's here."""

ONESELF = frozenset({"je", "j", "moi", "jsuis", "chui", "chuis"})
"""Folded words from which on a message speaks of its author again."""


def own_trade(text: str, desk: Desk, *, of_oneself: bool) -> dict[str, str]:
    """`sector` and `occupation` (its words) when the message says one's own trade.

    `of_oneself`: a trade without a subject (« soudeur ») is one's own.
    """
    said, _ = _whose(text, desk)
    runs = [said] if of_oneself else _own_words(said)
    return next((trade for each in runs if (trade := _trade(text, each, desk))), {})


def spouse_trade(text: str, desk: Desk) -> dict[str, str]:
    """The same of the spouse: « mon mari est infirmier et moi je suis soudeuse »."""
    return _trade(text, _whose(text, desk)[1], desk)


def own_sector(text: str, desk: Desk) -> str | None:
    """The sector that a message names, the spouse's left out."""
    return said_sector(_folded(_whose(text, desk)[0]), desk)


def sectors_of(profile: Mapping[str, Any], desk: Desk) -> dict[str, str]:
    """The sector of each person who works, by whose it is (`own`, `spouse`)."""
    told = {"own": profile.get("sector"), SPOUSE: (profile.get(SPOUSE) or {}).get("sector")}
    return {who: str(each) for who, each in told.items() if str(each) in desk.criteria.sectors}


def said_sector(said: str, desk: Desk) -> str | None:
    """The sector that folded, space-bounded words name; the longest phrase wins."""
    found = [
        (len(phrase), sector.id)
        for sector in desk.criteria.sectors.values()
        for phrase in sector.says
        if f" {phrase} " in said
    ]
    return max(found)[1] if found else None


def spouse_word(text: str, desk: Desk) -> str | None:
    """What the visitor calls her spouse: « mari », « blonde »."""
    said = words(text)
    for before, word in pairwise(said):
        if before.text in MINE and word.text in desk.talk.spouse.says:
            return text[word.start : word.end].lower()
    return None


def _trade(text: str, said: list[Word], desk: Desk) -> dict[str, str]:
    """The sector of some words of a text, and the trade as it is written there."""
    sector = said_sector(_folded(said), desk)
    if sector is None:
        return {}
    named = [phrase.split() for phrase in desk.criteria.sectors[sector].says]
    runs = [
        said[at : at + len(phrase)]
        for phrase in sorted(named, key=lambda each: -len(" ".join(each)))
        for at in range(len(said))
        if [word.text for word in said[at : at + len(phrase)]] == phrase
    ]
    occupation = text[runs[0][0].start : runs[0][-1].end].lower()
    return {"sector": sector, "occupation": occupation}


def _whose(text: str, desk: Desk) -> tuple[list[Word], list[Word]]:
    """The words about the visitor, and those about the spouse."""
    own: list[Word] = []
    theirs: list[Word] = []
    into = own
    before = ""
    for word in words(text):
        if before in MINE and word.text in desk.talk.spouse.says:
            into = theirs
        elif word.text in ONESELF:
            into = own
        into.append(word)
        before = word.text
    return own, theirs


def _own_words(said: list[Word]) -> Iterator[list[Word]]:
    """The words in which one's own trade may stand, one run a word that announces it."""
    for place, word in enumerate(said):
        after = said[place + 1 : place + 1 + NEAR]
        if word.text in WORKS:
            yield after
        elif word.text in IS:
            yield list(takewhile(lambda each: each.text not in ELSEWHERE, after))
        elif word.text == "moi":
            yield after[:1]  # « moi cuisinier »


def _folded(said: list[Word]) -> str:
    return f" {' '.join(word.text for word in said)} "
