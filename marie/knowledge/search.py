"""Finds and ranks documents for a few typed words: pure, in memory, knows no place and no file.

`TextIndex` reads a query the way people type it (no accents, "l'" glued or not, plurals, one typing
error, "job" for « emploi ») and scores documents; `rank` orders scored documents by where they
stand from a place. `marie.knowledge.directory` calls nothing else, so both can be replaced.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marie.knowledge.model import ResourceKind
from marie.knowledge.search_words import CONCEPTS, SPELLINGS, STOP_WORDS
from marie.language.folding import fold, fold_key

FIELD_WEIGHTS = {"name": 1.0, "keywords": 0.9, "place": 0.8, "region": 0.5, "description": 0.4}

TYPO_WEIGHT = 0.85
SHORTEST_TYPO = 4
"""A shorter word is taken as typed: nearly every three letters are one letter from a word."""

BEST_MATCH = 0.9
"""The most that scattered words are worth; a name that says all of them is worth more."""

KEPT_SHARE = 0.6
"""A document that scores less than this share of the best one is not shown."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """The words of one resource, by how much a match in them says."""

    kind: ResourceKind
    name: str
    keywords: tuple[str, ...] = ()
    place: str = ""
    region: str = ""
    description: str = ""
    everywhere: bool = False
    """It serves the whole of Québec: shown when a kind is asked for in words that fit none."""


@dataclass(frozen=True)
class Term:
    """A word or concept of the query; `kind` when it only says what kind of resource is wanted."""

    token: str
    weight: float = 1.0
    kind: ResourceKind | None = None


@dataclass(frozen=True)
class _Phrase:
    """A name, keyword or place: all that it is found by, and how many words say it."""

    tokens: frozenset[str]
    length: int
    weight: float

    @classmethod
    def of(cls, text: str, weight: float) -> _Phrase:
        stems = _stems(text)
        return cls(_tokens(stems), len(_concepts(stems)), weight)

    def fit(self, tokens: set[str]) -> float:
        """How much of the phrase the query says, when the phrase says all of the query; else 0."""
        return self.weight * len(tokens) / self.length if tokens <= self.tokens else 0.0


class Tier(IntEnum):
    """Where a resource stands from the place asked for, in the order of showing."""

    INSIDE = 0
    NEARBY = 1
    """Within a drive: `directory.LOCAL_KM`."""
    SERVES_REGION = 2
    SERVES_ALL = 3
    FARTHER = 4
    OTHER_REGION = 5
    """It serves another region as a whole."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A document that fits; `position` in the list breaks ties.

    `part`: it is part of another one, as a campus, and comes after what stands for itself.
    """

    position: int
    score: float
    tier: Tier = Tier.INSIDE
    distance_km: float | None = None
    part: bool = False


def rank(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first; the same candidates always come in the same order.

    Inside the place the better match wins, outside it the nearer one.
    """

    def key(candidate: Candidate) -> tuple[float, ...]:
        score = -round(candidate.score, 6)
        distance = math.inf if candidate.distance_km is None else candidate.distance_km
        if candidate.tier in (Tier.NEARBY, Tier.FARTHER):
            return candidate.tier, distance, score, candidate.part, candidate.position
        return candidate.tier, score, distance, candidate.part, candidate.position

    return sorted(candidates, key=key)


