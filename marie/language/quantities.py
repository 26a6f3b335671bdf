"""Amounts, dwelling sizes, counts and ranks in French sentences.

Each `find_…` reads the whole sentence and returns what it holds, in order. Spans count characters
of the original text. Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from marie.language.folding import Folded, fold_with_offsets
from marie.language.numbers import NUMBER, NUMBER_WORDS, read_number

Period = Literal["hour", "day", "week", "month", "year"]
Counted = Literal["child", "person", "adult", "bedroom", "place"]


@dataclass(frozen=True, kw_only=True)
class FoundAmount:
    """Dollars; `per` what period, when it was said ("800 $ par mois", "22 $ de l'heure")."""

    start: int
    end: int
    said: str
    dollars: float
    per: Period | None


@dataclass(frozen=True, kw_only=True)
class FoundRooms:
    """A dwelling's size as Québec says it: "4 et demi" is 4.5."""

    start: int
    end: int
    said: str
    rooms: float


@dataclass(frozen=True, kw_only=True)
class FoundCount:
    """How many of what; `of` is `None` for a number alone. "sans enfant" counts none."""

    start: int
    end: int
    said: str
    count: int
    of: Counted | None


@dataclass(frozen=True, kw_only=True)
class FoundOrdinal:
    """A rank in a list, from 1; -1 is the last."""

    start: int
    end: int
    said: str
    rank: int


def find_amounts(text: str) -> tuple[FoundAmount, ...]:
    """Money: "1 200 $", "1200$ par mois", "$1,200", "45k$", "800/mois", "mille dollars"."""
    folded = fold_with_offsets(text)
    found = []
    for match in _AMOUNT.finditer(folded.text):
        dollars = read_number(match["a"] or match["b"] or match["c"])
        if dollars is None or (match["c"] and dollars < 100):
            continue
        dollars *= 1000 if match["thousand"] else 1
        period = match["per"] or match["per_only"]
        start, end = folded.span(*match.span())
        found.append(
            FoundAmount(
                start=start,
                end=end,
                said=text[start:end],
                dollars=dollars,
                per=_PERIODS[period] if period else None,
            )
        )
    return tuple(found)


def find_rooms(text: str) -> tuple[FoundRooms, ...]:
    """Dwelling sizes: "4 et demi", "4 1/2", "4½", "un quatre et demie", "un 3.5"; one to nine."""
    folded = fold_with_offsets(text)
    found = []
    for match in _ROOMS.finditer(folded.text):
        rooms = read_number(match["a"] or match["b"])
        if rooms is not None and 1 <= rooms <= 9:
            start, end = folded.span(*match.span())
            found.append(FoundRooms(start=start, end=end, said=text[start:end], rooms=rooms + 0.5))
    return tuple(found)


def find_counts(text: str) -> tuple[FoundCount, ...]:
    """Counts of people and rooms; a number alone only when it is all the message says."""
    folded = fold_with_offsets(text)
    found = []
    for match in _COUNT.finditer(folded.text):
        number = 0.0 if match["none"] else read_number(match["number"])
        noun = _COUNTED[match["noun"]]
        if number is not None and number == int(number):
            found.append(_count(folded, match, int(number), noun))
    for match in _PEOPLE.finditer(folded.text):
        number = read_number(match["number"])
        if number is not None and number == int(number):
            found.append(_count(folded, match, int(number), "person"))
    alone = _ALONE.match(folded.text)
    if alone and not found:
        number = read_number(alone["number"])
        if number is not None and number == int(number) and number <= 100:
            found.append(_count(folded, alone, int(number), None))
    return tuple(sorted(found, key=lambda one: one.start))


def find_ordinals(text: str) -> tuple[FoundOrdinal, ...]:
    """Ranks: "le deuxième", "la 2e", "le dernier", "numéro 3", and "le 2" when that is all."""
    folded = fold_with_offsets(text)
    found = []
    for match in _ORDINAL.finditer(folded.text):
        word = match["word"]
        rank = _RANKS[word] if word else int(match["digits"] or match["number"] or match["alone"])
        if rank:
            start, end = folded.span(*match.span())
            found.append(FoundOrdinal(start=start, end=end, said=text[start:end], rank=rank))
    return tuple(found)


