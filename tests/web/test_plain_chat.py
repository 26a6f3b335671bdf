"""`/chat`, as a browser without JavaScript sees it."""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.services import counsellor
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client
from tests.fakes import FakeRasa
from tests.staff import Member, Shown, add_account, browser_of, open_session

COOKIE = "marie_chat"
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def arriving(client: Client) -> AsyncIterator[Member]:
    """A browser that has not consented yet."""
    async with browser_of(client, "") as browser:
        yield browser


@pytest.fixture
async def browser(arriving: Member) -> Member:
    """A browser whose visitor has consented."""
    await arriving.post("/chat/commencer")
    return arriving


async def write(browser: Member, text: str, client_id: str | None = None, path: str = "") -> Shown:
    return await browser.post(
        f"/chat/envoyer{path}", text=text, client_id=client_id or str(uuid.uuid4())
    )


async def press(browser: Member, payload: str) -> Shown:
    return await browser.post("/chat/envoyer", payload=payload, client_id=str(uuid.uuid4()))


def log(shown: Shown) -> list[tuple[str, str]]:
    """Author and text of each message on the page."""
    found = re.findall(
        r'<li class="message (\w+)".*?<div class="text" dir="auto">(.*?)</div>', shown.text, re.S
    )
    return [(author, html.unescape(re.sub(r"<.*?>", "", text))) for author, text in found]


def cookie(browser: Member) -> Any:
    return {each.key: each for each in browser.session.cookie_jar}.get(COOKIE)


def conversation_id(browser: Member) -> str:
    return str(cookie(browser).value).partition(".")[0]


def say(**parts: Any) -> Callable[[dict[str, Any]], Reply]:
    return lambda _turn: Reply(
        messages=(Content(**{"text": "Voici.", "topic": "clarify", **parts}),)
    )


async def test_nothing_is_stored_before_consent(arriving: Member, database: Database) -> None:
    shown = await arriving.get("/chat")
    assert "J’accepte et je commence" in shown.text
    assert "assistante automatisée" in shown.text
    assert cookie(arriving) is None
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(tables.conversation)) == 0


async def test_consent_begins_with_the_greeting_in_a_cookie_for_this_path_alone(
    arriving: Member,
) -> None:
    shown = await arriving.post("/chat/commencer")
    assert [author for author, _ in log(shown)] == ["marie"]
    kept = cookie(arriving)
    assert (kept["path"], kept["samesite"], kept["httponly"]) == ("/chat", "Strict", True)


async def test_consenting_again_goes_on_with_the_same_conversation(browser: Member) -> None:
    before = cookie(browser).value
    await browser.post("/chat/commencer")
    assert cookie(browser).value == before


async def test_question_and_answer_are_on_the_page_that_follows(browser: Member) -> None:
    shown = await write(browser, "Où est\r\nmon cégep?")
    assert log(shown)[1:] == [
        ("visitor", "Où est\nmon cégep?"),
        ("marie", "Vous dites\u00a0: Où est\nmon cégep?"),
    ]
    assert shown.url.fragment == "m2"
    assert 'id="m2"' in shown.text
    assert "Refresh" not in shown.headers


async def test_form_sent_twice_writes_once_and_one_changed_writes_anew(browser: Member) -> None:
    form = str(uuid.uuid4())
    for text in ("Bonjour", "Bonjour", "Bonsoir"):
        shown = await write(browser, text, form)
    assert [text for author, text in log(shown) if author == "visitor"] == ["Bonjour", "Bonsoir"]


async def test_quick_replies_of_marie_s_last_words_are_buttons(browser: Member) -> None:
    shown = await write(browser, "Bonjour")
    assert '<button name="payload" value="/handoff">Parler à une personne</button>' in shown.text
    shown = await press(browser, "/handoff")
    (who, asked), (_, answered) = log(shown)[-2:]
    assert (who, asked) == ("visitor", "Parler à une personne")
    assert answered.startswith("Une personne vient.")
    assert 'value="/more"' not in shown.text


