"""Which topic a text is about: what training learns, and how one text is read with it.

Three views of a sentence: the sounds of its words, pieces of them, and what it means (the encoder's
vector, beside what its words mean one by one). Its score for a topic is the votes of the examples
that it is like (`bot.components.likeness`), plus a share of naive Bayes over the n-grams. A softmax
whose temperature makes the probabilities honest: of the examples that were held out, and what is
said of them with 0.8, eight in ten are right.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from bot.components.encoder import Encoder
from bot.components.features import Grams, noisy, piece_grams, word_grams
from bot.components.likeness import Examples, Votes, kernel, row_of, rows_of
from bot.components.meanings import Meanings, Vectors
from bot.components.respelling import Respeller
from bot.components.scope import OUT_OF_SCOPE, Scope, signals
from marie.language.folding import fold_key

Floats = NDArray[np.float32]

VOWELS = frozenset("aeiouy")

SINGLY = 0.8
"""What the words count one by one, where the encoder counts 1."""
FAMILY = 0.15
"""What an example says for the other topics of its family, where it says 1 for its own."""


@dataclass(frozen=True)
class Reading:
    """How a text is read: topics with their probabilities, likeliest first.

    `scope` above 0: it is about what Marie knows. `known`: whether any word of it was ever seen.
    """

    ranking: list[tuple[str, float]]
    scope: float
    known: bool


@dataclass(frozen=True)
class Topics:
    """What training learned.

    `shares`: (intents, examples), what each example votes; `bayes`: (terms, intents), both brought
    to the same spread; `inside`: (examples,), whether an example is in scope.
    """

    intents: list[str]
    respeller: Respeller
    words: Grams
    pieces: Grams
    meanings: Meanings | None
    examples: Examples
    shares: Floats
    bayes: Floats
    temperature: float
    scope: Scope
    inside: NDArray[np.bool_]
    exact: dict[str, int]

    def read(self, text: str, encoder: Encoder | None) -> Reading:
        """Read one text; one that stands among the examples word for word needs no encoder."""
        exact = self.exact.get(fold_key(text))
        if exact is not None:
            return Reading([(self.intents[exact], 0.99)], scope=1.0, known=True)
        spelt = self.respeller.respell(text)
        row = row_of(spelt, self.words, self.pieces)
        meant = meaning([spelt], encoder, self.meanings)[0]
        alike, near = self.examples.alike(row, meant if meant.size else None)
        columns, values = row
        scores = self.shares @ kernel(alike) + values @ self.bayes[columns]
        chances = softmax(scores / self.temperature)
        scope = self.scope.score(
            signals(
                chances[None, :].astype(np.float64),
                self._background,
                nearest(near[:, None], self.inside),
            )
        )
        order = np.argsort(-chances)
        return Reading(
            [(self.intents[index], float(chances[index])) for index in order],
            scope=float(scope[0]),
            known=bool((columns < len(self.words.terms)).any()) and self._could_be_said(spelt),
        )

    def _could_be_said(self, text: str) -> bool:
        """Whether a word has a vowel or was seen spelt so: « zzzz » sounds like one that was."""
        return any(
            word in self.respeller.known or not VOWELS.isdisjoint(word)
            for word in fold_key(text).split()
        )

    @property
    def _background(self) -> int:
        return self.intents.index(OUT_OF_SCOPE)

    def to_arrays(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Arrays and names, to be stored without pickle."""
        arrays = {
            **self.examples.to_arrays(),
            "shares": self.shares,
            "bayes": self.bayes,
            "word_rarity": self.words.rarity,
            "piece_rarity": self.pieces.rarity,
            "inside": self.inside,
            **({} if self.meanings is None else self.meanings.to_arrays()),
        }
        names = {
            "intents": self.intents,
            "respeller": self.respeller.to_names(),
            "word_terms": self.words.terms,
            "piece_terms": self.pieces.terms,
            "meanings": None if self.meanings is None else self.meanings.to_names(),
            "temperature": self.temperature,
            "scope": self.scope.to_names(),
            "exact": self.exact,
        }
        return arrays, names

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], names: dict[str, Any]) -> Topics:
        """The reverse of `to_arrays`."""
        meanings = names["meanings"]
        return cls(
            intents=names["intents"],
            respeller=Respeller.from_names(names["respeller"]),
            words=Grams(word_grams, names["word_terms"], arrays["word_rarity"]),
            pieces=Grams(piece_grams, names["piece_terms"], arrays["piece_rarity"]),
            meanings=None if meanings is None else Meanings.of(arrays, meanings),
            examples=Examples.from_arrays(arrays),
            shares=arrays["shares"],
            bayes=arrays["bayes"],
            temperature=names["temperature"],
            scope=Scope.from_names(names["scope"]),
            inside=arrays["inside"],
            exact=names["exact"],
        )


