"""Folds what people type to plain lower-case letters, and keeps the way back to the original.

"Où ? À L’Île-d’Orléans…" folds to "ou ? a l'ile-d'orleans...": no accents, no capitals, one kind of
apostrophe, hyphen, quote and space. Offsets always count characters of the original text, so that
an entity found in the folded text can be shown as it was typed.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

# ruff: noqa: RUF001 (look-alike characters are what this file is about)

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SINGLE = {
    **dict.fromkeys("’‘‚‛′ʼʹ´`＇", "'"),
    **dict.fromkeys("‐‑‒–—―−⁃﹣－", "-"),
    **dict.fromkeys("«»“”„‟″", '"'),
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Folded:
    """A folded text and where each of its characters comes from.

    `text[i]` was folded from `original[starts[i]:ends[i]]`. One original character may fold to
    several ("œ" to "oe", "½" to " 1/2") or to none (a combining accent, an invisible mark).
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in `original` of `text[start:end]`; an empty slice gives an empty span."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.original)
            return at, at
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True)
class Word:
    """A run of letters and digits: `text` is folded, `start` and `end` count in the original."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case, no accents, one apostrophe, hyphen, quote and space; NFC and NFD fold alike."""
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=16)
def fold_with_offsets(text: str) -> Folded:
    """`fold(text)` with the way back to `text`; of the last few, for a turn asks often."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, character in enumerate(text):
        plain = _fold_character(character)
        if not plain and ends and ends[-1] == index and unicodedata.combining(character):
            ends[-1] = index + 1
        for piece in plain:
            folded.append(piece)
            starts.append(index)
            ends.append(index + 1)
    return Folded(text, "".join(folded), tuple(starts), tuple(ends))


@lru_cache(maxsize=16)
def words(text: str) -> tuple[Word, ...]:
    """The folded words of `text`: apostrophes, hyphens and all punctuation separate.

    "près d’Amqui" gives "pres", "d", "amqui". One message is asked for its words a dozen times in a
    turn: the last few are kept.
    """
    folded = fold_with_offsets(text)
    return tuple(
        Word(match.group(), *folded.span(match.start(), match.end()))
        for match in _WORD.finditer(folded.text)
    )


def fold_key(text: str) -> str:
    """The folded words joined by one space: the key under which two spellings are one.

    "Saint-Jean-sur-Richelieu" and "saint jean sur  RICHELIEU" have the same key.
    """
    return " ".join(_WORD.findall(fold(text)))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """What one character folds to; may be empty or several characters."""
    if "a" <= character <= "z" or character in _ASCII_KEPT:
        return character
    lowered = character.lower()
    if lowered in _SINGLE:
        return _SINGLE[lowered]
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    decomposed = unicodedata.normalize("NFKD", character).lower()
    plain = "".join(
        _SINGLE.get(piece, piece)
        for piece in unicodedata.normalize("NFKD", decomposed)
        if not unicodedata.combining(piece)
    )
    # "4½" must not become "41/2".
    return " " + plain.replace("⁄", "/") if "⁄" in plain and len(plain) > 1 else plain


_ASCII_KEPT = frozenset("0123456789 '-.,:;!?()/\"&@#%$+*=\n\t")
