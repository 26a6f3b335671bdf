"""What visitors ask on their way that was once heard as something else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import open_desk
from marie.knowledge.model import Source
from marie.knowledge.opened import SNAPSHOTS
from marie.knowledge.published import publish
from marie.knowledge.resources import Resource, load_resources
from marie.settings import ROOT
from tests.bot.actions.conftest import Talk, day

GASPE = "municipality:03005"


def text(reply: Any) -> str:
    """Everything that Marie says in it."""
    return "\n".join(message.text for message in reply.messages)


def entry(reply: Any) -> str | None:
    """The entry that it says."""
    found: str | None = reply.messages[0].entry
    return found


def asked(talk: Talk, name: str) -> Any:
    """The answer to what an editor's entry is asked for."""
    topic = talk.desk.library.entries[name].topic
    return talk.say("une question", topic, {"entity": "entry", "value": name})


@pytest.mark.parametrize(
    ("before", "said", "read", "wanted"),
    [
        (
            "lease-notice",
            "et si je perds la preuve",
            "follow_up",
            "lease-notice-lost",
        ),
        ("lease-notice", "j'ai pas de preuve", "follow_up", "lease-notice-lost"),
        (
            "lease-assignment",
            "le proprio peut-il refuser la personne",
            "lease.assignment",
            "lease-assignment-refused",
        ),
        (
            "lease-sublet",
            "et si la personne paie pas",
            "follow_up",
            "lease-sublet-or-assignment",
        ),
        (
            "housing-rights-unwritten",
            "je peux partir quand je veux?",
            "lease.end",
            "lease-nonrenewal-short",
        ),
        (
            "housing-rights-unwritten",
            "je paie cash chaque mois",
            "childcare.cost",
            "housing-rights-unwritten",
        ),
        ("work-matching", "combien", "follow_up", "work-search-salary"),
        ("work-search", "c'est long pour avoir la carte", "health", "work-recognition-trades"),
        ("work-search", "il y a un crédit d'impôt?", "follow_up", "moving-aid-graduate"),
        ("work-business", "qui peut m'aider", "capabilities", "work-business"),
        ("housing-rights-repairs", "le proprio repond pas", "inform", "housing-rights-repairs"),
        ("lease-assignment", "et le dépôt", "follow_up", "housing-rights-deposit"),
        ("lease-end", "qui peut m'aider", "capabilities", "organization-find-legal"),
        ("safety-violence", "c'est mon proprio", "inform", "housing-rights-harassment"),
        ("childcare-find", "y a tu de la place", "follow_up", "childcare-register-wait"),
        ("work-search", "c'est combien", "follow_up", "work-search-salary"),
        (
            "work-recognition-delay",
            "c'est combien",
            "follow_up",
            "work-recognition-cost",
        ),
        (
            "childcare-cost",
            "on est encore à Montréal, on peut s'inscrire avant de déménager?",
            "childcare.register",
            "childcare-register-moving",
        ),
        (
            "childcare-register",
            "et si on a pas de place on fait comment",
            "follow_up",
            "childcare-find-waiting",
        ),
        (
            "school-find",
            "quelle date limite",
            "lease.nonrenewal",
            "school-find-register",
        ),
        (
            "immigration-permit",
            "je peux travailler pareil?",
            "work.search",
            "immigration-permit",
        ),
    ],
)
def test_further_question_is_about_what_was_talked_of(
    talk: Talk, before: str, said: str, read: str, wanted: str
) -> None:
    asked(talk, before)
    assert entry(talk.say(said, read, confidence=0.6)) == wanted


