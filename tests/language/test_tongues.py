"""The language of a message: named also in a word or two, and never taken from French."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from marie.language.tongues import foreign_tongue

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "tongue"),
    [
        ("hello", "en"),
        ("I need help", "en"),
        ("Do you have a daycare in Gaspé?", "en"),
        ("cheap rent in Rimouski", "en"),
        ("thank you", "en"),
        ("hola", "es"),
        ("¿Hablan español?", "es"),
        ("necesito informacion para mi familia", "es"),
        ("quiero vivir en Gaspésie", "es"),
        ("olá, bom dia", "pt"),
        ("não falo francês", "pt"),
        ("quero morar no Québec com meus filhos", "pt"),
        ("mwen bezwen èd", "ht"),
        ("mwen bezwen ed", "ht"),
        ("Èske ou pale kreyòl?", "ht"),
        ("kote m ka jwenn yon kay", "ht"),
        ("أبحث عن سكن لعائلتي", "ar"),
        ("مرحبا", "ar"),
        ("добрий день", "uk"),
        ("Я шукаю роботу в Квебеку", "uk"),
        ("здравствуйте, вы говорите по-русски", "other"),
        ("你好", "other"),
    ],
)
def test_a_language_is_named_also_in_a_word_or_two(text: str, tongue: str) -> None:
    assert foreign_tongue(text) == tongue


@pytest.mark.parametrize(
    "text",
    [
        "le job de mon boss, c’est cool",
        "un CV full bon pour un job le weekend",
        "hello, je cherche une garderie",
        "je parle english un peu",
        "je suis coach en marketing digital",
        "mon business plan pour un food truck",
        "check le loyer, c’est quoi le deal",
        "je viens de São Paulo",
        "Rouyn-Noranda",
        "New Carlisle",
        "Saint John",
        "مرحبا, je cherche un logement pour ma famille à Rimouski",
        "yes",
        "no",
        "ok",
        "si",
        "weekend",
        "👍",
        "",
        "2027-06-30",
    ],
)
def test_french_with_borrowed_words_and_single_shared_words_stay_french(text: str) -> None:
    assert foreign_tongue(text) is None


SAID = yaml.safe_load((Path(__file__).parent / "tongues_said.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("tongue", sorted(SAID))
def test_what_people_write_in_their_language_is_told_apart(tongue: str) -> None:
    wrong = {text: foreign_tongue(text) for text in SAID[tongue]}
    wrong = {text: told for text, told in wrong.items() if (told or "fr") != tongue}
    assert len(wrong) <= 0.03 * len(SAID[tongue]), wrong


def test_hardly_any_french_question_is_taken_for_another_language() -> None:
    questions = [
        question
        for path in sorted((ROOT / "tests" / "questions").glob("*.yml"))
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))
        if question["topic"] != "language"
    ]
    taken = [each["text"] for each in questions if foreign_tongue(each["text"])]
    assert len(taken) <= len(questions) // 500, taken
