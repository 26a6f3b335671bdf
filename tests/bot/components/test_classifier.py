"""What the classifier learns, keeps and reloads, on a few sentences (in Rasa's environment)."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.classifier import TopicClassifier, decide
from bot.components.encoder import SIZE, Blocks, Encoder, quicken
from bot.components.features import Grams, noisy, piece_grams, word_grams
from bot.components.meanings import Meanings, Vectors
from bot.components.respelling import Respeller
from bot.components.topics import FAMILY, Reading, Topics, fit, mixed, softmax, targets

CONFIG = TopicClassifier.get_default_config()
EXAMPLES = {
    "childcare.find": [
        "je cherche une garderie",
        "une place en CPE pour mon fils",
        "où trouver un service de garde",
        "garderie à Rimouski",
        "faire garder ma fille",
        "trouver une garderie près de chez moi",
    ],
    "lease.end": [
        "comment finir mon bail",
        "je veux quitter mon logement avant la fin",
        "casser mon bail",
        "partir de mon appartement plus tôt",
        "mettre fin à mon bail",
        "sortir de mon bail en cours d'année",
    ],
    "out_of_scope": [
        "une recette de gâteau",
        "qui a gagné le match",
        "quel temps fera-t-il demain",
        "raconte une blague",
        "réparer mon ordinateur",
        "le score des Canadiens",
    ],
    "affirm": ["oui", "oui merci", "d'accord", "certainement", "tout à fait", "parfait, oui"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
INTENTS = [intent for intent, texts in EXAMPLES.items() for _ in texts]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    loaded = Encoder.load()
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    """Three words that mean one thing, three that mean another."""
    path = tmp_path_factory.mktemp("words") / "words.npz"
    keys = sorted([b"garderie", b"creche", b"nourrice", b"bail", b"contrat", b"logement"])
    meant = np.eye(2, 300, dtype=np.float16)
    rows = [int(key in (b"bail", b"contrat", b"logement")) for key in keys]
    np.savez(path, keys=np.array(keys), rows=np.array(rows, dtype=np.uint16), vectors=meant)
    return Vectors.read(path)


@pytest.fixture(scope="module")
def topics(encoder: Encoder, vectors: Vectors) -> Topics:
    return fit(TEXTS, INTENTS, encoder, vectors, CONFIG)


def test_a_word_that_no_example_has_means_what_its_like_mean(vectors: Vectors) -> None:
    topics = fit(TEXTS, INTENTS, None, vectors, CONFIG)
    assert topics.read("une nourrice", None).ranking[0][0] == "childcare.find"
    assert topics.read("rompre un contrat", None).ranking[0][0] == "lease.end"


def test_what_was_learned_is_recognised_in_other_spellings(
    topics: Topics, encoder: Encoder
) -> None:
    for text, intent in {
        "jcherche une garderi pr mon gars": "childcare.find",
        "KOMAN FINIR MON BAIL": "lease.end",
        "Oui!": "affirm",
    }.items():
        assert topics.read(text, encoder).ranking[0][0] == intent, text


def test_meanings_are_unit_vectors_and_nothing_where_no_word_is_known(vectors: Vectors) -> None:
    meanings = Meanings.fit(vectors, TEXTS)
    found = meanings.encode(["la garderie", "zzzz", "", "L'ÉCOLE, le Bail!"])
    assert np.allclose(np.linalg.norm(found, axis=1), [1, 0, 0, 1], atol=1e-3)


def test_without_an_encoder_the_same_classifier_works_on_ngrams_alone() -> None:
    topics = fit(TEXTS, INTENTS, None, None, CONFIG)
    assert topics.read("une garderie pour ma fille", None).ranking[0][0] == "childcare.find"


def test_stored_and_reloaded_it_reads_exactly_alike(
    topics: Topics, encoder: Encoder, tmp_path: Path
) -> None:
    arrays, names = topics.to_arrays()
    np.savez(tmp_path / "topics.npz", **arrays)
    reloaded = Topics.from_arrays(
        dict(np.load(tmp_path / "topics.npz", allow_pickle=False)), json.loads(json.dumps(names))
    )
    for text in ("une place pour mon bébé", "finir le bail", "le match d'hier", "zzzz", ""):
        before, after = topics.read(text, encoder), reloaded.read(text, encoder)
        assert before == after


def test_training_twice_gives_the_same(topics: Topics, encoder: Encoder, vectors: Vectors) -> None:
    again = fit(TEXTS, INTENTS, encoder, vectors, CONFIG)
    assert np.array_equal(again.shares, topics.shares)
    assert np.array_equal(again.bayes, topics.bayes)
    assert again.temperature == topics.temperature


def test_letters_that_nobody_ever_typed_are_doubt(topics: Topics, encoder: Encoder) -> None:
    assert decide(topics.read("zzzz qqqq", encoder), 0.12)[0] == "clarify"
    assert decide(topics.read("", encoder), 0.12)[0] == "clarify"


@pytest.mark.parametrize(
    ("ranking", "scope", "intent"),
    [
        ([("lease.end", 0.8), ("out_of_scope", 0.1)], 1.0, "lease.end"),
        ([("lease.end", 0.8), ("out_of_scope", 0.1)], -0.1, "clarify"),
        ([("lease.end", 0.5), ("out_of_scope", 0.4)], -0.1, "out_of_scope"),
        ([("out_of_scope", 0.6), ("lease.end", 0.3)], 1.0, "out_of_scope"),
        ([("abuse", 0.4), ("out_of_scope", 0.1)], -0.1, "abuse"),
        ([("abuse", 0.39), ("out_of_scope", 0.1)], -0.1, "clarify"),
        ([("lease.end", 0.12), ("lease.notice", 0.1)], 1.0, "lease.end"),
        ([("lease.end", 0.11), ("lease.notice", 0.1)], 1.0, "clarify"),
    ],
)
def test_doubt_and_foreign_matter_are_told_apart(
    ranking: list[tuple[str, float]], scope: float, intent: str
) -> None:
    assert decide(Reading(ranking, scope=scope, known=True), 0.12)[0] == intent


def test_a_buttons_payload_is_not_read_at_all(topics: Topics) -> None:
    component = TopicClassifier(CONFIG, None, None, None, topics)  # type: ignore[arg-type]
    payload, sentence = component.process(
        [Message({"text": '/childcare.find{"place": "region:01"}'}), Message({"text": "oui"})]
    )
    assert payload.get("intent") is None
    assert sentence.get("intent")["name"] == "affirm"


class Unused:
    """An encoder that must not be asked."""

    def encode(self, texts: object) -> np.ndarray:
        raise AssertionError(texts)


@pytest.mark.parametrize("text", ["oui", "Oui!", "D'ACCORD", "garderie a rimouski"])
def test_a_plain_answer_needs_no_encoder(topics: Topics, text: str) -> None:
    assert topics.read(text, Unused()).ranking[0][1] == 0.99  # type: ignore[arg-type]


def test_rows_of_ngrams_have_unit_length_and_unknown_text_none() -> None:
    for analyzer in (word_grams, piece_grams):
        grams = Grams.fit(analyzer, TEXTS, at_least=1)
        columns, values = grams.row("une garderie pour mon fils")
        assert np.linalg.norm(values) == pytest.approx(1)
        assert len(columns) == len(values) > 0
        assert grams.transform(["", "une garderie"]).shape == (2, len(grams.terms))
        assert len(grams.row("")[0]) == 0


def test_a_noisy_copy_is_repeatable_and_keeps_its_words() -> None:
    text = "Où trouver une garderie à Rimouski pour l'été?"
    one, other = (noisy(text, random.Random(3)) for _ in range(2))
    assert one == other
    assert abs(len(one.split()) - len(text.split())) <= 1


def test_respelling_restores_accents_and_parts_glued_words_but_leaves_the_rest() -> None:
    respeller = Respeller.fit(
        ["le cégep", "un cégep", "l'école", "mon école", "une école", "marche"]
    )
    assert respeller.respell("le cegep") == "le cégep"
    assert respeller.respell("lecole") == "l'école"
    assert respeller.respell("Marche à Lachute") == "Marche à Lachute"


def test_an_unknown_word_becomes_the_familiar_one_that_it_sounds_like_or_slipped_from() -> None:
    respeller = Respeller.fit(["une allocation", "allocation", "l'allocation"] + ["accueil"] * 3)
    assert respeller.respell("alocation") == "allocation"
    assert respeller.respell("acceuil") == "accueil"
    for kept in ("Acceuil", "àcceuil", "accordéon"):  # a name, accents on purpose, another word
        assert respeller.respell(kept) == kept


def test_probabilities_sum_to_one_even_of_huge_scores() -> None:
    assert softmax(np.array([1e4, 0.0, -1e4])).tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("rows", [1, 15, 400])
def test_weights_in_blocks_multiply_as_they_do_whole(rows: int) -> None:
    numbers = np.random.default_rng(5)
    weights = numbers.normal(size=(512, 768)).astype(np.float32)
    words = numbers.normal(size=(rows, 512)).astype(np.float32)
    assert np.allclose(words @ Blocks(weights), words @ weights, atol=1e-3)


def test_an_encoder_with_its_kept_vocabulary_is_the_same(encoder: Encoder) -> None:
    again = Encoder.load(encoder.kept_tokenizer())
    assert again is not None
    assert np.array_equal(again.encode(TEXTS), encoder.encode(TEXTS))


def test_an_encoder_that_keeps_its_weights_elsewhere_is_left_alone() -> None:
    class Other:
        def encode(self, texts: list[str]) -> np.ndarray:
            return np.ones((len(texts), SIZE), dtype=np.float32)

    quicken(Other())
    assert Encoder(Other()).encode(["bonjour"]).shape == (1, SIZE)


def test_the_same_sentence_is_encoded_alike_alone_and_among_others(
    encoder: Encoder,
) -> None:
    assert np.allclose(encoder.encode([TEXTS[0]])[0], encoder.encode(TEXTS)[0], atol=1e-5)


def test_an_example_speaks_for_its_own_topic_and_a_little_for_those_of_its_family() -> None:
    wanted = targets(["greeting", "lease.end", "lease.rent"], np.array([0, 2]))
    assert np.allclose(wanted, [[1, 0, 0], [0, FAMILY, 1]])


def test_any_stretch_of_the_mixed_examples_has_its_share_of_every_intent() -> None:
    intents = ["a"] * 40 + ["b"] * 20
    order = mixed(intents, random.Random(1))
    assert sorted(order) == list(range(60))
    last = [intents[at] for at in order[-15:]]
    assert abs(last.count("a") - 10) <= 2