@pytest.mark.parametrize(
    ("said", "read", "wanted"),
    [
        ("j'ai perdu ma copie du bail", "dont_know", "housing-rights-unwritten"),
        ("je vis dans un sous-sol sans bail écrit", "lease.sublet", "housing-rights-unwritten"),
        ("mon proprio me harcèle", "housing.rights", "housing-rights-harassment"),
        ("y a pas de chauffage dans mon logement", "housing.rights", "housing-rights-repairs"),
        ("mes enfants vont à l'école gratuite?", "school.find", "school-find-status"),
        ("mon permis classe 1 est bon ici?", "transport", "transport-licence"),
        ("j'ai pas de permis de travail encore", "immigration", "immigration-permit"),
        (
            "mes enfants ont droit à la garderie subventionnée?",
            "childcare.cost",
            "childcare-cost-eligibility",
        ),
        ("pour l'école du petit on fait quoi", "school.find", "school-find-register"),
        ("je veux refaire mes études", "restart_over", "cegep-admission-adult"),
        ("recommencer ailleurs", "restart_over", "region-recommend"),
        ("je veux repartir à zéro ma vie", "restart_over", "region-recommend"),
    ],
)
def test_words_say_what_is_asked(talk: Talk, said: str, read: str, wanted: str) -> None:
    assert entry(talk.say(said, read)) == wanted


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("je veux casser mon bail sans payer", "lease.end"),
        ("j'ai perdu mon emploi, je veux quitter mon bail", "lease.end"),
    ],
)
def test_lease_that_is_left_is_not_taken_for_an_unwritten_one(
    talk: Talk, said: str, read: str
) -> None:
    assert entry(talk.say(said, read)) != "housing-rights-unwritten"


def test_conversation_is_still_begun_anew_when_that_is_asked(talk: Talk) -> None:
    asked(talk, "work-search")
    assert "On recommence" in text(talk.say("repartir à zéro", "restart_over"))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("travailler dans une école au Saguenay", "school.find"),
        ("je veux enseigner dans une école secondaire à Rimouski", "school.find"),
        ("je veux enseigner le français à Rimouski", "francization"),
        ("travailler à l'hôpital à Rouyn", "health"),
        ("un poste d'éducatrice dans un CPE à Alma", "childcare.find"),
    ],
)
def test_work_in_a_school_or_a_hospital_is_work(talk: Talk, said: str, read: str) -> None:
    reply = talk.place(said, read)
    assert reply.messages[0].topic == "work.search"
    assert talk.focus["place"] is not None


@pytest.mark.parametrize(
    ("said", "read", "topic"),
    [
        ("une école à Saguenay pour mon fils", "school.find", "school.find"),
        ("une garderie à Alma, je travaille à l'usine", "childcare.find", "childcare.find"),
        ("mon diplôme pour enseigner", "work.recognition", "work.recognition"),
        (
            "j’aimerais travailler à l’hôpital de Gaspé, comment faire reconnaître mon diplôme?",
            "work.recognition",
            "work.recognition",
        ),
    ],
)
def test_school_that_is_looked_for_is_no_work(talk: Talk, said: str, read: str, topic: str) -> None:
    assert talk.place(said, read).messages[0].topic == topic


@pytest.mark.parametrize("name", ["work-search-minimum-wage", "childcare-cost", "cegep-cost"])
def test_what_holds_in_all_of_quebec_is_said_to_hold_in_the_next_town(
    talk: Talk, name: str
) -> None:
    asked(talk, name)
    reply = talk.place("et à Gaspé?", "follow_up")
    assert text(reply).startswith("C’est pareil à Gaspé")
    assert entry(reply) == name
    assert talk.focus["place"] == GASPE


def test_next_town_after_a_list_is_another_one_to_look_in(talk: Talk) -> None:
    talk.place("garderie à Rimouski", "childcare.find")
    asked(talk, "childcare-cost")
    assert talk.place("et à Gaspé?", "follow_up").messages[0].topic == "childcare.find"


def test_day_of_the_letter_after_an_increase_is_that_of_the_notice(talk: Talk) -> None:
    talk.say("mon proprio augmente mon loyer", "lease.increase")
    said = "j'ai reçu la lettre hier"
    hier = {**day("2026-11-21"), "start": said.index("hier")}
    assert "21 décembre 2026" in text(talk.say(said, "lease.notice", hier))


