"""Daycare, school and college: a few words go on with what was talked about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.actions.conftest import Talk


def entry(reply: Any) -> str | None:
    """The entry of its last message."""
    found: str | None = reply.messages[-1].entry
    return found


@pytest.mark.parametrize(
    "said", ["comment minscrire", "linscription", "kan je jinscris", "et l’inscription?"]
)
@pytest.mark.parametrize(
    ("before", "topic", "wanted"),
    [
        ("garderie prix", "childcare.cost", "childcare-register"),
        ("un cégep en région", "cegep.find", "cegep-admission"),
        ("une université en région", "university.find", "university-find-admission"),
        ("c’est quoi un DEP", "school.find", "school-find-vocational-register"),
        ("trouver une école pour mes enfants", "school.find", "school-find-register"),
    ],
)
def test_registration_in_a_few_words_is_for_what_was_talked_of(
    talk: Talk, before: str, topic: str, wanted: str, said: str
) -> None:
    talk.say(before, topic)
    assert entry(talk.say(said, "program.info", confidence=0.99)) == wanted


def test_registration_that_names_something_else_is_for_that(talk: Talk) -> None:
    talk.say("garderie prix", "childcare.cost")
    reply = talk.say("et linscription au cégep?", "cegep.admission")
    assert reply.messages[-1].topic == "cegep.admission"


@pytest.mark.parametrize(
    "said", ["pis la liste d'attente c long?", "combien de temps d’attente", "c long?"]
)
def test_wait_for_a_daycare_is_no_price(talk: Talk, said: str) -> None:
    talk.say("garderie prix", "childcare.cost")
    assert entry(talk.say(said, "childcare.cost", confidence=0.4)) == "childcare-register-wait"


@pytest.mark.parametrize(
    ("before", "topic", "wanted"),
    [
        ("un cégep en région", "cegep.find", "cegep-find-residences"),
        ("une université en région", "university.find", "university-find-residences"),
        ("c’est quoi un DEP", "school.find", "school-find-residences"),
    ],
)
@pytest.mark.parametrize("said", ["residence?", "pis les résidences?", "y a tu des chambres"])
def test_residences_under_studies_are_rooms(
    talk: Talk, before: str, topic: str, wanted: str, said: str
) -> None:
    talk.say(before, topic)
    assert entry(talk.say(said, "immigration")) == wanted


def test_permanent_residence_under_studies_is_a_status(talk: Talk) -> None:
    talk.say("un cégep en région", "cegep.find")
    reply = talk.say("j’ai pas la résidence permanente", "immigration")
    assert entry(reply) != "cegep-find-residences"


@pytest.mark.parametrize("said", ["quand finit l'inscription", "c quand la date limite"])
def test_dates_after_a_college_are_its_admission(talk: Talk, said: str) -> None:
    talk.say("un cégep en région", "cegep.find")
    assert entry(talk.say(said, "childcare.register")) == "cegep-admission"


@pytest.mark.parametrize(
    "said",
    [
        "moi je garde des enfants chez nous",
        "je garde 5 enfants à la maison, je pourrais continuer ça à Drummondville?",
        "je suis RSG à Laval",
        "je veux ouvrir une garderie",
    ],
)
def test_who_keeps_children_at_home_looks_for_no_daycare(talk: Talk, said: str) -> None:
    assert entry(talk.place(said, "childcare.find")) == "childcare-types-provider"


@pytest.mark.parametrize(
    "said", ["je cherche une dame qui garde des enfants chez elle", "je garde mes enfants chez moi"]
)
def test_who_looks_for_care_is_no_provider(talk: Talk, said: str) -> None:
    assert entry(talk.place(said, "childcare.find")) != "childcare-types-provider"


@pytest.mark.parametrize(
    ("before", "topic", "said", "wanted"),
    [
        ("garderie prix", "childcare.cost", "quels papiers", "childcare-register-papers"),
        ("garderie prix", "childcare.cost", "mon bébé naît en mai", "childcare-register-birth"),
        (
            "garderie prix",
            "childcare.cost",
            "j'ai un permis de travail ouvert, j'ai droit?",
            "childcare-cost-eligibility",
        ),
        ("les types de garde", "childcare.types", "lequel est moins cher", "childcare-cost"),
        ("un cégep en région", "cegep.find", "et les bourses", "cegep-cost-aid"),
        (
            "un cégep en région",
            "cegep.find",
            "elle a ses bulletins du cameroun",
            "cegep-admission-comparative",
        ),
        ("trouver une école", "school.find", "l’autobus scolaire?", "school-find-daily"),
        ("trouver une école", "school.find", "elle parle pas français", "school-find-welcome"),
        ("des cours de français", "francization", "comment je minscris", "francization-register"),
        ("des cours de français", "francization", "cest payant?", "francization-money"),
        ("des cours de français", "francization", "quand ca commence", "francization-register"),
        ("garderie prix", "childcare.cost", "et en attendant?", "childcare-find-waiting"),
        ("garderie prix", "childcare.cost", "ça existe la nuit?", "childcare-find-atypical"),
        ("école pour adultes", "school.find", "c gratuit?", "school-find-adult-register"),
        ("trouver une école", "school.find", "mon fils est autiste", "school-find-needs"),
        ("trouver une école", "school.find", "et l’école privée", "school-find-private"),
        ("un cégep en région", "cegep.find", "lequel est le mieux", "cegep-find-choose"),
        ("une garderie", "childcare.find", "mon fils est handicapé", "childcare-find-needs"),
        ("une garderie", "childcare.find", "on fait quoi", "childcare-find-waiting"),
        (
            "une garderie",
            "childcare.find",
            "et le service de garde à l’école",
            "childcare-types-school",
        ),
        ("trouver une école", "school.find", "cest payant?", "school-find-status"),
        ("trouver une école", "school.find", "comment il sinscrit", "school-find-register"),
        ("des cours de français", "francization", "elle sait pas lire", "francization-literacy"),
        ("bonjour", "greeting", "mon fils veut devenir électricien", "school-find-vocational"),
        ("une université en région", "university.find", "prix", "university-find-cost"),
    ],
)
def test_what_is_asked_next_is_answered_for_itself(
    talk: Talk, before: str, topic: str, said: str, wanted: str
) -> None:
    talk.say(before, topic)
    assert entry(talk.say(said, "follow_up")) == wanted


def test_school_for_the_elder_child_is_no_school_for_adults(talk: Talk) -> None:
    talk.say("garderie prix", "childcare.cost")
    assert entry(talk.say("et l'école pour la grande", "school.find")) == "school-find"


def test_same_entry_again_says_more_then_simpler_then_that_this_is_all(talk: Talk) -> None:
    said = [
        talk.say(each, "cegep.cost").messages[0]
        for each in ("combien coûte le cégep", "et ça dépend?", "mais encore?", "hein?", "oui mais")
    ]
    assert "Voici ce que je sais de plus" in said[1].text
    assert "plus simplement" in said[2].text
    assert "C’est tout ce que je sais" in said[3].text
    assert "C’est tout ce que je sais" in said[4].text
    assert all(each.quick_replies[0]["payload"] == "/handoff" for each in said[1:])


def test_in_simple_french_the_same_entry_again_is_said_to_be_all(talk: Talk) -> None:
    talk.profile = {"simple": True}
    said = [talk.say(each, "cegep.cost").messages[0] for each in ("prix du cégep", "et ça dépend?")]
    assert "presque gratuit" in said[0].text
    assert "C’est tout ce que je sais" in said[1].text


@pytest.mark.parametrize(
    "said",
    [
        "école pour mon gars de 8 ans",
        "une école pour ma fille de 6 ans",
        "quelle école pour un enfant de 10 ans",
    ],
)
def test_school_for_a_child_is_none_for_adults(talk: Talk, said: str) -> None:
    assert talk.say(said, "school.find").messages[0].entry == "school-find"
