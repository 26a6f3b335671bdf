"""What a talk keeps in mind: places corrected, persons, two needs, questions left open, danger."""

from __future__ import annotations

from typing import Any

import pytest

from marie.domain.replies import Reply
from tests.bot.actions.conftest import Talk, day


def topic(reply: Reply) -> str | None:
    return reply.messages[-1].topic


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def titles(reply: Reply) -> list[str]:
    return [each["title"] for each in reply.messages[-1].quick_replies]


def years(age: float) -> dict[str, Any]:
    return {"entity": "age", "value": age, "grain": "years"}


RIMOUSKI, GASPE = "municipality:10043", "municipality:03005"


@pytest.mark.parametrize("intent", ["follow_up", "inform", "stop", "dont_know", "clarify", "pick"])
@pytest.mark.parametrize(
    "said",
    [
        "non, je voulais dire Saint-Jérôme",
        "finalement Saint-Jérôme",
        "désolé, c’est Saint-Jérôme",
        "Saint-Jérôme, pas Rimouski",
        "pareil à Saint-Jérôme",
    ],
)
def test_corrected_place_goes_on_with_the_topic(talk: Talk, said: str, intent: str) -> None:
    talk.place("un cégep à Rimouski", "cegep.find")
    reply = talk.place(said, intent)
    assert topic(reply) == "cegep.find"
    assert reply.focus["place"] == "municipality:75017"


def test_name_that_needs_a_preposition_elsewhere_is_taken_in_a_correction(talk: Talk) -> None:
    talk.place("un logement à Alma", "housing.search")
    reply = talk.place("non pas Alma, Amos", "follow_up")
    assert topic(reply) == "housing.search"
    assert reply.focus["place"] == "municipality:88057"


def test_refused_place_does_not_count(talk: Talk) -> None:
    gaspe = {"entity": "place", "value": GASPE, "candidates": [GASPE], "start": 10}
    rimouski = {"entity": "place", "value": RIMOUSKI, "candidates": [RIMOUSKI], "start": 22}
    reply = talk.say("un cégep à Gaspé, pas à Rimouski", "cegep.find", gaspe, rimouski)
    assert reply.focus["place"] == GASPE


def test_not_far_from_a_place_is_that_place(talk: Talk) -> None:
    reply = talk.place("un logement pas loin de Rimouski", "housing.search")
    assert reply.focus["place"] == RIMOUSKI


def test_new_place_after_a_price_shows_the_list_there(talk: Talk) -> None:
    talk.place("une garderie à Rimouski", "childcare.find")
    talk.say("et le prix?", "follow_up")
    reply = talk.place("plutôt en Estrie", "follow_up")
    assert (topic(reply), reply.focus["place"]) == ("childcare.find", "region:05")


@pytest.mark.parametrize(
    "said", ["on veut aller à Rimouski", "Rimouski m’intéresse", "tu connais Rimouski?"]
)
@pytest.mark.parametrize("intent", ["clarify", "out_of_scope", "capabilities"])
def test_place_and_a_wish_alone_is_the_region(talk: Talk, said: str, intent: str) -> None:
    assert topic(talk.place(said, intent)) == "region.profile"


def test_something_else_about_a_place_stays_what_it_is(talk: Talk) -> None:
    assert topic(talk.place("un bon restaurant à Rimouski", "out_of_scope")) == "out_of_scope"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("et le travail?", "work.search"),
        ("et pour l’école?", "school.find"),
        ("et dans cette ville, il y a des garderies?", "childcare.find"),
        ("ok et les transports?", "transport"),
        ("c’est gratuit?", "housing.rent"),
    ],
)
def test_few_words_name_another_need_in_the_same_place(talk: Talk, said: str, wanted: str) -> None:
    talk.place("un logement à Rimouski", "housing.search")
    reply = talk.say(said, "follow_up")
    assert topic(reply) == wanted
    assert reply.focus["place"] == RIMOUSKI


def test_age_of_a_child_chooses_the_school(talk: Talk) -> None:
    talk.place("c’est comment à Rimouski", "region.profile")
    assert topic(talk.say("et pour ma fille de 3 ans?", "follow_up", years(3))) == "childcare.find"
    assert topic(talk.say("et pour mon fils de 9 ans?", "follow_up", years(9))) == "school.find"
    assert topic(talk.say("et mon aîné de 17 ans?", "follow_up", years(17))) == "cegep.find"