def test_letter_that_is_to_be_sent_on_a_day_is_still_the_letter(talk: Talk) -> None:
    talk.say("mon proprio augmente mon loyer", "lease.increase")
    said = "j'envoie la lettre le 5 décembre?"
    then = {**day("2026-12-05"), "start": said.index("le 5")}
    assert talk.say(said, "lease.notice", then).messages[0].topic == "lease.notice"


def test_landlord_who_harasses_is_no_partner_when_he_was_talked_of(talk: Talk) -> None:
    asked(talk, "lease-agreement-refused")
    reply = talk.say("il me harcèle tous les jours", "housing.rights")
    assert entry(reply) == "housing-rights-harassment"
    assert "911" in text(reply)
    assert "1 800 363-9010" in text(reply)


@pytest.mark.parametrize(
    "said",
    [
        "il me harcèle tous les jours",
        "mon ex me harcèle",
        "mon mari me frappe et il me harcèle",
    ],
)
def test_help_lines_come_first_when_it_is_not_surely_the_landlord(talk: Talk, said: str) -> None:
    talk.say("je veux partir de mon logement", "lease.end")
    assert talk.say(said, "housing.rights").messages[0].topic == "safety"


def test_partner_who_harasses_after_a_landlord_was_talked_of_gets_the_help_lines(
    talk: Talk,
) -> None:
    asked(talk, "lease-agreement-refused")
    assert talk.say("mon mari me harcèle", "housing.rights").messages[0].topic == "safety"


def test_what_to_do_before_anything_was_asked_offers_where_to_begin(talk: Talk) -> None:
    reply = talk.say("on fait quoi", "restart_over")
    assert "On commence par" in text(reply)
    assert reply.messages[0].quick_replies


@pytest.mark.parametrize("said", ["ok et après", "on fait quoi"])
def test_next_step_of_a_daycare_is_known_too(talk: Talk, said: str) -> None:
    asked(talk, "childcare-cost")
    reply = talk.say(said, "follow_up")
    assert "Pour la suite" in text(reply)
    assert reply.messages[0].sources


def test_letter_of_an_assignment_says_nothing_of_nonrenewal_and_the_talk_goes_on(
    talk: Talk,
) -> None:
    talk.say("j'ai trouvé quelqu'un pour reprendre mon bail", "lease.assignment")
    letter = talk.say("j'envoie quoi au proprio", "lease.notice")
    assert "ne renouvellerez pas" not in text(letter)
    assert letter.messages[0].documents
    refused = talk.say("il a répondu non sans dire pourquoi", "why_asked")
    assert entry(refused) == "lease-assignment-refused"


def test_papers_of_who_has_a_handicap_are_those_of_that_way(talk: Talk) -> None:
    talk.say("je suis en fauteuil roulant, mon logement n'est plus adapté", "lease.special")
    talk.say("je peux quitter mon bail", "lease.end")
    assert talk.say("quels papiers", "immigration").messages[0].topic == "lease.special"


def test_others_of_no_list_ask_for_no_more_of_it(talk: Talk) -> None:
    asked(talk, "lease-end-roommate")
    reply = talk.say("les autres veulent rester", "more", confidence=0.74)
    assert "autre ville" not in text(reply)


def test_greeting_that_names_where_she_wants_to_live_is_answered(talk: Talk) -> None:
    said = "bonjour, je suis une dame seule, je voudrais vivre près de ma fille à Sherbrooke"
    found = {"entity": "place", "value": "municipality:43027", "candidates": ["municipality:43027"]}
    reply = talk.say(said, "greeting", found, confidence=0.29)
    assert reply.messages[0].topic == "region.profile"


