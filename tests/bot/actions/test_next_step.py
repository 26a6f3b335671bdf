"""« Je fais quoi alors? », a landlord's silence, a rent that is not paid, what a move costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.actions.conftest import Talk


def text(reply: Any) -> str:
    """Everything that Marie says in it."""
    return "\n".join(message.text for message in reply.messages)


def entry(reply: Any) -> str | None:
    """The entry that it says."""
    found: str | None = reply.messages[0].entry
    return found


def asked(talk: Talk, said: str, topic: str, name: str) -> Any:
    """The answer to what an editor's entry is asked for."""
    return talk.say(said, topic, {"entity": "entry", "value": name})


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("je fais quoi alors", "follow_up"),
        ("qu'est-ce que je fais", "capabilities"),
        ("pis là je fais quoi?", "follow_up"),
        ("c'est quoi la prochaine étape", "resume"),
        ("ok et maintenant?", "follow_up"),
        ("que dois-je faire", "moving.plan"),
    ],
)
def test_what_to_do_now_is_the_next_step_of_what_was_answered(
    talk: Talk, said: str, read: str
) -> None:
    asked(talk, "proprio refuse la cession", "lease.assignment", "lease-assignment-refused")
    reply = talk.say(said, read)
    assert "son motif par écrit" in text(reply)
    assert reply.messages[0].sources
    assert talk.focus["topic"] == "lease.assignment"


@pytest.mark.parametrize(
    ("topic", "name", "step"),
    [
        ("housing.rights", "housing-rights-eviction", "ne signez rien"),
        ("health", "health-family-doctor", "Inscrivez-vous aujourd’hui"),
        ("work.recognition", "work-recognition-orders", "la page de l’ordre"),
        ("lease.special", "lease-special-violence", "votre sécurité"),
        ("housing.buy", "housing-buy", "Pour la suite"),
    ],
)
def test_each_family_has_its_next_step(talk: Talk, topic: str, name: str, step: str) -> None:
    asked(talk, "une question", topic, name)
    assert step in text(talk.say("je fais quoi", "follow_up"))


def test_next_step_asked_twice_is_not_said_twice_and_a_person_is_at_hand(talk: Talk) -> None:
    asked(talk, "mon médecin", "health", "health-family-doctor")
    first = talk.say("je fais quoi", "follow_up")
    again = talk.say("je fais quoi alors", "follow_up")
    assert text(again) != text(first)
    assert again.messages[0].quick_replies[0]["payload"] == "/handoff"


def test_what_to_do_about_something_named_is_no_next_step(talk: Talk) -> None:
    talk.say("je veux céder mon bail", "lease.assignment")
    reply = talk.say("qu'est-ce que je fais si j'ai reçu une augmentation", "lease.increase")
    assert reply.messages[0].topic == "lease.increase"


@pytest.mark.parametrize(
    "said", ["et si le proprio repond pas", "il a rien répondu", "et s'il refuse"]
)
def test_silence_after_a_notice_of_nonrenewal_changes_nothing(talk: Talk, said: str) -> None:
    talk.say("mon bail finit le 30 juin 2027", "lease.nonrenewal")
    reply = talk.say(said, "follow_up")
    assert entry(reply) == "lease-nonrenewal-silence"
    assert "n’a pas besoin de son accord" in text(reply)


def test_silence_after_an_assignment_is_still_that_of_the_assignment(talk: Talk) -> None:
    talk.say("je veux céder mon bail", "lease.assignment")
    assert entry(talk.say("et si le proprio repond pas", "follow_up")) == "lease-assignment-refused"


@pytest.mark.parametrize(
    "said",
    [
        "je peux juste arrêter de payer mon loyer et partir?",
        "on peut tu partir sans avertir le proprio",
        "si on déménage la nuit en cachette",
        "je laisse les clés et je pars",
    ],
)
def test_leaving_without_paying_is_answered_no_first(talk: Talk, said: str) -> None:
    reply = talk.say(said, "lease.end")
    assert text(reply).startswith("Non")
    assert "cession" in text(reply)


def test_who_flees_violence_is_not_told_no(talk: Talk) -> None:
    reply = talk.say("j'ai peur de lui, je veux partir sans rien dire", "lease.special")
    assert entry(reply) != "lease-end-just-leave"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ok et combien coûte un camion", "moving.aid"),
        ("combien un déménageur", "moving.aid"),
        ("ça coûte combien déménager un 5 et demi", "housing.rent"),
        ("c'est cher un uhaul?", "follow_up"),
    ],
)
def test_price_of_a_move_is_said_not_to_be_known(talk: Talk, said: str, read: str) -> None:
    talk.say("mon bail finit le 30 juin 2027", "lease.nonrenewal")
    reply = talk.say(said, read)
    assert entry(reply) == "moving-aid-price"
    assert "pas de prix sûr" in text(reply)
    assert "trois prix par écrit" in text(reply)


def test_help_to_pay_for_a_move_is_still_the_help(talk: Talk) -> None:
    assert entry(talk.say("une aide pour payer le camion, combien?", "moving.aid")) == "moving-aid"
    talk.say("combien un déménageur", "moving.aid")
    assert entry(talk.say("environ combien?", "follow_up")) == "moving-aid-price"


@pytest.mark.parametrize(
    ("before", "topic", "said", "name"),
    [
        (
            "il veut 60 $ de plus",
            "lease.increase",
            "si il repond pas à mon refus?",
            "lease-increase-silence",
        ),
        ("m'entendre avec lui", "lease.agreement", "et s'il veut pas?", "lease-agreement-refused"),
        (
            "partir avant la fin",
            "lease.end",
            "le proprio veut rien savoir d'une entente",
            "lease-agreement-refused",
        ),
        ("un camion", "moving.aid", "combien coûte un camion", "moving-aid-price"),
    ],
)
def test_silence_or_refusal_is_that_of_what_was_talked_of(
    talk: Talk, before: str, topic: str, said: str, name: str
) -> None:
    talk.say(before, topic)
    assert entry(talk.say(said, topic)) == name


def test_notice_that_he_says_he_never_got_needs_no_talk_before(talk: Talk) -> None:
    said = "j'ai envoyé ma lettre de non-renouvellement mais il dit qu'il a jamais reçu"
    assert entry(talk.say(said, "lease.notice")) == "lease-nonrenewal-silence"


def test_leaving_all_the_same_is_said_again_otherwise_with_a_person(talk: Talk) -> None:
    first = talk.say("je peux arrêter de payer et partir?", "lease.end")
    again = talk.say("et si je le fais pareil?", "clarify")
    assert entry(again) == "lease-end-just-leave"
    assert text(again) != text(first)
