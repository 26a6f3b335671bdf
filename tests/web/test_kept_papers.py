"""The moving plan as a page, and the link that a visitor keeps to it."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from marie import clock
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.services import papers
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa

PLAN = {
    "title": "Votre plan pour Rimouski",
    "made_on": "2026-11-22",
    "introduction": ["Vous partez le 1er juillet 2027."],
    "steps": [
        {
            "id": "notice",
            "title": "Envoyer l’avis au propriétaire <b>",
            "first": "2027-01-01",
            "day": "2027-03-31",
            "text": "Le propriétaire doit le recevoir.",
            "contacts": [{"name": "Tribunal", "phone": "514 555-0123", "url": "javascript:1"}],
            "source": {"title": "Page", "url": "https://a.example", "read_on": "2026-11-22"},
            "reminders": [7],
        }
    ],
}


def with_plan(_turn: dict[str, Any]) -> Reply:
    shared = {"paper": "moving-plan", "of": "plan"}
    letter = {"title": "Lettre", "paper": "lease-nonrenewal", "format": "html", "data": {}}
    documents = ({"title": "Mon plan", "format": "html", **shared}, letter)
    content = Content(text="Voici.", topic="moving.plan", documents=documents, data={"plan": PLAN})
    return Reply(messages=(content,))


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa(script=with_plan)


async def addresses(visitor: Visitor) -> list[str]:
    body = {"client_id": str(uuid.uuid4()), "text": "Mon plan"}
    _, answer = await visitor.post(body, wait=25)
    return [each["url"] for each in answer["messages"][-1]["documents"]]


async def keep(client: Client, url: str) -> str:
    async with client.get(url) as response:
        shown = await response.text()
        assert response.status == 200, shown
    found = re.search(r'name="document" value="([^"]+)"', shown)
    assert found is not None
    form = {"document": html.unescape(found[1])}
    async with client.post("/papers/", data=form, allow_redirects=False) as response:
        assert response.status == 303
        return response.headers["Location"]


async def test_plan_is_a_page_with_dates_contacts_sources_and_files(
    client: Client, visitor: Visitor
) -> None:
    async with client.get((await addresses(visitor))[0]) as response:
        shown = await response.text()
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "private, no-store"

    for expected in (
        "Votre plan pour Rimouski",
        "Du 1er\u00a0janvier 2027 au 31\u00a0mars 2027",
        "tel:+15145550123",
        "page lue le 22\u00a0novembre 2026",
        "Envoyer l’avis au propriétaire &lt;b&gt;",
    ):
        assert expected in shown
    assert "javascript:" not in shown
    files = [html.unescape(each) for each in re.findall(r'href="(/api/v1/doc[^"]+)"', shown)]
    kinds = set()
    for each in files:
        async with client.get(each) as response:
            assert response.status == 200
            kinds.add(response.content_type)
    assert kinds == {"application/pdf", "text/calendar", "text/plain"}


async def test_only_a_plan_is_a_page(client: Client, visitor: Visitor) -> None:
    async with client.get((await addresses(visitor))[1]) as response:
        assert response.status == 404


async def test_kept_link_leads_to_the_plan_and_its_files_and_is_erased_from_its_page(
    client: Client, visitor: Visitor
) -> None:
    link = await keep(client, (await addresses(visitor))[0])

    assert visitor.id not in link
    async with client.get(link) as response:
        assert response.status == 200
        assert "Votre plan pour Rimouski" in await response.text()
    for kind in ("pdf", "ics", "txt"):
        async with client.get(f"{link}/plan.{kind}") as response:
            assert response.status == 200
    async with client.post(f"{link}/effacer") as response:
        assert response.status == 200
    async with client.get(link) as response:
        assert response.status == 404
        assert "Lien introuvable" in await response.text()


async def test_link_is_not_kept_for_an_address_that_is_not_ours_or_no_longer_holds(
    client: Client, visitor: Visitor
) -> None:
    url = (await addresses(visitor))[0]
    for each in ("", "/papers/", f"{url}x", url.replace("expires=", "expires=9"), "https://a/b"):
        async with client.post("/papers/", data={"document": each}) as response:
            assert response.status == 404, each


async def test_another_site_cannot_make_or_erase_a_link(client: Client, visitor: Visitor) -> None:
    url = (await addresses(visitor))[0]
    link = await keep(client, url)
    foreign = {"Origin": "https://evil.example"}
    for path, data in (("/papers/", {"document": url}), (f"{link}/effacer", {})):
        async with client.post(path, data=data, headers=foreign) as response:
            assert response.status == 403
    async with client.get(link) as response:
        assert response.status == 200


async def test_kept_link_goes_with_the_conversation(client: Client, visitor: Visitor) -> None:
    link = await keep(client, (await addresses(visitor))[0])
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204

    for path in (link, f"{link}/plan.pdf"):
        async with client.get(path) as response:
            assert response.status == 404


async def test_kept_link_holds_half_a_year_and_no_second_more(
    client: Client, visitor: Visitor, database: Database
) -> None:
    token = (await keep(client, (await addresses(visitor))[0])).rpartition("/")[2]
    kept = await papers.follow(database, token, clock=clock.now)

    just_before = kept.expires_at - timedelta(milliseconds=1)
    assert (await papers.follow(database, token, clock=lambda: just_before)).number == 1
    with pytest.raises(papers.UnknownLink):
        await papers.follow(database, token, clock=lambda: kept.expires_at)


async def test_store_never_sees_the_token(client: Client, visitor: Visitor, settings: Any) -> None:
    token = (await keep(client, (await addresses(visitor))[0])).rpartition("/")[2]
    path = settings.database_url.split("///")[1]

    import sqlite3

    connection = sqlite3.connect(path)
    dump = "\n".join(connection.iterdump())
    connection.close()
    assert "paper_link" in dump
    assert token not in dump