def fit(
    texts: list[str],
    intents: list[str],
    encoder: Encoder | None,
    word_vectors: Vectors | None,
    config: dict[str, Any],
) -> Topics:
    """Train on the examples; naive Bayes on one noisy copy of each as well.

    `config`: `ridge` (how far the votes may stray from the examples), `bayes` (naive Bayes' share),
    `kept` (the share of examples in scope that must stay so), `held` (the share held out, to learn
    from them how sure to be), `seed`.
    """
    chance = random.Random(config["seed"])  # noqa: S311 - a repeatable training
    order = mixed(intents, chance)
    texts, intents = [texts[at] for at in order], [intents[at] for at in order]
    respeller = Respeller.fit(texts)
    spelt = [respeller.respell(text) for text in texts]
    copies = [respeller.respell(noisy(text, chance)) for text in texts]
    words = Grams.fit(word_grams, [*spelt, *copies], at_least=1)
    pieces = Grams.fit(piece_grams, [*spelt, *copies], at_least=2)
    names = sorted(set(intents))
    labels = np.array([names.index(intent) for intent in intents])
    inside = labels != names.index(OUT_OF_SCOPE)
    grams = [rows_of(some, words, pieces) for some in (spelt, copies)]
    meanings = None if word_vectors is None else Meanings.fit(word_vectors, spelt)
    weight = (encoder is not None) + (SINGLY if meanings is not None else 0.0)
    examples = Examples.of(grams[0], meaning(spelt, encoder, meanings), weight)
    votes = Votes.solve(examples.kernel(), targets(names, labels), config["ridge"])
    first = round(len(texts) * (1 - config["held"]))
    scores = votes.before[first:]
    # A held example's noisy copy is held as well: else the answer would be known.
    likely = grams[0][first:] @ _bayes([each[:first] for each in grams], labels[:first])
    scale = config["bayes"] * float(scores.std() / likely.std())
    scores = scores + scale * likely
    temperature = _temperature(scores, labels[first:])
    near = np.zeros((len(scores), 2))
    if weight:
        cosines = examples.vectors[:, :first].T @ examples.vectors[:, first:]
        near = nearest(cosines, inside[:first])
    told = signals(softmax(scores / temperature), names.index(OUT_OF_SCOPE), near)
    return Topics(
        intents=names,
        respeller=respeller,
        words=words,
        pieces=pieces,
        meanings=meanings,
        examples=examples,
        shares=np.ascontiguousarray(votes.shares.T),
        bayes=scale * _bayes(grams, labels),
        temperature=temperature,
        scope=Scope.fit(told, inside[first:], config["kept"]),
        inside=inside,
        exact=_unambiguous(texts, labels),
    )


def meaning(texts: list[str], encoder: Encoder | None, meanings: Meanings | None) -> Floats:
    """(texts, numbers), of unit length: what the encoder says and what the words mean one by one,
    side by side; no numbers where there is neither."""
    views = [np.zeros((len(texts), 0), np.float32)]
    if encoder is not None:
        views.append(encoder.encode(texts))
    if meanings is not None:
        views.append(np.float32(SINGLY**0.5) * meanings.encode(texts))
    whole = np.hstack(views)
    length: Floats = np.linalg.norm(whole, axis=1, keepdims=True)
    return whole / np.maximum(length, np.float32(1e-9))


def targets(names: list[str], labels: NDArray[Any]) -> Floats:
    """(examples, intents): 1 for an example's own intent, `FAMILY` for the others of its family.

    `labels`: (examples,), the place of each example's intent in `names`.
    """
    families = np.array([name.partition(".")[0] for name in names])
    related = FAMILY * (families[:, None] == families)
    np.fill_diagonal(related, 1)
    wanted: Floats = related.astype(np.float32)[labels]
    return wanted


def mixed(intents: list[str], chance: random.Random) -> list[int]:
    """The examples in an order by chance in which any stretch has its share of every intent."""
    of_intent: dict[str, list[int]] = {}
    for at, intent in enumerate(intents):
        of_intent.setdefault(intent, []).append(at)
    places = {}
    for members in of_intent.values():
        chance.shuffle(members)
        for number, at in enumerate(members):
            places[at] = (number + chance.random()) / len(members)
    return sorted(places, key=places.__getitem__)


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Probabilities along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances: NDArray[Any] = raised / raised.sum(axis=-1, keepdims=True)
    return chances


def nearest(cosines: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The highest cosine in scope and out of it; `cosines`: (examples, messages)."""
    return np.column_stack([cosines[inside].max(axis=0), cosines[~inside].max(axis=0)]).astype(
        np.float64
    )


def _bayes(grams: list[csr_matrix], labels: NDArray[Any]) -> Floats:
    """Naive Bayes as a linear function, (terms, intents), over rows that repeat `labels`."""
    from sklearn.naive_bayes import MultinomialNB  # half a second that only training needs

    model = MultinomialNB(alpha=0.02, fit_prior=False)
    model.fit(vstack(grams), np.tile(labels, len(grams)))
    likely = model.feature_log_prob_ - model.feature_log_prob_.mean(axis=0)
    return np.ascontiguousarray(likely.T, dtype=np.float32)


def _temperature(scores: Floats, labels: NDArray[Any]) -> float:
    """The one with the best likelihood."""
    candidates = np.geomspace(0.02, 2.0, 60)
    losses = [
        -np.log(softmax(scores / each)[np.arange(len(labels)), labels] + 1e-12).mean()
        for each in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


def _unambiguous(texts: list[str], labels: NDArray[Any]) -> dict[str, int]:
    """Examples as folded words, where all of the same words have one intent."""
    exact: dict[str, int] = {}
    for text, label in zip(texts, labels.tolist(), strict=True):
        key = fold_key(text)
        exact[key] = label if exact.get(key, label) == label else -1
    return {key: label for key, label in exact.items() if key and label >= 0}
