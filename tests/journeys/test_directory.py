"""From publishers' files to cards on the screen, by `marie import` into a clean Marie.

The files are small ones of ours in the publishers' layouts; what they tell exists nowhere.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from marie.rasa.model import train
from marie.settings import ROOT
from tests import publishers
from tests.journeys.people import Browsing, arrive
from tests.running import RunningMarie, running_marie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]

PHONE = "450 555-0102"
NEW_PHONE = "450 555-0199"


@pytest.fixture(scope="module")
def daycares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publishers.regional(tmp_path_factory.mktemp("files") / "garderies.csv")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, daycares: Path) -> Iterator[RunningMarie]:
    """A Marie of her own, filled by `marie import` while she runs."""
    data = tmp_path_factory.mktemp("filled")
    files = daycares.parent
    amqui = {
        "CD_ORGNS": "1",
        "CD_MUNCP": "07047",
        "NOM_MUNCP": "Amqui",
        "NOM_OFFCL": "Cégep d'Essai",
    }
    schools = publishers.geojson(files / "ecoles.geojson", publishers.school())
    colleges = publishers.geojson(
        files / "colleges.geojson", publishers.college(original=amqui, spot=[-67.43, 48.47])
    )
    train(ROOT / "bot" / "models", data, dict(os.environ))
    with running_marie(data) as started:
        started.marie("import", "childcare", str(daycares), "--yes")
        started.marie("import", "schools", str(schools), "--yes")
        started.marie("import", "colleges", str(colleges), "--yes")
        yield started


async def test_right_cards_with_their_dates_are_on_the_screen(
    filled: RunningMarie, browser: Browser
) -> None:
    phone = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(phone, filled.base)
    conversation = await visitor.conversation()
    asked = {
        "garderie à Saint-Hyacinthe": ("CPE des Essais", "Saint-Hyacinthe"),
        "cpe st-hyacinthe poupon": ("CPE des Essais", "Saint-Hyacinthe"),
        "un cégep proche d'Amqui": ("Centre matapédien d’études collégiales", "Amqui"),
        "école des adultes à Matane": ("Centre d’éducation des adultes des Essais", "Matane"),
    }
    for question, (name, town) in asked.items():
        count = len(await conversation.log())
        await visitor.ask(question)
        log = await conversation.until(count + 2)
        await visitor.until_shown(log)
        first = log[-1]["resources"][0]
        assert (first["name"], first["municipality"]) == (name, town), question
        assert first["address"].endswith(("J2S 0A1", "G5J 3P6", "G4W 0A1"))
        assert len(log[-1]["resources"]) <= 5
        assert re.search(r"publication\s: .* 20\d\d\), lu le \d", log[-1]["text"]), question
        card = visitor.page.locator(".cards").last.locator(".card").first
        await expect(card).to_contain_text(name)
        await expect(card).to_contain_text("lu le ")
    log = await conversation.log()
    assert "Cégep d’Essai" in [each["name"] for each in log[6]["resources"]]
    infants = log[4]
    assert [each["name"] for each in infants["resources"]][:2] == ["CPE des Essais"] * 2
    await phone.close()


async def test_one_phone_number_that_changes_is_the_diff_is_heard_and_is_undone(
    filled: RunningMarie, daycares: Path
) -> None:
    conversation = await arrive(filled.base)

    async def heard() -> str:
        await conversation.say("garderie à Saint-Hyacinthe")
        _, answers = await conversation.say("c'est quoi leur numéro de téléphone?")
        return str(answers[-1]["text"])

    async def marie(*arguments: str) -> str:
        done = await asyncio.to_thread(filled.marie, "import", *arguments)
        return done.stdout

    assert PHONE in await heard()
    rows = [row.replace("555-0102", "555-0199") for row in publishers.REGIONAL_ROWS]
    publishers.regional(daycares, rows)
    shown = await marie("childcare", str(daycares), "--dry-run")
    changed = [line.strip() for line in shown.splitlines() if line.startswith("  ")]
    assert len(changed) == 2, shown
    assert changed[0].startswith("~ garde-garderie-le-banc-d-essai")
    assert changed[1] == f"phone\u00a0: {PHONE} → {NEW_PHONE}"
    assert "0 nouvelles, 1 modifiées, 2 inchangées, 0 disparues" in shown
    assert PHONE in await heard()

    applied = await marie("childcare", str(daycares), "--yes")
    assert NEW_PHONE in await heard()
    batch = re.search(r"import n°\s(\d+)", applied)
    assert batch is not None, applied
    await marie("undo", batch[1])
    text = await heard()
    assert PHONE in text
    assert NEW_PHONE not in text
