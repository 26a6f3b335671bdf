"""Reads what people type and finds documents for it: French words, typing errors, synonyms.

`TextIndex` reads a query the way people type it (no accents, "l'" glued or not, plurals, one typing
error, "job" for « emploi ») and asks the engine for documents; `order` sorts them by where they
stand from a place. Knows no place and no file.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from marie.knowledge.engine import FIELD_WEIGHTS, Engine, Indexed, Matches
from marie.knowledge.model import ResourceKind
from marie.knowledge.search_words import CONCEPTS, SAID_BY_NAMES, TYPES
from marie.knowledge.stems import CONCEPT_STEMS, concepts_of, stem_of, stems_of, tokens_of, words_of

TYPO_WEIGHT = 0.85
SHORTEST_TYPO = 4
"""A shorter word is taken as typed: nearly every three letters are one letter from a word."""

BEST_MATCH = 0.9
"""The most that scattered words are worth; a name that says all of them is worth more."""

KEPT_SHARE = 0.6
"""A document that scores less than this share of the best one is not shown."""

MOST = 800
"""Documents that are weighed one by one; of more than these, those in the place asked for."""

CALLED = 0.8
"""Share of a name that a sentence must say to call it so."""

MOST_CALLED = 80
"""Documents whose names are compared with a whole sentence."""

MOST_NAMED = 60
"""Documents whose names are compared with the query word by word."""


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
    where: tuple[str, ...] = ()
    """Tokens of the areas in which it stands, by which a search may be limited."""

    def indexed(self) -> Indexed:
        """What the engine keeps of it."""
        fields = {name: _field_tokens(texts) for name, texts in self.fields().items()}
        where = (*self.where, *((EVERYWHERE,) if self.everywhere else ()))
        return Indexed(tokens=fields, kind=self.kind, where=where)

    def fields(self) -> dict[str, tuple[str, ...]]:
        """Its texts by the engine's fields."""
        return {
            "name": (self.name,),
            "keywords": self.keywords,
            "place": (self.place,),
            "region": (self.region,),
            "description": (self.description,),
        }


EVERYWHERE = "everywhere"


