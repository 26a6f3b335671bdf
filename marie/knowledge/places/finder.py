"""Finds places in running French, as people type it, and not in ordinary words.

Every run of words is looked up in the name index (exactly, glued, as it sounds, with a typing
error, as the beginning of longer names); the readings that the sentence allows are kept, and of
those that overlap the one that explains most letters. A name that is also a word of French ("La
Tuque", "Percé") or of a person ("Alma") counts only where something announces a place.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from marie.knowledge.places.names import ARTICLES, NameIndex, Vocabulary, sound
from marie.knowledge.places.sentence import Sentence

QUEBEC = "quebec"
"""The one name that is both a city's and the whole province's."""

LETTERS_LOST_BY_AN_ERROR = 3
"""A reading with a typing error must explain this many letters more than one without."""


LONG_WORDS = 12
"""Letters that several words must have together to be read with two typing errors."""


class Reading(Enum):
    """How a run of words was understood; the value is how sure that is, between 0 and 1."""

    EXACT = 0.99
    GLUED = 0.95
    SOUND = 0.85
    ONE_ERROR = 0.86
    PREFIX = 0.8
    TWO_ERRORS = 0.7


@dataclass(frozen=True)
class Hit:
    """Words `first:last` of a text read as one of the names `keys`. No keys: surely no place."""

    first: int
    last: int
    keys: tuple[str, ...]
    reading: Reading
    weight: float


@dataclass(frozen=True)
class Found:
    """A place in a text: offsets in the original, names it may bear, how sure (0 to 1).

    `kinds`: the kinds of place that the sentence asks for ("la MRC de …"), empty if it does not.
    `territory`: the article before it means the territory rather than the town ("au Kamouraska").
    """

    start: int
    end: int
    keys: tuple[str, ...]
    score: float
    kinds: frozenset[str]
    territory: bool
    beginning: bool
    """Whether only the first words of a longer name were written ("Saint-Félix")."""
    longer: tuple[str, ...]
    """Longer names that begin with the one written: "Saint-Basile-le-Grand"."""


class Finder:
    """Looks for the names of an index in sentences."""

    def __init__(self, index: NameIndex, vocabulary: Vocabulary) -> None:
        self._index = index
        self._vocabulary = vocabulary
        self._function_words = (
            vocabulary.announcing_nouns | vocabulary.announcing_verbs | vocabulary.links
        )

    def find(self, text: str) -> tuple[Found, ...]:
        """The places named in `text`, in order, without overlaps."""
        sentence = Sentence(text, self._vocabulary)
        hits = [
            hit
            for hit in self._hits(sentence)
            if not hit.keys or not self._is_something_else(sentence, hit)
        ]
        allowed = [hit for hit in hits if self._is_allowed(sentence, hit)]
        chosen = _without_overlaps(allowed)
        chosen = self._with_neighbours(sentence, hits, chosen)
        if not any(hit.keys for hit in chosen):
            chosen = _without_overlaps([*chosen, *self._badly_typed(sentence)])
        return tuple(self._found(sentence, hit) for hit in chosen if hit.keys)

    def match(self, text: str) -> Found | None:
        """The place that the whole of `text` names ("plutôt a rimousky svp"), if it does."""
        sentence = Sentence(text, self._vocabulary)
        whole = [hit for hit in self._hits(sentence) if sentence.is_alone(hit.first, hit.last)]
        if not whole:
            whole = [hit for hit in self._badly_typed(sentence) if hit.keys]
        best = max(whole, key=lambda hit: hit.weight, default=None)
        return self._found(sentence, best) if best and best.keys else None

    def _hits(self, sentence: Sentence) -> Iterator[Hit]:
        for first in range(len(sentence.tokens)):
            for last in sentence.window_ends(first, self._index.longest):
                yield from self._read(sentence, first, last)

    def _read(self, sentence: Sentence, first: int, last: int) -> Iterator[Hit]:
        """All readings of the words `first:last`."""
        tokens = sentence.texts[first:last]
        joined = " ".join(tokens)
        letters = float(sum(map(len, tokens)))
        if joined in self._vocabulary.nowhere:
            yield Hit(first, last, (), Reading.EXACT, letters + LETTERS_LOST_BY_AN_ERROR)
            return
        if joined in self._index.ids:
            yield Hit(first, last, (joined,), Reading.EXACT, letters)
            return
        small = self._vocabulary.small_words
        if tokens[0] in small or tokens[-1] in small:
            return
        if joined in self._index.prefixes:
            keys = tuple(self._index.prefixes[joined])
            yield Hit(first, last, keys, Reading.PREFIX, letters - 1)
        if len(tokens) == 1:
            yield from self._read_word(sentence, first, tokens[0])
        elif any(token in self._index.words for token in tokens):
            yield from self._read_words(sentence, first, last, tokens)

    def _read_word(self, sentence: Sentence, at: int, word: str) -> Iterator[Hit]:
        if word in self._vocabulary.ordinary_words:
            return
        if len(word) > 5 and word[0] in "dl" and word[1] in "aeiouyh":
            # "damqui", "lestrie": an elided article that lost its apostrophe.
            bare = word[1:]
            if bare in self._index.ids and self._is_plain(bare):
                yield Hit(at, at + 1, (bare,), Reading.GLUED, len(word) - 1.5)
        yield from self._read_glued(sentence, at, at + 1, (word,))

    def _read_words(
        self, sentence: Sentence, first: int, last: int, tokens: Sequence[str]
    ) -> Iterator[Hit]:
        if self._vocabulary.is_ordinary(tokens):
            return
        split = [key for key in self._index.glued("".join(tokens)) if " " not in key]
        if split:
            # "drummond ville"
            weight = sum(map(len, tokens)) - 0.5
            yield Hit(first, last, tuple(split), Reading.GLUED, weight)
            return
        yield from self._read_glued(sentence, first, last, tokens)
        significant = self._vocabulary.significant(tokens)
        if len(significant) not in {1, len(tokens)}:
            yield from self._read_glued(sentence, first, last, significant)

    def _read_glued(
        self, sentence: Sentence, first: int, last: int, written: Sequence[str]
    ) -> Iterator[Hit]:
        """Readings of the words `written` glued: as they are, as they sound, with one error."""
        form = "".join(written)
        count = len(written)
        weight = float(len(form))
        keys = self._aligned(self._index.glued(form), count)
        if keys:
            yield Hit(first, last, keys, Reading.GLUED, weight - 0.5)
            return
        heard = self._aligned(
            self._index.sounding(sound(self._vocabulary.significant(written))), count
        )
        near = self._aligned(self._index.near(form), count)
        near = tuple(
            key
            for key in near
            if _begins_alike(form, key, strictly=sentence.texts[first] in self._function_words)
            or sentence.is_alone(first, last)
        )
        if heard or near:
            keys = tuple(dict.fromkeys((*heard, *near)))
            reading = Reading.ONE_ERROR if near else Reading.SOUND
            yield Hit(first, last, keys, reading, weight - LETTERS_LOST_BY_AN_ERROR)

    def _aligned(self, keys: Iterable[str], count: int) -> tuple[str, ...]:
        """Of `keys` those that `count` words may be: word by word, or all glued into one."""
        kept = []
        for key in keys:
            parts = key.split(" ")
            if count == 1 or len(self._vocabulary.significant(parts)) <= count <= len(parts):
                kept.append(key)
        return tuple(kept)

    def _badly_typed(self, sentence: Sentence) -> Iterator[Hit]:
        """Long names with two typing errors, only where a place is announced or stands alone."""
        for first in range(min(len(sentence.tokens), 40)):
            for last in sentence.window_ends(first, 3):
                tokens = sentence.texts[first:last]
                small = self._vocabulary.small_words
                if tokens[0] in small or tokens[-1] in small:
                    continue
                if any(token in self._vocabulary.ordinary_words for token in tokens):
                    continue
                if last - first > 1 and sum(map(len, tokens)) < LONG_WORDS:
                    continue
                if not (sentence.is_alone(first, last) or sentence.is_announced(first)):
                    continue
                keys = self._aligned(self._index.two_errors_away("".join(tokens)), last - first)
                if keys:
                    weight = sum(map(len, tokens)) - 2.0 * LETTERS_LOST_BY_AN_ERROR
                    yield Hit(first, last, keys, Reading.TWO_ERRORS, weight)

    def _is_plain(self, key: str) -> bool:
        """Whether a name is neither a word of French nor of a person."""
        vocabulary = self._vocabulary
        return not (
            key in vocabulary.names_of_people
            or self._is_strict(key)
            or key == QUEBEC
            or self._is_ordinary_name(key)
        )

    def _is_ordinary_name(self, key: str) -> bool:
        """Whether a name also reads as everyday French: "La Tuque", "Deux-Montagnes"."""
        if key in self._vocabulary.ordinary_phrases:
            return True
        significant = self._vocabulary.significant(key.split(" "))
        return len(significant) == 1 and significant[0] in self._vocabulary.ordinary_words

    def _is_strict(self, key: str) -> bool:
        strict = self._vocabulary.strict
        return key in strict or any(f"{article} {key}" in strict for article in ARTICLES)

    def _is_allowed(self, sentence: Sentence, hit: Hit) -> bool:
        """Whether the sentence lets these words be a place."""
        if not hit.keys or sentence.is_alone(hit.first, hit.last):
            return True
        vocabulary = self._vocabulary
        key = " ".join(sentence.texts[hit.first : hit.last])
        if hit.reading not in {Reading.EXACT, Reading.PREFIX}:
            if hit.reading is not Reading.GLUED and sentence.follows_a_name(hit.first):
                return False
            if hit.last - hit.first > 1 and all(map(self._is_ordinary_name, hit.keys)):
                return False
            short = len(key) <= 6
            people = any(name in vocabulary.names_of_people for name in hit.keys)
            return not (short or people) or sentence.is_announced(hit.first)
        if key in vocabulary.hyphen_needed:
            return sentence.is_hyphenated(hit.first, hit.last) or sentence.is_capitalised(
                hit.first, hit.last
            )
        if key == QUEBEC:
            return sentence.is_city(hit.first)
        if self._is_strict(key):
            announced = sentence.is_announced(hit.first, strictly=True)
            return sentence.asked_kinds(hit.first) != frozenset() or (
                announced and sentence.is_capitalised(hit.first, hit.last)
            )
        if key in vocabulary.names_of_people:
            return sentence.is_announced(hit.first, strictly=True)
        if self._is_ordinary_name(key):
            return sentence.is_announced(hit.first) or sentence.is_capitalised(hit.first, hit.last)
        return True

    def _is_something_else(self, sentence: Sentence, hit: Hit) -> bool:
        """A street, a school, a feast: "rue Saint-Denis", "la Saint-Jean"."""
        vocabulary = self._vocabulary
        before = sentence.before(hit.first)
        if not before:
            return False
        if before[0] in vocabulary.not_after:
            return True
        if (
            before[0] in vocabulary.small_words
            and before[1:2]
            and before[1] in vocabulary.not_after
        ):
            return True
        return (
            hit.reading is Reading.PREFIX
            and sentence.texts[hit.first].startswith("saint")
            and before[0] in vocabulary.not_prefix_after
        )

    def _with_neighbours(
        self, sentence: Sentence, hits: Sequence[Hit], chosen: Sequence[Hit]
    ) -> list[Hit]:
        """`chosen` and the doubtful names listed beside one of them: "Rouyn ou Amos"."""
        doubtful = [hit for hit in hits if hit.reading is Reading.EXACT and hit not in chosen]
        grown = list(chosen)
        for hit in doubtful:
            beside = any(
                other.keys
                and sentence.are_listed_together((hit.first, hit.last), (other.first, other.last))
                for other in chosen
            )
            if beside and " ".join(sentence.texts[hit.first : hit.last]) != QUEBEC:
                grown.append(hit)
        return _without_overlaps(grown) if len(grown) > len(chosen) else list(chosen)

    def _found(self, sentence: Sentence, hit: Hit) -> Found:
        start = sentence.tokens[hit.first].start
        end = sentence.tokens[hit.last - 1].end
        exact = hit.reading is Reading.EXACT
        return Found(
            start=start,
            end=end,
            keys=hit.keys,
            score=hit.reading.value,
            kinds=sentence.asked_kinds(hit.first),
            territory=bool(
                set(sentence.before(hit.first)[:1]) & self._vocabulary.territory_articles
            ),
            beginning=hit.reading is Reading.PREFIX,
            longer=tuple(self._index.prefixes.get(hit.keys[0], ())) if exact else (),
        )


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits that overlap the heaviest, then the surest, in the order of the text."""
    chosen: list[Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=_by_weight):
        covered = range(hit.first, hit.last)
        if taken.isdisjoint(covered):
            taken.update(covered)
            chosen.append(hit)
    return sorted(chosen, key=lambda hit: hit.first)


def _by_weight(hit: Hit) -> tuple[float, int, float]:
    return -hit.weight, hit.first - hit.last, -hit.reading.value


def _begins_alike(form: str, key: str, *, strictly: bool) -> bool:
    """Whether the first letter is right, or the form is long, or two letters changed places."""
    name = key.replace(" ", "")
    if name[0] == form[0]:
        return True
    return not strictly and (len(form) >= 8 or (len(form) >= 6 and name[:2] == form[1::-1]))
