"""« Français simple »: asked for outside the talk, kept with it, and gone with it."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.services.visitor import kept_profile
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa


def said(text: str) -> dict[str, Any]:
    return {"client_id": str(uuid.uuid4()), "text": text}


def answer_keeping_the_profile(turn: dict[str, Any]) -> Reply:
    return Reply(messages=(Content(text="Oui."),), profile=turn["metadata"]["profile"])


async def prefer(client: Client, visitor: Visitor, body: Any, token: str | None = None) -> int:
    response = await client.put(
        f"{visitor.url}/preferences",
        json=body,
        headers={"Authorization": f"Bearer {token or visitor.token}"},
    )
    return response.status


async def profile(client: Client, visitor: Visitor) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {visitor.token}"}
    response = await client.get(f"{visitor.url}/export", headers=headers)
    found: dict[str, Any] = (await response.json())["profile"]
    return found


async def test_simple_french_reaches_the_next_turn_and_survives_it(
    client: Client, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = answer_keeping_the_profile
    assert await prefer(client, visitor, {"simple": True}) == 204
    await visitor.post(said("Bonjour"), wait=25)
    assert rasa.turns[-1]["metadata"]["profile"] == {"simple": True}
    assert (await profile(client, visitor))["simple"] is True
    assert await prefer(client, visitor, {"simple": False}) == 204
    assert (await profile(client, visitor))["simple"] is False


async def test_preference_changed_while_marie_answers_is_not_lost(
    client: Client, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = answer_keeping_the_profile
    rasa.hold = asyncio.Event()
    asked = asyncio.create_task(visitor.post(said("Bonjour"), wait=25))
    while not rasa.turns:
        await asyncio.sleep(0.01)
    assert await prefer(client, visitor, {"simple": True}) == 204
    rasa.hold.set()
    await asked
    assert (await profile(client, visitor))["simple"] is True


@pytest.mark.parametrize(
    "body", [{}, {"simple": "oui"}, {"simple": 1}, {"simple": True, "x": 1}, []]
)
async def test_anything_but_a_yes_or_no_is_refused(
    client: Client, visitor: Visitor, body: Any
) -> None:
    assert await prefer(client, visitor, body) == 400


async def test_preference_needs_the_conversations_token_and_ends_with_it(
    client: Client, visitor: Visitor
) -> None:
    assert await prefer(client, visitor, {"simple": True}, token="wrong") == 404
    headers = {"Authorization": f"Bearer {visitor.token}"}
    await client.delete(visitor.url, headers=headers)
    assert await prefer(client, visitor, {"simple": True}) == 410


async def test_other_origins_may_set_it(client: Client, visitor: Visitor) -> None:
    response = await client.options(
        f"{visitor.url}/preferences",
        headers={"Origin": "https://exemple.org", "Access-Control-Request-Method": "PUT"},
    )
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]


def test_only_what_changed_meanwhile_outweighs_the_answers_profile() -> None:
    assert kept_profile({"simple": True}, {}, {"a": 1}) == {"a": 1, "simple": True}
    assert kept_profile({}, {}, {"simple": True}) == {"simple": True}
    assert kept_profile({"simple": True}, {"simple": True}, {"simple": False}) == {"simple": False}
