"""A screening as it is talked: what is asked, what is not asked again, what cannot be said back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import Reply
from marie.settings import ROOT
from tests.bot.actions.conftest import NOON, Talk

ALL_AT_ONCE = (
    "je suis RP depuis 2 ans, j'ai 29 ans, j'habite Montréal-Nord, deux enfants, j'ai un bac "
    "et je parle très bien français"
)
FOUNDING = {"emplois-en-regions", "place-aux-jeunes", "emploi-en-sol-quebecois"}


def said(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages).replace("\u00a0", " ")


def verdicts(reply: Reply) -> dict[str, Any]:
    return {each["program"]: each for each in reply.messages[-1].data["verdicts"]}


def field(reply: Reply) -> str | None:
    pending = reply.focus["pending"]
    return pending["field"] if pending else None


def titles(reply: Reply) -> list[str]:
    return [each["title"] for each in reply.messages[-1].quick_replies]


def test_one_message_that_tells_everything_is_answered_without_a_question(talk: Talk) -> None:
    reply = talk.say(f"ai-je droit à quelque chose? {ALL_AT_ONCE}", "eligibility")

    assert field(reply) is None
    found = verdicts(reply)
    assert found["emplois-en-regions"]["verdict"] == "eligible"
    assert found["place-aux-jeunes"]["verdict"] == "eligible"
    assert found["emploi-en-sol-quebecois"]["verdict"] == "to_confirm"


def test_every_verdict_is_said_with_reason_next_step_source_and_its_date(talk: Talk) -> None:
    reply = talk.say(ALL_AT_ONCE, "eligibility")

    for each in verdicts(reply).values():
        assert each["because"] or each["missing"]
        assert each["next_step"]
        assert each["source"]["url"].startswith("http")
        assert each["source"]["read_on"] == "2026-11-22"
    assert said(reply).count("Pourquoi :") == 3
    assert said(reply).count("La suite :") == 3
    assert said(reply).count("page lue le 22 novembre 2026") == 3


def test_what_was_told_in_an_earlier_message_about_something_else_is_not_asked(talk: Talk) -> None:
    talk.say(
        "je suis résidente permanente depuis 2 ans, une garderie c'est combien", "childcare.cost"
    )
    talk.say("j'ai 31 ans et un bac, je vis à Laval", "work.search")
    reply = talk.say("ai-je droit à un programme", "eligibility")

    assert field(reply) == "french"
    assert field(talk.say("avancé", "inform")) is None


def test_what_is_told_of_somebody_else_is_asked_all_the_same(talk: Talk) -> None:
    talk.say("mon mari est citoyen, il a 45 ans", "work.search")
    reply = talk.say("ai-je droit à un programme", "eligibility")

    asked = []
    while (name := field(reply)) is not None:
        asked.append(name)
        reply = talk.press("Passer cette question")
    assert {"age", "status"} <= set(asked)
    assert len(asked) <= 6


def test_every_question_may_be_passed_and_nothing_is_supposed(talk: Talk) -> None:
    reply = talk.say("ai-je droit à un programme", "eligibility")
    while field(reply) is not None:
        assert "Passer cette question" in titles(reply)
        reply = talk.say("je préfère ne pas dire", "deny")

    assert {verdicts(reply)[name]["verdict"] for name in FOUNDING} == {"to_confirm"}
    assert all(verdicts(reply)[name]["missing"] for name in FOUNDING)


def test_correction_under_the_verdicts_gives_other_verdicts_and_is_said_back(talk: Talk) -> None:
    talk.say(ALL_AT_ONCE, "eligibility")
    reply = talk.say("non en fait j'ai 36 ans", "inform")

    assert verdicts(reply)["place-aux-jeunes"]["verdict"] == "not_eligible"
    assert "36 ans (vous m’aviez dit : 29 ans)" in said(reply)


def test_correction_in_the_middle_of_the_questions_is_taken(talk: Talk) -> None:
    talk.say("j'ai 29 ans, ai-je droit à un programme", "eligibility")
    reply = talk.say("pardon, j'ai 36 ans", "inform")

    assert verdicts(reply)["place-aux-jeunes"]["verdict"] == "not_eligible"
    assert field(reply) == "lives_in_cmm"


def test_what_is_told_beside_the_question_is_taken_too(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say("oui, je suis résident permanent et j'ai 30 ans", "affirm")

    assert talk.profile["situation"]["lives_in_cmm"] is True
    assert talk.profile["situation"]["age"] == 30
    assert field(reply) not in {"lives_in_cmm", "status", "age"}


def test_not_knowing_is_explained_once_then_left_open_with_a_person_at_hand(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    first = talk.say("je sais pas", "dont_know")
    assert field(first) == "lives_in_cmm"
    assert "Pas de problème" in said(first)

    second = talk.say("je sais pas", "dont_know")
    assert field(second) not in {None, "lives_in_cmm"}
    assert "à confirmer" in said(second)
    assert "Parler à une personne" in titles(second)
    assert verdicts(second)["emplois-en-regions"]["verdict"] == "to_confirm"


@pytest.mark.parametrize(
    ("message", "asked", "words"),
    [
        ("j'ai 29 ans, j'ai 36 ans", "age", "29 ans et 36 ans"),
        ("j'ai 7 ans", "age", "7 ans"),
        ("j'ai 30 ans et je suis au Québec depuis 40 ans", "years_since_arrival", "40 ans"),
        ("mon fils a 45 ans", "child_ages", "À 45 ans, votre enfant est adulte"),
        ("j'ai 20 ans et ma fille a 15 ans", "child_ages", "15 ans pour un enfant"),
        ("j'habite au Québec mais je suis à Paris", "lives_in_cmm", "deux endroits"),
        ("je suis citoyenne, je suis résidente permanente", "status", "deux statuts"),
    ],
)
def test_what_cannot_be_is_said_back_and_asked_again_and_changes_no_verdict(
    talk: Talk, message: str, asked: str, words: str
) -> None:
    reply = talk.say(message, "eligibility")

    assert field(reply) == asked
    assert words in said(reply)
    assert asked not in talk.profile["situation"]


def test_second_impossible_answer_offers_a_person_and_the_question_may_be_passed(
    talk: Talk,
) -> None:
    talk.say("ai-je droit à un programme? j'habite à Laval, je suis citoyen", "eligibility")
    assert field(talk.last) == "age" if talk.last else False
    talk.say("200", "inform")
    reply = talk.say("300", "inform")

    assert any("personne" in title for title in titles(reply))
    after = talk.press("Passer cette question")
    assert field(after) not in {None, "age"}
    assert verdicts(after)["place-aux-jeunes"]["verdict"] == "to_confirm"


def test_living_in_quebec_is_too_wide_an_answer_and_a_town_settles_it(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    wide = talk.place("j'habite au Québec", "inform")
    assert "Dans quelle ville" in said(wide)
    assert "lives_in_cmm" not in talk.profile["situation"]

    talk.place("Longueuil", "inform")
    assert talk.profile["situation"]["lives_in_cmm"] is True


def test_region_that_is_half_metropolitan_is_asked_more_exactly(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    assert "Dans quelle ville" in said(talk.place("en Montérégie", "inform"))


def test_year_of_arrival_is_asked_more_exactly_only_when_a_verdict_hangs_on_it(
    talk: Talk,
) -> None:
    unsure = talk.say("je suis arrivée en 2021, ai-je droit à un programme", "eligibility")
    assert field(unsure) == "years_since_arrival"
    assert "À quelques mois près" in said(unsure)
    talk.say("en mars 2021", "inform")
    assert talk.profile["situation"]["years_since_arrival"] > 5

    other = Talk(talk.desk)
    sure = other.say("je suis arrivée en 2024, ai-je droit à un programme", "eligibility")
    assert field(sure) == "lives_in_cmm"


def test_named_programme_is_screened_alone(talk: Talk) -> None:
    reply = talk.say("ai-je droit à la contribution réduite pour ma fille de 3 ans", "eligibility")
    assert field(reply) == "status"

    done = talk.press("Citoyenneté canadienne")
    assert field(done) is None
    assert verdicts(done)["contribution-reduite"]["verdict"] == "eligible"
    assert said(done).index("Contribution réduite") < said(done).index("Emplois en régions")


def test_programme_named_in_the_middle_is_screened_too_and_said_back(talk: Talk) -> None:
    talk.say("suis-je admissible à Emploi en sol québécois? je suis RP", "eligibility")
    reply = talk.say("aussi place aux jeunes", "eligibility")

    assert "Je regarde aussi, avec les mêmes questions : Place aux jeunes" in said(reply)
    assert reply.focus["pending"]["data"]["scope"] == [
        "emploi-en-sol-quebecois",
        "place-aux-jeunes",
    ]
    assert "Je regarde aussi" not in said(talk.say("29 ans", "inform"))


def test_programme_named_at_the_first_question_brings_no_second_introduction(talk: Talk) -> None:
    assert "Ce n’est pas une décision" in said(talk.say("à quoi ai-je droit?", "eligibility"))
    reply = talk.say("place aux jeunes aussi", "eligibility")
    assert "Je regarde aussi" in said(reply)
    assert "Ce n’est pas une décision" not in said(reply)


@pytest.mark.parametrize(
    ("words", "screened"),
    [
        ("mais pas Place aux jeunes", FOUNDING),
        ("sauf place aux jeunes", FOUNDING),
        ("pourquoi pas Place aux jeunes", {"place-aux-jeunes"}),
    ],
)
def test_programme_that_is_refused_is_not_taken_for_the_one_asked_for(
    talk: Talk, words: str, screened: set[str]
) -> None:
    reply = talk.say(f"ai-je droit à un programme, {words}", "eligibility")
    assert set(reply.focus["pending"]["data"]["scope"]) == screened


def test_two_programmes_with_nearly_one_name_are_told_apart(talk: Talk) -> None:
    reply = talk.say("suis-je admissible à un emploi en région?", "eligibility")
    assert titles(reply) == ["Emplois en régions", "Un emploi en sol québécois"]

    chosen = talk.press("Un emploi en sol québécois")
    assert field(chosen) in {"years_since_arrival", "french", "status"}

    other = Talk(talk.desk)
    clear = other.say("suis-je admissible à Emplois en régions?", "eligibility")
    assert field(clear) == "lives_in_cmm"


def test_name_that_was_asked_for_may_be_typed(talk: Talk) -> None:
    talk.say("suis-je admissible à un emploi en région?", "eligibility")
    reply = talk.say("Emplois en régions, avec PROMIS", "program.info")
    assert field(reply) == "lives_in_cmm"


def test_other_measures_are_settled_on_demand(talk: Talk) -> None:
    talk.say(ALL_AT_ONCE, "eligibility")
    reply = talk.press("Les autres mesures")
    asked = []
    while (name := field(reply)) is not None:
        asked.append(name)
        answers = {
            "graduated_months_ago": "6 mois",
            "child_ages": "3 et 7",
            "target_region": "Bas-Saint-Laurent",
            "has_job_offer": "pas encore",
        }
        reply = talk.place(answers[name], "inform")
    assert sorted(asked) == sorted(
        ["graduated_months_ago", "child_ages", "target_region", "has_job_offer"]
    )
    assert verdicts(reply)["contribution-reduite"]["verdict"] == "eligible"
    assert verdicts(reply)["credit-nouveau-diplome"]["missing"] == []


def test_question_about_something_else_is_no_answer(talk: Talk) -> None:
    talk.say("ai-je droit à un programme", "eligibility")
    reply = talk.say(
        "attends, une garderie pour mon fils de 3 ans ça coûte combien", "childcare.cost"
    )
    assert reply.messages[-1].topic == "childcare.cost"
    assert field(reply) == "lives_in_cmm"


def test_facts_reach_the_ranking_of_regions_and_the_lead(talk: Talk) -> None:
    talk.place("je suis soudeur, j'ai un fils de 4 ans et je veux aller à Rimouski", "work.search")

    assert talk.profile["situation"]["target_region"] == "01"
    assert talk.profile["situation"]["occupation"] == "soudeur"
    assert talk.profile["sector"] == "manufacturing"
    assert talk.profile["children"] == [4]


def test_programme_that_an_administrator_adds_is_screened_in_the_next_turn(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    desk: Desk = open_desk(folder)
    desk.live_programs._every = 0
    talk = Talk(desk)
    talk.say(ALL_AT_ONCE, "eligibility")
    text = (folder / "programs" / "place-aux-jeunes.yml").read_text(encoding="utf-8")
    added = text.replace("id: place-aux-jeunes\n", "id: bourse-d-essai\n").replace(
        "name: Place aux jeunes en région", "name: Bourse d’essai"
    )
    (folder / "programs" / "bourse-d-essai.yml").write_text(added, encoding="utf-8")

    reply = talk.say("et maintenant, ai-je droit à quoi", "eligibility")

    assert verdicts(reply)["bourse-d-essai"]["verdict"] == "eligible"
    assert "Bourse d’essai" in said(reply)


def test_file_with_a_mistake_leaves_the_programmes_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    desk = open_desk(folder)
    desk.live_programs._every = 0
    before = desk.programs
    path = folder / "programs" / "place-aux-jeunes.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 35", "value: 34"))

    assert desk.programs == before
    assert any("not_eligible" in problem for problem in desk.live_programs.problems)


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("je suis soudeuse et je cherche une garderie", "manufacturing"),
        ("je travaille dans la construction", "construction"),
        ("je suis à l'hôpital depuis hier", None),
        ("y a-t-il un hôpital à Alma", None),
        ("mon permis est fermé", None),
        ("je suis perdu avec l'assurance maladie", None),
    ],
)
def test_trade_told_in_passing_is_ones_own_or_none(
    talk: Talk, text: str, sector: str | None
) -> None:
    talk.say(text, "health")
    assert (talk.profile.get("situation") or {}).get("sector") == sector


def test_button_to_an_entry_about_statuses_says_that_entry(talk: Talk) -> None:
    entry = talk.desk.library.entries["eligibility-status"]
    talk.say("…", "greeting")
    pressed = {"entity": "entry", "value": entry.id}
    reply = talk.say(f"/eligibility{{{entry.id}}}", "eligibility", pressed)
    assert reply.messages[-1].entry == entry.id


def test_number_of_a_rule_is_the_one_that_entries_say(talk: Talk) -> None:
    values = {
        (program.id, condition.id): condition.value
        for program in talk.desk.programs
        for condition in program.conditions
    }
    library = talk.desk.library
    today = NOON.date()
    years = library.value("fccq_years", today).number
    delay = library.value("graduate_credit_delay", today).number
    ages = library.value("paj_age", today).value
    assert values["emploi-en-sol-quebecois", "recent-arrival"] == years
    assert values["credit-nouveau-diplome", "recent-graduate"] == delay
    assert str(values["place-aux-jeunes", "old-enough"]) in ages
    assert str(values["place-aux-jeunes", "young-enough"]) in ages


def test_wish_for_a_region_after_the_verdicts_is_about_the_region(talk: Talk) -> None:
    talk.say(ALL_AT_ONCE, "eligibility")
    reply = talk.place("on veut aller à Rimouski", "inform")
    assert reply.messages[-1].topic != "eligibility"
    assert talk.profile["situation"]["target_region"] == "01"


def test_question_about_what_statuses_are_is_no_status(talk: Talk) -> None:
    talk.say("je suis admissible?", "eligibility")
    talk.say("je suis résident permanent", "inform")

    reply = talk.say("c'est quoi la différence entre RP et citoyen?", "immigration")

    assert "deux statuts" not in said(reply)
    assert reply.messages[-1].topic == "immigration"
    assert talk.profile["situation"]["status"] == "permanent_resident"
    assert field(reply) is not None


def test_own_age_beside_a_partners_is_read_without_its_unit(talk: Talk) -> None:
    talk.say("on est admissibles mon mari et moi?", "eligibility")

    reply = talk.say("lui 38 ans moi 35", "clarify")

    assert "35 ans" in said(reply)
    assert talk.profile["situation"]["age"] == 35


def test_since_when_told_alone_is_years_here(talk: Talk) -> None:
    talk.say("je suis admissible?", "eligibility")

    reply = talk.say("depuis 2 ans", "inform")

    assert "au Québec depuis 2 ans" in said(reply)
    assert field(reply) == "lives_in_cmm"


def test_question_missed_in_a_screening_is_no_failed_answer(talk: Talk) -> None:
    talk.say("je suis admissible?", "eligibility")

    reply = talk.say("un soudeur gagne combien par an?", "clarify")

    assert "pas saisi votre réponse" not in said(reply)
    assert "On continue?" in said(reply)
    assert field(reply) == "lives_in_cmm"


def test_what_is_told_of_a_partner_alone_is_nobodys_answer(talk: Talk) -> None:
    talk.say("je suis admissible?", "eligibility")

    reply = talk.say("et ma conjointe 33 ans elle est étudiante", "inform")

    assert "Chaque personne" in said(reply)
    assert "age" not in (talk.profile.get("situation") or {})
    assert field(reply) == "lives_in_cmm"


def test_what_is_told_beside_the_first_question_is_heard_before_it_is_asked_again(
    talk: Talk,
) -> None:
    talk.say("à quels programmes ai-je droit?", "eligibility")
    reply = talk.say("résidence permanente", "inform")
    said = reply.messages[-1].text
    assert "J’ai noté\u00a0: résidence permanente." in said
    assert "J’ai encore besoin de ceci\u00a0: Vivez-vous" in said
