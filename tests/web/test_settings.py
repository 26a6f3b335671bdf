"""Settings of administrators: checked, published, in force at once, and taken back."""

from __future__ import annotations

import html
import json
import re
import struct
import zlib
from collections.abc import AsyncIterator
from typing import get_args

import aiohttp
import pytest

from marie.domain.people import Role
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.knowledge.site_settings import contrast
from marie.language.tongues import Tongue
from marie.settings import Settings
from marie.store.consents import version_of
from marie.store.engine import Database
from marie.web.keys import CONFIGURED, LIBRARY, TERMS
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session

PAGE = "/admin/reglages"
COLOURS = {"main": "#5b1a5e", "link": "#5b1a5e", "action": "#8a1f11"}


@pytest.fixture
def knowledge(settings: Settings) -> Knowledge:
    """What this Marie says: the files, and what is published in this test."""
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        yield member


async def publish(administrator: Member, item: str, **fields: str) -> tuple[int, str]:
    """Send a setting's form as its page has it."""
    shown = await administrator.get(f"{PAGE}/{item}")
    assert shown.status == 200
    ground = re.search(r'name="ground" value="([^"]*)"', shown.text)
    assert ground is not None
    sent = await administrator.post(
        f"{PAGE}/{item}", **{"do": "publish", "why": "", "ground": ground.group(1), **fields}
    )
    return sent.status, html.unescape(sent.text)


