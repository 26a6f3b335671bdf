"""The names of places, indexed by every way in which people write them.

A name is kept under several spellings: its words ("saint jean sur richelieu"), its words glued
("valdor"), its words without the small ones ("riviereloup"), as it sounds ("chawinigan"), and all
of these with one letter missing, which finds one typing error without comparing with every name.
What the words of French change about it (`vocabulary.yml`, `ordinary_words.txt`) is `Vocabulary`.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marie.language.folding import Word, words

ARTICLES = ("la", "le", "les", "l")

SHORTEST_WITH_ERROR = 5
"""A name of fewer letters is only found as it is written."""

SHORTEST_WITH_TWO_ERRORS = 9

LONGEST_FORM = 45
"""Letters: no name has more ("saintlaurentdeliledorleans" has 26)."""

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^h", ""),
        (r"sch|sh|ch", "$"),
        (r"ph", "f"),
        (r"h", ""),
        (r"qu|q|ck|k", "k"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"),
        (r"y", "i"),
        (r"eau|au", "o"),
        (r"ai|ei|oe", "e"),
        (r"ien$", "ie"),
        (r"(?:ein|ain|im|in)(?![aeiou])", "in"),
        (r"(?:am|an|em|en)(?![aeioumn])", "an"),
        (r"om(?![aeioum])", "on"),
        (r"z", "s"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:es|ent|e|s|t|x|d)$", ""),
    )
)


@dataclass(frozen=True)
class Token:
    """A word of a text. `text` has abbreviations written out ("saint"), `raw` is as folded ("st").

    `start` and `end` count in the original text. "nd" gives two tokens with the same offsets.
    """

    text: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True)
class Vocabulary:
    """Words that help to see a place in a sentence, or forbid it (`vocabulary.yml` says which)."""

    spellings: Mapping[str, tuple[str, ...]]
    small_words: frozenset[str]
    links: frozenset[str]
    sure_links: frozenset[str]
    city_links: frozenset[str]
    announcing_nouns: frozenset[str]
    announcing_verbs: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    territory_articles: frozenset[str]
    fillers: frozenset[str]
    connectors: frozenset[str]
    names_of_people: frozenset[str]
    ordinary_phrases: frozenset[str]
    strict: frozenset[str]
    hyphen_needed: frozenset[str]
    not_after: frozenset[str]
    not_prefix_after: frozenset[str]
    nowhere: frozenset[str]
    ordinary_words: frozenset[str]

    @classmethod
    def parse(cls, data: Mapping[str, Any], ordinary_words: Iterable[str]) -> Vocabulary:
        """From the mapping in `vocabulary.yml`; `KeyError` names what is missing in it."""

        def listed(name: str) -> frozenset[str]:
            return frozenset(str(item) for item in data[name])

        return cls(
            spellings={str(k): tuple(str(v).split()) for k, v in data["spellings"].items()},
            kinds={str(k): frozenset(map(str, v)) for k, v in data["kinds"].items()},
            ordinary_words=frozenset(ordinary_words),
            **{
                name: listed(name)
                for name in cls.__dataclass_fields__
                if name not in {"spellings", "kinds", "ordinary_words"}
            },
        )

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The folded words of `text`, abbreviations written out."""
        return tuple(
            Token(written, word.text, word.start, word.end)
            for word in words(text)
            for written in self._written(word)
        )

    def key(self, name: str) -> str:
        """The words of a name joined by one space: "Ste-Marie" and "sainte marie" are one key."""
        return " ".join(token.text for token in self.tokens(name))

    def significant(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """`tokens` without the small words that people leave out."""
        return tuple(token for token in tokens if token not in self.small_words)

    def is_ordinary(self, tokens: Sequence[str]) -> bool:
        """Whether each of `tokens` is an everyday word of French."""
        return all(token in self.small_words or token in self.ordinary_words for token in tokens)

    def _written(self, word: Word) -> tuple[str, ...]:
        return self.spellings.get(word.text, (word.text,))


def sound(tokens: Iterable[str]) -> str:
    """How the words sound in French, roughly: "hyacinthe" and "iassinte" have the same sound."""
    return "".join(map(_sound_of_word, tokens))


class NameIndex:
    """From a way of writing to the keys of the names that it may mean."""

    def __init__(
        self,
        names: Iterable[tuple[str, str]],
        aliases: Iterable[tuple[str, str]],
        vocabulary: Vocabulary,
    ) -> None:
        """Both are pairs of a name as written and the id of a place that bears it.

        The beginning of a name may stand for it ("Sorel"), and its small words may be left out;
        an alias must be whole.
        """
        self._vocabulary = vocabulary
        self.ids: dict[str, list[str]] = {}
        """Key of a name → ids of the places that bear it, in the order given."""
        self.prefixes: dict[str, list[str]] = {}
        """First words of longer names → the keys of those names."""
        self.words: set[str] = set()
        """All words of all names but the small ones."""
        self._forms: dict[str, list[str]] = {}
        self._near: dict[str, list[str]] = {}
        self._sounds: dict[str, list[str]] = {}
        for name, place in names:
            self._add(vocabulary.key(name), place)
        own = list(self.ids)
        for name, place in aliases:
            self._add(vocabulary.key(name), place)
        for key in self.ids:
            self._index(key)
        for key in own:
            self._index_shortened(key)
        for form in self._forms:
            if len(form) >= SHORTEST_WITH_ERROR:
                for shorter in _with_one_letter_less(form):
                    self._near.setdefault(shorter, []).append(form)
        self._long_forms = [form for form in self._forms if len(form) >= SHORTEST_WITH_TWO_ERRORS]
        self.longest = max((key.count(" ") + 1 for key in self.ids), default=0)

    def glued(self, form: str) -> Sequence[str]:
        """Keys of the names that read `form` once spaces (and perhaps small words) are left out."""
        return self._forms.get(form, ())

    def sounding(self, heard: str) -> Sequence[str]:
        """Keys of the names that sound like `heard` (see `sound`)."""
        return self._sounds.get(heard, ())

    def near(self, form: str) -> dict[str, int]:
        """Keys of the names one typing error away from the glued `form` → 1."""
        if not SHORTEST_WITH_ERROR - 1 <= len(form) <= LONGEST_FORM:
            return {}
        candidates = set(self._near.get(form, ()))
        for shorter in _with_one_letter_less(form):
            candidates.update(self._near.get(shorter, ()))
            if shorter in self._forms and len(shorter) >= SHORTEST_WITH_ERROR:
                candidates.add(shorter)
        return {
            key: 1
            for candidate in candidates
            if OSA.distance(form, candidate, score_cutoff=1) <= 1
            for key in self._forms[candidate]
        }

    def two_errors_away(self, form: str) -> dict[str, int]:
        """Keys of the long names at most two typing errors away → how many. Slow: 0.1 ms."""
        if not SHORTEST_WITH_TWO_ERRORS <= len(form) <= LONGEST_FORM:
            return {}
        found = process.extract(
            form, self._long_forms, scorer=OSA.distance, score_cutoff=2, limit=3
        )
        return {
            key: int(errors)
            for candidate, errors, _ in found
            if candidate[0] == form[0]
            for key in self._forms[candidate]
        }

    def _add(self, key: str, place: str) -> None:
        ids = self.ids.setdefault(key, [])
        if place not in ids:
            ids.append(place)
        article, _, rest = key.partition(" ")
        if rest and article in ARTICLES:
            ids = self.ids.setdefault(rest, [])
            if place not in ids:
                ids.append(place)

    def _index(self, key: str) -> None:
        tokens = key.split(" ")
        significant = self._vocabulary.significant(tokens)
        if not significant:
            return
        self.words.update(significant)
        glued = "".join(tokens)
        for form in _spellings_of_saint(glued):
            _put(self._forms, form, key)
        if len(significant) == len(tokens):
            self._index_sound(significant, key)

    def _index_shortened(self, key: str) -> None:
        tokens = key.split(" ")
        significant = self._vocabulary.significant(tokens)
        if len(significant) > 1:
            for form in _spellings_of_saint("".join(significant)):
                _put(self._forms, form, key)
        self._index_sound(significant, key)
        for prefix in self._prefixes(tokens):
            _put(self.prefixes, prefix, key)

    def _index_sound(self, significant: Sequence[str], key: str) -> None:
        heard = sound(significant)
        if len(heard) >= SHORTEST_WITH_ERROR:
            _put(self._sounds, heard, key)

    def _prefixes(self, tokens: Sequence[str]) -> Iterator[str]:
        """First words that may stand for the whole ("Sorel", "Saint-Félix"), not "Saint" alone."""
        vocabulary = self._vocabulary
        for length in range(1, len(tokens)):
            last = tokens[length - 1]
            if last in vocabulary.small_words or last in {"saint", "sainte", "saints", "saintes"}:
                continue
            significant = vocabulary.significant(tokens[:length])
            alone = len(significant) == 1
            if alone and (len(last) < SHORTEST_WITH_ERROR or last in vocabulary.ordinary_words):
                continue
            yield " ".join(tokens[:length])


@lru_cache(maxsize=20_000)
def _sound_of_word(word: str) -> str:
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def _with_one_letter_less(form: str) -> set[str]:
    return {form[:index] + form[index + 1 :] for index in range(len(form))}


def _spellings_of_saint(glued: str) -> set[str]:
    return {glued, glued.replace("saint", "st")}


def _put(index: dict[str, list[str]], at: str, key: str) -> None:
    keys = index.setdefault(at, [])
    if key not in keys:
        keys.append(key)
