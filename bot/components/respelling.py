"""Spells a message as the training examples are spelt, so that the encoder meets words it knows.

Shorthand is written in full (`marie.language.shorthand`), accents come back where the examples
agree on one spelling ("cegep" is "cégep"; "marche" may be "marché": it stays). An unknown word that
is a known one with something glued before it is parted ("jhabite", "lecole", "dimpot"); one that
sounds like a known one, or is a slip away from it, becomes it ("alocation", "acceuil").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marie.language.folding import fold
from marie.language.shorthand import spell_out
from marie.language.sounds import sound

_TOKEN = re.compile(r"[^\W\d_]+")
_GLUED = {"j": "je", "l": "le", "d": "de", "n": "ne", "m": "me", "s": "se", "c": "ce", "t": "te"}
_FAMILIAR = 3
"""Examples that must have a word before an unknown one is taken for it."""
_LONG = 9
"""Letters from which a word may be two slips away."""


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
            return self._part(plain) or self._meant(word, plain) or word
        return word

    def _meant(self, word: str, plain: str) -> str | None:
        """As "acceuil" is "accueil"; a name, and what has its accents, was spelt on purpose."""
        if plain != word.lower() or word.istitle():
            return None
        heard = self._by_sound.get(sound(plain))
        if heard is None:
            slips = 1 if len(plain) < _LONG else 2
            near = process.extractOne(
                plain, self._by_initial.get(plain[0], ()), scorer=OSA.distance, score_cutoff=slips
            )
            heard = None if near is None else near[0]
        return None if heard is None else self.accents.get(heard, heard)

    @cached_property
    def _by_sound(self) -> dict[str, str]:
        return {sound(word): word for word in sorted(self.familiar) if len(word) > 3}

    @cached_property
    def _by_initial(self) -> dict[str, list[str]]:
        words: dict[str, list[str]] = {}
        for word in sorted(self.familiar):
            words.setdefault(word[0], []).append(word)
        return words

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