async def text_of(client: Client, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    async with client.get(path, headers=headers) as response:
        return response.status, await response.text(), dict(response.headers)


def png(size: int = 0) -> bytes:
    """A picture of one point, and `size` bytes that say nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\x00\x00\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"") + b"\0" * size


async def upload(administrator: Member, name: str, body: bytes) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("file", body, filename=name, content_type="image/png")
    url = administrator.client.make_url(f"{PAGE}/widget/logo")
    async with administrator.session.post(url, data=form) as response:
        return response.status, html.unescape(await response.text())


async def test_colours_are_checked_and_in_the_widget_at_once(
    client: Client, administrator: Member
) -> None:
    status, said = await publish(administrator, "widget", **COLOURS | {"link": "#ffcc00"})
    assert status == 422
    assert "pour 1, il en faut 4,5" in said
    _, css, _ = await text_of(client, "/widget/marie.css")
    assert "#5b1a5e" not in css
    assert (await publish(administrator, "widget", **COLOURS))[0] == 200
    _, css, _ = await text_of(client, "/widget/marie.css")
    assert "--deep: #5b1a5e" in css
    assert css.count("{") == css.count("}")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


async def test_logo_is_a_small_picture_from_our_own_address(
    client: Client, administrator: Member
) -> None:
    for name, body, why in (
        ("a.svg", b"<svg onload='alert(1)'/>", "SVG"),
        ("a.png", b"GIF89a", "PNG ou WebP"),
        ("a.png", png(100_000), "100\xa0ko"),
        ("a.png", b"", "choisissez une image"),
    ):
        status, said = await upload(administrator, name, body)
        assert (status, why.lower() in said.lower()) == (422, True), why
    status, said = await upload(administrator, "a.png", png())
    assert status == 200
    number = re.search(r"/widget/logo/([0-9a-f]{64})", said)
    draft = re.search(r"/essai/(\d+)/marie\.js", said)
    assert number is not None
    assert draft is not None
    assert draft.group(1) != "0"
    async with client.get(f"/widget/logo/{number.group(1)}") as response:
        assert response.content_type == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert await response.read() == png()
    trial = await administrator.get(f"{PAGE}/essai/{draft.group(1)}/marie.css")
    assert number.group(1) in trial.text
    assert number.group(1) not in (await text_of(client, "/widget/marie.css"))[1]
    assert (await text_of(client, f"{PAGE}/essai/0/marie.css"))[1] != trial.text


async def test_listed_sites_alone_show_the_widget_and_our_own_always_does(
    client: Client, administrator: Member
) -> None:
    own = str(client.make_url("/")).rstrip("/")
    _, _, headers = await text_of(client, "/widget/widget.js", Origin="https://autre.example")
    assert headers["Access-Control-Allow-Origin"] == "*"
    status, _ = await publish(administrator, "sites", hosts="pas un site")
    assert status == 422
    hosts = "https://promis.example/accueil\n*.inici.example"
    assert (await publish(administrator, "sites", hosts=hosts))[0] == 200
    for origin, listed in (
        ("https://promis.example", True),
        ("https://www.inici.example", True),
        (own, True),
        ("https://autre.example", False),
        ("https://promis.example.evil.example", False),
        ("null", False),
    ):
        _, _, headers = await text_of(client, "/widget/widget.js", Origin=origin)
        assert headers.get("Access-Control-Allow-Origin") == (origin if listed else None)
        assert "Origin" in headers["Vary"]
        body = {"consent": True}
        async with client.post(
            "/api/v1/conversations", json=body, headers={"Origin": origin}
        ) as response:
            assert response.status == (201 if listed else 403), origin
    _, script, _ = await text_of(client, "/widget/marie.js", Referer="https://autre.example/a")
    assert "import" not in script
    _, script, _ = await text_of(client, "/widget/marie.js", Referer=f"{own}/")
    assert "import" in script
    async with client.post("/api/v1/conversations", json={"consent": True}) as response:
        assert response.status == 201


async def test_retention_stays_within_its_bounds(administrator: Member) -> None:
    status, said = await publish(administrator, "retention", **{"days.miss": "5000"})
    assert (status, "entre 30 et 730 jours" in said.lower()) == (422, True)
    status, _ = await publish(administrator, "retention", **{"days.miss": "60"})
    assert status == 200
    shown = html.unescape((await administrator.get("/admin/registres/conservation")).text)
    assert "60" in shown
    status, _ = await publish(administrator, "retention", **{"days.session": "60"})
    assert status == 422


async def test_organisation_is_added_renamed_and_known_everywhere(
    client: Client, administrator: Member
) -> None:
    fields = {
        "talks_at_once": "4",
        "organizations.0.id": "promis",
        "organizations.0.name": "PROMIS Montréal",
        "organizations.0.languages": "en, es",
        "organizations.0.hours.monday.first": "09:00",
        "organizations.0.hours.monday.last": "17:00",
        "organizations.1.id": "nouveau",
        "organizations.1.name": "Nouvel organisme",
    }
    wrong = fields | {"organizations.0.hours.monday.last": "08:00"}
    status, said = await publish(administrator, "organizations", **wrong)
    assert (status, "finit avant de commencer" in said) == (422, True)
    assert (await publish(administrator, "organizations", **fields))[0] == 200
    assert client.app is not None
    terms = client.app[TERMS]
    assert terms.organizations.by_id["promis"].languages == ("en", "es")
    assert terms.said_hours("promis") is not None
    shown = html.unescape((await administrator.get("/admin/repartition")).text)
    assert "PROMIS Montréal" in shown
    assert "Nouvel organisme" in shown


async def test_closed_days_are_closed(client: Client, administrator: Member) -> None:
    day = {"days.0.from": "2027-07-19", "days.0.until": "2027-07-30", "days.0.why": "Vacances"}
    wrong = day | {"days.0.until": "2027-07-01"}
    assert (await publish(administrator, "closures", **wrong))[0] == 422
    assert (await publish(administrator, "closures", **day))[0] == 200
    assert client.app is not None
    closures = client.app[CONFIGURED].current().closures
    assert [each.why for each in closures.days] == ["Vacances"]
    assert client.app[TERMS].is_closed(closures.days[0].until)


async def test_languages_of_the_welcome_are_ticked_beside_what_is_said(
    client: Client, administrator: Member
) -> None:
    assert client.app is not None
    shown = html.unescape((await administrator.get(f"{PAGE}/languages")).text)
    assert client.app[LIBRARY].current().phrases["language_ht"].text.strip() in shown
    ticked = re.findall(r'name="(welcomed\.[a-z]+)" value="1"[^>]* checked', shown)
    assert len(ticked) == len(get_args(Tongue))
    ours = {"welcomed.es": "1", "welcomed.uk": "1", "welcomed.xx": "1"}
    assert (await publish(administrator, "languages", **ours))[0] == 200
    assert client.app[CONFIGURED].current().languages.welcomed == ("es", "uk")
    overview = html.unescape((await administrator.get(PAGE)).text)
    assert "Espagnol" in overview
    assert "Créole haïtien" not in overview


async def test_consent_is_recorded_in_the_words_that_were_shown(
    client: Client, administrator: Member
) -> None:
    assert client.app is not None
    text = client.app[LIBRARY].current().phrase("consent_line")
    _, labels, _ = await text_of(client, "/widget/labels.js")
    assert json.dumps(f"{text} ", ensure_ascii=False) in labels
    assert f"version: '{version_of(text)}'" in labels
    body = {"consent": True, "version": version_of(text)}
    async with client.post("/api/v1/conversations", json=body) as response:
        assert response.status == 201


async def test_overview_shows_what_is_set(administrator: Member) -> None:
    shown = html.unescape((await administrator.get(PAGE)).text)
    for said in ("Organismes", "Jours fermés", "Durées de conservation", "Texte du consentement"):
        assert said in shown
