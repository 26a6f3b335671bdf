"""The words of the French calendar, and the pieces of the patterns that find dates.

All in folded text (`marie.language.folding`). Pure Python for 3.10 or newer.
"""

from __future__ import annotations

from collections.abc import Iterable

from marie.language.numbers import NUMBER_WORDS


def _numbered(spellings: Iterable[str]) -> dict[str, int]:
    return {name: month for month, names in enumerate(spellings, start=1) for name in names.split()}


MONTHS = _numbered(
    (
        "janvier janvie javier janiver",
        "fevrier fevirer ferier fevier fervier",
        "mars",
        "avril avrl avrli",
        "mai",
        "juin juins jiun",
        "juillet juilet juillete jullet julliet juilliet juillt juiller",
        "aout",
        "septembre septemre setembre septembr",
        "octobre octobr octombre ocotbre",
        "novembre novembr novenbre",
        "decembre decembr decenbre desembre",
    )
)
"""The months' names and how people misspell them."""

SHORT_MONTHS = _numbered(
    (
        "janv jan",
        "fevr fev",
        "",
        "avr",
        "",
        "",
        "juil juill jul",
        "",
        "sept sep",
        "oct",
        "nov",
        "dec",
    )
)
"""Read as months only beside a number: "sept" is seven too, "DEC" a diploma."""

SEASONS = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12}
"""A season's first month."""

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
RELATIVE_DAYS = {
    "aujourd'hui": 0,
    "aujourd hui": 0,
    "aujourdhui": 0,
    "ajd": 0,
    "auj": 0,
    "demain": 1,
    "apres demain": 2,
    "hier": -1,
    "avant hier": -2,
}


def one_of(names: Iterable[str]) -> str:
    """A pattern of any of `names`, the longest first."""
    return rf"(?:{'|'.join(sorted(names, key=len, reverse=True))})"


MONTH = one_of(MONTHS)
SHORT_MONTH = one_of(SHORT_MONTHS)
PLAIN_MONTH = one_of(name for name in MONTHS if name not in {"mai", "mars"})
"""Months that are read without a word before them; "mai" is often a misspelt "mais"."""

SEASON = one_of(SEASONS)
WEEKDAY = one_of(WEEKDAYS)
DAY = rf"(?:\d{{1,2}}|premier|{NUMBER_WORDS})"
YEAR = r"[12]\d{3}"
WHICH = r"(?P<which>prochaine?|qui vient|qui s'en vient|derniere?|passee?)"
EDGE = (
    r"(?:(?P<edge>fin|debut|mi|milieu|courant)"
    r"(?:\s+(?:de\s+l'|d'|du\s+mois\s+de\s+|de\s+|du\s+)|\s*-\s*|\s+))"
)
BEFORE_MONTH = (
    r"(?:en|(?:au\s+)?mois\s+(?:de|d')|ce|d'|de|depuis|avant|apres|pour|vers|des|jusqu'en|jusqu'a"
    r"|a\s+partir\s+de|le)"
)
BEFORE_SEASON = r"(?:(?:a\s+|pour\s+)?l'|(?:pour\s+)?le\s+|au\s+|en\s+|cet\s+|ce\s+)"
