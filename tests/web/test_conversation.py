"""The visitor's conversation over HTTP, as the contract says it."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from marie.services import turns
from tests.conftest import Client, MakeClient, Visitor
from tests.fakes import FakeRasa


def said(text: str, client_id: str | None = None) -> dict[str, str]:
    return {"client_id": client_id or str(uuid.uuid4()), "text": text}


def pressed(payload: str) -> dict[str, str]:
    return {"client_id": str(uuid.uuid4()), "payload": payload}


async def test_without_consent_nothing_begins(client: Client) -> None:
    for body in ({"consent": False}, {}, {"consent": "true"}, {"consent": True, "more": 1}):
        response = await client.post("/api/v1/conversations", json=body)
        assert response.status == 400
        assert response.content_type == "application/problem+json"
        assert (await response.json())["detail"]


async def test_greeting_is_the_first_message_of_the_log(client: Client) -> None:
    response = await client.post("/api/v1/conversations", json={"consent": True})
    started = await response.json()
    (greeting,) = started["messages"]
    assert (greeting["seq"], greeting["author"], greeting["topic"]) == (1, "marie", "greeting")
    visitor = Visitor(client, started)
    assert (await visitor.log())["messages"] == started["messages"]


async def test_message_is_answered_and_the_answer_says_what_it_answers(visitor: Visitor) -> None:
    status, answer = await visitor.post(said("Bonjour"), wait=25)
    assert status == 200
    assert answer["seq"] == 2
    (message,) = answer["messages"]
    assert (message["seq"], message["answers"]) == (3, 2)
    assert message["text"] == "Vous dites\u00a0: Bonjour"


async def test_without_wait_the_number_comes_back_once_the_message_is_in_the_log(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.hold = asyncio.Event()
    status, answer = await visitor.post(said("Bonjour"))
    assert (status, answer) == (202, {"seq": 2})
    assert [message["text"] for message in (await visitor.log(1))["messages"]] == ["Bonjour"]
    rasa.hold.set()


async def test_same_client_id_gives_the_same_number_and_nothing_twice(visitor: Visitor) -> None:
    body = said("Bonjour")
    first = await visitor.post(body, wait=25)
    again = await visitor.post(body, wait=25)
    assert first == again
    assert len((await visitor.log())["messages"]) == 3


async def test_same_client_id_with_other_words_is_a_conflict(visitor: Visitor) -> None:
    body = said("Bonjour")
    await visitor.post(body, wait=25)
    status, problem = await visitor.post({**body, "text": "Bonsoir"})
    assert (status, problem["status"]) == (409, 409)


async def test_numbers_have_no_holes_when_messages_come_at_once(visitor: Visitor) -> None:
    await asyncio.gather(*(visitor.post(said(f"message {n}"), wait=25) for n in range(12)))
    messages = (await visitor.log())["messages"]
    assert [message["seq"] for message in messages] == list(range(1, 26))
    asked = [message["seq"] for message in messages if message["author"] == "visitor"]
    answered = [message["answers"] for message in messages if message["author"] == "marie"][1:]
    assert answered == asked


async def test_wrong_token_and_unknown_conversation_answer_alike(
    client: Client, visitor: Visitor
) -> None:
    bodies = set()
    for url, token in (
        (visitor.url, "wrong"),
        (visitor.url, ""),
        ("/api/v1/conversations/" + "0" * 32, visitor.token),
        ("/api/v1/conversations/%00", visitor.token),
        ("/api/v1/conversations/é", visitor.token),
    ):
        headers = {"Authorization": f"Bearer {token}"}
        response = await client.get(f"{url}/messages", headers=headers)
        assert response.status == 404
        bodies.add(await response.text())
    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 400),
        ({"text": " \n\t\u00a0\u200b "}, 400),
        ({"text": "a" * 4_000}, 202),
        ({"text": "a" * 4_001}, 413),
        ({"text": "🦫" * 10_000}, 413),
        ({"text": "nul \u0000"}, 400),
        ({"text": "seul \ud800"}, 400),
        ({"text": 12}, 400),
        ({"text": ["a"]}, 400),
        ({"text": None}, 400),
        ({}, 400),
        ({"text": "a", "payload": "/greeting"}, 400),
        ({"text": "a", "unknown": 1}, 400),
        ({"payload": "/inconnu"}, 400),
        ({"payload": "/greeting" * 1_000}, 400),
        ({"text": "a", "client_id": "12"}, 400),
        ({"text": "a", "client_id": None}, 400),
        ({"text": "<script>alert(1)</script>"}, 202),
        ({"text": "\u202eà l’envers\u0007"}, 202),
    ],
)
async def test_bad_messages_are_refused_with_a_problem_in_french(
    visitor: Visitor, body: dict[str, Any], status: int
) -> None:
    body = {"client_id": str(uuid.uuid4()), **body}
    got, answer = await visitor.post(body)
    assert got == status, answer
    if status == 202:
        assert (await visitor.log(1))["messages"][0]["text"] == body["text"]
    else:
        assert answer["status"] == status
        assert answer["detail"].endswith((".", ")."))
        assert len((await visitor.log())["messages"]) == 1


@pytest.mark.parametrize(
    "raw", [b"", b"pas du json", b"\xff\xfe", b"[]", b"null", b'"texte"', b"[" * 100_000, b"\x00"]
)
async def test_bodies_that_are_not_json_objects_are_refused(visitor: Visitor, raw: bytes) -> None:
    async with visitor.client.post(
        f"{visitor.url}/messages", data=raw, headers=visitor.headers
    ) as response:
        assert response.status == 400
        assert response.content_type == "application/problem+json"


async def test_body_too_large_is_413(visitor: Visitor) -> None:
    async with visitor.client.post(
        f"{visitor.url}/messages", data=b"a" * 300_000, headers=visitor.headers
    ) as response:
        assert response.status == 413
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("query", ["after=-1", "after=a", "after=1.5", "after=²", "after="])
async def test_numbers_of_the_address_are_checked(visitor: Visitor, query: str) -> None:
    async with visitor.client.get(
        f"{visitor.url}/messages?{query}", headers=visitor.headers
    ) as response:
        assert response.status == 400


async def test_huge_after_is_past_the_end(visitor: Visitor) -> None:
    assert (await visitor.log(99_999_999_999_999_999))["messages"] == []


@pytest.mark.parametrize("text", ["/restart", " /restart", "\n/greeting", "/", "//", "/handoff{}"])
async def test_text_never_reaches_rasa_as_a_command(
    visitor: Visitor, rasa: FakeRasa, text: str
) -> None:
    status, _ = await visitor.post(said(text), wait=25)
    assert status == 200
    assert not rasa.turns[-1]["message"].strip().startswith("/")
    assert (await visitor.log(1))["messages"][0]["text"] == text


async def test_offered_payload_reaches_rasa_and_shows_its_title(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    await visitor.post(said("Bonjour"), wait=25)
    status, _ = await visitor.post(pressed("/handoff"), wait=25)
    assert status == 200
    assert rasa.turns[-1]["message"] == "/handoff"
    reading = await visitor.log(3)
    assert reading["messages"][0]["text"] == "Parler à une personne"
    assert reading["state"] == "waiting"


async def test_payload_offered_to_another_visitor_is_refused(
    client: Client, visitor: Visitor
) -> None:
    await visitor.post(said("Bonjour"), wait=25)
    other = await Visitor.arrive(client)
    assert (await other.post(pressed("/more")))[0] == 400
    assert (await visitor.post(pressed("/more")))[0] == 202


async def test_focus_of_a_turn_travels_to_the_next(visitor: Visitor, rasa: FakeRasa) -> None:
    for n in range(3):
        await visitor.post(said(f"message {n}"), wait=25)
    assert [turn["metadata"]["focus"].get("turns", 0) for turn in rasa.turns] == [0, 1, 2]
    assert [turn["metadata"]["seq"] for turn in rasa.turns] == [2, 4, 6]


async def test_unanswered_turn_is_answered_once_after_a_restart(
    make_client: MakeClient, rasa: FakeRasa
) -> None:
    client = await make_client()
    visitor = await Visitor.arrive(client)
    rasa.hold = asyncio.Event()
    await visitor.post(said("Bonjour"))
    await client.close()
    rasa.hold.set()
    rasa.hold = None
    visitor.client = await make_client()
    async with asyncio.timeout(5):
        while len((await visitor.log())["messages"]) < 3:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    texts = [message["text"] for message in (await visitor.log(1))["messages"]]
    assert texts == ["Bonjour", "Vous dites\u00a0: Bonjour"]


async def test_rasa_away_is_said_honestly_and_the_message_is_answered_later(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.down = True
    status, answer = await visitor.post(said("Où est mon cégep?"), wait=25)
    assert status == 200
    (notice,) = answer["messages"]
    assert notice["quick_replies"][0]["payload"] == "/handoff"
    rasa.down = False
    async with asyncio.timeout(10):
        while len((await visitor.log())["messages"]) < 4:
            await asyncio.sleep(0.05)
    answers = (await visitor.log(2))["messages"]
    assert [message["answers"] for message in answers] == [2, 2]
    assert answers[1]["text"] == "Vous dites\u00a0: Où est mon cégep?"


async def test_help_lines_do_not_wait_for_rasa(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.down = True
    status, answer = await visitor.post(said("il me frappe, j’ai peur de rentrer"), wait=20)
    assert status == 200
    [message] = answer["messages"]
    assert (message["topic"], message["entry"]) == ("safety", "safety-violence")
    assert "363-9010" in message["text"]
    assert [each["payload"] for each in message["quick_replies"]] == ["/handoff"]


async def test_slow_rasa_is_said_honestly_before_it_answers(
    visitor: Visitor, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LATE", 0.2)
    rasa.hold = asyncio.Event()
    _, answer = await visitor.post(said("Bonjour"), wait=25)
    (notice,) = answer["messages"]
    assert notice["answers"] == 2
    rasa.hold.set()
    async with asyncio.timeout(10):
        while len(log := (await visitor.log(2))["messages"]) < 2:
            await asyncio.sleep(0.02)
    assert [each["text"] for each in log] == [notice["text"], "Vous dites\u00a0: Bonjour"]


async def test_person_can_be_asked_for_while_rasa_is_away(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.down = True
    await visitor.post(said("Bonjour"), wait=25)
    status, _ = await visitor.post(pressed("/handoff"), wait=25)
    assert status == 200
    assert (await visitor.log())["state"] == "waiting"


async def test_what_is_said_while_a_turn_is_tried_again_is_answered_too(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.down = True
    await visitor.post(said("Bonjour"), wait=25)
    rasa.down = False
    status, _ = await visitor.post(pressed("/handoff"), wait=15)
    assert status == 200
    assert (await visitor.log())["state"] == "waiting"


async def test_export_holds_everything_and_erasure_leaves_nothing(
    client: Client, visitor: Visitor
) -> None:
    await visitor.post(said("Bonjour"), wait=25)
    await visitor.post(pressed("/handoff"), wait=25)
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        export = await response.json()
    assert export["lead"]["email"] == "visiteuse@example.org"
    assert len(export["messages"]) == 5
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    for method, path in (("GET", "/messages"), ("GET", "/export"), ("DELETE", "")):
        async with client.request(
            method, f"{visitor.url}{path}", headers=visitor.headers
        ) as response:
            assert response.status == 410
    status, _ = await visitor.post(said("Encore"))
    assert status == 410


async def test_erasure_reaches_every_row(client: Client, visitor: Visitor, settings: Any) -> None:
    secret = "Zyzzyva"
    await visitor.post(said(secret), wait=25)
    path = settings.database_url.split("///")[1]

    def stored() -> bool:
        import sqlite3

        connection = sqlite3.connect(path)
        dump = "\n".join(connection.iterdump())
        connection.close()
        return secret in dump

    assert stored()
    async with client.delete(visitor.url, headers=visitor.headers):
        pass
    assert not stored()


@pytest.mark.usefixtures("no_time_passes")
async def test_over_the_rate_limit_says_when_to_come_back(visitor: Visitor) -> None:
    statuses = []
    for _ in range(70):
        async with visitor.client.post(
            f"{visitor.url}/messages", json=said("a"), headers=visitor.headers
        ) as response:
            statuses.append(response.status)
            if response.status == 429:
                assert int(response.headers["Retry-After"]) >= 1
                break
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {202}


async def test_any_site_may_embed_the_widget_and_call_the_api(client: Client) -> None:
    headers = {
        "Origin": "https://partenaire.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with client.options("/api/v1/conversations", headers=headers) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    async with client.get("/api/v1/conversations/x/messages", headers=headers) as response:
        assert response.status == 404
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in response.headers


async def test_unknown_addresses_of_the_api_are_problems(client: Client) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("PUT", "/api/v1/conversations", 405),
    ):
        async with client.request(method, path) as response:
            assert response.status == status
            assert response.content_type == "application/problem+json"
            assert json.loads(await response.text())["status"] == status
