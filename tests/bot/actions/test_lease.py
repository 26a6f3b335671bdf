"""A lease told in a few words: its dates, its ways out, its papers, and what cannot be."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from marie.domain.replies import Reply
from marie.language.ages import means_age
from marie.language.dates import find_dates
from marie.language.durations import find_durations
from marie.papers import Origin, make
from tests.bot.actions.conftest import NOON, Talk, day
from tests.papers.reading import text_of

Entity = dict[str, Any]


def entities(text: str, talk: Talk) -> list[Entity]:
    """The dates and lengths that Rasa's component would find."""
    dates = find_dates(text, talk.said_at.date())
    found: list[Entity] = [
        {
            "entity": "date",
            "value": each.value.isoformat() if each.value else None,
            "grain": each.grain,
            "problem": each.problem,
            "start": each.start,
        }
        for each in dates
    ]
    found += [
        {"entity": "duration", "value": {"months": each.months}, "start": each.start}
        for each in find_durations(text)
        if not means_age(text, each.start, each.end)
        and not any(day.start < each.end and each.start < day.end for day in dates)
    ]
    return found


def say(talk: Talk, text: str, intent: str = "lease.nonrenewal") -> Reply:
    return talk.say(text, intent, *entities(text, talk))


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def window(reply: Reply) -> tuple[str, str]:
    found = reply.messages[0].data["window"]
    return found["first"], found["last"]


def documents(reply: Reply) -> dict[str, dict[str, Any]]:
    """By paper and format."""
    return {f"{each['paper']}.{each['format']}": each for each in reply.messages[0].documents}


def letter(reply: Reply, name: str) -> str:
    described = documents(reply)[f"{name}.pdf"]
    return text_of(make(described, Origin(at=NOON, seq=3, identity="x")).body)


@pytest.mark.parametrize(
    ("told", "first", "last"),
    [
        ("mon bail finit le 30 juin 2027", "2027-01-01", "2027-03-31"),
        ("mon bail se termine fin juin 2027", "2027-01-01", "2027-03-31"),
        ("bail du 1er juillet 2026 au 30 juin 2027", "2027-01-01", "2027-03-31"),
        ("bail d’un an commencé le 1er juillet 2026", "2027-01-01", "2027-03-31"),
        ("bail de 8 mois qui finit le 30 avril 2027", "2027-03-01", "2027-03-31"),
        ("bail du 1er septembre 2026 au 30 avril 2027", "2027-03-01", "2027-03-31"),
        ("il faut 3 mois d’avis? mon bail finit le 30 juin 2027", "2027-01-01", "2027-03-31"),
        ("un avis de 3 mois suffit? bail jusqu’au 30 juin 2027", "2027-01-01", "2027-03-31"),
        ("le bail de ma chambre finit le 31 août 2027", "2027-08-12", "2027-08-21"),
        ("bail sans date de fin, je pars le 30 juin 2027", "2027-05-01", "2027-05-31"),
        ("mon bail finit le 30 juin 2027 et je veux partir en juillet", "2027-01-01",
         "2027-03-31"),
        ("je pars en juillet 2027, mon bail finit le 30 juin 2027", "2027-01-01", "2027-03-31"),
        ("bail d’un an depuis le 1er juillet 2024, il finit le 30 juin 2027", "2027-01-01",
         "2027-03-31"),
    ],
)  # fmt: skip
def test_dates_follow_from_what_is_told(talk: Talk, told: str, first: str, last: str) -> None:
    assert window(say(talk, told)) == (first, last)


def test_end_that_was_counted_is_said_to_be_checked(talk: Talk) -> None:
    reply = say(talk, "bail d’un an commencé le 1er juillet 2026")

    assert "D’après le début (1er juillet 2026) et la durée (12 mois)" in text(reply)
    assert "Vérifiez sur votre bail" in text(reply)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("mon bail finit le 31 juin", "n’existe pas"),
        ("mon bail finit le 30 février 2027", "n’existe pas"),
        ("mon bail finit le 2 février 1890", "pas sûre de la date"),
        ("mon bail finit le 30 juin 3027", "pas sûre de la date"),
        ("mon bail finit en 2027", "pas sûre de la date"),
        ("bail du 1er juillet 2027 au 30 juin 2026", "avant son début"),
        ("bail de 6 mois du 1er juillet 2026 au 30 juin 2027", "6 mois, et d’une date à l’autre"),
        ("mon bail a fini le 30 juin 2026", "déjà passée"),
    ],
)
def test_what_cannot_be_is_said_back_and_changes_no_date(talk: Talk, told: str, said: str) -> None:
    reply = say(talk, told)

    assert said in text(reply)
    assert "window" not in reply.messages[0].data
    assert not reply.messages[0].documents
    assert reply.focus["pending"]["field"] == "end"
    assert "end" not in (reply.profile.get("lease") or {})


