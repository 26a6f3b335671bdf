"""What is passed on is shown, corrected, and sent only as it was shown."""

from __future__ import annotations

from typing import Any

import pytest

from marie.domain.leads import HandoverRequest
from marie.domain.replies import Reply
from tests.bot.actions.conftest import Talk

SITUATION = (
    "j'ai 29 ans, je suis résidente permanente et soudeuse, j'habite à Montréal"
    " et je veux vivre à Rimouski"
)


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def text(reply: Reply) -> str:
    return plain(reply.messages[-1].text)


def shown(talk: Talk, told: str = SITUATION) -> str:
    """What is shown before it is sent, after a visitor told this."""
    talk.say(told, "work.search")
    talk.say("je veux parler à une personne", "handoff")
    return text(talk.press("Rester ici"))


def sent(talk: Talk) -> HandoverRequest:
    request = talk.press("Oui, transmettez").handover
    assert request is not None
    return request


def told(request: HandoverRequest) -> dict[str, str]:
    assert request.file is not None
    return {each.field: plain(each.words) for each in request.file.told}


def test_what_is_passed_on_to_whom_and_what_for_is_shown_in_one_message(talk: Talk) -> None:
    said = shown(talk)
    for part in ("29 ans", "résidence permanente", "Rimouski (Bas-Saint-Laurent)", "PROMIS"):
        assert part in said
    assert "Pourquoi" in said
    assert "un seul de ces organismes" in said


