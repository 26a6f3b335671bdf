"""Dates in French sentences, as people type them.

`find_dates("mon bail finit le 31 juin", said_on)` reads "30/06/2027", "le 1er juillet",
"fin juin", "dans 3 mois", "l'été prochain"… and names what cannot be ("31 juin") instead of moving
it to another day. Nothing here looks at a clock: `said_on` is the day on which it was said.

A day and month without a year is the next such day, `said_on` included ("depuis", "reçu", "signé"
before it: the latest one); `year_given` tells that the year was supposed. A number alone is never a
date. Spans count characters of the original text.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from marie.language import date_readings as readings
from marie.language.calendar_words import (
    BEFORE_MONTH,
    BEFORE_SEASON,
    DAY,
    EDGE,
    MONTH,
    PLAIN_MONTH,
    SEASON,
    SHORT_MONTH,
    WEEKDAY,
    WHICH,
    YEAR,
)
from marie.language.date_readings import FoundDate, add_months
from marie.language.durations import LENGTH
from marie.language.folding import fold_with_offsets

__all__ = ["FoundDate", "add_months", "find_dates"]


def find_dates(text: str, said_on: date) -> tuple[FoundDate, ...]:
    """Every date of `text`, in order, none overlapping another."""
    folded = fold_with_offsets(text)
    taken = [False] * len(folded.text)
    found: list[FoundDate] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(folded.text):
            if any(taken[match.start() : match.end()]):
                continue
            for one in read(match, said_on):
                start, end = folded.span(one.start, one.end)
                found.append(replace(one, start=start, end=end, said=text[start:end]))
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    return tuple(sorted(found, key=lambda one: one.start))


_Reader = Callable[[re.Match[str], date], Iterator[FoundDate]]
_PATTERNS: tuple[tuple[_Reader, tuple[str, ...]], ...] = (
    (
        readings.read_numeric,
        (
            rf"(?<![\d/-])(?P<y>{YEAR})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})(?![\d/-])",
            rf"(?<![\d/.,-])(?P<d>\d{{1,2}})(?P<sep>[-/. ])(?P<m>\d{{1,2}})(?P=sep)"
            rf"(?P<y>{YEAR}|(?<! )\d\d)(?![\d/-])",
            r"(?:(?<=\ble )|(?<=\bdu )|(?<=\bau ))(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/])",
            # "4 1/2" is a dwelling, "1/2" a half: without "le" the month has two digits.
            r"(?<![\d/,.])(?<!\d )(?P<d>\d{1,2})/(?P<m>0[1-9]|1[0-2])(?![\d/$%])",
        ),
    ),
    (
        readings.read_days_of_month,
        (
            r"(?<![\w/.,-])(?:(?P<d1>(?:\d{1,2}|premier)(?:er)?)\s*(?:au|et|ou|a|-|et\s+le)\s*)?"
            rf"(?P<d2>{DAY})(?:\s?er)?\s*(?:de\s+|du\s+mois\s+de\s+|d'|-)?"
            rf"(?P<month>{MONTH}|(?<=\d){SHORT_MONTH}|(?<=[\der]\s){SHORT_MONTH})(?![a-z])\.?"
            rf"(?:[\s,/-]*(?:de\s+)?(?P<y>{YEAR}|'?\d\d(?=\s*(?:$|[.,;!?)])))(?!\d))?",
        ),
    ),
    (
        readings.read_day_of_this_month,
        (
            rf"(?<!\w)(?P<d>{DAY})(?:er)?\s+(?:du\s+mois|de\s+ce\s+mois)(?:-ci|\s+ci|\s+courant)?"
            r"(?P<next>\s+(?:prochain|qui\s+vient|qui\s+s'en\s+vient))?(?!\s+d)",
        ),
    ),
    (
        readings.read_month,
        (
            rf"\b{EDGE}?(?P<month>{MONTH}|{SHORT_MONTH})(?![a-z])\.?[\s,]*(?:de\s+)?(?P<y>{YEAR})\b",
            rf"\b{EDGE}?(?P<month>{MONTH})\s+{WHICH}\b",
            rf"\b{EDGE}(?P<month>{MONTH})\b",
            rf"\b{BEFORE_MONTH}\s*(?P<month>{MONTH})\b",
            rf"^\W*(?P<month>{MONTH})\W*$",
            rf"\b(?P<month>{PLAIN_MONTH})\b",
        ),
    ),
    (
        readings.read_delay,
        (
            rf"\b(?:dans|d'ici|dici|sous|ds)\s+(?:environ\s+|a\s+peu\s+pres\s+)?{LENGTH}",
            rf"\b(?P<ago>(?:il\s+)?y\s+a|ya)\s+(?:environ\s+)?{LENGTH}",
        ),
    ),
    (
        readings.read_season,
        (
            rf"\b{EDGE}?{BEFORE_SEASON}?(?P<season>{SEASON})\s+(?:de\s+)?(?P<y>{YEAR})\b",
            rf"\b{EDGE}?{BEFORE_SEASON}?(?P<season>{SEASON})\s+{WHICH}\b",
            rf"\b{EDGE}{BEFORE_SEASON}?(?P<season>{SEASON})\b",
            # "j'ai été", "un emploi d'été": not without one of these words.
            rf"\b{BEFORE_SEASON}(?P<season>{SEASON})\b",
        ),
    ),
    (
        readings.read_period,
        (
            rf"\b{EDGE}?(?:la\s+|le\s+|l')?(?P<unit>semaine|mois|annee|an)\s+{WHICH}\b",
            rf"\b{EDGE}?(?:cette|ce)\s+(?P<unit>semaine|mois|annee)(?:-ci|\s+ci|\b)",
            r"\b(?P<edge>fin|debut|milieu)\s+(?:du\s+|de\s+la\s+|de\s+l'|d')"
            r"(?P<unit>mois|semaine|annee)\b(?!\s+de?\b)",
        ),
    ),
    (
        readings.read_relative_day,
        (r"\b(?P<word>aujourd'?\s?hui|ajd|auj|apres[\s-]+demain|demain|avant[\s-]+hier|hier)\b",),
    ),
    (readings.read_weekday, (rf"\b(?P<weekday>{WEEKDAY})(?:\s+{WHICH})?\b",)),
    (
        readings.read_named_day,
        (
            r"\b(?:a\s+|pour\s+|avant\s+|apres\s+|d'ici\s+|fin\s+)?(?:la\s+|le\s+)?"
            r"(?P<name>rentree|noel|jour\s+de\s+l'an)\b",
        ),
    ),
    (
        readings.read_year,
        (
            r"\b(?P<edge>fin|debut|mi|courant)[\s-]*(?P<y>20\d\d)\b",
            r"\b(?:en|pour|depuis|avant|apres|vers)\s+(?P<y>(?:19|20)\d\d)\b(?!\s*\$)",
            r"^\W*(?P<y>(?:19|20)\d\d)\W*$",
        ),
    ),
)
_READERS = tuple(
    (re.compile(pattern), read) for read, patterns in _PATTERNS for pattern in patterns
)