def test_it_is_asked_once_more_and_then_a_person_is_offered(talk: Talk) -> None:
    say(talk, "mon bail finit le 31 juin")
    again = say(talk, "le 31 juin je vous dis", "inform")
    assert again.focus["pending"]["asked"] == 2

    given_up = say(talk, "le 31 juin", "inform")

    assert given_up.focus["pending"] is None
    assert "deviner" in text(given_up)
    assert [each["payload"] for each in given_up.messages[0].quick_replies] == ["/handoff"]


def test_right_date_after_a_wrong_one_is_taken(talk: Talk) -> None:
    say(talk, "mon bail finit le 31 juin")

    assert window(say(talk, "pardon, le 30 juin 2027", "inform")) == ("2027-01-01", "2027-03-31")


def test_not_knowing_the_end_is_no_trouble_and_a_person_is_offered(talk: Talk) -> None:
    say(talk, "je veux partir à la fin de mon bail")

    reply = talk.say("je sais pas", "dont_know")

    assert "Ce n’est pas grave" in text(reply)
    assert any(each["payload"] == "/handoff" for each in reply.messages[0].quick_replies)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime(2026, 12, 31, 17, tzinfo=timezone.utc), "La période s’ouvre dans 1\u00a0jour"),
        (datetime(2027, 1, 1, 17, tzinfo=timezone.utc), "Il vous reste 89\u00a0jours"),
        (datetime(2027, 3, 30, 17, tzinfo=timezone.utc), "Il vous reste 1\u00a0jour jusqu"),
        (datetime(2027, 3, 31, 17, tzinfo=timezone.utc), "aujourd’hui le dernier jour"),
        # Eleven at night in Montréal is the next day elsewhere: the last day is not over.
        (datetime(2027, 4, 1, 3, tzinfo=timezone.utc), "aujourd’hui le dernier jour"),
        (datetime(2027, 4, 1, 17, tzinfo=timezone.utc), "cette période est passée"),
    ],
)
def test_days_left_are_counted_on_montreal_s_calendar(talk: Talk, day: datetime, said: str) -> None:
    talk.said_at = day

    reply = say(talk, "mon bail finit le 30 juin 2027")

    assert said.replace("\u00a0", " ") in text(reply).replace("\u00a0", " ")


def test_holiday_on_the_last_day_is_said_and_not_skipped(talk: Talk) -> None:
    reply = say(talk, "mon bail finit le 25 juin 2027")

    assert window(reply)[1] == "2027-03-25"
    assert "sans courrier" not in text(reply)
    reply = say(talk, "mon bail finit le 26 juin 2027")
    assert window(reply)[1] == "2027-03-26"
    assert "26 mars 2027 (Vendredi saint)" in text(reply)


def test_passed_deadline_says_what_remains_and_offers_no_letter_that_is_too_late(
    talk: Talk,
) -> None:
    reply = say(talk, "mon bail finit le 31 décembre 2026")

    assert "une entente écrite" in text(reply)
    assert not reply.messages[0].documents
    assert reply.messages[0].quick_replies[0]["title"] == "Toutes mes sorties"


def test_notice_comes_as_letter_text_and_calendar_with_its_dates(talk: Talk) -> None:
    reply = say(talk, "mon bail finit le 30 juin 2027")

    assert list(documents(reply)) == [
        "lease-nonrenewal.pdf",
        "lease-nonrenewal.txt",
        "calendar.ics",
    ]
    said = letter(reply, "lease-nonrenewal")
    assert "30 juin 2027" in said
    assert "entre le 1er janvier 2027 et le 31 mars 2027" in said
    events = documents(reply)["calendar.ics"]["data"]["events"]
    assert [each["day"] for each in events] == ["2027-01-01", "2027-03-31", "2027-06-30"]


