"""A new model reaches the Rasa processes while one always answers; with small web servers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from marie.cli.processes import Program
from marie.cli.rolling import RUNNING, Rolling, _answers, _note
from tests.fakes import FakeRasa
from tests.running import free_ports

SERVER = """
import http.server, sys, time
model, port = sys.argv[1], int(sys.argv[2])
if model == 'broken':
    sys.exit(1)
time.sleep(0.3)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(model.encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', port), Answer).serve_forever()
"""


class Model:
    """What is wanted, and what was noted."""

    def __init__(self) -> None:
        self.wanted = Path("first")
        self.noted: list[tuple[str, str | None]] = []


@asynccontextmanager
async def running(folder: Path, ports: list[int], spare: int) -> AsyncIterator[Model]:
    """Small servers on `ports`, kept by `Rolling`."""
    model = Model()

    def program(path: Path, port: int) -> Program:
        return Program(
            name="small",
            command=(sys.executable, "-c", SERVER, path.name, str(port)),
            env=os.environ,
            log=folder / "log" / f"{port}.log",
        )

    def note(now: Path, failed: Path | None) -> None:
        model.noted.append((now.name, failed.name if failed else None))

    async with aiohttp.ClientSession() as session:
        rolling = Rolling(
            program=program,
            ports=ports,
            spare=spare,
            ready=lambda port: listens(session, port),
            note=note,
            look_every=0.05,
            patience=2.0,
        )
        task = asyncio.create_task(rolling.run(model.wanted, lambda: model.wanted))
        try:
            yield model
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def said(session: aiohttp.ClientSession, port: int) -> str | None:
    """The model that answers there."""
    with contextlib.suppress(aiohttp.ClientError):
        async with session.get(f"http://127.0.0.1:{port}/") as response:
            return await response.text()
    return None


async def listens(session: aiohttp.ClientSession, port: int) -> bool:
    return await said(session, port) is not None


async def asked(session: aiohttp.ClientSession, ports: list[int]) -> str | None:
    """As the gateway asks: the next one when nobody listens."""
    for port in ports:
        found = await said(session, port)
        if found is not None:
            return found
    return None


@pytest.mark.parametrize("count", [1, 2])
async def test_somebody_answers_at_every_moment_of_a_change(tmp_path: Path, count: int) -> None:
    *ports, spare = free_ports(count + 1)
    async with (
        aiohttp.ClientSession() as session,
        running(tmp_path, ports, spare) as model,
        asyncio.timeout(60),
    ):
        while None in [await said(session, port) for port in ports]:
            await asyncio.sleep(0.05)
        model.wanted = Path("second")
        answers = []
        while ("second", None) not in model.noted:
            answers.append(await asked(session, [*ports, spare]))
            await asyncio.sleep(0.01)
        assert set(answers) == {"first", "second"}
        assert [await said(session, port) for port in ports] == ["second"] * count
        assert await said(session, spare) is None


async def test_a_model_that_does_not_load_reaches_nobody_and_is_tried_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, spare = free_ports(2)
    async with (
        aiohttp.ClientSession() as session,
        running(tmp_path, [port], spare) as model,
        asyncio.timeout(60),
    ):
        while await said(session, port) is None:
            await asyncio.sleep(0.05)
        model.wanted = Path("broken")
        while ("first", "broken") not in model.noted:
            assert await said(session, port) == "first"
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        assert capsys.readouterr().out.count("ne démarre pas") == 1
        assert model.noted == [("first", None), ("first", "broken")]


def test_what_runs_is_written_down(tmp_path: Path) -> None:
    _note(tmp_path, Path("marie-x.tar.gz"), None)
    assert json.loads((tmp_path / RUNNING).read_text())["model"] == "marie-x.tar.gz"


async def test_only_a_rasa_that_answers_visitors_is_ready() -> None:
    """One whose model could not be loaded listens, and says nothing."""
    rasa = FakeRasa()
    server = rasa.server()
    await server.start_server()
    assert server.port is not None
    (nobody,) = free_ports(1)
    async with aiohttp.ClientSession() as session:
        assert await _answers(session, server.port)
        assert not await _answers(session, nobody)
        rasa.down = True
        assert not await _answers(session, server.port)
    await server.close()
