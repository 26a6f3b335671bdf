"""From the first question to verdicts with their reasons and sources, through the real gateway."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.people import Browsing, Message, arrive
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]

FOUNDING = ("emplois-en-regions", "place-aux-jeunes", "emploi-en-sol-quebecois")


def verdicts(message: Message) -> dict[str, Any]:
    return {each["program"]: each for each in message["data"]["verdicts"]}


def is_settled(message: Message) -> bool:
    return "La suite" in message["text"]


def check_reasons(message: Message) -> None:
    """Every verdict has a reason or a question, a next step, and a dated source."""
    for each in verdicts(message).values():
        assert each["verdict"] in {"eligible", "not_eligible", "to_confirm"}
        assert each["because"] or each["missing"], each["program"]
        assert each["next_step"]
        assert each["source"]["url"].startswith("http")
        assert each["source"]["read_on"] or each["source"]["published"]
    assert message["sources"]


async def test_screening_goes_from_a_question_to_verdicts_on_the_screen(
    marie: RunningMarie, browser: Browser
) -> None:
    context = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(context, marie.base)
    conversation = await visitor.conversation()

    said = [
        "Suis-je admissible à vos programmes?",
        "j'habite à Laval",
        "je suis résidente permanente",
        "29 ans",
        "un bac",
        "depuis 2 ans",
        "avancé",
    ]
    asked = -1
    for text in said:
        asked += 1
        count = len(await conversation.log())
        await visitor.ask(text)
        log = await conversation.until(count + 2)
        answer = log[-1]
        assert answer["topic"] == "eligibility", (text, answer["text"])
        if is_settled(answer):
            break
    assert is_settled(answer)
    assert asked <= 6
    await visitor.until_shown(log)

    found = verdicts(answer)
    assert found["emplois-en-regions"]["verdict"] == "eligible"
    assert found["place-aux-jeunes"]["verdict"] == "eligible"
    assert found["emploi-en-sol-quebecois"]["verdict"] == "to_confirm"
    check_reasons(answer)
    await expect(visitor.page.get_by_text("à première vue, oui").first).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Les autres mesures")).to_be_visible()
    await context.close()


async def test_one_message_is_enough_and_a_correction_changes_the_verdict(
    marie: RunningMarie,
) -> None:
    conversation = await arrive(marie.base)
    _, answers = await conversation.say(
        "Suis-je admissible? Je suis RP depuis 2 ans, j'ai 29 ans, j'habite Montréal-Nord, deux"
        " enfants, j'ai un bac et je parle très bien français"
    )
    assert is_settled(answers[-1])
    assert verdicts(answers[-1])["place-aux-jeunes"]["verdict"] == "eligible"
    check_reasons(answers[-1])

    _, answers = await conversation.say("non en fait j'ai 36 ans")
    assert answers[-1]["topic"] == "eligibility"
    assert verdicts(answers[-1])["place-aux-jeunes"]["verdict"] == "not_eligible"
    assert "36" in answers[-1]["text"]


async def test_every_question_may_be_passed_with_its_button(marie: RunningMarie) -> None:
    conversation = await arrive(marie.base)
    _, answers = await conversation.say("ai-je droit à un programme pour aller en région?")
    passed = 0
    while not is_settled(answers[-1]):
        _, answers = await conversation.press("Passer cette question")
        passed += 1
    assert passed <= 6
    assert {verdicts(answers[-1])[name]["verdict"] for name in FOUNDING} == {"to_confirm"}
    check_reasons(answers[-1])


async def test_what_was_told_about_something_else_is_not_asked_again(marie: RunningMarie) -> None:
    conversation = await arrive(marie.base)
    await conversation.say(
        "je suis résident permanent et je vis à Laval, combien coûte la garderie?"
    )
    _, answers = await conversation.say("ai-je droit à un programme?")
    asked = answers[-1]["text"]
    assert "statut" not in asked.split("\n")[-1]
    assert "grande région de Montréal" not in asked


async def test_matched_openings_reach_the_talk_on_the_screen(
    marie: RunningMarie, browser: Browser, tmp_path: Any
) -> None:
    path = tmp_path / "essai.csv"
    path.write_text(
        "Titre,Ville,Français,Salaire,Date limite\n"
        'Soudeur-monteur,Rimouski,intermédiaire,"28,50",2099-12-31\n',
        encoding="utf-8",
    )
    marie.marie("import", "openings", str(path), "--yes")
    context = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(context, marie.base)
    conversation = await visitor.conversation()
    await visitor.ask("je suis soudeur, est-ce que des employeurs peuvent me rencontrer?")
    log = await conversation.until(3)
    await visitor.until_shown(log)
    assert log[-1]["topic"] == "work.matching"
    (match,) = log[-1]["data"]["matches"]
    assert match["title"] == "Soudeur-monteur"
    assert match["because"]
    await expect(visitor.last("marie")).to_contain_text("Soudeur-monteur")
    await expect(visitor.last("marie")).to_contain_text("pas une promesse")
    await context.close()

    marie.marie("import", "openings-undo", "1")
    _, answers = await conversation.say("et maintenant, des employeurs pour un soudeur?")
    assert not answers[-1]["data"].get("matches")