@pytest.mark.parametrize("kind", ["HLM", "résidence étudiante", "sous-locataire"])
def test_lodging_with_rules_of_its_own_gets_no_letter_of_non_renewal(talk: Talk, kind: str) -> None:
    told = {
        "HLM": "mon bail de HLM finit le 30 juin 2027",
        "résidence étudiante": "ma résidence étudiante, bail jusqu’au 30 avril 2027",
        "sous-locataire": "je suis sous-locataire jusqu’au 30 juin 2027",
    }[kind]

    reply = say(talk, told)

    assert "window" not in reply.messages[0].data
    assert not reply.messages[0].documents
    assert "pas un avis juridique" in text(reply)


def test_increase_is_dated_from_its_reception_and_answered_by_letter(talk: Talk) -> None:
    say(talk, "mon bail d’un an finit le 30 juin 2027")
    talk.say("j’ai reçu une augmentation", "lease.increase")

    reply = say(talk, "le 10 novembre", "inform")

    data = reply.messages[0].data
    assert data == {"received": "2026-11-10", "answer_by": "2026-12-10"}
    assert "10 décembre 2026" in text(reply)
    assert "réputé accepter" in text(reply)
    # The notice came before the landlord's own days (1 January to 31 March): said, to be checked.
    assert "entre le 1er janvier 2027 et le 31 mars 2027" in text(reply)
    leaving = talk.press("Je pars")
    said = letter(leaving, "lease-increase")
    assert "J’ai reçu le 10 novembre 2026" in said
    assert "je quitterai le logement à la fin du bail, le 30 juin 2027" in said


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ("reçu un avis d’augmentation le 22 octobre 2026", "2026-11-22"),
        ("reçu une augmentation hier, mon bail finit le 30 juin 2027", "2026-12-21"),
        ("avis d’augmentation reçu le 31 octobre", "2026-11-30"),
    ],
)
def test_increase_may_be_told_in_one_message(talk: Talk, told: str, last: str) -> None:
    reply = say(talk, told, "lease.increase")

    assert reply.messages[0].data["answer_by"] == last


def test_increase_answered_too_late_says_what_remains(talk: Talk) -> None:
    reply = say(talk, "avis d’augmentation reçu le 21 octobre 2026", "lease.increase")

    assert "a pris fin le 21 novembre 2026" in text(reply)
    assert "la cession et la sous-location" in text(reply)
    assert not reply.messages[0].documents


def test_day_of_the_new_rent_is_not_the_day_of_reception(talk: Talk) -> None:
    told = "il augmente à partir du 1er juillet 2027, j’ai combien de temps"
    reply = say(talk, told, "lease.increase")

    assert "answer_by" not in reply.messages[0].data
    assert "received" not in (reply.profile.get("lease") or {})


@pytest.mark.parametrize(
    ("intent", "paper"),
    [
        ("lease.assignment", "lease-assignment"),
        ("lease.sublet", "lease-sublet"),
        ("lease.agreement", "lease-agreement"),
        ("lease.increase", "lease-increase"),
        ("lease.notice", "lease-nonrenewal"),
    ],
)
def test_each_way_has_its_letter_with_lines_to_fill_in(talk: Talk, intent: str, paper: str) -> None:
    reply = talk.say("…", intent)

    assert letter(reply, paper)
    assert f"{paper}.txt" in documents(reply)


def test_letter_asked_for_is_that_of_the_way_talked_about(talk: Talk) -> None:
    say(talk, "mon bail finit le 30 juin 2027")
    talk.say("comment céder mon bail", "lease.assignment")

    reply = talk.say("un modèle de lettre?", "lease.notice")

    assert "lease-assignment.pdf" in documents(reply)
    assert "30 juin 2027" in letter(reply, "lease-assignment")


def test_letter_of_a_known_lease_comes_with_the_contract_s_dates(talk: Talk) -> None:
    say(talk, "mon bail finit le 30 juin 2027")

    reply = talk.say("un modèle de lettre?", "lease.notice")

    assert set(reply.messages[0].data) == {"window", "lease_end", "rule"}
    assert window(reply) == ("2027-01-01", "2027-03-31")
    assert "lease-nonrenewal.pdf" in documents(reply)


