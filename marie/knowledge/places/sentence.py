"""A message as a row of words, and what its words say of the ones beside them.

Words `first:last` are counted as in a slice.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from marie.knowledge.places.names import ARTICLES, Token, Vocabulary


class Sentence:
    """A text, its words, and what stands around them."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.tokens: tuple[Token, ...] = vocabulary.tokens(text)
        self.texts: list[str] = [token.text for token in self.tokens]
        self._vocabulary = vocabulary
        self._joined = [self._is_joined(index) for index in range(len(self.tokens))]
        letters = [character for character in text if character.isalpha()]
        self._shouted = sum(map(str.isupper, letters)) * 5 > len(letters) * 3

    def window_ends(self, first: int, longest: int) -> Iterator[int]:
        """Ends of the runs of at most `longest` words from `first` that no punctuation breaks."""
        last = first + 1
        yield last
        while last < len(self.tokens) and last - first < longest and self._joined[last]:
            last += 1
            yield last

    def before(self, first: int) -> tuple[str, ...]:
        """The words before, as typed, the nearest first, at most four."""
        return tuple(token.raw for token in reversed(self.tokens[max(0, first - 4) : first]))

    def is_alone(self, first: int, last: int) -> bool:
        """Whether nothing else is said: "plutôt Amos svp"."""
        around = self.tokens[:first] + self.tokens[last:]
        known = self._vocabulary.fillers | self._vocabulary.small_words
        return all(token.raw in known for token in around)

    def is_announced(self, first: int, *, strictly: bool = False) -> bool:
        """Whether the words before announce a place: "vivre à …", "un cégep proche d’…", "vers …".

        `strictly`: a lone "à" is not enough ("je parle à Alma").
        """
        vocabulary = self._vocabulary
        at = first - 1
        sure = preposition = False
        while at >= 0 and first - at <= 3 and self.tokens[at].raw in vocabulary.links:
            link = self.tokens[at]
            preposition = preposition or link.raw not in ARTICLES
            typed = self.text[link.start : link.end].lower()
            sure = sure or typed == "à" or link.raw in vocabulary.sure_links
            at -= 1
        if sure and not strictly:
            return True
        if at < 0:
            return preposition
        word = self.tokens[at].raw
        if word in vocabulary.announcing_nouns:
            return True
        return preposition and word in vocabulary.announcing_verbs

    def is_city(self, first: int) -> bool:
        """Whether "Québec" at `first` is the city: "à Québec", not "au Québec"."""
        before = self.before(first)
        if not before:
            return False
        if before[0] in self._vocabulary.announcing_nouns:
            return True
        return before[0] in self._vocabulary.city_links

    def asked_kinds(self, first: int) -> frozenset[str]:
        """The kinds of place that the word before asks for: "la MRC de …" → {"mrc"}."""
        for word in self.before(first):
            if word in self._vocabulary.kinds:
                return self._vocabulary.kinds[word]
            if word == "a" or word not in self._vocabulary.small_words:
                break
        return frozenset()

    def is_capitalised(self, first: int, last: int) -> bool:
        """Whether the words have capitals of their own, not those of a sentence's beginning."""
        if self._shouted:
            return False
        small = self._vocabulary.small_words
        heads = [token for token in self.tokens[first:last] if token.text not in small]
        if not all(self.text[token.start].isupper() for token in heads):
            return False
        lead = self.text[: self.tokens[first].start].rstrip(" «\"'(-–")
        return bool(lead) and lead[-1] not in ".!?\n:"

    def follows_a_name(self, first: int) -> bool:
        """Whether a capitalised word that announces nothing stands before: "Benoit Bouchet"."""
        if first == 0 or self._shouted or not self._joined[first]:
            return False
        before = self.tokens[first - 1]
        return (
            self.is_capitalised(first - 1, first)
            and before.raw not in self._vocabulary.announcing_nouns
            and before.raw not in self._vocabulary.links
        )

    def is_hyphenated(self, first: int, last: int) -> bool:
        """Whether all the words are tied by hyphens, or nothing follows them."""
        between = zip(self.tokens[first:last], self.tokens[first + 1 : last])  # noqa: B905 (3.10)
        tied = all(self.text[left.end : right.start] in {"-", "–", "‑"} for left, right in between)
        return tied or last == len(self.tokens) or not self._joined[last]

    def are_listed_together(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether only "et", "ou", a comma… stands between two places."""
        (_, left), (right, _) = sorted((one, other))
        if left > right or right - left > 2:
            return False
        between = self.tokens[left:right]
        if not all(token.raw in self._vocabulary.connectors for token in between):
            return False
        start, end = self.tokens[left - 1].end, self.tokens[right].start
        marks = {character for character in self.text[start:end] if not character.isalnum()}
        return marks <= {" ", ",", "/", "\u00a0", "'", "’"} and bool(between or marks & {",", "/"})

    def _is_joined(self, index: int) -> bool:
        """Whether nothing but spaces, hyphens and apostrophes stands before the word."""
        if index == 0:
            return False
        left, right = self.tokens[index - 1], self.tokens[index]
        between = self.text[left.end : right.start]
        if left.raw in self._vocabulary.spellings:
            between = between.replace(".", "").replace("/", "")
        return len(between) <= 4 and not any(mark in between for mark in '.,;:!?()/\n"«»…')
