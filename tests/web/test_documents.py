"""Documents of the log: shown as signed addresses, made when asked for, gone when erased."""

from __future__ import annotations

import stat
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from marie import clock
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.settings import Settings
from marie.web.signing import KEY_FILE, SAME, VALID, Signer, open_key
from tests.conftest import Client, MakeClient, Visitor
from tests.fakes import FakeRasa
from tests.papers.reading import text_of

SECRET = "Zyzzyva Ben Saïd"
LETTER = {
    "title": "Avis de non-reconduction (PDF)",
    "paper": "lease-nonrenewal",
    "format": "pdf",
    "data": {"tenant": SECRET, "lease_end": "2027-06-30", "rule": "art. 1946 C.c.Q."},
}
CALENDAR = {
    "title": "Rappels (agenda)",
    "paper": "calendar",
    "format": "ics",
    "data": {
        "name": "Mon bail",
        "events": [{"id": "notice", "title": "Dernier jour", "day": "2027-03-31"}],
    },
}


def with_papers(_turn: dict[str, Any]) -> Reply:
    plain = {**LETTER, "format": "txt", "title": "Avis de non-reconduction (texte)"}
    return Reply(
        messages=(
            Content(text="Voici.", topic="lease.notice", documents=(LETTER, plain, CALENDAR)),
        )
    )


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa(script=with_papers)


async def papers_of(visitor: Visitor) -> list[dict[str, str]]:
    body = {"client_id": str(uuid.uuid4()), "text": "Une lettre pour mon propriétaire"}
    status, answer = await visitor.post(body, wait=25)
    assert status == 200
    documents: list[dict[str, str]] = answer["messages"][-1]["documents"]
    return documents


async def test_document_is_shown_as_a_title_and_an_address_without_token_or_data(
    visitor: Visitor,
) -> None:
    documents = await papers_of(visitor)

    assert [each["title"] for each in documents] == [
        "Avis de non-reconduction (PDF)",
        "Avis de non-reconduction (texte)",
        "Rappels (agenda)",
    ]
    for each in documents:
        assert set(each) == {"title", "url"}
        assert each["url"].startswith(f"/api/v1/documents/{visitor.id}/3/")
        assert visitor.token not in each["url"]


async def test_nobody_is_shown_what_a_document_is_made_of(client: Client, visitor: Visitor) -> None:
    await papers_of(visitor)

    for path in ("/messages", "/export"):
        async with client.get(f"{visitor.url}{path}", headers=visitor.headers) as response:
            said = await response.text()
        assert "Voici." in said
        assert "Zyzzyva" not in said


async def test_each_format_is_a_file_with_a_french_name_that_no_cache_shares(
    client: Client, visitor: Visitor
) -> None:
    kinds = []
    for each in await papers_of(visitor):
        async with client.get(each["url"]) as response:
            assert response.status == 200
            kinds.append((response.content_type, response.headers["Content-Disposition"]))
            assert response.headers["Cache-Control"] == "private, no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
            body = await response.read()
        if response.content_type == "application/pdf":
            assert SECRET in text_of(body)
        elif response.content_type == "text/plain":
            assert SECRET in body.decode()
        else:
            (event,) = Calendar.from_ical(body).events
            assert str(event["summary"]) == "Dernier jour"

    assert kinds == [
        ("application/pdf", 'inline; filename="avis-de-non-reconduction.pdf"'),
        ("text/plain", 'inline; filename="avis-de-non-reconduction.txt"'),
        ("text/calendar", 'attachment; filename="calendar.ics"'),
    ]


async def test_address_that_was_changed_is_not_found(client: Client, visitor: Visitor) -> None:
    url = (await papers_of(visitor))[0]["url"]
    path, _, query = url.partition("?")
    expires = query.partition("&")[0]
    forged = [
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        f"{path}?{expires}",
        path,
        url.replace("/3/1.pdf", "/3/2.pdf"),
        url.replace("/3/1.pdf", "/2/1.pdf"),
        url.replace("1.pdf", "1.txt"),
        url.replace("expires=", "expires=9"),
        f"{path}?expires=é&signature=%ED%B2%80",
    ]

    for each in forged:
        async with client.get(each) as response:
            assert response.status == 404, each
            assert response.content_type == "application/problem+json"


async def test_address_holds_to_the_second_and_then_says_how_to_get_another(
    client: Client, visitor: Visitor, settings: Settings
) -> None:
    await papers_of(visitor)
    path = f"/api/v1/documents/{visitor.id}/3/1.pdf"
    key = open_key(settings.data)
    just_good = Signer(key, lambda: clock.now() - VALID + timedelta(seconds=5)).sign(path)
    just_over = Signer(key, lambda: clock.now() - VALID - SAME).sign(path)

    async with client.get(just_good) as response:
        assert response.status == 200
    async with client.get(just_over) as response:
        assert response.status == 410
        assert "rechargez" in (await response.json())["detail"]
    async with client.get(just_over, headers={"Accept": "text/html,*/*"}) as response:
        assert response.status == 410
        assert response.content_type == "text/html"
        assert "rechargez la page de la conversation" in await response.text()
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_reading_the_log_again_gives_an_address_that_works(
    client: Client, visitor: Visitor
) -> None:
    await papers_of(visitor)
    again = (await visitor.log(2))["messages"][0]["documents"][0]["url"]

    async with client.get(again) as response:
        assert response.status == 200


async def test_erased_conversation_has_no_documents(client: Client, visitor: Visitor) -> None:
    url = (await papers_of(visitor))[0]["url"]
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204

    async with client.get(url) as response:
        assert response.status == 410
        assert "%PDF" not in await response.text()


async def test_key_is_made_once_and_only_its_owner_reads_it(
    make_client: MakeClient, settings: Settings
) -> None:
    first = await make_client()
    visitor = await Visitor.arrive(first)
    url = (await papers_of(visitor))[0]["url"]
    after_restart = await make_client()

    async with after_restart.get(url) as response:
        assert response.status == 200
    mode = (settings.data / KEY_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(open_key(settings.data)) == 32


async def test_plain_page_links_to_the_documents(client: Client) -> None:
    async with client.post("/chat/commencer") as response:
        assert response.status == 200
    form = {"client_id": str(uuid.uuid4()), "text": "Une lettre"}
    async with client.post("/chat/envoyer", data=form) as response:
        shown = await response.text()

    assert "Avis de non-reconduction (PDF)" in shown
    assert 'href="/api/v1/documents/' in shown
    assert "Zyzzyva" not in shown


def test_log_read_twice_within_a_moment_gives_the_same_addresses() -> None:
    start = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)

    def signed(after: timedelta) -> str:
        return Signer(b"key", lambda: start + after).sign("/x")

    moment = timedelta(seconds=1)
    assert signed(timedelta()) == signed(moment) == signed(SAME - moment) != signed(SAME)