def test_ways_out_are_told_for_this_lease_with_what_is_closed_and_why(talk: Talk) -> None:
    say(talk, "mon bail finit le 30 juin 2027")

    reply = talk.press("Toutes mes sorties")

    said = text(reply)
    assert "entre le 1er janvier 2027 et le 31 mars 2027" in said
    assert said.index("non-reconduction") < said.index("entente") < said.index("sous-location")
    assert "Un simple avis de trois mois" in said
    assert "dépôt de garantie" in said
    assert "pas un avis juridique" in said
    statuses = {each["way"]: each["status"] for each in reply.messages[0].data["ways"]}
    assert statuses["three_months"] == "closed"
    assert all(each["url"].startswith("http") for each in reply.messages[0].sources)


def test_student_hears_which_doors_are_closed_to_her(talk: Talk) -> None:
    reply = talk.say("je suis en résidence étudiante, comment partir?", "lease.end")

    statuses = {each["way"]: each["status"] for each in reply.messages[0].data["ways"]}
    assert statuses["assignment"] == statuses["sublet"] == statuses["nonrenewal"] == "closed"
    assert "n’est pas permise dans la résidence" in text(reply)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("je suis en fauteuil roulant, bail d’un an", "22 janvier 2027"),
        ("on m’a attribué un logement à loyer modique, bail de 6 mois", "22 décembre 2026"),
        ("ma mère est admise en CHSLD, bail de 12 mois", "22 janvier 2027"),
    ],
)
def test_protected_departure_has_its_day_and_its_letter(talk: Talk, told: str, said: str) -> None:
    reply = say(talk, told, "lease.special")

    assert said in text(reply)
    assert said in letter(reply, "lease-special")


def test_end_told_after_a_protected_departure_is_not_waited_for(talk: Talk) -> None:
    say(talk, "ma mère déménage en CHSLD, comment finir son bail", "lease.special")
    reply = say(talk, "son bail finit le 30 juin 2027")
    assert text(reply).startswith("Pas besoin d’attendre la fin du bail")
    assert "22 janvier 2027 au plus tard" in text(reply)
    assert "22 décembre 2026" in text(reply)
    assert "lease-special.pdf" in documents(reply)
    assert reply.messages[0].entry == "lease-special-1974"


def test_lease_that_ends_sooner_than_its_protected_end_has_its_own_day(talk: Talk) -> None:
    say(talk, "ma mère déménage en CHSLD, comment finir son bail", "lease.special")
    assert "Pas besoin" not in text(say(talk, "son bail finit le 31 décembre 2026"))


def test_violence_gets_help_lines_first_and_a_letter_that_does_not_name_it(talk: Talk) -> None:
    reply = talk.say(
        "je veux partir, il me bat",
        "lease.end",
        {"entity": "safety", "value": "violence_lease"},
    )

    assert text(reply).index("363-9010") < text(reply).index("1974.1")
    sent = letter(reply, "lease-special").partition("À lire avant d’envoyer")[0]
    assert "violence" not in sent.lower()
    assert "1974.1" in sent


def test_end_told_again_replaces_the_earlier_one(
    talk: Talk,
) -> None:
    say(talk, "mon bail finit le 30 juin 2027")
    reply = say(talk, "non, il finit le 31 août 2027")

    assert window(reply) == ("2027-03-01", "2027-05-31")
    assert reply.profile["lease"]["end"] == "2027-08-31"


@pytest.mark.parametrize(
    ("told", "intent"),
    [
        ("jai trouvé une job à Sept-Îles, je commence le 5 janvier 2027", "lease.end"),
        ("je pars en région le 1er mars 2027, comment casser mon bail", "lease.end"),
        ("je veux céder mon bail le 1er mars 2027", "lease.assignment"),
        ("sous-louer 6 mois à partir du 1er mars 2027", "lease.sublet"),
        ("une entente avec le propriétaire pour le 1er mars 2027", "lease.agreement"),
        ("je suis en fauteuil roulant depuis le 5 janvier 2026", "lease.special"),
    ],
)
def test_departure_or_a_job_s_first_day_is_not_the_end_of_the_lease(
    talk: Talk, told: str, intent: str
) -> None:
    reply = say(talk, told, intent)

    lease = reply.profile.get("lease") or {}
    assert not {"end", "start", "length_months"} & set(lease)


