"""The supervisor of `marie run`, with small programs in place of the three."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from marie.cli import processes
from marie.cli.processes import Program, keep_running
from marie.settings import ROOT, Settings
from tests.running import free_ports

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
SERVER = (
    "import http.server as s; s.HTTPServer(('127.0.0.1', {port}),"
    " s.SimpleHTTPRequestHandler).serve_forever()"
)
PARENT = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time;"
    f" time.sleep(600)', 'a-child-of-its-own']); {SLEEPER}"
)


def program(tmp_path: Path, code: str) -> Program:
    return Program(
        name="small",
        command=(sys.executable, "-c", code, str(tmp_path)),
        env=os.environ,
        log=tmp_path / "log" / "small.log",
    )


def running(mark: str | Path) -> list[int]:
    """The processes whose command line has this mark."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(mark) in each.read_bytes().decode(errors="replace").split("\0"):
                found.append(int(each.parent.name))
    return found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not true():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def supervised(small: Program) -> AsyncIterator[None]:
    task = asyncio.create_task(keep_running(small))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_killed_program_is_started_again_and_stopped_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with supervised(program(tmp_path, SLEEPER)):
        for times in (1, 2):
            await until(lambda: len(running(tmp_path)) == 1)
            (pid,) = running(tmp_path)
            os.kill(pid, signal.SIGKILL)
            await until(lambda pid=pid: running(tmp_path) not in ([], [pid]))  # type: ignore[misc]
            assert capsys.readouterr().out.count("il repart") == 1, times
    assert running(tmp_path) == []


async def test_what_a_killed_program_started_goes_with_it(tmp_path: Path) -> None:
    async with supervised(program(tmp_path, PARENT)):
        await until(lambda: len(running("a-child-of-its-own")) == 1)
        (child,) = running("a-child-of-its-own")
        os.kill(running(tmp_path)[0], signal.SIGKILL)
        await until(lambda: child not in running("a-child-of-its-own"))
        await until(lambda: len(running("a-child-of-its-own")) == 1)
    await until(lambda: running("a-child-of-its-own") == [])


async def test_program_that_does_not_stop_by_itself_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_AFTER", 0.3)
    small = program(tmp_path, STUBBORN)
    async with supervised(small):
        await until(lambda: small.log.exists() and b"up" in small.log.read_bytes())
        (pid,) = running(tmp_path)
        os.kill(pid, signal.SIGTERM)
        await asyncio.sleep(0.2)
        assert running(tmp_path) == [pid]
    assert running(tmp_path) == []


async def test_program_that_dies_at_once_is_started_more_and_more_slowly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with supervised(program(tmp_path, "raise SystemExit(3)")):
        await asyncio.sleep(2)
    told = capsys.readouterr().out
    assert 2 <= told.count("code 3") <= 4
    assert str(tmp_path / "log" / "small.log") in told


async def test_log_does_not_grow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "MAX_LOG", 10)
    monkeypatch.setattr(processes, "LOOK_AT_LOG", 0.05)
    small = program(tmp_path, SLEEPER)
    small.log.parent.mkdir()
    small.log.write_text("more than ten bytes\n")
    aside = small.log.with_suffix(".log.1")
    async with supervised(small):
        await until(lambda: small.log.read_text() == "up\n")
        assert aside.read_text() == "more than ten bytes\n"
        # Also while the program runs, which goes on where the log begins anew.
        with small.log.open("a") as log:
            log.write("longer again\n")
        await until(lambda: small.log.read_text() == "")
        assert aside.read_text() == "up\nlonger again\n"


async def test_program_that_lives_and_says_nothing_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "LOOK_WHETHER_ALIVE", 0.2)
    (port,) = free_ports(1)
    small = replace(program(tmp_path, SERVER.format(port=port)), alive=f"http://127.0.0.1:{port}/")
    async with supervised(small):
        await until(lambda: len(running(tmp_path)) == 1)
        (pid,) = running(tmp_path)
        await asyncio.sleep(3)  # it answers: nobody touches it
        assert running(tmp_path) == [pid]
        os.kill(pid, signal.SIGSTOP)
        await until(lambda: running(tmp_path) not in ([], [pid]))
    assert "small ne répond plus" in capsys.readouterr().out


async def test_programs_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, os, sys\n"
        "from marie.cli.processes import Program, keep_running\n"
        f"small = Program(name='small', command=(sys.executable, '-c', {SLEEPER!r}, sys.argv[1]),"
        " env=os.environ, log=pathlib.Path(sys.argv[1]) / 'log' / 'small.log')\n"
        "asyncio.run(keep_running(small))\n"
    )
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), cwd=ROOT
    )
    await until(lambda: len(running(tmp_path)) == 2)
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: running(tmp_path) == [])


def test_the_three_are_told_to_listen_on_loopback_and_to_send_nothing(tmp_path: Path) -> None:
    settings = Settings.from_env({"MARIE_DATA": str(tmp_path)})
    rasa = processes.rasa(settings, tmp_path / "model.tar.gz", settings.rasa_port)
    actions = processes.actions(settings)
    assert "--interface 127.0.0.1 --port 8082" in " ".join(rasa.command)
    assert "--enable-api" not in rasa.command
    assert actions.command[1:3] == ("-m", "bot.actions"), "which listens on loopback alone"
    assert {each.env["RASA_TELEMETRY_ENABLED"] for each in (rasa, actions)} == {"false"}
    assert {each.log.parent for each in (rasa, actions, processes.web(settings))} == {
        tmp_path / "log"
    }
