"""What a message means after another: the same is not said twice, and what was told holds."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.wiring import Desk
from tests.bot.actions.conftest import Talk, day

MONTREAL = "municipality:66023"


def text(reply: Any) -> str:
    """Everything that Marie says in it."""
    return "\n".join(message.text for message in reply.messages)


def entry(reply: Any) -> str | None:
    """The entry of its last message."""
    found: str | None = reply.messages[-1].entry
    return found


def at(said: str, desk: Desk) -> list[dict[str, Any]]:
    """The places of a message, with where they stand in it."""
    return [
        {"entity": "place", "value": each.ids[0], "candidates": [*each.ids], "start": each.start}
        for each in desk.gazetteer.find(said)
    ]


@pytest.mark.parametrize(
    "said",
    [
        "on pense partir de montreal, il y a du travail?",
        "veux quitter MTL. emplois?",
        "je quitte Longueuil, où trouver un emploi",
        "loin de Montréal, un travail",
    ],
)
def test_place_that_is_left_is_no_place_to_search(talk: Talk, said: str) -> None:
    reply = talk.say(said, "work.search", *at(said, talk.desk))
    assert not reply.messages[0].resources
    assert "Pour quelle ville" in text(reply)


def test_place_around_montreal_that_is_not_left_is_searched(talk: Talk) -> None:
    said = "un organisme à Montréal"
    assert talk.say(said, "work.search", *at(said, talk.desk)).messages[0].resources


def test_answer_that_holds_everywhere_says_so_for_another_town(talk: Talk) -> None:
    talk.say("les loyers sont chers?", "housing.rent")
    reply = talk.place("et à Rimouski", "follow_up")
    assert "À Rimouski" in text(reply)
    assert not reply.messages[0].resources
    assert talk.focus["place"] == "municipality:10043"


def test_same_cards_for_all_of_quebec_are_shown_once(talk: Talk) -> None:
    first = talk.say("je veux céder mon bail", "lease.assignment")
    again = talk.say("ou le sous-louer", "lease.sublet")
    assert first.messages[0].resources
    assert not again.messages[0].resources
    assert again.messages[0].sources
    assert talk.focus["shown"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("je peux demander 500 $ à la personne qui prend mon bail?", "lease-assignment-money"),
        ("et si mon proprio refuse la personne?", "lease-assignment-refused"),
    ],
)
def test_further_question_gets_another_entry_than_the_one_just_said(
    talk: Talk, said: str, wanted: str
) -> None:
    assert entry(talk.say("comment céder mon bail", "lease.assignment")) == "lease-assignment"
    assert entry(talk.say(said, "lease.assignment")) == wanted


def test_doubtful_reading_beside_a_follow_up_stays_on_its_topic(talk: Talk) -> None:
    talk.say("comment céder mon bail", "lease.assignment")
    readings = (("lease.increase", 0.59), ("follow_up", 0.23))
    reply = talk.say(
        "il a combien de temps pour répondre", "lease.increase", confidence=0.59, ranking=readings
    )
    assert reply.messages[0].topic == "lease.assignment"


def test_why_without_a_question_is_about_what_was_said(talk: Talk) -> None:
    talk.say("comment céder mon bail", "lease.assignment")
    assert entry(talk.say("sans raison?", "why_asked")) == "lease-assignment-refused"


def test_why_a_question_is_asked_is_answered_as_before(talk: Talk) -> None:
    talk.say("comment céder mon bail", "lease.assignment")
    assert entry(talk.say("pourquoi vous posez cette question?", "why_asked")) is None


def test_day_of_an_increase_is_not_asked_for_again(talk: Talk) -> None:
    talk.say("avis reçu le 10 novembre", "lease.increase", day("2026-11-10"))
    reply = talk.say("d'accord, et je réponds comment", "lease.increase")
    assert "10 décembre 2026" in text(reply)
    assert "Quel jour" not in text(reply)


@pytest.mark.parametrize("said", ["il demande 8%", "8 pour cent", "6,5 % c'est légal?"])
def test_how_much_the_increase_is_gets_what_the_tribunal_reckons_with(
    talk: Talk, said: str
) -> None:
    talk.say("avis reçu le 10 novembre", "lease.increase", day("2026-11-10"))
    assert entry(talk.say(said, "lease.increase")) == "housing-rent-increase"
    letter = talk.say("la lettre?", "lease.notice")
    assert any("augmentation" in each["title"] for each in letter.messages[0].documents)


def test_length_of_the_lease_after_its_dates_gives_other_dates(talk: Talk) -> None:
    talk.say("mon bail finit le 31 août 2027", "lease.nonrenewal", day("2027-08-31"))
    said = "et si c'est un bail de 6 mois"
    six = {"entity": "duration", "value": {"months": 6}, "start": said.index("6")}
    reply = talk.say(said, "inform", six)
    assert reply.messages[0].data["window"] == {"first": "2027-07-01", "last": "2027-07-31"}


def test_end_of_a_lease_told_in_passing_is_remembered(talk: Talk) -> None:
    said = "notre bail finit le 30 juin, on cherche un logement"
    told = {**day("2027-06-30"), "start": said.index("le 30")}
    talk.say(said, "housing.search", told)
    reply = talk.say("et pour notre bail", "lease.end")
    assert "31 mars 2027" in text(reply)


def test_other_dates_are_not_taken_for_the_end_of_a_lease(talk: Talk) -> None:
    said = "je commence un emploi le 30 juin, on cherche un logement"
    talk.say(said, "housing.search", {**day("2027-06-30"), "start": said.index("le 30")})
    assert "lease" not in talk.profile


def test_end_of_a_long_message_asks_and_the_rest_tells(talk: Talk) -> None:
    said = (
        "bonjour alors on habite à Laval avec les enfants notre bail finit bientôt ma femme est"
        " infirmière et moi je suis soudeur je voulais savoir comment on fait pour le logement"
        " là-bas"
    )
    assert talk.say(said, "lease.end", confidence=0.8).messages[0].topic == "housing.search"


def test_lease_after_violence_is_the_way_out_that_the_law_keeps(talk: Talk) -> None:
    talk.say("mon mari me frappe", "safety")
    assert entry(talk.say("et le bail est à mon nom", "lease.end")) == "lease-special-violence"
    reply = talk.say("j'ai peur qu'il lise ça", "safety", confidence=0.95)
    assert entry(reply) == "safety-violence"


def test_lease_after_other_distress_is_answered_as_ever(talk: Talk) -> None:
    talk.say("je veux mourir", "safety")
    assert entry(talk.say("comment finir mon bail", "lease.end")) == "lease-end"


@pytest.mark.parametrize(
    "said", ["vous pouvez lire ma lettre?", "selon vous j'ai des chances?", "pourquoi ce refus"]
)
def test_file_is_not_judged_when_immigration_is_talked_about(talk: Talk, said: str) -> None:
    talk.say("mon permis expire bientôt", "immigration")
    assert entry(talk.say(said, "lease.notice")) == "immigration-my-file"


def test_letter_of_a_lease_is_written_when_the_lease_is_talked_about(talk: Talk) -> None:
    talk.say("comment finir mon bail", "lease.nonrenewal")
    reply = talk.say("vous pouvez lire ma lettre?", "lease.notice")
    assert reply.messages[0].topic == "lease.notice"


def test_aid_without_moving_is_declined(talk: Talk) -> None:
    reply = talk.say("avoir l'aide au déménagement sans vraiment déménager", "moving.aid")
    assert entry(reply) == "immigration-cheating"


def test_language_once_recognised_is_greeted_again(talk: Talk) -> None:
    talk.say("mwen bezwen èd", "language", {"entity": "language", "value": "ht"})
    assert "Mwen se Marie" in text(talk.say("mesi bokou zanmi", "language"))


def test_line_for_who_thinks_of_dying_is_no_doctor(talk: Talk) -> None:
    reply = talk.place("des médecins dans le Bas-Saint-Laurent?", "health")
    assert [each["phone"] for each in reply.messages[0].resources] == ["811", "1 800 561-9749"]