def test_unknown_age_of_a_child_is_asked_and_its_bare_answer_taken(talk: Talk) -> None:
    talk.place("c’est comment à Rimouski", "region.profile")
    asked = talk.say("et pour ma fille?", "follow_up")
    assert "âge" in text(asked)
    reply = talk.say("4 ans", "inform", years(4))
    assert topic(reply) == "childcare.find"
    assert reply.focus["child_age"] == 4


def test_spouse_goes_on_with_what_fits_a_spouse(talk: Talk) -> None:
    talk.say("apprendre le français", "francization")
    assert topic(talk.say("et pour mon mari?", "follow_up")) == "francization"
    talk.place("une garderie à Rimouski", "childcare.find")
    assert topic(talk.say("et ma femme?", "follow_up")) == "work.search"


def test_eldest_and_youngest_are_known_by_the_ages_that_were_told(talk: Talk) -> None:
    talk.profile = {"situation": {"child_ages": [4.0, 17.0]}}
    talk.place("c’est comment à Gaspé", "region.profile")
    assert topic(talk.say("et le grand?", "follow_up")) == "cegep.find"
    assert topic(talk.say("et la petite?", "follow_up")) == "childcare.find"


def test_one_region_with_nothing_beside_it_is_presented(talk: Talk) -> None:
    said = "on dit que la vie est moins chère à Trois-Rivières"
    place = {"entity": "place", "value": "municipality:37067"}
    weak = talk.say(said, "region.compare", place, confidence=0.5)
    assert topic(weak) == "region.profile"


def test_what_follows_a_rent_increase_stays_with_the_lease(talk: Talk) -> None:
    talk.say("mon proprio augmente mon loyer", "lease.increase")
    assert topic(talk.say("et si je dis rien?", "follow_up")) == "lease.increase"
    assert topic(talk.say("et si je veux partir?", "follow_up")) == "lease.nonrenewal"


def test_second_need_is_offered_and_a_yes_takes_it(talk: Talk) -> None:
    told = "mon bail finit le 30 juin et je cherche une garderie à Rimouski"
    place = {"entity": "place", "value": RIMOUSKI, "candidates": [RIMOUSKI], "start": 55}
    reply = talk.say(told, "lease.nonrenewal", day("2027-06-30"), place)
    assert titles(reply)[0] == "La garderie"
    assert "la garderie" in text(reply)
    after = talk.say("oui", "affirm")
    assert (topic(after), after.focus["place"]) == ("childcare.find", RIMOUSKI)
    assert topic(talk.say("oui", "affirm")) == "clarify"


def test_offer_holds_for_the_next_message_only(talk: Talk) -> None:
    talk.place("un logement à Rimouski et un emploi de soudeur", "housing.search")
    talk.say("combien coûte la garderie", "childcare.cost")
    assert topic(talk.say("oui", "affirm")) == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "je suis éducatrice en garderie et je cherche un logement",
        "j’ai un permis de travail et je cherche un logement",
        "un logement près de l’école",
        "je cherche un logement",
    ],
)
def test_situation_is_no_second_need(talk: Talk, said: str) -> None:
    assert "Vous parlez aussi" not in text(talk.say(said, "housing.search"))