async def test_buttons_stay_under_the_last_of_several_messages(
    browser: Member, rasa: FakeRasa
) -> None:
    rasa.script = lambda _turn: Reply(
        messages=(
            Content(text="Un", topic="clarify", quick_replies=({"title": "A", "payload": "/a"},)),
            Content(text="Deux", topic="clarify"),
        )
    )
    assert '<button name="payload" value="/a">A</button>' in (await write(browser, "Bonjour")).text


async def test_payload_that_was_not_offered_is_refused_in_words(browser: Member) -> None:
    shown = await press(browser, "/restart")
    assert shown.status == 400
    assert "n’a pas été proposé" in shown.text
    assert len(log(shown)) == 1


async def test_person_can_be_asked_for_from_the_first_page(browser: Member, rasa: FakeRasa) -> None:
    shown = await browser.get("/chat")
    (text,) = re.findall(r'name="text" value="(.*?)"', shown.text)
    await write(browser, text)
    assert rasa.turns[-1]["message"] == "Je veux parler à une personne"


async def test_resources_sources_and_documents_stand_with_their_dates(
    browser: Member, rasa: FakeRasa
) -> None:
    card = {
        "id": "a", "name": "Cégep de Rimouski", "kind": "cegep", "municipality": "Rimouski",
        "region": "Bas-Saint-Laurent", "address": None, "phone": "418 555-0123",
        "url": "https://www.cegep-rimouski.qc.ca", "distance_km": 1.5, "read_on": "2026-11-22",
        "verified_on": None, "source": "Données Québec", "map_url": None,
    }  # fmt: skip
    unsure = {"read_on": None, "verified_on": None}
    rasa.script = say(
        text="Voici : https://www.quebec.ca/a?b=1&c=2. En danger, le 911.",
        resources=(card,),
        sources=(
            {"title": "Une", "url": "https://a.example", **unsure, "verified_on": "2026-12-01"},
            {"title": "Deux", "url": "https://b.example", **unsure},
        ),
        documents=({"title": "Avis (PDF)", "paper": "letter", "format": "pdf", "data": {}},),
    )  # fmt: skip
    shown = await write(browser, "cégep")
    for expected in (
        "Rimouski, à 1,5\u00a0km à vol d’oiseau",
        "tel:+14185550123",
        "Données Québec, lu le 22 novembre 2026, à confirmer",
        "<summary>Sources (2)</summary>",
        "vérifié le 1er décembre 2026",
        "Deux</a> (à confirmer)",
        '<a class="button" href="/api/v1/documents/',
        "Avis (PDF)</a>",
        '<a href="https://www.quebec.ca/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">',
        '<a href="tel:911">911</a>',
    ):
        assert expected in shown.text, expected


async def test_html_is_shown_as_text_and_strange_addresses_are_not_links(
    browser: Member, rasa: FakeRasa
) -> None:
    rasa.script = say(
        text=f'{XSS} https://a.example/"><b>',
        sources=({"title": XSS, "url": "javascript:1", "read_on": None, "verified_on": None},),
        documents=({"title": XSS, "paper": "evil", "format": "pdf", "data": {"name": "evil"}},),
        quick_replies=({"title": XSS, "payload": '/a{"b": "<c>"}'},),
    )  # fmt: skip
    shown = await write(browser, f"{XSS} javascript:alert(1)")
    assert "<img src=x" not in shown.text
    assert 'href="javascript' not in shown.text
    assert "evil" not in shown.text
    assert "<b>" not in shown.text
    assert 'value="/a{&#34;b&#34;: &#34;&lt;c&gt;&#34;}"' in shown.text
    assert log(shown)[1] == ("visitor", f"{XSS} javascript:alert(1)")


