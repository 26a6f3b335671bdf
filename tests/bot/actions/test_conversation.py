"""Whole exchanges with the actions, readings given: what Marie says, keeps in mind and asks."""

from __future__ import annotations

import pytest

from bot.actions.topics import TOPICS
from marie.domain.replies import Reply
from marie.knowledge.model import TOPICS as CONTRACT_TOPICS
from tests.bot.actions.conftest import Talk, day


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def topic(reply: Reply) -> str | None:
    return reply.messages[-1].topic


def titles(reply: Reply) -> list[str]:
    return [each["title"] for each in reply.messages[-1].quick_replies]


@pytest.mark.parametrize("name", sorted(CONTRACT_TOPICS))
def test_every_topic_of_the_contract_has_an_answer(talk: Talk, name: str) -> None:
    reply = talk.say("…", name)
    assert reply.messages[-1].text
    assert topic(reply) in {name, "region.list"}
    assert len(reply.messages[-1].quick_replies) <= 10


def test_every_button_leads_to_an_intent_that_is_answered(talk: Talk) -> None:
    for name in sorted(CONTRACT_TOPICS):
        for button in talk.say("…", name).messages[-1].quick_replies:
            intent = button["payload"].removeprefix("/").partition("{")[0]
            assert intent in TOPICS, button


def test_answer_says_its_source_and_the_day_it_was_read(talk: Talk) -> None:
    reply = talk.say("combien coûte la garderie", "childcare.cost")
    assert "9,65\u00a0$" in text(reply)
    assert "lu le" in text(reply)
    assert "à confirmer" in text(reply)
    assert reply.messages[0].sources[0]["verified_on"] is None


def test_cegep_in_a_town_is_the_first_card(talk: Talk) -> None:
    reply = talk.place("un cégep à Rimouski", "cegep.find")
    first = reply.messages[0].resources[0]
    assert (first["name"], first["municipality"]) == ("Cégep de Rimouski", "Rimouski")
    assert "Cégep de Rimouski" in text(reply)


def test_another_town_continues_the_topic(talk: Talk) -> None:
    talk.place("un cégep à Rimouski", "cegep.find")
    reply = talk.place("et à Gaspé?", "follow_up")
    assert topic(reply) == "cegep.find"
    assert reply.messages[0].resources[0]["municipality"] == "Gaspé"


def test_and_the_price_is_the_price_of_what_is_talked_about(talk: Talk) -> None:
    talk.place("une garderie à Rimouski", "childcare.find")
    assert topic(talk.say("et le prix?", "follow_up")) == "childcare.cost"
    talk.place("un cégep à Rimouski", "cegep.find")
    assert topic(talk.say("et combien ça coûte", "follow_up")) == "cegep.cost"


