"""What newcomers ask in words of their own, and the entry that answers; what only sounds alike."""

from __future__ import annotations

import pytest

from marie.domain.replies import Reply
from tests.bot.actions.conftest import Talk


def entry(reply: Reply) -> str | None:
    return reply.messages[-1].entry


@pytest.mark.parametrize(
    ("said", "read_as", "answer"),
    [
        ("chui épuisé avec toute cette paperasse", "stop", "capabilities-tired"),
        ("mort de fatigue avec ces démarches", "stop", "capabilities-tired"),
        ("mon fils se fait insulter à l’école", "school.find", "school-find-bullied"),
        ("à l’école les autres se moquent de lui", "francization", "school-find-bullied"),
        ("je veux la changer d’école", "school.find", "school-find-register"),
        ("ils commencent l’école à quel âge ici", "school.find", "school-find-status"),
        ("jpp de ce froid", "region.list", "region-profile-winter"),
        ("est ce qu’il fait très froid en région", "region.profile", "region-profile-winter"),
        ("les gens sont-ils racistes là-bas", "region.profile", "region-profile-community"),
        ("une boucherie halal à Alma?", "organization.find", "organization-find-community"),
        ("y a-t-il une banque alimentaire", "clarify", "organization-find"),
        ("on n’a plus rien à manger", "follow_up", "organization-find"),
        ("comment avoir l’aide sociale", "housing.aid", "organization-find"),
        ("et si j’arrête de payer le loyer", "capabilities", "lease-end-just-leave"),
        ("j’ai perdu mon emploi et mon permis est fermé", "immigration", "immigration-permit"),
        (
            "comment dire à immigration que je suis encore étudiant même si j’ai arrêté",
            "immigration",
            "immigration-cheating",
        ),
    ],
)
def test_words_of_a_newcomer_find_their_entry(
    talk: Talk, said: str, read_as: str, answer: str
) -> None:
    assert entry(talk.say(said, read_as)) == answer


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("mort de fatigue avec ces démarches, par quoi je commence", "moving.plan"),
        ("l’aide sociale couvre-t-elle un camion", "moving.aid"),
        ("je touche l’aide sociale, un loyer moins cher", "housing.aid"),
        ("ouvrir une boucherie halal", "work.business"),
        ("mon logement est trop froid", "housing.rights"),
        ("je n’aime pas le froid, où aller", "region.recommend"),
    ],
)
def test_words_that_only_sound_alike_keep_their_reading(
    talk: Talk, said: str, read_as: str
) -> None:
    assert talk.say(said, read_as).messages[-1].topic == read_as


@pytest.mark.parametrize(
    ("first", "then", "read_as", "answer"),
    [
        ("l’école à Alma", "elle ne parle que le bambara", "francization", "welcome"),
        ("l’école des enfants", "c’est gratuit?", "cegep.cost", "status"),
        ("il se fait insulter à l’école", "le prof fait rien", "inform", "bullied"),
    ],
)
def test_what_is_asked_further_about_a_school_is_about_the_child(
    talk: Talk, first: str, then: str, read_as: str, answer: str
) -> None:
    talk.say(first, "school.find")
    assert entry(talk.say(then, read_as)) == f"school-find-{answer}"


def test_cheating_only_to_keep_a_permit_is_declined_too(talk: Talk) -> None:
    talk.say("faire semblant d’étudier pour immigration", "immigration")
    said = talk.say("mais juste pour garder le permis", "childcare.find", confidence=0.2)
    assert entry(said) == "immigration-cheating"


def test_examination_after_a_trade_is_the_order_s(talk: Talk) -> None:
    talk.say("faire reconnaître mon diplôme", "work.recognition")
    said = talk.say("faut passer un examen ou bien", "cegep.admission", confidence=0.2)
    assert entry(said) == "work-recognition-orders"


def test_trade_with_a_slip_is_not_asked_again(talk: Talk) -> None:
    said = talk.say("chui enfermière, je peux exercer ici?", "work.recognition")
    assert entry(said) == "work-recognition-orders"


def test_employer_who_keeps_a_passport_is_answered_by_who_protects_workers(talk: Talk) -> None:
    danger = {"entity": "safety", "value": "exploitation"}
    assert entry(talk.say("mon patron garde mon passeport", "safety", danger)) == (
        "safety-exploitation"
    )
    then = talk.say("il dit que si je pars il appelle immigration", "immigration")
    assert entry(then) == "immigration-permit"


def test_help_after_an_employer_s_threat_is_about_the_employer(talk: Talk) -> None:
    talk.say("mon patron garde mon passeport", "immigration")
    assert entry(talk.say("qui peut m’aider", "capabilities")) == "safety-exploitation"


def test_months_that_an_owner_asks_to_let_go_are_an_agreement_s(talk: Talk) -> None:
    talk.say("résilier mon bail", "lease.end")
    said = talk.say("le proprio veut 3 mois de loyer", "housing.rights")
    assert entry(said) == "lease-agreement"
    assert talk.say("cest tu normal", "capabilities").messages[-1].topic == "lease.agreement"


def test_fear_of_being_denounced_is_answered(talk: Talk) -> None:
    talk.say("un mariage blanc", "immigration")
    assert entry(talk.say("est-ce que vous allez me dénoncer", "privacy")) == "privacy-immigration"


