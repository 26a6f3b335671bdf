"""The moving plan as a visitor gets it: two questions at most, then steps and papers to keep."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from bot.actions.wiring import Desk
from marie import papers
from marie.domain.replies import Reply
from marie.knowledge.plan_rules import plan_problems
from marie.settings import ROOT
from tests.bot.actions.conftest import NOON, Talk, day

ORIGIN = papers.Origin(at=NOON, seq=4, identity="a1b2")


def ages(*years: int) -> list[dict[str, Any]]:
    return [{"entity": "age", "value": each, "grain": "years"} for each in years]


def said(reply: Reply) -> str:
    return reply.messages[-1].text


def steps(reply: Reply) -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in reply.messages[-1].data["plan"]["steps"]}


def asked(talk: Talk) -> str | None:
    pending = talk.focus["pending"]
    return pending["field"] if pending else None


def planned(talk: Talk, *more: dict[str, Any], text: str = "mon plan pour Rimouski") -> Reply:
    """A plan for Rimouski on 1 July 2027, in one message."""
    found = [
        {"entity": "place", "value": mention.ids[0], "candidates": list(mention.ids)}
        for mention in talk.desk.gazetteer.find(text)
    ]
    return talk.say(text, "moving.plan", *found, day("2027-07-01"), *more)


def test_nothing_in_the_rules_is_wrong(desk: Desk) -> None:
    assert list(plan_problems(ROOT / "knowledge", desk.library, desk.directory)) == []


def test_two_questions_are_enough(talk: Talk) -> None:
    talk.say("par où commencer pour déménager?", "moving.plan")
    assert asked(talk) == "region"
    talk.place("Rimouski", "inform")
    assert asked(talk) == "date"
    reply = talk.say("le 1er juillet 2027", "inform", day("2027-07-01"))
    assert asked(talk) is None
    assert "à Rimouski, départ le 1er juillet 2027" in said(reply)


def test_message_that_tells_everything_is_asked_nothing(talk: Talk) -> None:
    reply = planned(talk, *ages(2, 8, 17))
    assert asked(talk) is None
    assert {"childcare-request", "school-register", "cegep-sracq"} <= set(steps(reply))
    assert talk.profile["children"] == [2, 8, 17]


def test_what_is_known_already_is_used(talk: Talk) -> None:
    talk.profile = {
        "situation": {"french": "basic", "status": "permanent_resident", "target_region": "09"},
        "lease": {"end": "2027-06-30"},
        "children": [3],
    }
    talk.say("fais-moi un plan", "moving.plan")
    assert asked(talk) == "date"
    reply = talk.press("1er juillet 2027")
    assert {"lease-notice", "childcare-request", "french-now"} <= set(steps(reply))
    assert reply.messages[-1].data["plan"]["place"] == "region:09"


def test_five_steps_are_said_with_who_to_call_and_the_rest_is_counted(talk: Talk) -> None:
    reply = planned(talk)
    text = said(reply)
    count = len(steps(reply))
    assert "\n5. " in text
    assert "\n6. " not in text
    assert f"Et {count - 5} autres étapes" in text
    assert "Tribunal administratif du logement, 1 800 683-2245" in text


def test_every_step_has_a_day_or_says_now_and_a_source_with_its_date(talk: Talk) -> None:
    for step in steps(planned(talk, *ages(2, 8, 17))).values():
        assert step.get("day") or step["when"], step["id"]
        assert step["source"]["url"].startswith("http"), step["id"]
        assert "read_on" in step["source"]
        assert "{" not in step["title"] + step["text"], step["id"]


def test_papers_are_a_page_a_pdf_a_calendar_and_a_text(talk: Talk) -> None:
    content = planned(talk, *ages(2)).messages[-1]
    assert [each["format"] for each in content.documents] == ["html", "pdf", "ics", "txt"]
    papers_made = [paper for number in range(1, 5) if (paper := content.paper(number))]
    by_format = {each["format"]: each for each in papers_made}
    assert papers.make(by_format["pdf"], ORIGIN).body.startswith(b"%PDF")
    text = papers.make(by_format["txt"], ORIGIN).body.decode()
    assert "Portail d’inscription aux services de garde" in text
    calendar = Calendar.from_ical(papers.make(by_format["ics"], ORIGIN).body)
    events: list[Any] = list(calendar.walk("VEVENT"))
    dated = [step for step in content.data["plan"]["steps"] if step.get("day")]
    assert len(events) == len(dated) == len({str(event["UID"]) for event in events})
    assert {event["DTSTART"].dt for event in events} == {
        date.fromisoformat(step["day"]) for step in dated
    }


def test_date_that_does_not_exist_is_said_back_and_asked_again(talk: Talk) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    reply = talk.say(
        "le 31 juin", "inform", {"entity": "date", "value": None, "problem": "no_such_day"}
    )
    assert said(reply).startswith("Cette date n’existe pas")
    assert asked(talk) == "date"
    assert "day" not in {name for name, value in talk.profile["move"].items() if value}


@pytest.mark.parametrize(("last", "far"), [("2029-12-31", False), ("2030-01-01", True)])
def test_far_date_is_asked_about_again(talk: Talk, last: str, far: bool) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    reply = talk.say("en", "inform", day(last))
    assert said(reply).startswith("C’est très loin") == far


@pytest.mark.parametrize(("told", "past"), [("2026-11-21", True), ("2026-11-22", False)])
def test_day_that_passed_is_asked_about_and_today_is_not(talk: Talk, told: str, past: bool) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    talk.say("le 21", "inform", day(told))
    assert (asked(talk) == "gone") == past


def test_who_has_left_gets_the_first_weeks_only(talk: Talk) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    talk.say("le 1er novembre 2026", "inform", day("2026-11-01"))
    reply = talk.press("Oui, je suis sur place")
    assert said(reply).startswith("Bienvenue à Rimouski!")
    assert "truck" not in steps(reply)
    assert steps(reply)["licence"]["day"] == "2026-12-01"


def test_who_has_not_left_is_asked_for_another_day(talk: Talk) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    talk.say("le 1er novembre 2026", "inform", day("2026-11-01"))
    talk.press("Non, pas encore")
    assert asked(talk) == "date"


def test_words_say_that_one_has_left(talk: Talk) -> None:
    reply = talk.place("on vient de déménager à Rimouski, que faire?", "moving.plan")
    assert said(reply).startswith("Bienvenue à Rimouski!")


def test_who_does_not_know_where_is_offered_the_ranking(talk: Talk) -> None:
    talk.say("je veux un plan pour partir", "moving.plan")
    reply = talk.say("je sais pas", "dont_know")
    assert reply.messages[-1].quick_replies[0]["payload"] == "/region.recommend"
    assert asked(talk) is None


def test_who_does_not_know_when_chooses_a_day_to_try(talk: Talk) -> None:
    talk.profile = {"lease": {"end": "2027-04-30"}}
    talk.place("mon plan pour Rimouski", "moving.plan")
    reply = talk.say("aucune idée", "dont_know")
    titles = [each["title"] for each in reply.messages[-1].quick_replies]
    assert titles == ["1er mai 2027", "1er juillet 2027"]
    assert "départ le 1er mai 2027" in said(talk.press("1er mai 2027"))


def test_month_is_counted_from_its_first_day_and_says_so(talk: Talk) -> None:
    talk.place("mon plan pour Rimouski", "moving.plan")
    reply = talk.say("en août", "inform", day("2027-08-01", "month"))
    assert "J’ai compté à partir du 1er août 2027" in said(reply)


def test_montreal_is_where_one_leaves_from(talk: Talk) -> None:
    reply = talk.place("mon plan pour Laval", "moving.plan")
    assert "lieu de départ" in said(reply)
    assert asked(talk) == "region"


def test_leaving_before_the_lease_ends_says_what_it_costs(talk: Talk) -> None:
    talk.profile = {"lease": {"end": "2027-09-30"}}
    reply = planned(talk)
    assert "environ 3 mois de loyer" in said(reply)
    assert "lease-early" in steps(reply)


def test_words_before_a_date_tell_the_lease_from_the_move(talk: Talk) -> None:
    text = "mon bail finit le 30 juin 2027, on part à Rimouski le 15 juillet 2027"
    lease, move = day("2027-06-30"), day("2027-07-15")
    lease["start"], move["start"] = text.index("30 juin"), text.index("15 juillet")
    (place,) = talk.desk.gazetteer.find(text)
    found = {"entity": "place", "value": place.ids[0], "candidates": list(place.ids)}
    reply = talk.say(text, "moving.plan", found, lease, move)
    assert talk.profile["lease"]["end"] == "2027-06-30"
    assert "départ le 15 juillet 2027" in said(reply)


def test_missed_notice_is_said_first_with_what_remains(talk: Talk) -> None:
    talk.profile = {"lease": {"end": "2027-01-31"}}
    text = said(planned(talk))
    assert text.index("le délai est passé") < text.index("2. ")
    assert "entente écrite" in text


def test_new_date_under_a_plan_makes_it_again(talk: Talk) -> None:
    planned(talk)
    reply = talk.say("finalement le 1er août 2027", "inform", day("2027-08-01"))
    assert "départ le 1er août 2027" in said(reply)


def test_new_place_under_a_plan_makes_it_again(talk: Talk) -> None:
    planned(talk)
    assert "départ le 1er juillet 2027" in said(talk.place("et à Gaspé?", "follow_up"))
    assert "à Gaspé" in said(talk.place("et à Gaspé?", "follow_up"))


def test_question_in_the_middle_is_answered_and_the_open_one_recalled(talk: Talk) -> None:
    talk.say("je veux un plan pour partir", "moving.plan")
    reply = talk.say("combien coûte la garderie?", "childcare.cost")
    assert reply.messages[-1].topic == "childcare.cost"
    assert asked(talk) == "region"


def test_who_to_notify_of_an_address_is_still_answered(talk: Talk) -> None:
    reply = talk.say("qui avertir de mon changement d’adresse?", "moving.plan")
    assert reply.messages[-1].entry == "moving-plan-address"


def test_who_does_not_know_where_any_more_is_offered_the_ranking(talk: Talk) -> None:
    planned(talk)
    reply = talk.say("en fait je ne sais pas où aller, un plan?", "moving.plan")
    assert reply.messages[-1].quick_replies[0]["payload"] == "/region.recommend"


def test_words_under_a_plan_say_that_one_has_left_whatever_they_were_read_as(talk: Talk) -> None:
    planned(talk)
    reply = talk.place("on est déjà rendus à Gaspé", "clarify")
    assert said(reply).startswith("Bienvenue à Gaspé!")


@pytest.mark.parametrize(("lease", "assumed"), [({}, True), ({"length_months": 12}, False)])
def test_what_is_assumed_of_the_lease_is_said(
    talk: Talk, lease: dict[str, Any], assumed: bool
) -> None:
    talk.profile = {"lease": {"end": "2027-06-30", **lease}}
    text = steps(planned(talk))["lease-notice"]["text"]
    assert ("12 mois ou plus" in text) == assumed


def test_increase_received_is_answered_within_its_month(talk: Talk) -> None:
    talk.profile = {"lease": {"end": "2027-06-30", "received": "2026-11-10"}}
    assert steps(planned(talk))["lease-increase"]["day"] == "2026-12-10"


def test_date_of_the_move_is_never_taken_for_the_end_of_the_lease(talk: Talk) -> None:
    text = "on part à Rimouski le 15 juillet 2027, et le bail, la garderie, on fait quoi?"
    found = day("2027-07-15")
    found["start"] = text.index("15 juillet")
    (place,) = talk.desk.gazetteer.find(text)
    named = {"entity": "place", "value": place.ids[0], "candidates": list(place.ids)}
    talk.say(text, "moving.plan", named, found)
    assert "end" not in (talk.profile.get("lease") or {})


def test_day_to_come_told_later_means_that_one_has_not_left(talk: Talk) -> None:
    talk.place("on vient de déménager à Rimouski, que faire?", "moving.plan")
    reply = talk.say("non, le 1er août 2027", "inform", day("2027-08-01"))
    assert "départ le 1er août 2027" in said(reply)


def test_life_told_that_ends_in_where_to_begin_begins_a_plan(talk: Talk) -> None:
    reply = talk.say("bonjour jai 3 enfants je suis soudeur par ou commencer", "inform")
    assert reply.messages[0].topic == "moving.plan"


def test_two_towns_to_go_to_are_asked_about_and_offered(talk: Talk) -> None:
    talk.say("je veux planifier mon déménagement", "moving.plan")
    reply = talk.place("Sherbrooke ou Magog", "inform")
    assert [each["title"] for each in reply.messages[-1].quick_replies] == ["Sherbrooke", "Magog"]
    reply = talk.press("Sherbrooke")
    assert "arriver à Sherbrooke" in said(reply)


def test_first_of_two_towns_may_be_said_by_its_place(talk: Talk) -> None:
    talk.say("je veux planifier mon déménagement", "moving.plan")
    talk.place("Sherbrooke ou Magog", "inform")
    reply = talk.say("la première", "pick", {"entity": "ordinal", "value": 1})
    assert "arriver à Sherbrooke" in said(reply)


def test_town_in_its_region_and_a_town_left_are_one_place(talk: Talk) -> None:
    talk.say("je veux planifier mon déménagement", "moving.plan")
    assert "arriver à Magog" in said(talk.place("Magog, en Estrie et pas ailleurs", "inform"))