class TextIndex:
    """An inverted index of documents; a document is known by its position."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._postings: dict[str, dict[int, float]] = {}
        self._phrases: list[tuple[_Phrase, ...]] = []
        for position, document in enumerate(documents):
            self._add(position, document)
        words = {token for token in self._postings if not token.startswith("=")}
        self._known = sorted(words | _CONCEPT_WORDS)
        self._is_known = frozenset(self._known)

    def find(
        self, query: str, kinds: Collection[ResourceKind] = (), *, without: str = ""
    ) -> dict[int, float] | None:
        """Score (0 to 1) by position of the documents that fit; None when the query says nothing.

        `kinds` limits them. Without it, words such as "garderie" limit them, unless the whole query
        is the name of something else (« École de technologie supérieure » is no school). `without`:
        words that are understood already, as the name of the place asked for.
        """
        understood = set(_stems(without))
        terms = [term for term in self._read(query) if term.token not in understood]
        if not terms:
            return None
        asked = set(kinds) or {term.kind for term in terms if term.kind is not None}
        if not asked:
            return self._scores(terms)
        within = {
            position for position, document in enumerate(self._documents) if document.kind in asked
        }
        wanted = [term for term in terms if term.kind not in asked]
        found = self._scores(wanted, within) if wanted else self._all_of_kind(terms, within)
        if kinds:
            return found
        if wanted or len(terms) > 1:
            found |= self._named(terms)
        return found or {
            position: 0.0 for position in within if self._documents[position].everywhere
        }

    def _add(self, position: int, document: Document) -> None:
        fields = {
            "name": (document.name,),
            "keywords": document.keywords,
            "place": (document.place,),
            "region": (document.region,),
            "description": (document.description,),
        }
        phrases = []
        for field, texts in fields.items():
            for text in texts:
                phrase = _Phrase.of(text, FIELD_WEIGHTS[field])
                if field != "description":
                    phrases.append(phrase)
                for token in phrase.tokens:
                    weights = self._postings.setdefault(token, {})
                    weights[position] = max(weights.get(position, 0.0), phrase.weight)
        self._phrases.append(tuple(phrases))

    def _all_of_kind(self, terms: Sequence[Term], within: set[int]) -> dict[int, float]:
        """All of them: those that say the very word first."""
        return dict.fromkeys(within, 0.0) | self._matches(terms, within)

    def _scores(self, terms: Sequence[Term], within: set[int] | None = None) -> dict[int, float]:
        scores = self._matches(terms, within) | self._named(terms, within)
        least = KEPT_SHARE * max(scores.values(), default=0.0)
        return {position: score for position, score in scores.items() if score >= least}

    def _matches(self, terms: Sequence[Term], within: set[int] | None) -> dict[int, float]:
        """By how rare and how prominent the words are that a document has."""
        scores: dict[int, float] = {}
        rarities = [self._rarity(term.token) for term in terms]
        for term, rarity in zip(terms, rarities, strict=True):
            share = BEST_MATCH * rarity * term.weight / sum(rarities)
            for position, weight in self._postings.get(term.token, {}).items():
                if within is None or position in within:
                    scores[position] = scores.get(position, 0.0) + share * weight
        return scores

    def _named(self, terms: Sequence[Term], within: set[int] | None = None) -> dict[int, float]:
        """The documents of which the name, a keyword or the place says every word of the query."""
        tokens = {term.token for term in terms}
        holders = [self._postings.get(token, {}).keys() for token in tokens]
        scores: dict[int, float] = {}
        for position in set.intersection(*map(set, holders)):
            if within is None or position in within:
                fits = [phrase.fit(tokens) for phrase in self._phrases[position]]
                if any(fits):
                    scores[position] = BEST_MATCH + (1 - BEST_MATCH) * max(fits)
        return scores

    def _rarity(self, token: str) -> float:
        holders = len(self._postings.get(token, ()))
        return math.log(1 + len(self._documents) / max(holders, 1))

    def _read(self, query: str) -> list[Term]:
        stems: list[str] = []
        weights: dict[str, float] = {}
        for word in _words(query):
            stem, weight = self._correct(_stem(word))
            stems.append(stem)
            weights[stem] = weight
        terms: dict[str, Term] = {}
        for token, parts in _concepts(stems):
            kind = CONCEPTS[token].kind if token in CONCEPTS else None
            terms[token] = Term(token, min(weights[part] for part in parts), kind)
        return list(terms.values())

    def _correct(self, stem: str) -> tuple[str, float]:
        """The stem as the documents know it, and how sure that is."""
        if stem in self._is_known:
            return stem, 1.0
        for article in ("l", "d", "qu"):
            rest = stem.removeprefix(article)
            if rest != stem and len(rest) > 2 and rest in self._is_known:
                return rest, 1.0
        if len(stem) < SHORTEST_TYPO or stem.isdigit():
            return stem, 1.0
        near = [
            known
            for known, _, _ in process.extract(
                stem, self._known, scorer=OSA.distance, score_cutoff=1, limit=None
            )
            if len(known) >= SHORTEST_TYPO
        ]
        if not near:
            return stem, 1.0
        best = min(
            near,
            key=lambda known: (
                known[0] != stem[0],
                known not in _CONCEPT_WORDS,
                -len(self._postings.get(known, ())),
                known,
            ),
        )
        return best, TYPO_WEIGHT


def _words(text: str) -> list[str]:
    """Folded words that say something; "9-8-8" is one."""
    dialled = re.sub(r"\b(\d)-(\d)-(\d)\b", r"\1\2\3", fold(text))
    words = (SPELLINGS.get(word, word) for word in fold_key(dialled).split())
    return [word for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())]


def _stem(word: str) -> str:
    """Singular and masculine, roughly: "regionales", "regionale", "regional" and "regionaux"."""
    if len(word) <= 3 or word.isdigit():
        return word
    if word.endswith("aux") and len(word) > 4:
        return word[:-3] + "al"
    word = word.rstrip("sx") if word.endswith(("s", "x")) else word
    word = word.rstrip("e") if len(word) > 4 else word
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


def _stems(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in _words(text))


_PHRASES: Mapping[tuple[str, ...], str] = {
    _stems(phrase): token for token, concept in CONCEPTS.items() for phrase in concept.phrases
}
_LONGEST = max(map(len, _PHRASES))
_CONCEPT_WORDS = frozenset(stem for phrase in _PHRASES for stem in phrase)


def _concepts(stems: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
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


def _tokens(stems: Sequence[str]) -> frozenset[str]:
    """What a document's text is found by: its stems and every concept in it."""
    phrases = (
        tuple(stems[start:end])
        for start in range(len(stems))
        for end in range(start + 1, min(len(stems), start + _LONGEST) + 1)
    )
    concepts = {_PHRASES[phrase] for phrase in phrases if phrase in _PHRASES}
    return frozenset(stems) | concepts