def centre(town: str, code: str, region: str, point: tuple[float, float]) -> Resource:
    source = Source(title="Un essai", url="https://example.org", read_on=date(2026, 11, 22))
    return Resource(
        id=f"accueil-{code}",
        name=f"Accueil de {town}",
        kind="settlement",
        source=source,
        municipality=town,
        municipality_code=code,
        region=region,
        lat=point[0],
        lon=point[1],
    )


@pytest.fixture
def talk_around(tmp_path: Path) -> Talk:
    """A talk with two organisations of the Bas-Saint-Laurent and one of Montréal."""
    desk = open_desk(ROOT / "knowledge", tmp_path)
    resources = [
        *load_resources(ROOT / "knowledge" / "directory"),
        centre("Rimouski", "10043", "01", (48.45, -68.52)),
        centre("Matane", "08053", "01", (48.84, -67.53)),
        centre("Montréal", "66023", "06", (45.51, -73.56)),
    ]
    publish(tmp_path / SNAPSHOTS, resources, desk.gazetteer, 1)
    desk.directory.today = lambda: date(2026, 11, 22)
    return Talk(desk)


def test_town_without_an_organisation_gets_those_of_its_region_too(talk_around: Talk) -> None:
    reply = talk_around.place("un organisme à La Pocatière", "organization.find")
    names = [each["name"] for each in reply.messages[0].resources]
    assert "Accueil de Rimouski" in names
    assert "Accueil de Montréal" not in names
    assert "n’est pas complet" in text(reply)
    assert "à vol d’oiseau" in text(reply)


def test_town_with_an_organisation_gets_it_first(talk_around: Talk) -> None:
    reply = talk_around.place("un organisme à Rimouski", "organization.find")
    assert reply.messages[0].resources[0]["name"] == "Accueil de Rimouski"


def test_notice_of_repossession_is_none_of_an_increase_or_of_an_end(talk: Talk) -> None:
    talk.say("mon proprio veut me mettre dehors", "housing.rights")
    asked = (
        ("jai recu la lettre hier", "lease.notice", "dans le mois"),
        ("et si je dis rien", "lease.increase", "réputé avoir refusé"),
        ("j'ai combien de temps", "lease.increase", "un mois"),
    )
    for said, read, told in asked:
        message = talk.say(said, read).messages[0]
        assert message.entry == "housing-rights-eviction-reply"
        assert told in message.text


def test_where_it_is_cheaper_is_no_help_to_move(talk: Talk) -> None:
    talk.say("je veux quitter Montréal, trop cher", "moving.plan")
    assert talk.say("ou c moin cher", "moving.aid").messages[0].entry == "housing-rent"


def test_what_one_would_earn_there_is_a_salary(talk: Talk) -> None:
    talk.say("je suis soudeur", "region.recommend")
    reply = talk.place("je gagnerais combien au saguenay", "region.profile")
    assert reply.messages[0].entry == "work-search-salary"


@pytest.mark.parametrize(
    ("before", "then", "entry"),
    [
        (
            ("j’ai reçu une hausse", "lease.increase"),
            ("je veux refuser", "deny"),
            "lease-increase-refuse",
        ),
        (
            ("j’ai reçu une hausse", "lease.increase"),
            ("c’est normal?", "clarify"),
            "lease-increase-how-much",
        ),
        (
            ("mon coloc est parti sans payer", "lease.end"),
            ("c’est moi qui doit payer?", "lease.end"),
            "lease-end-roommate",
        ),
        (
            ("bonjour", "greeting"),
            ("ma mère va aller en CHSLD", "greeting"),
            "lease-special-1974",
        ),
        (("on veut visiter la Gaspésie", "moving.trip"), ("c’est quand", "clarify"), "moving-trip"),
    ],
)
def test_what_is_asked_next_stays_with_what_was_told(
    talk: Talk, before: tuple[str, str], then: tuple[str, str], entry: str
) -> None:
    talk.place(*before)
    assert talk.say(*then).messages[0].entry == entry
