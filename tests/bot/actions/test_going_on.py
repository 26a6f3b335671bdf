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
    assert entry(talk.say(said, "lease.increase")) == "lease-increase-how-much"
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


def test_language_once_recognised_is_spoken_again(talk: Talk) -> None:
    talk.say("mwen bezwen èd", "language", {"entity": "language", "value": "ht"})
    assert "Ekri de oswa twa mo" in text(talk.say("mesi bokou zanmi", "language"))


def test_line_for_who_thinks_of_dying_is_no_doctor(talk: Talk) -> None:
    reply = talk.place("des médecins dans le Bas-Saint-Laurent?", "health")
    assert [each["phone"] for each in reply.messages[0].resources] == ["811", "1 800 561-9749"]


def test_second_of_ranked_regions_is_shown(talk: Talk) -> None:
    ranked = talk.say("quelle région pour moi?", "region.recommend").messages[0].data["ranking"]
    reply = talk.say("la deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert reply.messages[0].topic == "region.profile"
    assert reply.messages[0].data["region"] == ranked[1]["region"]


def test_first_of_towns_with_one_name_is_taken(talk: Talk) -> None:
    names = [each.id for each in talk.desk.gazetteer.find("Saint-Jean")[0].candidates]
    shared = {"entity": "place", "value": names[0], "candidates": names}
    asked = talk.say("un logement à Saint-Jean", "housing.search", shared)
    reply = talk.say("la première", "pick", {"entity": "ordinal", "value": 1})
    assert reply.messages[0].topic == "housing.search"
    assert asked.messages[0].quick_replies[0]["title"].split(" (")[0] in text(reply)


def test_choices_hold_for_the_next_message_only(talk: Talk) -> None:
    talk.say("quelle région pour moi?", "region.recommend")
    talk.say("merci", "thanks")
    reply = talk.say("la deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert reply.messages[0].topic == "clarify"


@pytest.mark.parametrize("said", ["COMBIEN", "combien svp"])
def test_few_words_go_on_with_the_topic(talk: Talk, said: str) -> None:
    talk.say("une aide pour déménager?", "moving.aid")
    assert talk.say(said, "housing.rent").messages[0].topic == "moving.aid"


def test_doubtful_greeting_after_a_topic_is_about_the_topic(talk: Talk) -> None:
    talk.say("cours de français", "francization")
    reply = talk.say("en ligne?", "greeting", confidence=0.33)
    assert entry(reply) == "francization-online"


def test_fees_after_universities_are_the_universities(talk: Talk) -> None:
    talk.place("quelle université en Abitibi", "university.find")
    reply = talk.say("et les frais pour étudiant étranger", "cegep.cost", confidence=0.95)
    assert entry(reply) == "university-find-cost"
    assert talk.say("et au cégep, les frais", "cegep.cost").messages[0].topic == "cegep.cost"


def test_departure_without_a_lease_is_a_move(talk: Talk) -> None:
    said = "on part à Sept-Îles le 1er juillet, je dois faire quoi et quand"
    readings = (("lease.nonrenewal", 0.63), ("moving.plan", 0.23))
    told = {**day("2027-07-01"), "start": said.index("le 1er")}
    reply = talk.say(
        said, "lease.nonrenewal", *at(said, talk.desk), told, confidence=0.63, ranking=readings
    )
    assert reply.messages[0].topic == "moving.plan"
    assert "lease" not in talk.profile


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("je suis infirmière, faire reconnaître mon diplôme", "work-recognition-orders"),
        ("reconnaissance OIQ?", "work-recognition-orders"),
        ("je suis soudeur, mon diplôme compte?", "work-recognition-trades"),
        ("mon diplôme compte-t-il ici?", "work-recognition"),
    ],
)
def test_told_trade_is_not_asked_for(talk: Talk, said: str, wanted: str) -> None:
    assert entry(talk.say(said, "work.recognition")) == wanted


def test_trade_told_before_counts_too(talk: Talk) -> None:
    talk.say("je suis infirmière et je cherche du travail", "work.search")
    reply = talk.say("et mon diplôme?", "work.recognition")
    assert entry(reply) == "work-recognition-orders"


def test_not_too_far_from_montreal_is_near(talk: Talk) -> None:
    talk.say("une ville pas trop loin de Montréal", "region.recommend")
    assert talk.profile["weights"]["closeness"] > 0


