"""What the words of a message say against its reading, with the readings that the model gave."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk
from tests.bot.actions.test_household import text

SHERBROOKE = {"entity": "place", "value": "municipality:43027"}
MONTREAL = {"entity": "place", "value": "municipality:66023"}
JOLIETTE = {"entity": "place", "value": "municipality:61025"}
JULY = {"entity": "date", "value": "2027-07-01", "grain": "day"}


def test_province_named_beside_a_town_is_the_town_of_quebec(talk: Talk) -> None:
    said = talk.say("Sherbrooke ou Québec", "region.compare", SHERBROOKE, confidence=1.0)
    assert "Estrie et Capitale-Nationale, côte à côte" in text(said)
    said = talk.say("Sherbrooke au Québec", "region.compare", SHERBROOKE, confidence=0.85)
    assert "Capitale-Nationale" not in text(said)


def test_wish_to_stay_near_montreal_weighs_the_regions_and_seeks_no_lodging(talk: Talk) -> None:
    talk.place("parlez-moi de Gaspé", "region.profile")
    reply = talk.say(
        "ma copine veut rester proche de Montréal", "housing.search", MONTREAL, confidence=0.22
    )
    assert reply.messages[-1].topic == "region.recommend"
    assert reply.messages[-1].data["weights"]["closeness"] == 3


@pytest.mark.parametrize(("sure", "topic"), [(0.57, "health"), (0.8, "region.profile")])
def test_need_named_in_a_town_is_answered_unless_the_region_is_surely_meant(
    talk: Talk, sure: float, topic: str
) -> None:
    reply = talk.say(
        "il y a un médecin de famille à Joliette?",
        "region.profile",
        JOLIETTE,
        confidence=sure,
        ranking=(("region.profile", sure), ("health", 0.2)),
    )
    assert reply.messages[-1].topic == topic


def test_spouses_poor_french_is_answered_by_courses(talk: Talk) -> None:
    reply = talk.say("mon mari parle pas bien français", "francization", confidence=0.66)
    assert reply.messages[-1].topic == "francization"
    assert not talk.profile.get("simple")
    talk.say("je parle pas bien français", "language", confidence=0.66)
    assert talk.profile["simple"] is True


def test_diploma_that_somebody_has_is_no_university_to_find(talk: Talk) -> None:
    ranking = (("university.find", 0.48), ("work.recognition", 0.28))
    said = "mon mari a un diplôme de génie"
    reply = talk.say(said, "university.find", confidence=0.48, ranking=ranking)
    assert reply.messages[-1].topic == "work.recognition"


def test_departure_told_while_a_town_is_talked_of_is_planned(talk: Talk) -> None:
    talk.place("combien coûte un logement à Gaspé?", "housing.rent")
    reply = talk.say("on part le 1er juillet", "lease.nonrenewal", JULY, confidence=0.92)
    assert reply.messages[-1].topic == "moving.plan"
    assert "Gaspé" in text(reply)


def test_departure_told_about_a_lease_stays_the_leases(talk: Talk) -> None:
    talk.place("combien coûte un logement à Gaspé?", "housing.rent")
    talk.say("mon bail", "lease.end")
    reply = talk.say("on part le 1er juillet", "lease.nonrenewal", JULY, confidence=0.92)
    assert reply.messages[-1].topic == "lease.nonrenewal"


def test_grief_told_is_not_answered_by_the_law_of_leases(talk: Talk) -> None:
    said = "je suis à la retraite, ma femme est décédée, je suis seul"
    reply = talk.say(said, "lease.special", confidence=0.53)
    assert not str(reply.messages[-1].topic).startswith("lease.")
    reply = talk.say("mon bail, ma femme est décédée", "lease.special", confidence=0.53)
    assert str(reply.messages[-1].topic).startswith("lease.")


@pytest.mark.parametrize(
    ("said", "intent", "noted"),
    [
        ("bonjour, moi demandeur d'asile", "greeting", "demande d’asile"),
        ("nous avons la résidence permanente", "immigration", "résidence permanente"),
        ("mon mari est électricien, il cherche du travail", "work.search", "électricien"),
        ("ma fille a 3 ans", "childcare.find", "un enfant de 3\u00a0ans"),
    ],
)
def test_what_is_told_with_an_answer_is_said_back(
    talk: Talk, said: str, intent: str, noted: str
) -> None:
    reply = talk.say(said, intent)
    assert reply.messages[-1].topic == intent
    assert noted in text(reply)
    assert "C’est noté" in text(reply)


def test_question_about_a_status_is_not_taken_for_ones_own(talk: Talk) -> None:
    reply = talk.say("c'est quoi la résidence permanente?", "immigration")
    assert "C’est noté" not in text(reply)


def test_question_that_names_another_need_is_not_asked_of_what_was_talked_about(
    talk: Talk,
) -> None:
    talk.say("comment trouver une garderie", "childcare.find")
    reply = talk.say("on a combien de temps pour résilier le bail?", "lease.nonrenewal")
    assert str(reply.messages[-1].topic).startswith("lease.")
    talk.say("faire reconnaître mon diplôme", "work.recognition")
    said = "une garderie à Joliette, ça coûte combien et c'est long?"
    reply = talk.say(said, "childcare.cost", JOLIETTE)
    assert str(reply.messages[-1].topic).startswith("childcare.")


def test_ages_of_children_spoken_of_and_a_status_told_under_a_ranking_are_weighed(
    talk: Talk,
) -> None:
    talk.say("une ville tranquille avec mes 2 filles", "region.recommend")
    ages = [{"entity": "age", "value": age, "grain": "years"} for age in (4, 13)]
    reply = talk.say("elles ont 4 et 13 ans", "inform", *ages)
    assert reply.messages[-1].topic == "region.recommend"
    assert talk.profile["children"] == [4, 13]
    said = "je suis résidente permanente depuis 2 ans, je travaille comme préposée"
    reply = talk.say(said, "immigration", confidence=0.43)
    assert reply.messages[-1].topic == "region.recommend"
    assert talk.profile["situation"]["status"] == "permanent_resident"


def test_spouses_trade_is_kept_in_a_screening_and_under_a_plan(talk: Talk) -> None:
    talk.say("suis-je admissible?", "eligibility")
    reply = talk.say("mon conjoint est infirmier", "inform")
    assert "votre conjoint (infirmier)" in text(reply)
    assert "Vivez-vous" in text(reply)
    assert talk.profile["spouse"] == {"sector": "health", "occupation": "infirmier"}


def test_spouses_trade_under_a_plan_leaves_the_plan_talked_about(talk: Talk) -> None:
    talk.place("un plan pour Gaspé", "moving.plan")
    talk.say("le 1er juillet", "inform", JULY)
    talk.say("et mon conjoint est mécanicien", "work.search", confidence=0.9)
    assert talk.focus["topic"] == "moving.plan"
    assert "Rimouski" in text(talk.place("finalement Rimouski", "inform"))


def test_small_or_large_town_without_two_names_weighs_the_regions(talk: Talk) -> None:
    reply = talk.say("petite ville ou grande", "region.compare", confidence=0.95)
    assert reply.messages[-1].topic == "region.recommend"
    reply = talk.say("moi cuisinier", "inform")
    assert talk.profile["sector"] == "tourism"


def test_distance_is_of_the_town_that_is_asked_about(talk: Talk) -> None:
    granby = {"entity": "place", "value": "municipality:47017"}
    said = text(talk.say("Granby c'est loin?", "region.profile", granby))
    assert "De Montréal à Granby" in said
    assert "131" not in said
    assert "131" in text(talk.say("Sherbrooke c'est loin?", "region.profile", SHERBROOKE))


def test_young_children_told_while_a_diploma_is_talked_of_are_said_back(talk: Talk) -> None:
    talk.say("faire reconnaître mon diplôme", "work.recognition")
    reply = talk.say("nos enfants ont 1 an et 4 ans", "follow_up")
    assert "des enfants de 1\u00a0an et 4\u00a0ans" in text(reply)
    assert reply.messages[-1].quick_replies[0]["title"] == "La garderie"


def test_age_that_no_child_has_is_not_said_back(talk: Talk) -> None:
    assert "28" not in text(talk.say("j'ai deux garçons de 28 ans", "inform"))


def test_child_to_be_born_is_not_asked_for_its_age_and_twins_are_two(talk: Talk) -> None:
    reply = talk.say("mon épouse attend un bébé", "inform")
    assert str(reply.messages[-1].topic).startswith("childcare.")
    assert "des enfants de 2\u00a0ans" in text(talk.say("nos jumeaux ont 2 ans", "childcare.find"))


@pytest.mark.parametrize("read_as", ["thanks", "deny", "abuse"])
def test_who_was_not_answered_is_asked_again_and_not_thanked(talk: Talk, read_as: str) -> None:
    talk.say("un emploi de cuisinier", "work.search")
    said = talk.say("merci, c’est pas ce que je demandais", read_as)
    assert said.messages[0].topic == "clarify"
    assert "Je n’ai pas bien compris" in text(said)


def test_persons_of_a_household_ask_for_no_person(talk: Talk) -> None:
    talk.say("un appartement pas cher", "housing.search")
    doubtful = (("handoff", 0.23), ("housing.search", 0.21), ("inform", 0.13))
    said = talk.say("on est 5 personnes", "handoff", confidence=0.23, ranking=doubtful)
    assert said.messages[0].topic == "housing.search"
    asked = talk.say("parler à une personne", "handoff", confidence=0.23)
    assert asked.messages[0].topic == "handoff"


def test_what_is_wanted_after_what_is_told_is_answered(talk: Talk) -> None:
    told = "mon mari a trouvé un poste à Saguenay moi je veux finir mes études au cégep"
    said = talk.say(told, "work.search", confidence=0.48)
    assert said.messages[0].topic == "cegep.find"


def test_guess_about_something_else_does_not_outweigh_what_is_talked_about(talk: Talk) -> None:
    talk.say("faire reconnaître mon diplôme", "work.recognition")
    said = talk.say("et mon cousin il dit rien", "francization", confidence=0.15)
    assert said.messages[0].topic == "clarify"


def test_family_that_asks_something_is_answered_and_noted(talk: Talk) -> None:
    age = {"entity": "age", "value": 8, "grain": "months"}
    told = "avec mon mari et le bébé de 8 mois, je me demandais s’il fait très froid en région"
    said = talk.say(told, "region.profile", age, confidence=0.25)
    assert said.messages[0].entry == "region-profile-winter"
    assert "un enfant de 8\u00a0mois" in text(said)


def test_daycare_for_dogs_is_none_for_children(talk: Talk) -> None:
    longueuil = {"entity": "place", "value": "municipality:58227"}
    said = "une garderie pour chiens à Longueuil tu connais?"
    reply = talk.say(said, "out_of_scope", longueuil, confidence=0.65)
    assert reply.messages[0].topic == "out_of_scope"


def test_doubtful_why_explains_no_question_when_none_was_asked(talk: Talk) -> None:
    talk.say("mon propriétaire ne répare rien", "housing.rights")
    said = talk.say("je vais pas faire ça, alors la suite", "why_asked", confidence=0.26)
    assert "Je pose une question" not in text(said)


def test_thanks_to_somebody_dear_asks_for_no_price(talk: Talk) -> None:
    talk.place("parlez-moi de Gatineau", "region.profile")
    assert talk.say("merci ma chère", "thanks").messages[0].topic == "thanks"


def test_what_a_mother_speaks_asks_for_no_simpler_words(talk: Talk) -> None:
    talk.say("un médecin pour ma mère", "health")
    said = talk.say("elle parle juste le wolof", "language", confidence=0.93)
    assert said.messages[0].topic == "francization"
    assert not said.profile.get("simple")


def test_no_region_is_compared_after_a_landlord(talk: Talk) -> None:
    talk.say("céder mon bail", "lease.assignment")
    said = talk.say("il est bizarre en plus", "region.compare", confidence=0.3)
    assert said.messages[0].topic != "region.compare"


def test_long_why_that_nothing_answers_is_asked_again(talk: Talk) -> None:
    talk.say("un emploi", "work.search")
    said = talk.say("pourquoi mon voisin fait toujours du bruit", "why_asked", confidence=0.97)
    assert "Je pose une question" not in text(said)


def test_need_that_is_left_for_now_is_not_looked_for(talk: Talk) -> None:
    talk.say("une garderie et un emploi", "childcare.find")
    said = talk.say("non laisse le travail pour l’instant", "work.search", confidence=0.4)
    assert said.messages[0].topic == "clarify"
    assert "on laisse ça" in text(said)


def test_night_work_is_a_second_need(talk: Talk) -> None:
    said = talk.place("une place en CPE à Lévis et du travail de nuit", "childcare.find")
    assert "Le travail" in [each["title"] for each in said.messages[0].quick_replies]


def test_person_in_one_english_word_is_heard(talk: Talk) -> None:
    talk.say("I need a job", "language", {"entity": "language", "value": "en"})
    talk.say("travail", "work.search")
    assert talk.say("person", "inform", confidence=0.18).messages[0].topic == "handoff"


def test_right_to_a_programme_is_no_presentation_of_it(talk: Talk) -> None:
    near = (("program.info", 0.53), ("eligibility", 0.46))
    said = talk.say("jai droit a emplois en regions?", "program.info", ranking=near)
    assert said.messages[0].topic == "eligibility"
    asked = talk.say("c’est quoi emplois en régions?", "program.info", ranking=near)
    assert asked.messages[0].topic == "program.info"


def test_word_of_its_own_is_no_follow_up(talk: Talk) -> None:
    talk.place("c’est combien les loyers à Trois-Rivières?", "housing.rent")
    near = (("housing.buy", 0.56), ("follow_up", 0.44))
    said = talk.say("et si on achetait?", "housing.buy", confidence=0.56, ranking=near)
    assert said.messages[0].topic == "housing.buy"
