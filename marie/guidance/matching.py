"""How well an employer's opening fits a person, with the reasons. Never a promise of a job.

Each criterion says yes, no, or nothing (one side did not tell); the score is the share of the
weights that say yes among those that say something. An opening of another field, or one that is no
longer valid, is no match at all. Pure; weights are editors' (`knowledge/matching.yml`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

Reason = Literal["trade", "sector", "town", "region", "french", "education", "experience"]

FRENCH = ("none", "basic", "intermediate", "advanced")
EDUCATION = ("none", "secondary", "vocational", "college", "university")
_FRENCH: Mapping[str | None, float] = {level: place for place, level in enumerate(FRENCH)}
_EDUCATION: Mapping[str | None, float] = {level: place for place, level in enumerate(EDUCATION)}

UNKNOWN = 0.5
"""What is not told counts for half: neither a yes nor a no."""

ALIKE = 5
"""Letters at the beginning that two words for one trade share (« soudeur », « soudeuse »)."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One opening of an employer, as an administrator's list tells it.

    `words`: the folded words of the title; `sector`: an id of `knowledge/places/sectors.yml`;
    `french`, `education`: the least that is asked (`none`: nothing), `None` when the list does not
    say; `wage`: as written; `listed`: the name of the list, `read_on` the day it was read.
    """

    id: str
    title: str
    region: str
    valid_until: date
    listed: str
    read_on: date
    words: tuple[str, ...]
    municipality: str | None = None
    municipality_code: str | None = None
    employer: str | None = None
    noc: str | None = None
    sector: str | None = None
    french: str | None = None
    education: str | None = None
    experience_years: float | None = None
    wage: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is known of the person. `words`: folded words that say the trade."""

    words: tuple[str, ...] = ()
    sector: str | None = None
    region: str | None = None
    municipality_code: str | None = None
    french: str | None = None
    education: str | None = None
    experience_years: float | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """An opening that may fit: `score` from 0 to 1, what is for and against it, what is open."""

    opening: Opening
    score: float
    because: tuple[Reason, ...]
    against: tuple[Reason, ...]
    unknown: tuple[Reason, ...]


def best_matches(
    openings: Iterable[Opening], wanted: Wanted, weights: Mapping[str, float], today: date
) -> tuple[Match, ...]:
    """The openings that are valid and of the person's field, the most compatible first."""
    found = [
        match
        for opening in openings
        if (match := compatibility(opening, wanted, weights, today)) is not None
    ]
    return tuple(
        sorted(found, key=lambda each: (-each.score, each.opening.valid_until, each.opening.id))
    )


def compatibility(
    opening: Opening, wanted: Wanted, weights: Mapping[str, float], today: date
) -> Match | None:
    """One opening weighed; `None` when it expired before `today` or is of another field."""
    if opening.valid_until < today:
        return None
    field = _field(opening, wanted)
    if field is None and (wanted.words or wanted.sector is not None):
        return None
    because: list[Reason] = [] if field is None else [field]
    against: list[Reason] = []
    unknown: list[Reason] = []
    if wanted.municipality_code and wanted.municipality_code == opening.municipality_code:
        because.append("town")
    elif wanted.region is not None:
        (because if wanted.region == opening.region else against).append("region")
    compared: tuple[tuple[Reason, float | None, float | None], ...] = (
        ("french", _FRENCH.get(opening.french), _FRENCH.get(wanted.french)),
        ("education", _EDUCATION.get(opening.education), _EDUCATION.get(wanted.education)),
        ("experience", opening.experience_years, wanted.experience_years),
    )
    for name, asked, given in compared:
        if not asked:
            continue
        side = unknown if given is None else because if given >= asked else against
        side.append(name)
    gained = most = 0.0
    for share, reasons in ((1.0, because), (0.0, against), (UNKNOWN, unknown)):
        for reason in reasons:
            gained += share * weights[reason]
            most += weights[_best(reason, wanted)]
    return Match(
        opening=opening,
        score=gained / most if most else UNKNOWN,
        because=tuple(because),
        against=tuple(against),
        unknown=tuple(unknown),
    )


def same_words(words: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of `words` says the same trade as one of `others`."""
    known = tuple(others)
    return any(_same_trade(one, other) for one in words for other in known)


@lru_cache(maxsize=20_000)
def _same_trade(one: str, other: str) -> bool:
    if one == other:
        return True
    shared = min(len(one), len(other))
    return shared >= ALIKE and one[: max(ALIKE, shared - 3)] == other[: max(ALIKE, shared - 3)]


def _best(reason: Reason, wanted: Wanted) -> Reason:
    """The best that the criterion of a reason could have said."""
    if reason == "sector":
        return "trade"
    return "town" if reason == "region" and wanted.municipality_code else reason


def _field(opening: Opening, wanted: Wanted) -> Reason | None:
    if same_words(wanted.words, opening.words):
        return "trade"
    same = wanted.sector is not None and wanted.sector == opening.sector
    return "sector" if same else None
