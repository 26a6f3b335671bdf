"""Ages in French sentences, and what tells "3 ans" of a child from "3 ans" of a lease.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from marie.language.folding import fold, fold_with_offsets
from marie.language.numbers import NUMBER, NUMBER_WORDS, read_number

AgeGrain = Literal["years", "months"]

OLDEST = 120
"""No age is above, in years."""


@dataclass(frozen=True, kw_only=True)
class FoundAge:
    """An age, in months; `grain` is the unit that was said ("18 mois" or "4 ans et demi")."""

    start: int
    end: int
    said: str
    months: int
    grain: AgeGrain

    @property
    def years(self) -> float:
        return self.months / 12


def find_ages(text: str) -> tuple[FoundAge, ...]:
    """Ages, one for each number of "3, 5 et 7 ans".

    A length of time looks alike ("bail de 12 mois"): `means_age` and `means_duration` tell apart.
    """
    folded = fold_with_offsets(text)
    found = []
    for match in _AGE.finditer(folded.text):
        per_unit = 12 if match["unit"].startswith("a") else 1
        for part in _NUMBER_IN_LIST.finditer(match["numbers"]):
            number = read_number(part[0])
            is_last = match.start("numbers") + part.end() == match.end("numbers")
            if number is None:
                continue
            number += 0.5 if match["half"] and is_last else 0
            months = round(number * per_unit)
            if months > OLDEST * 12:
                continue
            start, end = folded.span(
                match.start("numbers") + part.start(),
                match.end() if is_last else match.start("numbers") + part.end(),
            )
            found.append(
                FoundAge(
                    start=start,
                    end=end,
                    said=text[start:end],
                    months=months,
                    grain="years" if per_unit == 12 else "months",
                )
            )
    return tuple(found)


def means_age(text: str, start: int, end: int) -> bool:
    """Whether the words around `text[start:end]` ("3 ans") say that it is somebody's age."""
    folded, start, end = _folded_slice(text, start, end)
    return not _is_duration(folded, start, end) and bool(
        _AGE_BEFORE.search(folded[:start]) or _AGE_AFTER.match(folded[end:])
    )


def means_duration(text: str, start: int, end: int) -> bool:
    """Whether the words around `text[start:end]` ("3 ans") say that it is a length of time."""
    return _is_duration(*_folded_slice(text, start, end))


def _folded_slice(text: str, start: int, end: int) -> tuple[str, int, int]:
    return fold(text), len(fold(text[:start])), len(fold(text[:end]))


def _is_duration(folded: str, start: int, end: int) -> bool:
    return bool(
        _DURATION_BEFORE.search(folded[:start])
        or _DURATION_AFTER.match(folded[end:])
        or re.search(r"jours?|semaines?", folded[start:end])
    )


_AGE = re.compile(
    rf"(?<![\w.,$-])(?P<numbers>{NUMBER}(?:\s*(?:,|\bet\b|\bpuis\b|&)\s*{NUMBER})*)\s*"
    # « 6 moi », after a figure, is no « moi ».
    r"(?P<unit>ans?|mois|(?<=\d)moi|(?<=\d\s)moi)(?P<half>\s+et\s+demie?|\s+1/2)?\b"
)
_NUMBER_IN_LIST = re.compile(rf"{NUMBER_WORDS}|\d{{1,4}}(?:[.,]\d(?!\d))?")
_PERSON = (
    r"(?:fils|filles?|garcons?|enfants?|bebes?|bbs?|poupons?|jumeaux|jumelles|ados?|ainee?s?|cadette?s?"
    r"|petite?s?|mari|femme|conjointe?s?|mere|pere|frere|soeur|agee?s?|age|eleves?)"
)
_AGE_BEFORE = re.compile(
    rf"(?:\b{_PERSON}\b[^.!?;]{{0,30}}|\b(?:j'ai|ai|a|ont|as|avons|avez|aura|auront|de)\s+)$"
)
_AGE_AFTER = re.compile(r"\s*(?:et\s+je\b|,?\s*(?:mon|ma|une?)\s+(?:fils|fille|garcon|bebe)\b)")
_DURATION_BEFORE = re.compile(
    r"(?:\b(?:depuis|pendant|durant|dure|durent|duree\s+de|apres|d'ici|tous\s+les|chaque|environ"
    r"|encore|il\s+y\s+a|y\s+a|reste)\s+"
    r"|\b(?:bail|contrat|preavis|avis|permis|visa|entente|delai|stage|programme|formation|dec|cours"
    r"|loyer|sejour|location)\b[^.!?;,]{0,20})$"
)
_DURATION_AFTER = re.compile(
    r"\s*(?:de\s+(?:bail|preavis|delai|suite|travail|residence|loyer|retard|contrat|formation|cours)"
    r"|d'(?:avis|avance|experience|etudes?|attente|avant|ecole)|avant|apres|plus\s+tard|au\s+canada"
    r"|au\s+quebec|a\s+montreal|ici\b|que\s+je|que\s+j')"
)