def test_no_card_is_shown_twice_in_a_list(talk: Talk) -> None:
    nine = {"entity": "age", "value": 9, "grain": "years"}
    said = "une école pour mon fils de 9 ans à Rimouski"
    reply = talk.say(said, "school.find", *at(said, talk.desk), nine)
    shown = [each["id"] for each in reply.messages[0].resources]
    assert len(shown) == len(set(shown))


def test_low_rent_lodging_that_was_given_is_a_case_that_the_law_keeps(talk: Talk) -> None:
    talk.say("on nous a donné un hlm mais notre bail finit en juin", "lease.end")
    assert talk.profile["lease"]["ground"] == "low_rent"


def test_departure_before_the_end_that_is_told_gives_the_ways_out(talk: Talk) -> None:
    said = "mon bail c 1er juillet au 30 juin je veux partir fin mai 2027"
    days = (("2027-07-01", "1er"), ("2027-06-30", "30 juin"), ("2027-05-31", "fin mai"))
    told = [{**day(value), "start": said.index(words)} for value, words in days]
    reply = talk.say(said, "lease.nonrenewal", *told)
    assert "31 mai 2027. Votre propriétaire" not in text(reply)
    assert talk.profile["lease"]["end"] == "2027-06-30"


def test_nearer_to_montreal_weighs_the_ranking_again(talk: Talk) -> None:
    talk.say("quelle région pour moi?", "region.recommend")
    said = "plus près de montréal"
    reply = talk.say(said, "follow_up", *at(said, talk.desk))
    assert reply.messages[0].topic == "region.recommend"
    assert talk.profile["weights"]["closeness"] > 0


def test_first_two_of_a_ranking_are_compared(talk: Talk) -> None:
    ranked = talk.say("quelle région pour moi?", "region.recommend").messages[0].data["ranking"]
    reply = talk.say("compare les deux premières", "region.compare")
    assert reply.messages[0].data["regions"] == [each["region"] for each in ranked[:2]]


def test_who_can_help_after_the_help_lines_is_they(talk: Talk) -> None:
    talk.say("mon mari me frappe", "safety")
    assert entry(talk.say("qui peut m'aider", "capabilities")) == "safety-violence"


def test_person_asked_for_in_another_language_is_sent_for(talk: Talk) -> None:
    english = {"entity": "language", "value": "en"}
    talk.say("can I break my lease", "language", english)
    reply = talk.say("yes a person please", "language", english)
    assert reply.messages[0].topic == "handoff"


def test_daycare_asked_for_again_is_the_search(talk: Talk) -> None:
    talk.say("et mon bébé de 5 mois", "childcare.find")
    assert entry(talk.say("y a-tu une garderie", "childcare.find")) == "childcare-find"


def test_lease_from_july_to_june_began_last_july(talk: Talk) -> None:
    said = "mon bail va du 1er juillet au 30 juin"
    days = (("2027-07-01", "1er"), ("2027-06-30", "30 juin"))
    told = [{**day(value), "start": said.index(words)} for value, words in days]
    reply = talk.say(said, "lease.nonrenewal", *told)
    assert reply.messages[0].data["window"] == {"first": "2027-01-01", "last": "2027-03-31"}


def test_who_leaves_after_a_notice_of_increase_has_its_month(talk: Talk) -> None:
    talk.say("avis reçu le 10 novembre", "lease.increase", day("2026-11-10"))
    reply = talk.say("je veux partir plutôt", "lease.nonrenewal")
    assert "10 décembre 2026" in text(reply)


def test_trade_told_first_is_a_reason_to_weigh_regions(talk: Talk) -> None:
    reply = talk.say("je suis chauffeur de camion", "inform")
    assert reply.messages[-1].topic == "region.recommend"
    assert "transport" in reply.messages[-1].text


def test_employers_asked_for_under_a_list_of_services_are_not_its_telephones(talk: Talk) -> None:
    talk.place("un emploi à Saguenay", "work.search")
    reply = talk.say("ils prennent les gens sans expérience?", "work.search")
    assert "nombre de places" not in reply.messages[-1].text
    reply = talk.say("mettez-moi en contact avec un employeur", "work.matching")
    assert reply.messages[-1].topic == "work.matching"