def test_miss_inside_a_form_is_kept_and_the_question_recalled(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("blabla zzz", "clarify", confidence=0.2)
    assert reply.miss is not None
    assert reply.miss.text == "blabla zzz"
    assert reply.focus["pending"]


def test_question_that_a_form_cannot_place_is_answered_and_the_form_recalled(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    reply = talk.say("c’est gratuit?", "follow_up")
    assert topic(reply) == "capabilities"
    assert "On continue?" in text(reply)
    assert reply.focus["pending"]["form"] == "handoff"


def test_resumed_question_offers_its_answers_again(talk: Talk) -> None:
    asked = talk.say("ai-je droit à un programme", "eligibility")
    talk.say("combien coûte la garderie", "childcare.cost")
    assert titles(talk.say("on continue", "resume")) == titles(asked)


def test_miss_remembers_where_the_talk_was(talk: Talk) -> None:
    talk.place("un logement à Rimouski", "housing.search")
    reply = talk.say("xyz truc", "clarify", confidence=0.2)
    assert reply.miss is not None
    assert reply.miss.place == RIMOUSKI


def test_words_find_an_entry_that_no_reading_proposed(talk: Talk) -> None:
    reply = talk.say(
        "mon évaluation comparative, des études", "clarify", ranking=(("clarify", 0.1),)
    )
    assert 1 <= len(titles(reply)) <= 3
    assert any("comparative" in title for title in titles(reply))


def test_simple_french_is_proposed_after_two_misses_and_can_be_left(talk: Talk) -> None:
    talk.say("combien coûte la garderie", "childcare.cost")
    talk.say("zzz", "clarify", confidence=0.1)
    talk.say("yyy", "clarify", confidence=0.1)
    reply = talk.press("Français simple")
    entry = talk.desk.library.default_entry("childcare.cost")
    assert entry.simple[:15] in text(reply)
    assert reply.profile["simple"] is True
    assert talk.press("Français habituel").profile["simple"] is False


@pytest.mark.parametrize("intent", ["repeat", "language", "clarify", "francization"])
def test_little_french_said_turns_simple_french_on(talk: Talk, intent: str) -> None:
    reply = talk.say("je comprends pas bien le français", intent)
    assert reply.profile["simple"] is True
    assert "simple" in text(reply)


def test_course_of_french_is_still_a_course(talk: Talk) -> None:
    said = "je comprends pas bien le français, où sont les cours?"
    assert topic(talk.say(said, "francization")) == "francization"


def test_starting_again_forgets_the_situation_and_keeps_simple_french(talk: Talk) -> None:
    talk.say("plus simple svp", "repeat")
    talk.say("mon bail finit le 30 juin", "lease.nonrenewal", day("2027-06-30"))
    assert talk.say("on recommence", "restart_over").profile == {"simple": True}


def test_nothing_told_is_forgotten_for_a_doubtful_reading(talk: Talk) -> None:
    talk.say("mon bail finit le 30 juin", "lease.nonrenewal", day("2027-06-30"))
    reply = talk.say("faut refaire une demande", "restart_over", confidence=0.3)
    assert "lease" in reply.profile
    assert "lease" not in talk.press("Tout recommencer").profile


def test_agreement_with_him_is_with_the_landlord_when_the_lease_is_talked_of(
    talk: Talk,
) -> None:
    talk.say("céder mon bail", "lease.assignment")
    reply = talk.say("si je m'entends avec lui plutôt?", "follow_up")
    assert reply.messages[0].entry == "lease-agreement"


@pytest.mark.parametrize(
    "text",
    [
        "j'ai un permis de travail fermé, je peux aller travailler à Québec?",
        "et ma femme elle peut travailler?",
        "où en est ma demande d'immigration?",
        "il faut une offre d'emploi pour la résidence permanente?",
        "je dois mettre quelle adresse dans mon dossier?",
        "mon mariage compte pour le parrainage?",
    ],
)
def test_honest_question_about_immigration_is_never_declined(talk: Talk, text: str) -> None:
    assert talk.place(text, "immigration").messages[0].entry != "immigration-cheating"


@pytest.mark.parametrize("intent", ["work.search", "transport", "out_of_scope", "immigration"])
def test_request_to_cheat_is_declined_whatever_was_read(talk: Talk, intent: str) -> None:
    reply = talk.say("où acheter une fausse offre d’emploi", intent)
    assert reply.messages[0].entry == "immigration-cheating"


def test_request_to_cheat_inside_a_form_is_declined_and_the_form_recalled(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("je peux mettre une fausse adresse?", "deny")
    assert reply.messages[0].entry == "immigration-cheating"
    assert "On continue?" in text(reply)


@pytest.mark.parametrize("intent", ["greeting", "housing.search", "clarify", "deny"])
def test_danger_is_heard_whatever_was_read(talk: Talk, intent: str) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("il me frappe", intent)
    assert topic(reply) == "safety"
    assert reply.focus["pending"] is None


def test_figure_of_speech_read_as_distress_is_not_distress(talk: Talk) -> None:
    ranking = (("safety", 0.9), ("transport", 0.3))
    assert topic(talk.say("je tue le temps", "safety", ranking=ranking)) == "transport"
    assert topic(talk.say("je ne sais plus, tout est vide", "safety")) == "safety"


def test_a_permit_told_after_a_lease_is_about_the_permit(talk: Talk) -> None:
    talk.say("il dit que je dois payer 3 mois si je pars", "lease.end")
    said = talk.say(
        "je suis soudeur avec permis fermé, je peux bouger?", "immigration", confidence=0.18
    )
    assert said.messages[0].entry == "immigration-permit"


def test_where_to_go_is_answered_whatever_drives_away(talk: Talk) -> None:
    said = talk.say(
        "bonsoir, on est 4 et le loyer nous étouffe, on irait où?",
        "housing.rent",
        confidence=0.49,
        ranking=(("housing.rent", 0.49), ("region.recommend", 0.41)),
    )
    assert said.messages[0].topic == "region.recommend"


def test_a_question_that_leans_on_the_increase_stays_with_it(talk: Talk) -> None:
    talk.say("j'ai reçu une hausse de loyer", "lease.increase")
    said = talk.say("c'est légal?", "housing.rights", confidence=0.92)
    assert said.messages[0].entry == "lease-increase-refuse"


def test_how_long_after_the_ways_out_is_about_the_dates(talk: Talk) -> None:
    talk.say("et pour le bail alors", "lease.end")
    said = talk.say("j'ai combien de temps", "follow_up")
    assert said.messages[0].topic == "lease.nonrenewal"


def test_a_landlord_who_threatens_to_throw_out_is_no_distress(talk: Talk) -> None:
    said = talk.say("mon proprio veut garder mon dépôt de 2 mois", "housing.rights")
    assert said.messages[0].entry == "housing-rights-deposit"
    said = talk.say("et il menace de nous mettre dehors", "safety", confidence=0.86)
    assert said.messages[0].entry == "housing-rights-eviction"


def test_leaving_with_the_children_after_violence_is_about_safety(talk: Talk) -> None:
    talk.say("mon mari me frappe et le bail est aux deux noms", "lease.special")
    said = talk.say("je veux partir avec mes enfants", "moving.plan", confidence=0.68)
    assert said.messages[0].entry == "safety-violence"


def test_a_further_question_gets_words_and_not_the_same_cards(talk: Talk) -> None:
    talk.place("on veut acheter une maison à Saguenay", "housing.buy")
    said = talk.say("il faut combien de mise de fonds", "housing.buy")
    assert not said.messages[0].resources
    assert "préautorisation" in said.messages[0].text


def test_a_status_told_without_a_question_is_noted(talk: Talk) -> None:
    talk.place("on veut acheter une maison à Saguenay", "housing.buy")
    said = talk.say("on est résidents permanents depuis 8 mois", "inform", confidence=0.57)
    assert "noté" in said.messages[0].text


def test_a_month_after_what_a_move_costs_begins_the_plan(talk: Talk) -> None:
    talk.say("combien coûte le déménagement", "moving.aid")
    month = {"entity": "date", "value": "2027-07-01", "grain": "month"}
    said = talk.say("on part en juillet", "inform", month)
    assert said.messages[0].topic == "moving.plan"
    assert "région" in said.messages[0].text


def test_a_roommate_who_left_has_an_answer_of_its_own(talk: Talk) -> None:
    said = talk.say(
        "mon coloc est parti et m'a laissé payer seule le loyer", "housing.aid", confidence=0.44
    )
    assert said.messages[0].entry == "lease-end-roommate"


def test_violence_told_before_the_ranking_still_opens_her_way_out_of_the_lease(talk: Talk) -> None:
    talk.say("j'ai peur de mon ex il connait mon adresse", "safety")
    talk.say("je voudrais changer de ville", "region.recommend")
    said = talk.say("mon bail est jusqu'en juin", "lease.nonrenewal")
    assert said.messages[0].entry == "lease-special-violence"
    again = talk.say("et pour la lettre?", "lease.notice")
    assert again.messages[0].entry != "lease-special-violence"


def test_a_question_about_the_lease_is_no_greeting(talk: Talk) -> None:
    talk.say("bonsoir", "greeting")
    assert talk.say("j ai une question sur le bail", "greeting").messages[0].topic == "lease.end"


def test_what_is_better_after_a_sublet_compares_no_regions(talk: Talk) -> None:
    talk.say("je voudrais sous-louer", "lease.sublet")
    said = talk.say("laquelle est mieux pour moi, je reviens pas", "region.compare")
    assert said.messages[0].entry == "lease-sublet-or-assignment"
    said = talk.say("je peux demander 500$ au nouveau", "housing.rights")
    assert said.messages[0].entry == "lease-assignment-money"


def test_who_must_accept_an_increase_may_refuse_it(talk: Talk) -> None:
    talk.say("j'ai reçu une hausse de loyer", "lease.increase")
    said = talk.say("je suis obligée d'accepter?", "eligibility", confidence=0.6)
    assert said.messages[0].entry == "lease-increase-refuse"


def test_papers_after_a_special_end_are_those_of_it(talk: Talk) -> None:
    talk.place("on a été acceptés dans un HLM à Granby", "housing.aid")
    said = talk.say("ça prend quoi comme papier", "follow_up")
    assert said.messages[0].topic == "lease.special"


def test_a_letter_forgotten_has_its_own_answer(talk: Talk) -> None:
    talk.say("mon bail est renouvelé automatiquement?", "lease.nonrenewal")
    said = talk.say("j'ai oublié d'envoyer la lettre", "lease.notice")
    assert said.messages[0].entry == "lease-nonrenewal-missed"


def test_a_landlord_who_comes_in_and_changes_the_lock_has_an_answer(talk: Talk) -> None:
    said = talk.say("mon proprio entre chez nous sans avertir", "housing.rights")
    assert said.messages[0].entry == "housing-rights-entry"
    assert talk.say("c'est une raison?", "why_asked").messages[0].topic == "housing.rights"
    said = talk.say("il a changé la serrure ce matin", "housing.rights")
    assert said.messages[0].entry == "housing-rights-entry"


def test_two_months_in_advance_are_a_deposit_and_no_date(talk: Talk) -> None:
    two = {"entity": "duration", "value": {"months": 2, "days": 0}}
    said = talk.say("le proprio demande 2 mois d'avance", "lease.nonrenewal", two)
    assert said.messages[0].entry == "housing-rights-deposit"


def test_a_status_told_while_buying_is_noted_before_anything_near(talk: Talk) -> None:
    talk.place("je veux acheter un duplex à Trois-Rivières", "housing.buy")
    said = talk.say("je suis demandeur d'asile", "inform", confidence=0.47)
    assert "noté" in said.messages[0].text
    assert "loi fédérale" in talk.say("j'ai le droit?", "eligibility").messages[0].text


def test_cheaper_towns_after_help_with_the_rent_are_regions_to_choose(talk: Talk) -> None:
    talk.say("mon mari a perdu son travail, on paye 1900 de loyer", "housing.aid")
    said = talk.say(
        "y a pas des villes moins chères",
        "follow_up",
        confidence=0.52,
        ranking=(("follow_up", 0.52), ("housing.rent", 0.2), ("region.recommend", 0.11)),
    )
    assert said.messages[0].topic == "region.recommend"


def test_two_towns_and_nothing_else_are_weighed(talk: Talk) -> None:
    assert topic(talk.place("CHICOUTIMI OU JONQUIERE", "inform")) == "region.compare"
    said = "est-ce qu’il y a plus de travail à Granby qu’à Saint-Hyacinthe?"
    assert topic(talk.place(said, "region.compare")) == "region.compare"


def test_a_lease_ends_alike_in_all_places_of_one_name(talk: Talk) -> None:
    said = "comment laisser l'appartement à Saint-Michel avant la fin"
    assert topic(talk.place(said, "lease.end")) == "lease.end"


def test_town_that_is_forgotten_gives_way_to_the_other(talk: Talk) -> None:
    talk.place("du travail à Rivière-du-Loup", "work.search")
    said = "finalement ma cousine déménage à Matane donc oublie Rivière-du-Loup"
    found = [
        {
            "entity": "place",
            "value": each.ids[0],
            "candidates": list(each.ids),
            "start": each.start,
        }
        for each in talk.desk.gazetteer.find(said)
    ]
    reply = talk.say(said, "region.compare", *found)
    assert topic(reply) == "work.search"
    assert reply.focus["place"] == "municipality:08053"


def test_town_after_a_no_is_for_what_was_talked_about(talk: Talk) -> None:
    talk.place("un emploi de cuisinier à Rimouski", "work.search")
    reply = talk.place("non en fait à Gaspé", "region.profile")
    assert topic(reply) == "work.search"
    assert reply.focus["place"] == GASPE


def test_lease_that_is_to_be_ended_is_a_second_need_without_a_date(talk: Talk) -> None:
    said = "je veux résilier mon bail et inscrire mes enfants à l’école à Rimouski"
    assert "La fin de mon bail" in titles(talk.place(said, "school.find"))
    assert topic(talk.say("oui", "affirm")) == "lease.end"


def test_answer_with_what_was_noted_before_it_is_not_said_twice(talk: Talk) -> None:
    first = text(talk.say("une école pour mes enfants", "school.find"))
    second = text(talk.say("il a 5 ans et sa soeur est petite", "school.find", years(5)))
    assert second != first
    assert first.split("\n", maxsplit=1)[0] not in second


def test_of_two_needs_the_one_said_first_is_answered_where_the_reading_is_unsure(
    talk: Talk,
) -> None:
    said = talk.say(
        "je cherche un logement à Drummondville et un emploi de soudeur",
        "work.search",
        confidence=0.34,
        ranking=(("work.search", 0.34), ("housing.search", 0.25)),
    )
    assert said.messages[0].topic == "housing.search"
    assert "le travail" in said.messages[-1].text
