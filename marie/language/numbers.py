"""French numbers as people write them: "3", "1 200", "1,5", "deux", "vingt et un", "deux cents".

Works on folded text (`marie.language.folding`). Pure Python for 3.10 or newer.
"""

from __future__ import annotations

import re

_UNITS = {
    "zero": 0,
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
}
_TENS = {
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "octante": 80,
    "huitante": 80,
    "nonante": 90,
}
_SCALES = {"cent": 100, "cents": 100, "mille": 1000}

_WORD = "|".join(sorted([*_UNITS, *_TENS, *_SCALES], key=len, reverse=True))

_AFTER_TENS = "|".join(rf"(?<={tens})" for tens in ("vingt", "trente", "ante"))
_AND_ONE = rf"(?:{_AFTER_TENS})[\s-]+et[\s-]+(?:une?|onze)"

NUMBER_WORDS = rf"(?:{_WORD})(?:{_AND_ONE}|(?:-|\s+)(?:{_WORD}))*"
"""Pattern of a number in words, in folded text: "vingt et un" is one, "deux et trois" are two."""

NUMBER = rf"(?:\d{{1,4}}(?:[.,]\d)?|{NUMBER_WORDS})"
"""Pattern of a small number, in digits or in words, in folded text."""


def read_number(text: str) -> float | None:
    """The number that a folded text writes, `None` when it writes none.

    Digits may be grouped by spaces or commas in threes ("1 200", "1,200"); a comma or point
    before one or two digits is the decimal one ("9,65").
    """
    plain = text.strip()
    if re.fullmatch(r"\d{1,3}(?:[ ,.]\d{3})+(?:[.,]\d{1,2})?", plain):
        whole, _, cents = _split_cents(plain)
        return float(re.sub(r"[ ,.]", "", whole) + (f".{cents}" if cents else ""))
    if re.fullmatch(r"\d+(?:[.,]\d{1,2})?", plain):
        return float(plain.replace(",", "."))
    return read_number_words(plain)


def read_number_words(text: str) -> float | None:
    """The number written in words, 0 to 999 999; `None` when a word is no number."""
    words = [word for word in re.split(r"[\s-]+", text) if word and word != "et"]
    if not words:
        return None
    total = 0
    group = 0
    for word in words:
        if word in _UNITS:
            group += _UNITS[word]
        elif word in _TENS:
            # "quatre-vingts" is four times twenty; "soixante-dix" adds.
            group = (
                group - 4 + 80 if _TENS[word] == 20 and group % 100 == 4 else group + _TENS[word]
            )
        elif word in {"cent", "cents"}:
            group = max(group, 1) * 100
        elif word == "mille":
            total += max(group, 1) * 1000
            group = 0
        else:
            return None
    return float(total + group)


def _split_cents(text: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.*)([.,])(\d{1,2})", text)
    return (match[1], match[2], match[3]) if match else (text, "", "")
