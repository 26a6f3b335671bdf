"""The disk, the database, Redis, Rasa or the clock fails while visitors talk: nothing comes of it.

Nothing acknowledged is lost, nothing is doubled, the order is kept, no failure is told but 503 with
`Retry-After`, and all goes on by itself. `make bench NAME=faults` lets each fault last a minute.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from redis import Redis

from tests.faults import (
    Process,
    Visitor,
    base_of,
    is_notice,
    running,
    serving,
    settled,
    stub_rasa,
    talking,
    tell,
)
from tests.running import ROOT
from tests.servers import Cluster, postgres, redis_running, redis_server

LASTS = float(os.environ.get("MARIE_FAULT_SECONDS", "0"))

pytestmark = pytest.mark.timeout(300 + 10 * LASTS)

HEARD = 27.0
"""Seconds within which a visitor must hear something when Rasa hangs."""


@pytest.fixture
def data(tmp_path: Path, prepared_database: Path) -> Path:
    """A data folder with a migrated database."""
    folder = tmp_path / "var"
    folder.mkdir()
    shutil.copy(prepared_database, folder / "marie.sqlite3")
    return folder


@pytest.fixture
def rasa(tmp_path: Path) -> Process:
    """A stand-in for Rasa that is not started."""
    return stub_rasa(tmp_path)


async def up(*each: Process) -> None:
    """All of them answer."""
    await asyncio.gather(*(process.up() for process in each))


async def lasts(seconds: float) -> None:
    """As long as the fault lasts."""
    await asyncio.sleep(max(seconds, LASTS))


def refused(visitors: list[Visitor]) -> int:
    """How often anybody was told to come back later."""
    return sum(each.answers[503] for each in visitors)


async def test_killed_processes_lose_and_double_nothing(data: Path, rasa: Process) -> None:
    web = serving(data, rasa)
    moments = random.Random(8)
    with running(rasa, web):
        await up(rasa, web)
        async with talking([base_of(web)], 6, pause=0.1):
            for victim in (web, rasa, web, web):
                await asyncio.sleep(moments.uniform(0.2, 1.5))
                victim.kill()
                victim.start()
                await victim.up()


async def test_database_locked_by_another_process(data: Path, rasa: Process) -> None:
    web = serving(data, rasa)
    with running(rasa, web), closing(sqlite3.connect(data / "marie.sqlite3")) as other:
        await up(rasa, web)
        async with talking([base_of(web)], 4) as visitors:
            await asyncio.sleep(1)
            other.execute("BEGIN IMMEDIATE")
            # Longer than a writer waits for another.
            await lasts(11.5)
            # Who reads is kept waiting by nobody.
            await asyncio.wait_for(visitors[0].log(), 5)
            other.rollback()
            await asyncio.sleep(1)


@pytest.mark.parametrize("kind", ["no space is left", "a quota is reached"])
async def test_disk_is_full(tmp_path: Path, data: Path, rasa: Process, kind: str) -> None:
    space = kind == "no space is left"
    if space and not may_mount():
        pytest.skip("needs unprivileged mounts")
    web = on_small_disk(tmp_path, data, rasa) if space else serving(data, rasa)
    with running(rasa, web):
        await up(rasa, web)
        async with talking([base_of(web)], 4, pause=0.1) as visitors:
            await asyncio.sleep(1)
            if space:
                ballast = Path(f"/proc/{web.pid}/root{tmp_path}/small/ballast")
                fill(ballast)
                await lasts(4)
                delete(ballast)
            else:
                limits = resource.prlimit(web.pid, resource.RLIMIT_FSIZE, (65_536, -1))
                await lasts(4)
                resource.prlimit(web.pid, resource.RLIMIT_FSIZE, limits)
            told = refused(visitors)
            await asyncio.sleep(1)
    assert told


def may_mount() -> bool:
    """Whether a process may have a file system of its own here."""
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def on_small_disk(tmp_path: Path, data: Path, rasa: Process) -> Process:
    """`marie serve` whose data folder is a copy of `data` on 16 MB that it alone sees."""
    small = tmp_path / "small"
    small.mkdir()
    script = f'mount -t tmpfs -o size=16m none {small} && cp {data}/* {small} && exec "$@"'
    own = ("unshare", "-Urm", "sh", "-c", script, "sh", sys.executable, "-m", "marie")
    return serving(small, rasa, launched_by=own)


def fill(path: Path) -> None:
    """Until not a byte more fits."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def delete(path: Path) -> None:
    """A file or a socket."""
    path.unlink()


async def test_rasa_is_slow_then_hangs_and_comes_back(data: Path, rasa: Process) -> None:
    web = serving(data, rasa)
    with running(rasa, web):
        await up(rasa, web)
        async with talking([base_of(web)], 20, pause=1.0) as visitors:
            await tell(rasa, seconds=2.0)
            await lasts(5)
            await tell(rasa, seconds=0.0)
            logs = [await each.log() for each in visitors]
        assert not any(is_notice(each) for log in logs for each in log[1:])

        async with visiting(web, 1) as stuck, visiting(web, 24) as others:
            # One action that hangs keeps nobody else waiting.
            await tell(rasa, hangs="qui pend")
            began = time.monotonic()
            await stuck[0].say("Un message qui pend")
            await asyncio.gather(*(each.say("Bonjour") for each in others[:4]))
            await asyncio.gather(*(heard(each) for each in others[:4]))
            assert time.monotonic() - began < HEARD / 2

            # All of them hang, for more visitors than Rasa is asked for at a time.
            await tell(rasa, hangs="")
            began = time.monotonic()
            await asyncio.gather(*(each.say("Encore un message") for each in others[1:]))
            await asyncio.gather(*(heard(each) for each in (*stuck, *others[1:])))
            assert time.monotonic() - began < HEARD
            # Who comes now need not wait until it hung once more.
            began = time.monotonic()
            await others[0].say("Et moi")
            await heard(others[0])
            assert time.monotonic() - began < HEARD / 2
            await lasts(0)

            await tell(rasa, hangs=None)
            for each in (*stuck, *others):
                await settled(each)