async def test_text_that_cannot_be_sent_stays_in_the_field(browser: Member) -> None:
    for text, status in (
        ("", 400),
        (" \t\r\n ", 400),
        ("nul\x00", 400),
        ("a" * 4_001, 413),
        ("🦫" * 10_000, 413),
    ):
        shown = await write(browser, text)
        assert shown.status == status
        assert 'role="alert"' in shown.text
        assert len(log(shown)) == 1
    assert "🦫" * 10_000 in shown.text
    assert (await write(browser, "a", "pas un uuid")).status == 400
    assert (await write(browser, "\u202eà l’envers\u0007<script>")).status == 200


async def test_over_the_rate_limit_the_text_is_kept_and_the_wait_told(browser: Member) -> None:
    statuses = []
    for number in range(75):
        shown = await write(browser, f"message {number}" if number == 74 else "")
        statuses.append(shown.status)
        if shown.status == 429:
            shown = await write(browser, "gardé")
            break
    assert shown.status == 429
    assert int(shown.headers["Retry-After"]) >= 1
    assert ">gardé</textarea>" in shown.text


async def test_page_looks_again_by_itself_while_something_is_awaited_unless_stopped(
    browser: Member, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marie.web.plain_chat.WAIT", 0.1)
    rasa.hold = asyncio.Event()
    shown = await write(browser, "Bonjour")
    assert shown.headers["Refresh"] == "3"
    assert "Marie prépare sa réponse" in shown.text
    rasa.hold.set()
    await asyncio.sleep(0.3)
    assert "Refresh" not in (await browser.get("/chat")).headers
    shown = await press(browser, "/handoff")
    await asyncio.sleep(0.3)
    shown = await browser.get("/chat")
    assert shown.headers["Refresh"] == "15"
    assert "Votre demande est transmise" in shown.text
    shown = await browser.get("/chat?actualiser=non")
    assert "Refresh" not in shown.headers
    assert 'action="/chat/envoyer?actualiser=non"' in shown.text
    shown = await write(browser, "Un instant", path="?actualiser=non")
    assert shown.url.query_string == "actualiser=non"


async def test_counsellor_s_words_come_and_marie_is_silent(
    browser: Member, database: Database
) -> None:
    await write(browser, "Bonjour")
    await press(browser, "/handoff")
    staff = await add_account(database, "nadia", organization="collectif")  # whose turn it is
    async with browser_of(browser.client, "nadia") as nadia:
        nadia.carry(await open_session(database, staff))
        page = f"/console/conversations/{conversation_id(browser)}"
        assert 'name="payload"' in (await browser.get("/chat")).text
        await nadia.post(f"{page}/prendre")
        taken = await browser.get("/chat")
        assert 'name="payload"' not in taken.text, "what Marie offered before leads nowhere now"
        await nadia.post(f"{page}/ecrire", text="Bonjour, ici Nadia.", client_id=str(uuid.uuid4()))
        shown = await write(browser, "Merci!")
        assert log(shown)[-2:] == [("counsellor", "Bonjour, ici Nadia."), ("visitor", "Merci!")]
        assert "Une personne conseillère a la conversation" in shown.text
        assert "Lu" not in shown.text
        opened = await counsellor.open_conversation(database, conversation_id(browser), staff)  # type: ignore[arg-type]
        assert opened.conversation.read_visitor == opened.conversation.last_seq


async def test_visitor_takes_her_data_away(browser: Member) -> None:
    await write(browser, "Bonjour")
    shown = await browser.get("/chat/mes-donnees")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert '"Bonjour"' in shown.text


async def test_erasing_leaves_nothing_here_or_there(browser: Member, database: Database) -> None:
    await write(browser, "Zyzzyva")
    kept = cookie(browser).value
    assert "Votre conversation est effacée" in (await browser.post("/chat/effacer")).text
    assert cookie(browser) is None
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(tables.message)) == 0
    async with browser.session.get(
        browser.client.make_url("/chat"), headers={"Cookie": f"{COOKIE}={kept}"}
    ) as response:
        assert "J’accepte et je commence" in await response.text()


