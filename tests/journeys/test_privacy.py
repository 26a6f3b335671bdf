"""What stays inside: private processes, no telemetry, and nothing of what was erased."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys.people import arrive
from tests.running import RunningMarie, fetch

pytestmark = pytest.mark.rasa

LOOPBACK = "0100007F"
LISTENING = "0A"


def listening(pids: list[int]) -> dict[int, set[str]]:
    """Port to local addresses (as /proc writes them) on which these processes take connections."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed by its process since it was listed
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
    found: dict[int, set[str]] = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in inodes:
                address, port = fields[1].rsplit(":", 1)
                found.setdefault(int(port, 16), set()).add(address)
    return found


def test_rasa_the_action_server_and_the_metrics_listen_on_loopback_only(
    marie: RunningMarie,
) -> None:
    for name, setting in (
        ("rasa", "MARIE_RASA_PORT"),
        ("actions", "MARIE_ACTIONS_PORT"),
        ("web", "MARIE_PRIVATE_PORT"),
    ):
        found = listening(marie.processes(name))
        assert int(marie.env[setting]) in found, name
        assert set.union(*found.values()) == {LOOPBACK}, name


def test_telemetry_is_off(marie: RunningMarie) -> None:
    for name in ("rasa", "actions"):
        for pid in marie.processes(name):
            environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
            assert "RASA_TELEMETRY_ENABLED=false" in environment, name


@pytest.mark.parametrize("path", ["/model", "/conversations/x/tracker", "/domain"])
def test_rasa_offers_its_rest_channel_and_not_its_own_api(marie: RunningMarie, path: str) -> None:
    base = f"http://127.0.0.1:{marie.env['MARIE_RASA_PORT']}"
    assert fetch(f"{base}/webhooks/rest/")[0] == 200
    assert fetch(base + path)[0] == 404


def test_metrics_are_not_public(marie: RunningMarie) -> None:
    status, metrics = fetch(f"http://127.0.0.1:{marie.env['MARIE_PRIVATE_PORT']}/metrics")
    assert (status, b"marie_visitor_messages_total" in metrics) == (200, True)
    assert fetch(f"{marie.base}/metrics")[0] == 404


SECRETS = ("zyzzyva.erable@example.org", "Zyzzyvette", "4 187 zyzzyves")


def files_with(folder: Path) -> dict[str, list[str]]:
    """Which of the secrets stand in which file, as UTF-8 or as JSON escapes them."""
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        secrets = [
            secret
            for secret in SECRETS
            if secret.encode() in content or json.dumps(secret).strip('"').encode() in content
        ]
        if secrets:
            found[path.name] = secrets
    return found


async def test_erased_conversation_is_in_no_file_any_more(marie: RunningMarie) -> None:
    conversation = await arrive(marie.base)
    await conversation.say(f"Je m’appelle {SECRETS[1]} et je paie {SECRETS[2]} de loyer à Gatineau")
    await conversation.say("Je veux parler à une personne")
    await conversation.say(SECRETS[0])
    await conversation.press("affirm")
    reading = await conversation.read()
    assert reading["state"] == "waiting"
    status, export = await conversation.call("GET", "/export")
    assert (status, export["lead"]["email"]) == (200, SECRETS[0])
    before = await asyncio.to_thread(files_with, marie.data)
    assert {secret for secrets in before.values() for secret in secrets} == set(SECRETS)
    assert set(before) <= {"marie.sqlite3", "marie.sqlite3-wal"}, "only the database knows"

    status, _ = await conversation.call("DELETE")
    assert status == 204
    assert await asyncio.to_thread(files_with, marie.data) == {}
    for method, path in (("GET", "/messages"), ("GET", "/export"), ("DELETE", "")):
        status, _ = await conversation.call(method, path)
        assert status == 410
