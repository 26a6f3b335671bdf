"""Spells a message as the training examples are spelt, so that the encoder meets words it knows.

Shorthand is written in full (`marie.language.shorthand`), accents come back where the examples
agree on one spelling ("cegep" is "cégep"; "marche" may be "marché": it stays), and an unknown word
that is a known one with something glued before it is parted ("jhabite", "lecole", "dimpot").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from marie.language.folding import fold
from marie.language.shorthand import spell_out

_TOKEN = re.compile(r"[^\W\d_]+")
_GLUED = {"j": "je", "l": "le", "d": "de", "n": "ne", "m": "me", "s": "se", "c": "ce", "t": "te"}
_FAMILIAR = 3
"""Examples that must have a word before an unknown one is parted to find it."""


@dataclass(frozen=True)
class Respeller:
    """Folded words: `accents` to their one accented spelling, `familiar` those often seen."""

    accents: dict[str, str]
    known: frozenset[str]
    familiar: frozenset[str]

    @classmethod
    def fit(cls, texts: Iterable[str]) -> Respeller:
        """Learn the spellings of the examples."""
        spellings: dict[str, Counter[str]] = {}
        for text in texts:
            for word in _TOKEN.findall(text.lower()):
                spellings.setdefault(fold(word), Counter())[word] += 1
        accents = {}
        for plain, written in spellings.items():
            accented = [word for word in written if word != plain]
            if len(plain) > 3 and len(accented) == 1:
                often = written[accented[0]]
                if often >= 2 and often >= written[plain] and accented[0][-1:] != "é":
                    accents[plain] = accented[0]
        counts = {plain: sum(written.values()) for plain, written in spellings.items()}
        return cls(
            accents,
            frozenset(counts),
            frozenset(word for word, count in counts.items() if count >= _FAMILIAR),
        )

    def respell(self, text: str) -> str:
        """`text` as the examples would spell it; words that nobody knows stay."""
        return _TOKEN.sub(self._respell, spell_out(text))

    def _respell(self, match: re.Match[str]) -> str:
        word = match[0]
        plain = fold(word)
        if plain == word.lower() and plain in self.accents:
            return self.accents[plain]
        if plain not in self.known and len(plain) > 4:
            return self._part(plain) or word
        return word

    def _part(self, word: str) -> str | None:
        """As "lecole" is "l'école"; `None` when nothing familiar is inside."""
        head = "qu" if word.startswith("qu") else word[0]
        rest = word[len(head) :]
        if rest not in self.familiar or len(rest) < 3 or (head != "qu" and head not in _GLUED):
            return None
        spelt = self.accents.get(rest, rest)
        if rest[0] in "aeiouyh":
            return f"{head}'{spelt}"
        return None if head == "qu" else f"{_GLUED[head]} {spelt}"

    def to_names(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "accents": self.accents,
            "known": sorted(self.known),
            "familiar": sorted(self.familiar),
        }

    @classmethod
    def from_names(cls, names: dict[str, Any]) -> Respeller:
        """The reverse of `to_names`."""
        return cls(names["accents"], frozenset(names["known"]), frozenset(names["familiar"]))