async def test_leaving_fast_forgets_the_conversation_here_and_goes_to_a_neutral_page(
    browser: Member,
) -> None:
    await write(browser, "Bonjour")
    shown = await browser.post("/chat/quitter")
    assert (
        '<meta http-equiv="refresh" content="0; url=https://www.meteomedia.com/ca">' in shown.text
    )
    assert 'rel="noreferrer"' in shown.text
    assert "Marie" not in shown.text
    assert cookie(browser) is None
    assert "J’accepte et je commence" in (await browser.get("/chat")).text


async def test_strange_cookies_are_no_conversation(arriving: Member) -> None:
    for value in ("", "x", ".", "a.b", "0" * 32 + ".x", "é.é", "0" * 32):
        async with arriving.session.get(
            arriving.client.make_url("/chat"), headers={"Cookie": f"{COOKIE}={value}"}
        ) as response:
            assert response.status == 200
            assert "J’accepte et je commence" in await response.text()
    for path in ("envoyer", "effacer", "quitter"):
        assert (await arriving.post(f"/chat/{path}")).status == 200


async def test_body_that_is_not_a_form_is_a_page_and_not_a_failure(browser: Member) -> None:
    for body, content_type in (
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"text=a", "multipart/form-data; boundary=x"),
        (b"a" * 300_000, "application/x-www-form-urlencoded"),
    ):
        async with browser.session.post(
            browser.client.make_url("/chat/envoyer"),
            data=body,
            headers={"Content-Type": content_type},
        ) as response:
            assert response.status in (400, 413)
            assert response.content_type == "text/html"


async def test_unknown_page_is_said_in_french(arriving: Member) -> None:
    shown = await arriving.get("/nulle-part")
    assert shown.status == 404
    assert "Introuvable" in shown.text
    assert 'lang="fr-CA"' in shown.text


async def test_error_is_reported_from_the_plain_page(
    browser: Member, rasa: FakeRasa, database: Database
) -> None:
    card = {
        "id": "cegep-rimouski",
        "name": "Cégep de Rimouski",
        "kind": "cegep",
        "municipality": "Rimouski",
        "address": None,
        "phone": None,
        "url": None,
        "map_url": None,
        "distance_km": None,
        "source": None,
        "read_on": None,
        "verified_on": None,
    }
    content = Content(text="Un cégep.", topic="cegep.find", resources=(card,))
    rasa.script = lambda turn: Reply(messages=(content,))
    shown = await write(browser, "Un cégep?")
    found = re.search(r'name="seq" value="(\d+)"', shown.text)
    assert found is not None
    assert '<option value="cegep-rimouski">Cégep de Rimouski</option>' in shown.text
    shown = await browser.post(
        "/chat/signaler", seq=found[1], resource="cegep-rimouski", text="Le numéro a changé."
    )
    assert "Merci. Une personne vérifiera." in shown.text
    async with database.read() as connection:
        rows = (await connection.execute(select(tables.report.c.resource))).scalars().all()
    assert rows == ["cegep-rimouski"]


async def test_report_about_nothing_that_marie_said_is_refused_in_french(browser: Member) -> None:
    for seq in ("99", "x", ""):
        shown = await browser.post("/chat/signaler", seq=seq, text="")
        assert shown.status == 400
        assert 'role="alert"' in shown.text


async def test_simple_french_is_switched_on_and_off_from_the_plain_page(
    browser: Member, rasa: FakeRasa
) -> None:
    assert "Français simple" in (await browser.get("/chat")).text
    shown = await browser.post("/chat/francais-simple", simple="oui")
    assert "Français habituel" in shown.text
    await write(browser, "Bonjour")
    assert rasa.turns[-1]["metadata"]["profile"]["simple"] is True
    assert "Français simple" in (await browser.post("/chat/francais-simple", simple="non")).text