def test_second_of_the_list_is_shown_alone(talk: Talk) -> None:
    shown = talk.place("un cégep à Rimouski", "cegep.find").messages[0].resources
    by_word = talk.say("le deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert [each["id"] for each in by_word.messages[0].resources] == [shown[1]["id"]]
    by_number = talk.say("2", "inform")
    assert [each["id"] for each in by_number.messages[0].resources] == [shown[1]["id"]]


def test_more_goes_on_where_the_list_stopped(talk: Talk) -> None:
    first = talk.place("un cégep à Rimouski", "cegep.find").messages[0].resources
    more = talk.say("d’autres", "more").messages[0].resources
    assert more
    assert not {each["id"] for each in first} & {each["id"] for each in more}


def test_shared_name_is_asked_back_and_the_answer_goes_on(talk: Talk) -> None:
    reply = talk.place("une garderie à Saint-Jean", "childcare.find")
    assert topic(reply) == "clarify"
    assert len(titles(reply)) > 1
    reply = talk.press(titles(reply)[0])
    assert topic(reply) == "childcare.find"


def test_lease_that_ends_on_30_june_has_its_window(talk: Talk) -> None:
    reply = talk.say("mon bail finit le 30 juin", "lease.nonrenewal", day("2027-06-30"))
    assert reply.messages[0].data["window"] == {"first": "2027-01-01", "last": "2027-03-31"}
    assert reply.messages[0].data["lease_end"] == "2027-06-30"
    assert "1er janvier 2027" in text(reply)
    assert "12 mois" in text(reply)  # what was taken for granted is said


def test_end_of_the_lease_is_asked_and_taken_from_a_bare_answer(talk: Talk) -> None:
    asked = talk.say("je veux partir à la fin de mon bail", "lease.nonrenewal")
    assert "Quand finit votre bail" in text(asked)
    reply = talk.say("le 30 juin", "inform", day("2027-06-30"))
    assert reply.messages[0].data["window"]["last"] == "2027-03-31"
    assert reply.focus["pending"] is None


def test_short_lease_and_room_change_the_window(talk: Talk) -> None:
    talk.say("mon bail finit le 30 juin", "lease.nonrenewal", day("2027-06-30"))
    assert talk.last is not None
    short = talk.press("Bail de moins de 12 mois")
    assert short.messages[0].data["window"] == {"first": "2027-05-01", "last": "2027-05-31"}


def test_day_that_does_not_exist_is_asked_again_and_changes_nothing(talk: Talk) -> None:
    talk.say("je veux partir à la fin de mon bail", "lease.nonrenewal")
    wrong = {"entity": "date", "value": None, "grain": "day", "problem": "no_such_day"}
    reply = talk.say("le 31 juin", "inform", wrong)
    assert "window" not in reply.messages[0].data
    assert reply.focus["pending"]["field"] == "end"


def test_question_inside_a_form_is_answered_and_the_form_is_recalled(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    pending = talk.focus["pending"]
    reply = talk.say("combien coûte la garderie", "childcare.cost")
    assert topic(reply) == "childcare.cost"
    assert "On continue?" in text(reply)
    assert reply.focus["pending"] == pending


def test_stop_lets_go_of_the_question(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("laisse tomber", "stop")
    assert reply.focus["pending"] is None


def test_screening_settles_the_three_founding_programmes_in_six_questions(talk: Talk) -> None:
    reply = talk.say("ai-je droit à un programme", "eligibility")
    answers = {
        "lives_in_cmm": "Oui, dans le grand Montréal",
        "status": "Résidence permanente",
        "education": "Université",
        "french": "Avancé",
        "wants_region": "Oui",
    }
    asked = 0
    while (pending := reply.focus["pending"]) is not None:
        asked += 1
        if pending["field"] in answers:
            reply = talk.press(answers[pending["field"]])
        elif pending["field"] == "age":
            reply = talk.say("30 ans", "inform", {"entity": "age", "value": 30, "grain": "years"})
        else:
            duration = {"entity": "duration", "value": {"months": 24, "days": 0}}
            reply = talk.say("deux ans", "inform", duration)
    assert asked <= 6
    verdicts = {each["program"]: each for each in reply.messages[0].data["verdicts"]}
    assert verdicts["emplois-en-regions"]["verdict"] in {"eligible", "to_confirm"}
    assert verdicts["emploi-en-sol-quebecois"]["verdict"] == "to_confirm"
    assert all(each["because"] for each in verdicts.values() if not each["missing"])


def test_situation_told_in_one_message_is_not_asked_again(talk: Talk) -> None:
    told = "j’habite à Montréal, je suis résident permanent, ai-je droit à un programme"
    reply = talk.say(told, "eligibility")
    assert reply.focus["pending"]["field"] not in {"lives_in_cmm", "status"}


def test_person_is_asked_with_a_contact_then_consent(talk: Talk) -> None:
    asked = talk.say("je veux parler à une personne", "handoff")
    assert asked.handover is None
    confirm = talk.say("moi@exemple.org", "inform", {"entity": "email", "value": "moi@exemple.org"})
    assert confirm.handover is None
    assert "moi@exemple.org" in text(confirm)
    sent = talk.say("oui", "affirm")
    assert sent.handover is not None
    assert sent.handover.email == "moi@exemple.org"
    assert sent.handover.consent == confirm.messages[0].text


def test_without_consent_nothing_is_passed_on(talk: Talk) -> None:
    talk.say("je veux parler à une personne", "handoff")
    talk.press("Rester ici")
    reply = talk.say("non", "deny")
    assert reply.handover is None
    assert reply.focus["pending"] is None


def test_waiting_visitor_may_withdraw(talk: Talk) -> None:
    talk.state = "waiting"
    talk.say("annulez ma demande", "stop")
    reply = talk.say("non, annulez", "deny")
    assert reply.withdraw


@pytest.mark.parametrize("press", [True, False])
def test_who_calls_a_request_off_is_asked_once(talk: Talk, press: bool) -> None:
    talk.state = "waiting"
    assert "l’annuler?" in text(talk.say("annule", "stop"))
    reply = talk.press("Annuler ma demande") if press else talk.say("annule", "stop")
    assert reply.withdraw


def test_request_that_is_kept_goes_on(talk: Talk) -> None:
    talk.state = "waiting"
    talk.say("annule", "stop")
    assert not talk.press("La garder").withdraw


def test_distress_comes_first_from_inside_a_form(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("je veux mourir", "safety", {"entity": "safety", "value": "distress"})
    assert topic(reply) == "safety"
    assert "9-8-8" in text(reply)
    assert "On continue?" not in text(reply)
    assert any("personne" in title for title in titles(reply))


def test_violence_that_ends_a_lease_opens_with_the_help_line(talk: Talk) -> None:
    reply = talk.say(
        "résilier mon bail pour violence conjugale",
        "lease.special",
        {"entity": "safety", "value": "violence_lease"},
    )
    assert reply.messages[0].entry == "lease-special-violence"
    assert "1 800 363-9010" in text(reply).replace("\u00a0", " ")


def test_not_understood_proposes_then_offers_a_person(talk: Talk) -> None:
    first = talk.say("zzz", "clarify", confidence=0.3)
    assert topic(first) == "clarify"
    assert first.miss is not None
    second = talk.say("yyy", "out_of_scope", confidence=0.3)
    assert any("personne" in title for title in titles(second))


def test_understood_message_forgets_the_miss(talk: Talk) -> None:
    talk.say("zzz", "clarify")
    talk.say("combien coûte la garderie", "childcare.cost")
    third = talk.say("yyy", "clarify")
    assert third.focus["misses"] == 1


def test_other_language_is_greeted_in_it_then_simple_french(talk: Talk) -> None:
    reply = talk.say("hello", "language", {"entity": "language", "value": "en"})
    assert topic(reply) == "language"
    assert reply.profile["simple"]
    plain = talk.say("combien coûte la garderie", "childcare.cost")
    entry = talk.desk.library.default_entry("childcare.cost")
    assert plain.messages[0].text.startswith(entry.simple[:20].strip())


def test_region_profile_has_figures_and_where_a_town_is(talk: Talk) -> None:
    reply = talk.place("c’est comment à Sept-Îles", "region.profile")
    assert "Côte-Nord" in text(reply)
    assert reply.messages[0].data["region"] == "Côte-Nord"
    assert reply.messages[0].sources


def test_two_regions_stand_side_by_side(talk: Talk) -> None:
    reply = talk.place("comparer l’Estrie et la Mauricie", "region.compare")
    assert reply.messages[0].data["regions"] == ["Estrie", "Mauricie"]


def test_ranking_has_all_fifteen_regions_and_its_weights(talk: Talk) -> None:
    reply = talk.say("quelle région pour nous", "region.recommend")
    data = reply.messages[0].data
    assert len(data["ranking"]) == 15
    assert [each["score"] for each in data["ranking"]] == sorted(
        (each["score"] for each in data["ranking"]), reverse=True
    )
    before = dict(data["weights"])
    after = talk.press(titles(reply)[0]).messages[0].data["weights"]
    assert before != after


def test_montreal_is_where_people_leave_from(talk: Talk) -> None:
    reply = talk.place("parlez-moi de Laval", "region.profile")
    assert "départ" in text(reply)


def test_repeat_says_the_same_words(talk: Talk) -> None:
    said = talk.say("combien coûte la garderie", "childcare.cost")
    assert text(talk.say("répète", "repeat")) == text(said)


def test_reading_that_was_held_back_holds_in_its_context(talk: Talk) -> None:
    assert topic(talk.say("combien par jour?", "clarify")) == "clarify"
    talk.place("une garderie à Rimouski", "childcare.find")
    reply = talk.say("combien par jour?", "clarify", ranking=(("childcare.cost", 0.97),))
    assert topic(reply) == "childcare.cost"


def test_doubtful_reading_yields_to_an_entry_of_the_topic_in_focus(talk: Talk) -> None:
    talk.say("mon proprio demande 140 $ de plus", "lease.increase")
    reply = talk.say("combien de temps pour répondre", "childcare.register", confidence=0.25)
    assert topic(reply) == "lease.increase"


def test_room_told_in_the_message_has_a_rooms_window(talk: Talk) -> None:
    told = "le bail de ma chambre finit le 31 août 2027, je dois l’avertir quand"
    reply = talk.say(told, "lease.nonrenewal", day("2027-08-31"))
    assert reply.messages[0].data["window"] == {"first": "2027-08-12", "last": "2027-08-21"}
    assert "12 mois ou plus" not in text(reply)


@pytest.mark.parametrize("intent", ["clarify", "inform", "follow_up", "out_of_scope"])
def test_room_told_after_the_dates_gives_other_dates(talk: Talk, intent: str) -> None:
    talk.say("mon bail finit le 30 juin", "lease.nonrenewal", day("2027-06-30"))
    reply = talk.say("c’est une chambre", intent)
    assert reply.messages[0].data["window"] == {"first": "2027-06-11", "last": "2027-06-20"}


def test_room_to_look_for_is_not_the_lease(talk: Talk) -> None:
    told = "mon bail finit le 30 juin 2027 et je cherche un logement à deux chambres"
    reply = talk.say(told, "lease.nonrenewal", day("2027-06-30"))
    assert reply.messages[0].data["window"] == {"first": "2027-01-01", "last": "2027-03-31"}


def test_low_rent_dwelling_gets_no_window_but_the_next_door(talk: Talk) -> None:
    told = "mon bail de HLM finit le 30 juin 2027"
    reply = talk.say(told, "lease.nonrenewal", day("2027-06-30"))
    assert "window" not in reply.messages[0].data
    assert "office d’habitation" in text(reply)


@pytest.mark.parametrize(
    "told",
    [
        "mon bail finit le 30 juin 2027 et j’attends un HLM",
        "mon bail signé il y a moins d’un an finit le 30 juin 2027",
    ],
)
def test_words_about_something_else_leave_the_dates_alone(talk: Talk, told: str) -> None:
    reply = talk.say(told, "lease.nonrenewal", day("2027-06-30"))
    assert reply.messages[0].data["window"] == {"first": "2027-01-01", "last": "2027-03-31"}


def test_place_told_beside_a_topic_without_place_is_kept_for_the_next_question(talk: Talk) -> None:
    talk.say(
        "mon bail finit le 30 juin, on part à Rimouski",
        "lease.nonrenewal",
        day("2027-06-30"),
        {"entity": "place", "value": "municipality:10043", "candidates": ["municipality:10043"]},
    )
    reply = talk.say("et mon fils, il peut aller au cégep?", "cegep.find")
    assert reply.messages[0].resources[0]["municipality"] == "Rimouski"


def test_open_question_that_an_answer_asks_already_is_not_asked_twice(talk: Talk) -> None:
    talk.say("à quoi j’ai droit?", "eligibility")
    reply = talk.say("ok et pour ma femme elle est infirmière", "eligibility")
    question = reply.messages[-1].text.splitlines()[-1]
    assert reply.messages[-1].text.count(question) == 1


def test_answer_to_a_later_question_is_noted_when_it_can_mean_nothing_else(talk: Talk) -> None:
    talk.say("à quoi j’ai droit?", "eligibility")
    reply = talk.say("avancé", "resume")
    assert talk.profile["situation"]["french"] == "advanced"
    assert reply.messages[-1].topic == "eligibility"


def test_place_alone_after_and_goes_on_with_the_topic_however_it_was_read(talk: Talk) -> None:
    talk.place("quelle université à Chicoutimi?", "university.find")
    reply = talk.place("et en Abitibi-Témiscamingue?", "region.profile")
    assert reply.messages[0].topic == "university.find"


def test_second_reading_within_the_family_in_focus_is_answered_before_asking_back(
    talk: Talk,
) -> None:
    talk.say("c’est quoi, une cession?", "lease.assignment")
    reply = talk.say(
        "si je m’entends avec lui plutôt?",
        "follow_up",
        ranking=(("follow_up", 0.62), ("lease.agreement", 0.27)),
    )
    assert reply.messages[0].topic == "lease.agreement"


def test_nonsense_taken_for_a_language_with_little_sureness_is_asked_back_about(
    talk: Talk,
) -> None:
    reply = talk.say("plouf gnagna zzz", "language", confidence=0.33)
    assert reply.messages[0].topic == "clarify"