def test_end_of_the_lease_stands_beside_the_first_day_of_a_job(talk: Talk) -> None:
    told = "je commence une job le 5 janvier 2027 et mon bail finit le 30 juin 2027"
    reply = say(talk, told, "lease.end")

    assert reply.profile["lease"]["end"] == "2027-06-30"
    assert "start" not in reply.profile["lease"]
    assert "length_months" not in reply.profile["lease"]
    assert "entre le 1er janvier 2027 et le 31 mars 2027" in text(reply)


def test_planned_days_stand_in_the_letter(talk: Talk) -> None:
    say(talk, "mon bail finit le 30 juin 2027")

    assigned = say(talk, "je veux céder mon bail le 1er mars 2027", "lease.assignment")
    sublet = say(talk, "je sous-loue du 1er mars 2027 au 31 mai 2027", "lease.sublet")
    agreed = say(talk, "on s’entend pour le 1er mars 2027", "lease.agreement")

    assert "Date prévue de la cession : 1er mars 2027" in letter(assigned, "lease-assignment")
    assert "du 1er mars 2027 au 31 mai 2027" in letter(sublet, "lease-sublet")
    assert "mettre fin à ce bail le 1er mars 2027" in letter(agreed, "lease-agreement")
    assert agreed.profile["lease"]["end"] == "2027-06-30"


@pytest.mark.parametrize(
    "eight",
    [
        {"entity": "duration", "value": {"months": 8}},
        {"entity": "age", "value": 8, "grain": "months"},
    ],
)
def test_months_left_are_said_back_and_never_become_a_date(
    talk: Talk, eight: dict[str, Any]
) -> None:
    talk.say("j’veux casser mon bail", "lease.end")
    reply = talk.say("8 mois reste", "clarify", eight)
    assert "Ce serait vers juillet 2027." in reply.messages[0].text
    assert "lease" not in talk.profile
    reply = talk.say("le 31 juillet", "inform", day("2027-07-31"))
    assert reply.messages[0].data["lease_end"] == "2027-07-31"


def test_letter_comes_blank_and_asks_for_the_end_only_when_nobody_told_it(talk: Talk) -> None:
    reply = talk.say("vous avez un modèle de lettre?", "lease.notice")
    assert "Quand finit votre bail?" in reply.messages[0].text
    assert reply.messages[0].documents
    reply = talk.say("le 30 juin", "inform", day("2027-06-30"))
    reply = talk.say("je dois envoyer quoi au proprio", "lease.notice")
    assert "Quand finit votre bail?" not in reply.messages[0].text


def test_departure_taken_for_the_end_of_the_lease_is_said_to_be_taken(talk: Talk) -> None:
    assumed = "comme si votre bail finissait à votre départ"
    assert assumed in text(say(talk, "on part le 31 juillet"))
    said = text(say(talk, "mon bail finit le 30 juin 2027"))
    assert assumed not in said
    assert "30 juin 2027" in said


def test_departure_told_later_does_not_move_the_end_of_the_lease(talk: Talk) -> None:
    assert "30 juin 2027" in text(say(talk, "mon bail finit le 30 juin 2027"))
    for later in ("et si je veux partir en avril", "je pars le 15 août 2027"):
        reply = say(talk, later)
        assert talk.profile["lease"]["end"] == "2027-06-30", later
        assert "Votre bail finit le 30 avril" not in text(reply)


@pytest.mark.parametrize(
    "said",
    [
        "ma mère est morte, son bail court jusqu’en juin",
        "décès du locataire, le loyer est dû?",
        "mon mari est décédé et je voudrais finir le bail",
    ],
)
def test_death_of_a_tenant_is_no_case_of_handicap_or_violence(talk: Talk, said: str) -> None:
    assert talk.say(said, "lease.special").messages[0].entry == "lease-end-death"


def test_a_dead_oven_is_no_death_of_a_tenant(talk: Talk) -> None:
    said = "la cuisinière du logement est morte, qui répare"
    assert talk.say(said, "housing.rights").messages[0].entry != "lease-end-death"