def test_request_takes_no_more_than_two_answers(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    talk.press("Rester ici")
    assert sent(talk).need


def test_file_carries_what_was_shown_and_nothing_else(talk: Talk) -> None:
    said = shown(talk)
    request = sent(talk)
    assert plain(request.consent) == said
    assert all(words in said for words in told(request).values())
    assert request.regions == ("Bas-Saint-Laurent",)
    assert request.file is not None
    assert request.file.regions == ("01",)
    assert request.file.programs


@pytest.mark.parametrize(
    ("correction", "intent", "field", "words"),
    [
        ("non, deux enfants", "deny", "children", "2 enfants"),
        ("oui mais j'ai 36 ans", "affirm", "age", "36 ans"),
        ("non j'ai un permis de travail", "eligibility", "status", "permis de travail"),
        ("non, deux enfants", "childcare.find", "children", "2 enfants"),
    ],
)
def test_correction_is_shown_again_before_it_is_sent(
    talk: Talk, correction: str, intent: str, field: str, words: str
) -> None:
    shown(talk)
    reply = talk.say(correction, intent)
    assert reply.handover is None
    assert words in text(reply)
    request = sent(talk)
    assert told(request)[field] == words
    assert plain(request.consent) == text(reply)


def test_another_place_is_the_new_target(talk: Talk) -> None:
    shown(talk)
    assert "Gaspé" in text(talk.place("non, plutôt Gaspé", "follow_up"))
    request = sent(talk)
    assert request.regions == ("Gaspésie–Îles-de-la-Madeleine",)
    assert "Rimouski" not in request.consent


def test_what_she_would_not_pass_on_is_nowhere_in_the_file(talk: Talk) -> None:
    shown(talk)
    reply = talk.say("ne transmettez pas mon âge", "privacy")
    assert "29 ans" not in text(reply)
    request = sent(talk)
    assert "age" not in told(request)
    assert "age" not in request.profile["situation"]
    assert request.file is not None
    assert all("29" not in because for each in request.file.programs for because in each.because)


def test_trade_of_a_spouse_is_shown_and_stands_in_the_file(talk: Talk) -> None:
    assert "infirmière" in shown(talk, "je suis soudeur et ma femme est infirmière")
    assert "infirmière" in told(sent(talk))["spouse"]


def test_trade_of_a_spouse_is_left_out_where_she_would_not_pass_it_on(talk: Talk) -> None:
    shown(talk, "je suis soudeur et ma femme est infirmière")
    assert "infirmière" not in text(talk.say("ne transmettez pas le métier de ma femme", "privacy"))
    request = sent(talk)
    assert "spouse" not in told(request)
    assert "spouse" not in request.profile
    assert "spouse" not in request.profile.get("situation", {})


def test_repeating_what_is_shown_is_a_yes(talk: Talk) -> None:
    shown(talk)
    reply = talk.say("oui, je suis résidente permanente", "affirm")
    assert reply.handover is not None


def test_what_is_told_meanwhile_is_shown_before_it_is_sent(talk: Talk) -> None:
    shown(talk)
    talk.say("combien coûte une garderie? mon fils a 3 ans", "childcare.cost")
    reply = talk.say("oui", "affirm")
    assert reply.handover is None
    assert "enfants" in text(reply)
    assert plain(sent(talk).consent) == text(reply)


def test_question_with_a_fact_is_answered_and_not_taken_for_a_correction(talk: Talk) -> None:
    shown(talk)
    reply = talk.say("combien coûte une garderie pour mon fils de 3 ans?", "childcare.cost")
    assert reply.messages[0].topic == "childcare.cost"


def test_no_is_no_whatever_was_corrected_before(talk: Talk) -> None:
    shown(talk)
    talk.say("non, deux enfants", "deny")
    reply = talk.say("non", "deny")
    assert reply.handover is None
    assert reply.focus["pending"] is None


def test_each_part_says_which_message_it_comes_from(talk: Talk) -> None:
    shown(talk)
    traces: dict[str, Any] = talk.profile["told"]
    assert traces["age"] == {"seq": 1, "origin": "message"}
    talk.say("non, deux enfants", "deny")
    assert talk.profile["told"]["children"] == {"seq": 4, "origin": "form"}
    file = sent(talk).file
    assert file is not None
    parts = {each.field: (each.seq, each.origin) for each in file.told}
    assert parts["age"] == (1, "message")
    assert parts["children"] == (4, "form")


def test_language_she_wrote_in_goes_with_the_request(talk: Talk) -> None:
    talk.say("Necesito ayuda", "language", {"entity": "language", "value": "es"})
    talk.say("je veux parler à une personne", "handoff")
    assert "espagnol" in text(talk.press("Rester ici"))
    file = sent(talk).file
    assert file is not None
    assert file.languages == ("es",)


def test_montreal_is_never_a_target(talk: Talk) -> None:
    talk.place("une garderie à Montréal", "childcare.find")
    talk.say("je veux parler à une personne", "handoff")
    talk.press("Rester ici")
    assert sent(talk).regions == ()


@pytest.mark.parametrize(("said", "intent"), [("Aminata", "greeting"), ("Jean Diop", "inform")])
def test_name_instead_of_a_number_is_thanked_for_and_the_number_asked(
    talk: Talk, said: str, intent: str
) -> None:
    talk.say("garderie?", "childcare.find")
    talk.say("parler à quelqu'un", "handoff")
    reply = talk.say(said, intent)
    assert reply.messages[0].topic == "handoff"
    assert "il me manque" in reply.messages[0].text.lower()
    shown = talk.say("pas de téléphone, juste ici", "handoff").messages[0].text
    assert "Comment trouver une place en garderie" in shown


def test_greeting_is_no_need_to_pass_on(talk: Talk) -> None:
    talk.say("bonjour", "greeting")
    talk.say("parler à quelqu'un", "handoff")
    shown = talk.press("Rester ici").messages[0].text
    assert "Bonjour" not in shown


@pytest.mark.parametrize(
    ("said_so", "intent"),
    [
        ("plutôt Gaspé, et ne transmettez pas mon âge", "follow_up"),
        ("ne dites pas mon âge et mettez plutôt la ville de Gaspé", "region.profile"),
        ("enlevez mon âge mais ajoutez que je veux vivre à Gaspé", "deny"),
    ],
)
def test_two_corrections_in_one_sentence_are_both_kept(
    talk: Talk, said_so: str, intent: str
) -> None:
    shown(talk)
    again = plain(talk.place(said_so, intent).messages[-1].text)
    assert "C’est corrigé." in again
    assert "retiré du dossier" in again
    assert "Gaspé" in again
    assert "29 ans" not in again
    file = told(sent(talk))
    assert "29 ans" not in str(file)
    assert "Gaspé" in file["region"]


def test_name_given_with_a_verb_is_no_second_request_for_a_person(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    asked = text(talk.say("je m'appelle Clarisse", "handoff"))
    assert asked.startswith("Merci!")


def test_person_asked_for_with_a_greeting_is_asked_for(talk: Talk) -> None:
    reply = talk.say("bonjour je veux parler à quelqu'un", "greeting")
    assert reply.messages[-1].topic == "handoff"


def test_what_was_never_told_is_not_said_to_be_taken_out(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    talk.press("Rester ici")
    assert "Ce n’était pas dans le dossier" in text(
        talk.say("ne transmettez pas mon âge", "privacy")
    )


def test_what_she_is_takes_out_the_field_it_tells(talk: Talk) -> None:
    shown(talk)
    again = text(talk.say("et dites pas que je suis résidente permanente", "follow_up"))
    assert "retiré du dossier" in again
    assert "résidence permanente" not in again


def test_something_to_take_out_that_is_not_named_is_asked_for(talk: Talk) -> None:
    shown(talk)
    reply = talk.say("enlevez ça svp", "clarify")
    assert "dites lequel" in text(reply)
    assert reply.handover is None


def test_telephone_is_taken_out_as_a_fact_is(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    talk.say("418 555-0199", "inform", {"entity": "phone", "value": "418 555-0199"})
    again = text(talk.say("transmettez pas le téléphone, ici c'est mieux", "handoff"))
    assert "retiré du dossier" in again
    assert "418 555-0199" not in again
    assert sent(talk).phone is None


def test_one_word_that_sends_is_a_yes(talk: Talk) -> None:
    shown(talk)
    assert talk.say("transmettez", "lease.assignment").handover is not None


def test_what_is_told_to_be_left_out_is_left_out(talk: Talk) -> None:
    shown(talk)
    again = text(talk.say("dites pas que je suis soudeuse", "work.recognition"))
    assert "retiré du dossier" in again
    assert "soudeuse" not in again
    assert "29 ans" not in text(talk.say("ne dis pas que j'ai 29 ans", "inform"))


@pytest.mark.parametrize(
    ("said", "left"),
    [("oui mais pas mon métier", "infirmi"), ("oui sauf mon travail", "infirmi")],
)
def test_yes_with_something_left_out_shows_the_file_without_it(
    talk: Talk, said: str, left: str
) -> None:
    talk.say("je suis infirmier et j'ai 30 ans", "inform")
    talk.say("je veux parler à quelqu'un", "handoff")
    assert left in text(talk.say("rester ici", "inform"))
    reply = talk.say(said, "affirm")
    assert reply.handover is None
    assert left not in text(reply)
    assert talk.say("oui", "affirm").handover is not None


def test_yes_with_an_unclear_reserve_passes_nothing_on(talk: Talk) -> None:
    talk.say("je veux parler à quelqu'un", "handoff")
    talk.say("rester ici", "inform")
    reply = talk.say("oui mais attendez un peu", "affirm")
    assert reply.handover is None
    assert "dites lequel" in text(reply)
