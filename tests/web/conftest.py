"""Every answer of the API that these tests get is held to the API's own description."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest

from marie.settings import Settings
from tests.conftest import Client, MakeClient
from tests.described import description


async def _check(
    _session: aiohttp.ClientSession,
    _context: SimpleNamespace,
    params: aiohttp.TraceRequestEndParams,
) -> None:
    response = params.response
    path = response.url.raw_path
    if not path.startswith("/api/v1/") or response.status == 101 or params.method == "OPTIONS":
        return
    text = await response.text() if "json" in response.content_type else None
    body = json.loads(text) if text else None
    description().check_answer(params.method, path, response.status, response.content_type, body)


@pytest.fixture
def make_client(make_client: MakeClient) -> MakeClient:
    """The shared fixture; its clients look at what they are answered."""

    async def make() -> Client:
        client = await make_client()
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(_check)
        trace.freeze()
        client.session.trace_configs.append(trace)
        return client

    return make


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits as they are when all requests come at once, however slow the machine is."""
    monkeypatch.setattr("marie.web.limits.time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without models: pages choose none of this machine's."""
    folder = tmp_path / "models"
    monkeypatch.setattr(Settings, "models", property(lambda _self: folder))
    return folder
