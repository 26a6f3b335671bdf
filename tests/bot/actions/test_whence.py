"""Where an answer comes from, how long and how much, why no: what is asked about what was said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.actions.conftest import Talk


def text(reply: Any) -> str:
    """Everything that Marie says in it."""
    return "\n".join(message.text for message in reply.messages)


@pytest.mark.parametrize(
    "said",
    ["source?", "c'est quoi ta source", "ça vient d'où ça", "t'es sûr?", "c'est officiel ça?"],
)
def test_source_of_the_last_answer_is_named_with_its_day(talk: Talk, said: str) -> None:
    before = talk.say("combien coûte la garderie", "childcare.cost")
    reply = talk.say(said, "capabilities")
    first = before.messages[-1].sources[0]["title"].rstrip(".")
    assert first in text(reply)
    assert "22 novembre 2026" in text(reply)
    assert reply.messages[-1].sources
    assert reply.messages[-1].quick_replies[0]["payload"] == "/handoff"


def test_page_that_nobody_read_is_not_said_to_have_been(talk: Talk) -> None:
    talk.say("les salaires?", "work.search", {"entity": "entry", "value": "work-search-salary"})
    assert "je n’ai pas relu la page" in text(talk.say("source?", "capabilities"))


def test_whether_she_is_sure_is_answered_otherwise_after_the_sources(talk: Talk) -> None:
    talk.say("combien coûte la garderie", "childcare.cost")
    talk.say("source?", "capabilities")
    assert "Je ne peux pas le garantir" in text(talk.say("t'es sûr?", "capabilities"))


def test_sources_in_a_screening_leave_its_question_open(talk: Talk) -> None:
    talk.say("combien coûte la garderie", "childcare.cost")
    talk.say("suis-je admissible?", "eligibility")
    reply = talk.say("t'es sûr?", "capabilities")
    assert "Vivez-vous" in text(reply)
    assert talk.focus["pending"]["field"] == "lives_in_cmm"


def test_agreement_and_a_question_of_its_own_ask_for_no_source(talk: Talk) -> None:
    talk.say("combien coûte la garderie", "childcare.cost")
    assert "s’appuie" not in text(talk.say("oui c'est vrai", "affirm"))
    assert "s’appuie" in text(talk.say("c'est vrai?", "affirm"))
    reply = talk.say("d'où viennent les éducatrices?", "childcare.types")
    assert reply.messages[0].topic == "childcare.types"


def test_question_that_means_the_same_is_not_answered_in_the_same_words(talk: Talk) -> None:
    first = talk.say("la garderie c'est combien", "childcare.cost")
    reply = talk.say("combien je vais payer", "childcare.cost")
    assert text(reply) != text(first)
    assert reply.messages[0].entry == first.messages[0].entry


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("ça prend combien de temps", "work-recognition-delay"),
        ("c'est long?", "work-recognition-delay"),
        ("combien ça coûte", "work-recognition-cost"),
        ("et c payant?", "work-recognition-cost"),
        ("combien gagne une infirmière", "work-search-salary"),
    ],
)
def test_delay_and_cost_of_a_recognition_have_answers_of_their_own(
    talk: Talk, said: str, entry: str
) -> None:
    talk.say("comment faire reconnaître mon diplôme d'infirmière", "work.recognition")
    assert talk.say(said, "follow_up").messages[0].entry == entry


def test_fee_of_an_order_is_not_passed_over(talk: Talk) -> None:
    talk.say("comment faire reconnaître mon diplôme d'infirmière", "work.recognition")
    said = text(talk.say("combien ça coûte", "follow_up"))
    assert "chaque ordre fixe ses propres frais" in said


@pytest.mark.parametrize(
    "said",
    [
        "mon ado a 16 ans, il a le droit de travailler?",
        "a quel age on peut travailler ici",
        "ma fille de 15 ans cherche une job d'été",
        "j'ai 16 ans est ce que je peux travailler",
    ],
)
def test_what_a_teenager_may_work_is_no_school_and_no_screening(talk: Talk, said: str) -> None:
    assert talk.say(said, "school.find").messages[0].entry == "work-search-minors"
    assert talk.say("il a le droit?", "eligibility").messages[0].topic == "work.search"
    reply = talk.say("combien d'heures?", "work.recognition")
    assert reply.messages[0].entry == "work-search-minors-hours"


@pytest.mark.parametrize(
    "said",
    [
        "mon fils a 25 ans, il cherche un emploi",
        "ma fille a un permis d'études, peut-elle travailler",
    ],
)
def test_grown_child_is_no_teenager_at_work(talk: Talk, said: str) -> None:
    assert talk.say(said, "work.search").messages[0].entry != "work-search-minors"


def test_no_to_where_she_lives_tells_nothing_of_where_she_goes(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    reply = talk.say("non", "deny")
    assert "pas de départ" not in text(reply)
    assert talk.profile["situation"] == {"lives_in_cmm": False}


def test_why_she_is_not_entitled_is_answered_before_the_question_comes_back(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    said = text(talk.say("pourquoi je suis pas admissible?", "eligibility"))
    assert "Rien n’est décidé" in said
    assert "c’est non" not in said
    talk.say("non", "deny")
    said = text(talk.say("pourquoi je suis pas admissible?", "eligibility"))
    assert "Emplois en régions s’adresse aux personnes" in said
    assert talk.focus["pending"]["form"] == "eligibility"


def test_reasons_of_a_refusal_are_said_after_the_verdicts(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    talk.say("non", "deny")
    while talk.focus["pending"] is not None:
        talk.say("passer", "inform")
    for said in ("pourquoi je suis pas admissible?", "pourquoi?"):
        reply = text(talk.say(said, "why_asked"))
        assert "Emplois en régions s’adresse aux personnes" in reply
        assert "Habiter la communauté métropolitaine" in reply


@pytest.mark.parametrize("said", ["non rien", "laisse faire", "finalement non", "non", "non merci"])
@pytest.mark.parametrize("before", [[], [("restez ici", "inform")]])
def test_person_given_up_means_that_nothing_is_passed_on(
    talk: Talk, said: str, before: list[tuple[str, str]]
) -> None:
    talk.say("je veux parler à quelqu'un", "handoff")
    for each in before:
        talk.say(*each)
    for intent in ("deny", "stop"):
        pending = dict(talk.focus)
        reply = talk.say(said, intent)
        assert "je ne transmets rien" in text(reply)
        assert reply.handover is None
        assert talk.focus["pending"] is None
        talk.focus = pending


def test_no_address_to_give_is_no_refusal_of_a_person(talk: Talk) -> None:
    talk.say("je veux parler à quelqu'un", "handoff")
    reply = talk.say("non j'en ai pas", "deny")
    assert "Voici ce que je transmettrais" in text(reply)


@pytest.mark.parametrize(
    ("first", "topic", "said", "entry"),
    [
        (
            "comment parrainer ma femme",
            "immigration",
            "ça prend combien de temps",
            "immigration-delay",
        ),
        ("comment parrainer ma femme", "immigration", "combien ça coûte", "immigration-cost"),
        (
            "je suis infirmière",
            "work.recognition",
            "et si l'ordre refuse?",
            "work-recognition-refused",
        ),
        (
            "c'est quoi place aux jeunes",
            "program.info",
            "c'est gratuit?",
            "program-place-aux-jeunes",
        ),
        ("permis d'étude, je peux travailler?", "health", "et l'été?", "immigration-study-work"),
        ("il gagne combien", "work.search", "le salaire minimum?", "work-search-minimum-wage"),
        ("les programmes", "program.info", "lequel est pour moi", "eligibility"),
        ("salaire minimum?", "work.search", "15 $ c'est légal?", "work-search-minimum-wage"),
        ("bonjour", "greeting", "mon patron menace d'appeler l'immigration", "work-search-rights"),
        ("je suis comptable", "work.recognition", "refaire mes études?", "work-recognition-orders"),
        ("mon ado veut travailler", "school.find", "et à 13 ans?", "work-search-minors"),
    ],
)
def test_what_follows_is_asked_of_what_was_talked_about(
    talk: Talk, first: str, topic: str, said: str, entry: str
) -> None:
    talk.say(first, topic)
    assert talk.say(said, "follow_up").messages[0].entry == entry


def test_person_asked_for_is_no_number(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    talk.say("oui", "affirm")
    talk.say("permis de travail", "inform")
    assert talk.focus["pending"]["field"] == "age"
    reply = talk.say("je veux parler à une vraie personne", "handoff")
    assert "Comment vous joindre" in text(reply)


def test_where_she_wants_to_go_is_not_where_she_lives(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    talk.place("je veux partir à Gatineau", "inform")
    assert "lives_in_cmm" not in talk.profile["situation"]


def test_who_prefers_to_stay_here_is_asked_for_her_consent(talk: Talk) -> None:
    talk.say("je veux parler à quelqu'un", "handoff")
    reply = talk.say("je préfère rester ici", "stop")
    assert "Voici ce que je transmettrais" in text(reply)


def test_threat_of_an_employer_opens_no_screening(talk: Talk) -> None:
    talk.say("mon employeur me menace d'appeler l'immigration", "immigration")
    reply = talk.say("il a le droit?", "eligibility")
    assert reply.messages[0].topic == "work.search"


def test_preferring_not_to_say_passes_the_question(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    talk.say("je préfère pas le dire", "clarify")
    assert talk.focus["pending"]["field"] == "status"


@pytest.mark.parametrize(
    ("first", "topic"),
    [
        ("c'est quoi place aux jeunes", "program.info"),
        ("comment faire reconnaître mon diplôme", "work.recognition"),
        ("comment parrainer ma femme", "immigration"),
    ],
)
@pytest.mark.parametrize(
    "said", ["et une garderie ça coûte combien?", "combien coûte une place en garderie"]
)
def test_price_of_something_else_is_of_that(talk: Talk, first: str, topic: str, said: str) -> None:
    talk.say(first, topic)
    assert talk.say(said, "childcare.cost").messages[0].topic == "childcare.cost"


def test_reasons_are_given_in_a_screening_that_a_town_interrupted(talk: Talk) -> None:
    talk.say("suis-je admissible", "eligibility")
    talk.place("Rimouski", "region.profile")
    said = talk.say("pourquoi je suis pas admissible?", "eligibility", confidence=0.99)
    assert "Rien n’est décidé" in said.messages[0].text


def test_source_of_a_question_is_what_it_is_for_with_the_rest_named_as_said_before(
    talk: Talk,
) -> None:
    talk.say("suis-je admissible?", "eligibility")
    said = text(talk.say("source?", "capabilities"))
    assert "elle n’a pas de source" in said
    assert "Certains programmes accompagnent seulement" in said
    assert said.index("Certains programmes") < said.index("j’ai dit avant s’appuie sur")
    assert "Vivez-vous" in said


def test_source_under_a_question_recalled_after_an_answer_is_the_answers(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    talk.say("combien coûte la garderie", "childcare.cost")
    said = text(talk.say("source?", "capabilities"))
    assert "ce que je viens de vous dire" in said
    assert "elle n’a pas de source" not in said
