"""French as the directory's search keeps it: folded words, cut to stems, known phrases one concept.

What is kept of a document and what is asked for go the same way, so that they meet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from marie.knowledge.search_words import CONCEPTS, SPELLINGS, STOP_WORDS
from marie.language.folding import fold, fold_key


def words_of(text: str) -> list[str]:
    """Folded words that say something; "9-8-8" is one."""
    dialled = re.sub(r"\b(\d)-(\d)-(\d)\b", r"\1\2\3", fold(text))
    words = (SPELLINGS.get(word, word) for word in fold_key(dialled).split())
    return [word for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())]


def stem_of(word: str) -> str:
    """Singular and masculine, roughly: "regionales", "regionale", "regional" and "regionaux"."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word.endswith("aux") and len(word) > 4:
        return word[:-3] + "al"
    word = word.rstrip("sx") if word.endswith(("s", "x")) else word
    word = word.rstrip("e") if len(word) > 4 else word
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


@lru_cache(maxsize=50_000)
def stems_of(text: str) -> tuple[str, ...]:
    """The stems of a text's words, in their order."""
    return tuple(stem_of(word) for word in words_of(text))


_PHRASES: Mapping[tuple[str, ...], str] = {
    stems_of(phrase): token for token, concept in CONCEPTS.items() for phrase in concept.phrases
}
_LONGEST = max(map(len, _PHRASES))
CONCEPT_STEMS = frozenset(stem for phrase in _PHRASES for stem in phrase)
"""The stems that the phrases of concepts are made of."""


def concepts_of(stems: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The stems, known phrases replaced by their concept, longest first, each with its stems."""
    found: list[tuple[str, tuple[str, ...]]] = []
    start = 0
    while start < len(stems):
        for end in range(min(len(stems), start + _LONGEST), start, -1):
            phrase = tuple(stems[start:end])
            if phrase in _PHRASES:
                found.append((_PHRASES[phrase], phrase))
                break
        else:
            end = start + 1
            found.append((stems[start], (stems[start],)))
        start = end
    return found


def tokens_of(stems: Sequence[str]) -> frozenset[str]:
    """What a document's text is found by: its stems and every concept in it."""
    phrases = (
        tuple(stems[start:end])
        for start in range(len(stems))
        for end in range(start + 1, min(len(stems), start + _LONGEST) + 1)
    )
    concepts = {_PHRASES[phrase] for phrase in phrases if phrase in _PHRASES}
    return frozenset(stems) | concepts