def test_person_in_another_language_is_one_yes_away(talk: Talk) -> None:
    spanish = {"entity": "language", "value": "es"}
    talk.say("necesito hablar con alguien", "language", spanish)
    assert talk.say("oui", "affirm").messages[-1].topic == "handoff"


@pytest.mark.parametrize(
    ("topic", "then", "read_as", "answer"),
    [
        ("housing.search", "jai pas de credit ici", "clarify", "deposit"),
        ("lease.assignment", "il est raciste en plus", "region.compare", "discrimination"),
    ],
)
def test_lodging_that_is_refused_has_its_rights(
    talk: Talk, topic: str, then: str, read_as: str, answer: str
) -> None:
    talk.say("mon logement", topic)
    assert entry(talk.say(then, read_as)) == f"housing-rights-{answer}"


def test_why_one_would_leave_is_answered(talk: Talk) -> None:
    talk.say("un emploi", "work.search")
    said = talk.say("pourquoi je partirais alors", "why_asked", confidence=0.97)
    assert entry(said) == "region-recommend-why"


def test_wife_to_bring_over_is_no_student_s_work(talk: Talk) -> None:
    said = "avec mon permis d’études je peux faire venir ma femme, elle pourra travailler?"
    assert entry(talk.say(said, "immigration")) == "immigration-sponsorship"


def test_school_that_might_tell_a_violent_father_stays_with_the_danger(talk: Talk) -> None:
    first = talk.say("il me frappe", "safety", {"entity": "safety", "value": "violence"})
    then = talk.say("est-ce que l’école va lui dire", "school.find", confidence=0.97)
    assert entry(then) == "safety-violence"
    assert then.messages[-1].text != first.messages[-1].text
    assert "porté plainte" in then.messages[-1].text


def test_person_in_english_is_heard_after_french_too(talk: Talk) -> None:
    english = {"entity": "language", "value": "en"}
    talk.say("we are looking for work", "language", english)
    talk.say("travail", "work.search")
    assert talk.say("a person please", "language", english).messages[-1].topic == "handoff"


@pytest.mark.parametrize(
    ("topic", "then", "read_as", "answer"),
    [
        ("university.find", "je peux travailler en même temps", "work.search", "study-work"),
        ("immigration", "c’est pas vrai que je le suis", "deny", "cheating"),
    ],
)
def test_status_is_spoken_of_where_it_counts(
    talk: Talk, topic: str, then: str, read_as: str, answer: str
) -> None:
    talk.say("une question", topic)
    assert entry(talk.say(then, read_as)) == f"immigration-{answer}"


@pytest.mark.parametrize(
    ("said", "read_as", "answer"),
    [
        ("mon permis finit dans 2 semaines", "transport", "immigration-permit"),
        ("mon médecin suit ma grossesse ici", "health", "health-pregnancy"),
        ("les emplois là-bas paient moins", "program.info", "work-search-salary"),
        ("si je dis que je suis menacé j’aurai le statut de réfugié", "inform", "immigration"),
    ],
)
def test_short_story_finds_its_entry(talk: Talk, said: str, read_as: str, answer: str) -> None:
    assert entry(talk.say(said, read_as)) == answer


@pytest.mark.parametrize(
    ("said", "read_as", "answer"),
    [
        ("et le froid la ba", "clarify", "region-profile-winter"),
        ("je veux ramener ma copine du Bénin", "out_of_scope", "immigration-sponsorship"),
        ("mon permis finit en mai", "transport", "immigration-permit"),
        ("comment je fais pour visiter sans argent", "housing.search", "moving-trip"),
        ("au travail on m’appelle l’Arabe", "francization", "work-search-rights"),
        ("je vais crever de chaud dans cet appart", "lease.sublet", "housing-rights-repairs"),
    ],
)
def test_complaint_finds_its_entry(talk: Talk, said: str, read_as: str, answer: str) -> None:
    assert entry(talk.say(said, read_as)) == answer


def test_fear_for_a_job_at_which_one_is_insulted_is_of_rights_and_no_distress(talk: Talk) -> None:
    talk.say("au travail on m’appelle l’Arabe", "francization")
    assert entry(talk.say("le boss rit avec eux", "work.matching")) == "work-search-rights"
    said = talk.say("j’ai peur de perdre ma job si je parle", "safety", confidence=0.8)
    assert entry(said) == "work-search-rights"


def test_leaving_too_after_a_flatmate_stops_nothing(talk: Talk) -> None:
    talk.say("mon coloc est parti sans payer", "lease.end")
    said = talk.say("je veux quitter aussi", "stop", confidence=0.37)
    assert said.messages[-1].topic == "lease.end"


def test_need_alone_in_another_language_is_answered_under_its_button(talk: Talk) -> None:
    spanish = {"entity": "language", "value": "es"}
    talk.say("necesito trabajo", "language", spanish)
    assert talk.say("trabajo", "language", spanish).messages[-1].topic == "work.search"


def test_what_one_would_only_say_to_be_accepted_is_no_status(talk: Talk) -> None:
    talk.say("si je dis que je suis menacé j’aurai le statut de réfugié", "inform")
    assert "status" not in talk.profile.get("situation", {})
    talk.say("j’ai le statut de réfugié", "inform")
    assert talk.profile["situation"]["status"] == "refugee"