def _count(folded: Folded, match: re.Match[str], count: int, of: Counted | None) -> FoundCount:
    start, end = folded.span(*match.span())
    return FoundCount(start=start, end=end, said=folded.original[start:end], count=count, of=of)


_MONEY = r"(?:\$\s?(?:can?|cad)?|dollars?|piasses?|piastres?|cad\b)"
_GROUPED = r"(?:\d{1,3}(?:[ ,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
_PER = (
    r"\s*(?:/|par\s+|de\s+l'|a\s+l'|l'|chaque\s+|au\s+)\s*"
    r"(?P<{}>heure|hre|hr|h|jours?|jr|semaine|sem|mois|m|annee|an)\b"
)
_PERIODS: dict[str, Period] = {
    "heure": "hour",
    "hre": "hour",
    "hr": "hour",
    "h": "hour",
    "jour": "day",
    "jours": "day",
    "jr": "day",
    "semaine": "week",
    "sem": "week",
    "mois": "month",
    "m": "month",
    "annee": "year",
    "an": "year",
}
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<a>{_GROUPED}|{NUMBER_WORDS})\s*(?P<thousand>k\b|mille\b)?\s*"
    rf"(?:{_MONEY})|\$\s?(?P<b>{_GROUPED}))(?:{_PER.format('per')})?"
    rf"|(?<![\w.,])(?P<c>{_GROUPED}){_PER.format('per_only')}"
)

_ROOMS = re.compile(
    r"(?<![\w.,/])(?P<a>[1-9]|un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
    r"(?:\s*et\s*demie?\b|\s*(?:et\s*)?1\s*/\s*2(?![\d/]))"
    r"|(?:\b(?:un|une|grand|petit|appart\w*|logement|beau|le)\s+|^)(?P<b>[1-9])[.,]5(?![\d$])(?!\s*\w)"
)

_COUNTED: dict[str, Counted] = {
    **dict.fromkeys(
        ("enfant", "enfants", "kid", "kids", "bebe", "bebes", "ado", "ados", "mineurs"), "child"
    ),
    **dict.fromkeys(("fille", "filles", "garcon", "garcons", "fils", "jeunes"), "child"),
    **dict.fromkeys(("personne", "personnes", "pers"), "person"),
    **dict.fromkeys(("adulte", "adultes"), "adult"),
    **dict.fromkeys(("chambre", "chambres", "cac", "chambre a coucher"), "bedroom"),
    **dict.fromkeys(("place", "places"), "place"),
}
_COUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<none>aucune?|pas\s+d(?:e\s+|')|sans|ni\s+d')\s*|(?P<number>{NUMBER})\s+"
    r"(?:petite?s\s+|jeunes\s+|grande?s\s+)?)"
    rf"(?P<noun>{'|'.join(sorted(_COUNTED, key=len, reverse=True))})\b"
)
_PEOPLE = re.compile(
    rf"\b(?:on\s+est|nous\s+sommes|nous\s+serons|on\s+sera|on\s+serait|famille\s+de)\s+"
    rf"(?P<number>{NUMBER})\b(?!\s*(?:ans?|mois|heures?|h|\$))"
)
_ALONE = re.compile(rf"^\W*(?:juste\s+|seulement\s+)?(?P<number>{NUMBER})(?:\s+(?:svp|merci))?\W*$")

_RANKS = {
    "premier": 1,
    "premiere": 1,
    "deuxieme": 2,
    "second": 2,
    "seconde": 2,
    "troisieme": 3,
    "quatrieme": 4,
    "cinquieme": 5,
    "sixieme": 6,
    "septieme": 7,
    "huitieme": 8,
    "neuvieme": 9,
    "dixieme": 10,
    "dernier": -1,
    "derniere": -1,
}
_ORDINAL = re.compile(
    r"(?<!\w)(?:(?:le|la|l'|ce|cette|du)\s*)?"
    rf"(?:(?P<word>{'|'.join(sorted(_RANKS, key=len, reverse=True))})"
    r"|(?P<digits>[1-9]\d?)\s?(?:er|ere|re|e|em|eme|ieme|nd|nde)"
    r"|(?:numero|no\.?|n°|#|option|choix)\s?(?P<number>[1-9]\d?))\b"
    r"|^\W*(?:le|la)\s+(?P<alone>[1-9]\d?)\W*$"
)
