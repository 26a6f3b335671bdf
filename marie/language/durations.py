"""Lengths of time in French sentences: "12 mois", "un an et demi", "deux semaines", "15 jours".

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from marie.language.folding import fold_with_offsets
from marie.language.numbers import NUMBER, read_number

LENGTH = (
    rf"(?P<number>{NUMBER})\s*(?P<unit>jours?|semaines?|mois|ans?|annees?)"
    r"(?P<half>\s+et\s+demie?)?"
    rf"(?:\s+et\s+(?P<more>{NUMBER})\s*(?P<more_unit>mois|jours?))?(?![a-z])"
)
"""Pattern of a length of time in folded text; `read_length` reads its match."""

_DURATION = re.compile(rf"(?<![\w.,-]){LENGTH}")


@dataclass(frozen=True, kw_only=True)
class FoundDuration:
    """A length of time: whole months (a year counts twelve) and days."""

    start: int
    end: int
    said: str
    months: int
    days: int


def find_durations(text: str) -> tuple[FoundDuration, ...]:
    """Every length of time of `text`, in order.

    Ages ("mon fils de 3 ans") and delays ("dans 3 mois") look alike: who calls tells them apart.
    """
    folded = fold_with_offsets(text)
    found = []
    for match in _DURATION.finditer(folded.text):
        length = read_length(match)
        if length is not None:
            start, end = folded.span(*match.span())
            found.append(
                FoundDuration(
                    start=start, end=end, said=text[start:end], months=length[0], days=length[1]
                )
            )
    return tuple(found)


def read_length(match: re.Match[str]) -> tuple[int, int] | None:
    """Months and days of a match of `LENGTH`; half a month counts fifteen days."""
    number = read_number(match["number"])
    if number is None:
        return None
    number += 0.5 if match["half"] else 0
    months, days = _in_months_and_days(number, match["unit"])
    if match["more"]:
        more = _in_months_and_days(read_number(match["more"]) or 0, match["more_unit"])
        months, days = months + more[0], days + more[1]
    whole = int(months)
    return whole, int(days + (months - whole) * 30)


def _in_months_and_days(number: float, unit: str) -> tuple[float, float]:
    if unit.startswith("jour"):
        return 0, number
    if unit.startswith("semaine"):
        return 0, number * 7
    return (number if unit == "mois" else number * 12), 0