@dataclass(frozen=True)
class Term:
    """A word or concept of the query.

    `kind`: it says what kind of resource is wanted; `narrows`: and which of that kind (a school
    for adults).
    """

    token: str
    weight: float = 1.0
    kind: ResourceKind | None = None
    narrows: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a query was understood: what `TextIndex.fetch` looks for.

    `terms`: tokens and weights; `optional`: all of `kinds` fits, the terms only order it. `named`:
    documents of which the name, a keyword or the place says the whole query, with their scores;
    `exact`: those whose name is the query.
    """

    terms: tuple[tuple[str, float], ...] = ()
    required: tuple[str, ...] = ()
    optional: bool = False
    kinds: frozenset[str] = frozenset()
    where: frozenset[str] | None = None
    named: Mapping[int, float] = field(default_factory=dict)
    exact: frozenset[int] = frozenset()
    least: float = 0.0


@dataclass(frozen=True)
class _Phrase:
    """A name, keyword or place: all that it is found by, and how many words say it."""

    tokens: frozenset[str]
    length: int
    weight: float

    @classmethod
    def of(cls, text: str, weight: float) -> _Phrase:
        stems = stems_of(text)
        return cls(tokens_of(stems), len(concepts_of(stems)), weight)

    def fit(self, tokens: set[str]) -> float:
        """How much of the phrase the query says, when the phrase says all of the query; else 0."""
        return self.weight * len(tokens) / self.length if tokens <= self.tokens else 0.0


class Tier(IntEnum):
    """Where a resource stands from the place asked for, in the order of showing."""

    NAMED = -1
    """Its very name was asked for."""
    INSIDE = 0
    NEARBY = 1
    """Within a drive: `directory.LOCAL_KM`."""
    SERVES_REGION = 2
    SERVES_ALL = 3
    FARTHER = 4
    OTHER_REGION = 5
    """It serves another region as a whole."""


@dataclass(frozen=True)
class Candidates:
    """Documents that fit, column by column; `distances` in km, infinite where there is none.

    `parts`: it is part of another one, as a campus, and comes after what stands for itself.
    """

    positions: NDArray[np.int64]
    scores: NDArray[np.float64]
    tiers: NDArray[np.int64]
    distances: NDArray[np.float64]
    parts: NDArray[np.bool_]


def order(candidates: Candidates) -> NDArray[np.int64]:
    """Indexes of the candidates, best first; the same ones always come in the same order.

    Inside the place the better match wins, outside it the nearer one.
    """
    scores = -np.round(candidates.scores, 6)
    by_distance = np.isin(candidates.tiers, (Tier.NEARBY, Tier.FARTHER))
    first = np.where(by_distance, candidates.distances, scores)
    second = np.where(by_distance, scores, candidates.distances)
    return np.lexsort((candidates.positions, candidates.parts, second, first, candidates.tiers))


class TextIndex:
    """Documents, found by words; a document is known by its position."""

    def __init__(self, documents: Sequence[Document], engine: Engine | None = None) -> None:
        """`engine`: one that was built of these documents."""
        self._documents = documents
        self._engine = engine or self.build(documents)
        # One sentence is asked for many times in a turn, and an entry's questions in many turns.
        self._read = lru_cache(maxsize=256)(self._read_terms)
        self._corrected = lru_cache(maxsize=4096)(self._correct)
        words = {token for token in self._engine.words if not token.startswith("=")}
        self._is_known = frozenset(words | CONCEPT_STEMS)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._is_known):
            self._by_length[len(word)].append(word)

    @staticmethod
    def build(documents: Iterable[Document], folder: Path | None = None) -> Engine:
        """The engine's index of documents."""
        return Engine.build((document.indexed() for document in documents), folder)

    def find(
        self, query: str, kinds: Collection[ResourceKind] = (), *, without: str = ""
    ) -> dict[int, float] | None:
        """Score (0 to 1) by position of the best `MOST` documents that fit; see `read`."""
        reading = self.read(query, kinds, without=without)
        if reading is None:
            return None
        matches = self.fetch(reading)
        return dict(zip(matches.positions.tolist(), matches.scores.tolist(), strict=True))

    def read(
        self,
        query: str,
        kinds: Collection[ResourceKind] = (),
        *,
        without: str = "",
        lenient: bool = False,
    ) -> Reading | None:
        """What the query asks for; None when it says nothing.

        `kinds` limits it. Without it, words such as "garderie" limit it, unless the whole query
        is the name of something else (« École de technologie supérieure » is no school). `without`:
        words that are understood already, as the name of the place asked for. `lenient`: words
        that fit no document of the kind asked for are passed over.
        """
        understood = set(stems_of(without))
        terms = [term for term in self._terms(query) if term.token not in understood]
        if not terms:
            return None
        asked = frozenset(kinds or {term.kind for term in terms if term.kind is not None})
        if not asked:
            return self._scattered(terms, frozenset(), (), named=terms)
        wanted = [term for term in terms if term.kind not in asked]
        narrowing = tuple(term.token for term in terms if term.kind in asked and term.narrows)
        anything = terms if not kinds and (wanted or len(terms) > 1) else ()
        for required in dict.fromkeys((narrowing, ())):
            if wanted:
                reading = self._scattered(wanted, asked, required, named=anything)
            else:
                reading = self._all_of_kind(terms, asked, required, named=anything)
            if self.fetch(reading, limit=1).total:
                return reading
        if lenient:
            for required in dict.fromkeys((narrowing, ())):
                reading = self._all_of_kind(terms, asked, required, named=())
                if self.fetch(reading, limit=1).total:
                    return reading
        return Reading(kinds=asked, optional=True, where=frozenset({EVERYWHERE}))

    def named_so(self, query: str) -> frozenset[int]:
        """The documents whose whole name the query is."""
        terms = self._terms(query)
        return self._named(terms)[1] if terms else frozenset()

    def narrowing(self, query: str, kinds: Collection[ResourceKind]) -> tuple[str, ...]:
        """What a sentence says of which of the kinds are meant: daycares that take infants."""
        terms = [term.token for term in self._terms(query) if term.narrows and term.kind in kinds]
        said = f" {' '.join(self._corrected(stem_of(word))[0] for word in words_of(query))} "
        types = [
            token
            for token, concept in TYPES.items()
            if concept.kind in kinds
            and any(f" {' '.join(stems_of(phrase))} " in said for phrase in concept.phrases)
        ]
        return tuple(dict.fromkeys((*types, *terms)))

    def names_kind(self, text: str, kinds: Collection[ResourceKind]) -> bool:
        """Whether a sentence has a word that asks for one of the kinds as a whole."""
        return any(term.kind in kinds and not term.narrows for term in self._terms(text))

    def called(self, text: str, kinds: Collection[ResourceKind] = ()) -> list[int]:
        """The documents whose name a sentence says, whatever else it says; the surest first.

        A name counts as said by `CALLED` of the weight of its words, one of which must tell it
        from others of its kind; of names said equally well, those in the place that is said.
        """
        terms = self._terms(text)
        said = {term.token for term in terms} | {word for term in terms for word in term.words}
        asked = frozenset(kinds or {term.kind for term in terms if term.kind is not None})
        weighted = [(term.token, self._rarity(term.token)) for term in terms]
        matches = self._engine.match(weighted, kinds=asked, limit=MOST_CALLED)
        found: list[tuple[float, int, bool, int]] = []
        for position in matches.positions.tolist():
            document = self._documents[position]
            place = set(stems_of(document.place))
            share, telling = max(self._said_of(name, said, place) for name in _names(document))
            if document.kind == "municipality" and "=municipality" in said and place <= said:
                share, telling = 1.0, len(place)
            if share >= (CALLED if telling > 1 else 1.0) and telling:
                found.append((share, telling, bool(place) and place <= said, position))
        best = max(found)[:3] if found else None
        return [each[3] for each in found if each[:3] == best]

    def _said_of(
        self, name: str, said: Collection[str], place: Collection[str]
    ) -> tuple[float, int]:
        """Which share of a name is said, and how many words that tell whose name it is."""
        units = {unit: self._rarity(unit) for unit, _ in concepts_of(stems_of(name))}
        known = {unit for unit in units if unit in said}
        telling = {unit for unit in known if not unit.startswith("=")}
        share = sum(units[unit] for unit in known) / (sum(units.values()) or 1.0)
        sure = share if telling - set(place) or len(known) == len(units) else 0.0
        return round(sure, 3), len(telling)

    def everything(
        self, kinds: Collection[ResourceKind], narrowed: Collection[str] = ()
    ) -> Reading:
        """All documents of the kinds (of every kind if there is none), narrowed if any is so."""
        first = tuple((token, BEST_MATCH) for token in narrowed if token in SAID_BY_NAMES)
        whole = Reading(kinds=frozenset(kinds), optional=True, terms=first)
        for required in dict.fromkeys((tuple(narrowed), *((each,) for each in narrowed))):
            some = replace(whole, required=required)
            if required and self.fetch(some, limit=1).total:
                return some
        return whole

    def fetch(
        self, reading: Reading, where: Collection[str] | None = None, limit: int = MOST
    ) -> Matches:
        """The best documents, in the areas `where` alone; named ones are there wherever they are.

        `total` counts all that fit; beyond `limit` it is what the engine found.
        """
        areas = where if reading.where is None else reading.where
        matches = self._engine.match(
            reading.terms,
            required=reading.required,
            optional=reading.optional,
            kinds=reading.kinds,
            where=areas,
            limit=limit,
        )
        positions, scores, total = matches.positions, matches.scores, matches.total
        if reading.least:
            kept = scores >= reading.least
            if not kept.all():
                positions, scores = positions[kept], scores[kept]
                total = len(positions)
        if not reading.named:
            return Matches(total, positions, scores)
        found = dict(zip(positions.tolist(), scores.tolist(), strict=True))
        total += sum(position not in found for position in reading.named)
        found |= reading.named
        return Matches(
            total,
            np.fromiter(found.keys(), dtype=np.int64),
            np.fromiter(found.values(), dtype=np.float64),
        )

    def _scattered(
        self,
        terms: Sequence[Term],
        kinds: frozenset[str],
        required: tuple[str, ...],
        *,
        named: Sequence[Term],
    ) -> Reading:
        """By how rare and how prominent the words are that a document has."""
        weighted = self._weighted(terms)
        best = self._engine.match(weighted, required=required, kinds=kinds, limit=1)
        whole, exact = self._named(named) if named else ({}, frozenset())
        if not named or terms is not named:
            inside, _ = self._named(terms, kinds, required)
            whole = inside | whole
        highest = max([*best.scores.tolist(), *whole.values()], default=0.0)
        least = KEPT_SHARE * highest
        return Reading(
            terms=weighted,
            required=required,
            kinds=kinds,
            named={position: score for position, score in whole.items() if score >= least},
            exact=exact,
            least=least,
        )

    def _all_of_kind(
        self,
        terms: Sequence[Term],
        kinds: frozenset[str],
        required: tuple[str, ...],
        *,
        named: Sequence[Term],
    ) -> Reading:
        """All of them: those that say the very word first."""
        whole, exact = self._named(named) if named else ({}, frozenset())
        return Reading(
            terms=self._weighted(terms),
            required=required,
            optional=True,
            kinds=kinds,
            named=whole,
            exact=exact,
        )

    def _weighted(self, terms: Sequence[Term]) -> tuple[tuple[str, float], ...]:
        rarities = [self._rarity(term.token) for term in terms]
        whole = sum(rarities)
        return tuple(
            (term.token, BEST_MATCH * rarity * term.weight / whole)
            for term, rarity in zip(terms, rarities, strict=True)
        )

    def _named(
        self, terms: Sequence[Term], kinds: Collection[str] = (), required: Collection[str] = ()
    ) -> tuple[dict[int, float], frozenset[int]]:
        """The documents of which the name, a keyword or the place says every word of the query."""
        tokens = {term.token for term in terms}
        matches = self._engine.match(
            self._weighted(terms), required={*tokens, *required}, kinds=kinds, limit=MOST_NAMED
        )
        scores: dict[int, float] = {}
        exact: set[int] = set()
        for position in matches.positions.tolist():
            document = self._documents[position]
            best = 0.0
            for name, texts in document.fields().items():
                if name == "description":
                    continue
                for text in texts:
                    fit = _phrase(text, FIELD_WEIGHTS[name]).fit(tokens)
                    best = max(best, fit)
                    if name == "name" and fit >= 1.0 and len(tokens) > 1:
                        exact.add(position)
            if best:
                scores[position] = BEST_MATCH + (1 - BEST_MATCH) * min(best, 1.0)
        return scores, frozenset(exact)

    def _rarity(self, token: str) -> float:
        holders = self._engine.words.get(token, 0)
        return math.log(1 + len(self._engine) / max(holders, 1))

    def _terms(self, query: str) -> list[Term]:
        return list(self._read(query))

    def _read_terms(self, query: str) -> list[Term]:
        stems: list[str] = []
        weights: dict[str, float] = {}
        for word in words_of(query):
            stem, weight = self._corrected(stem_of(word))
            stems.append(stem)
            weights[stem] = weight
        terms: dict[str, Term] = {}
        for token, parts in concepts_of(stems):
            concept = CONCEPTS.get(token)
            terms[token] = Term(
                token,
                min(weights[part] for part in parts),
                concept.kind if concept else None,
                narrows=concept.narrows if concept else False,
                words=parts,
            )
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
            for length in range(max(len(stem) - 1, SHORTEST_TYPO), len(stem) + 2)
            for known, _, _ in process.extract(
                stem, self._by_length[length], scorer=OSA.distance, score_cutoff=1, limit=None
            )
        ]
        if not near:
            return stem, 1.0
        best = min(
            near,
            key=lambda known: (
                known[0] != stem[0],
                known not in CONCEPT_STEMS,
                -self._engine.words.get(known, 0),
                known,
            ),
        )
        return best, TYPO_WEIGHT


def _names(document: Document) -> Iterator[str]:
    """What a resource is called: its name, the head of it, and its acronyms."""
    yield document.name
    yield re.sub(r"\W+inc\b\.?", "", document.name, flags=re.IGNORECASE)
    head = re.split(r" [–-] | \(", document.name, maxsplit=1)[0]
    if head != document.name:
        yield head
    yield from (each for each in document.keywords if each.isupper() and len(each) > 2)


@lru_cache(maxsize=50_000)
def _phrase(text: str, weight: float) -> _Phrase:
    return _Phrase.of(text, weight)


def _field_tokens(texts: Iterable[str]) -> set[str]:
    return {token for text in texts for token in tokens_of(stems_of(text))}