@asynccontextmanager
async def visiting(web: Process, count: int) -> AsyncIterator[list[Visitor]]:
    """New visitors who say nothing by themselves."""
    visitors = [Visitor([base_of(web)], "Visiteuse") for _ in range(count)]
    try:
        await asyncio.gather(*(each.arrive() for each in visitors))
        yield visitors
    finally:
        for each in visitors:
            await each.leave()


async def heard(visitor: Visitor) -> None:
    """Until Marie says something to her last message."""
    while (await visitor.log())[-1]["author"] != "marie":
        await asyncio.sleep(0.2)


async def test_clock_steps_an_hour(tmp_path: Path, data: Path, rasa: Process) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    own = (sys.executable, "-m", "tests.stepping_clock", str(offset))
    web = serving(data, rasa, launched_by=own)
    with running(rasa, web):
        await up(rasa, web)
        async with talking([base_of(web)], 4) as visitors:
            for seconds in (3600, 0, -3600, 0):
                offset.write_text(str(seconds))
                await asyncio.sleep(1)
            # What an hour ahead was left unanswered is answered by a process that is not ahead.
            offset.write_text("3600")
            await tell(rasa, hangs="")
            await asyncio.sleep(1)
            web.kill()
            offset.write_text("0")
            await tell(rasa, hangs=None)
            web.start()
            await web.up()
        assert not refused(visitors)
        await timed_work_goes_on(data)


async def timed_work_goes_on(data: Path) -> None:
    """A job that is done twenty seconds apart is not put off for an hour."""
    async with asyncio.timeout(40):
        while True:
            with closing(sqlite3.connect(data / "marie.sqlite3")) as database:
                (ahead,) = database.execute(
                    "SELECT next_at FROM job WHERE name = 'publications'"
                ).fetchone()
            if ahead / 1000 < time.time() + 60:
                return
            await asyncio.sleep(0.5)


@pytest.fixture
def redis_socket() -> Iterator[Path]:
    """Where Redis will listen."""
    if redis_server() is None:
        pytest.skip("needs Redis")
    with tempfile.TemporaryDirectory(prefix="marie-redis-") as folder:
        yield Path(folder) / "redis.sock"


async def test_redis_goes_and_comes_back(data: Path, rasa: Process, redis_socket: Path) -> None:
    url = f"unix://{redis_socket}"
    web = serving(data, rasa, MARIE_RATE_LIMIT="on", MARIE_REDIS_URL=url)
    with running(rasa, web):
        await up(rasa, web)
        with redis_running(redis_socket) as server:
            async with talking([base_of(web)], 3, pause=0.6) as visitors:
                await asyncio.sleep(1)
                server.kill()
                server.wait()
                delete(redis_socket)
                await lasts(2)
                with redis_running(redis_socket) as again:
                    await counted(redis_socket)
                    again.send_signal(signal.SIGSTOP)  # it takes connections and says nothing
                    await lasts(2)
                    again.send_signal(signal.SIGCONT)
                    await asyncio.sleep(0.5)
        assert not refused(visitors)


async def counted(socket: Path) -> None:
    """Until the processes count in this Redis again."""
    with Redis.from_url(f"unix://{socket}") as redis:
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(redis.keys, "marie:limit:*"):
                await asyncio.sleep(0.2)


@pytest.fixture
def own_cluster(data: Path) -> Iterator[Cluster]:
    """A PostgreSQL server that may be stopped; its one database is Marie's."""
    with postgres() as started:
        if started is None:
            pytest.skip("needs PostgreSQL")
        env = {"MARIE_DATA": str(data), "MARIE_DATABASE_URL": started.url("postgres")}
        subprocess.run(
            [sys.executable, "-m", "marie", "migrate"],
            cwd=ROOT,
            env={**os.environ, **env},
            check=True,
            capture_output=True,
        )
        yield started


@pytest.mark.postgres
async def test_postgresql_goes_and_comes_back(
    data: Path, rasa: Process, own_cluster: Cluster
) -> None:
    url = own_cluster.url("postgres")
    two = [serving(data, rasa, MARIE_DATABASE_URL=url) for _ in range(2)]
    with running(rasa, *two):
        await up(rasa, *two)
        async with talking([base_of(each) for each in two], 4) as visitors:
            await asyncio.sleep(1)
            own_cluster.stop()
            await lasts(3)
            own_cluster.start()
            await asyncio.sleep(2)
            # One of the two goes, too, and the other answers what it left.
            two[0].kill()
            await asyncio.sleep(1)
            two[0].start()
            await two[0].up()
    assert refused(visitors)
