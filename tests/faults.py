"""What it takes to break a running Marie on purpose, and to see that nothing came of it.

The processes are real: `marie serve`, a stand-in for Rasa (`tests.stub_rasa`), SQLite's file or a
PostgreSQL server. Visitors talk meanwhile as every client does: one `client_id` a message, sent
again until it is acknowledged, and the next one after that.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from marie.cli import processes
from tests.journeys.people import Conversation, Message, Scripted, told
from tests.running import ROOT, free_ports

CALL = aiohttp.ClientTimeout(total=90)
ECHO = "Vous dites\u00a0: "
STARTS = 90.0
"""Seconds until a process answers on a busy machine."""


@dataclass
class Process:
    """A process that can be killed and started again, and the address that says that it is up."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    alive: str
    popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the one that runs."""
        assert self.popen is not None
        return self.popen.pid

    def start(self) -> None:
        """Begin; what it says is added to its log."""
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.env),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes._die_with_parent,  # noqa: PLW1509 - it starts no thread
            )

    def kill(self) -> None:
        """SIGKILL, with all that it started."""
        if self.popen is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def stop(self) -> None:
        """Ask it to end; kill it when it does not."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(timeout=20)
        self.kill()

    async def up(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + STARTS
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(self.alive) as response:
                        if response.status == 200:
                            return
                assert time.monotonic() < deadline, self.log.read_text()[-3000:]
                assert self.popen is not None
                assert self.popen.poll() is None, self.log.read_text()[-3000:]
                await asyncio.sleep(0.05)


@contextmanager
def running(*each: Process) -> Iterator[None]:
    """The processes run until the end of the block."""
    try:
        for process in each:
            process.start()
        yield
    finally:
        for process in each:
            process.stop()


def stub_rasa(folder: Path) -> Process:
    """The stand-in for Rasa and the action server."""
    (port,) = free_ports(1)
    return Process(
        "rasa",
        (sys.executable, "-m", "tests.stub_rasa", str(port)),
        {**os.environ, "PYTHONPATH": str(ROOT)},
        folder / "stub.log",
        f"http://127.0.0.1:{port}/health",
    )


def serving(
    data: Path,
    rasa: Process,
    *,
    launched_by: Sequence[str] = (sys.executable, "-m", "marie"),
    **settings: str,
) -> Process:
    """`marie serve` on the data folder, which has a migrated database."""
    port, private = free_ports(2)
    rasa_port = rasa.alive.split(":")[2].split("/")[0]
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MARIE_DATA": str(data),
        "PORT": str(port),
        "MARIE_PRIVATE_PORT": str(private),
        "MARIE_RASA_PORT": rasa_port,
        "MARIE_ACTIONS_PORT": rasa_port,
        "MARIE_RATE_LIMIT": "off",
        **settings,
    }
    alive = f"http://127.0.0.1:{port}/livez"
    log = data.parent / f"serve-{port}.log"
    return Process("web", (*launched_by, "serve"), env, log, alive)


def base_of(web: Process) -> str:
    """Where it serves."""
    return web.alive.removesuffix("/livez")


async def tell(rasa: Process, **behaviour: object) -> None:
    """Change how the stand-in behaves."""
    url = rasa.alive.replace("/health", "/control")
    async with aiohttp.ClientSession() as session, session.post(url, json=behaviour) as response:
        assert response.status == 200


class Wrong(AssertionError):
    """What a visitor was answered, or not answered, is not what was promised."""


@dataclass
class Visitor:
    """Someone who talks by requests, with one of `bases` after the other.

    `acknowledged`: each number that was given, and for which words. `answers`: how often which
    status. `longest`: seconds until a message was acknowledged.
    """

    bases: Sequence[str]
    name: str
    questions: Sequence[str] = ()
    said: list[str] = field(default_factory=list)
    acknowledged: dict[int, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0

    async def arrive(self) -> None:
        """Begin a conversation."""
        self._session = aiohttp.ClientSession(timeout=CALL)
        self._turn = itertools.count()
        started = await self._until_answered("/conversations", {"consent": True})
        self.id, self.token = started["conversation_id"], started["token"]

    async def leave(self) -> None:
        """Close the connections."""
        if hasattr(self, "_session"):
            await self._session.close()

    async def say(self, text: str) -> None:
        """Until it is acknowledged."""
        body = {"client_id": str(uuid.uuid4()), "text": text}
        self.said.append(text)
        answer = await self._until_answered(f"/conversations/{self.id}/messages", body)
        self.acknowledged[answer["seq"]] = text

    async def talk(self, until: asyncio.Event, pause: float) -> None:
        """One message after the other."""
        for number in itertools.count(len(self.said) + 1):
            if until.is_set():
                return
            asked = self.questions[number % len(self.questions)] if self.questions else self.name
            began = time.monotonic()
            await self.say(f"{asked} ({number})")
            self.longest = max(self.longest, time.monotonic() - began)
            await asyncio.sleep(pause)

    async def log(self) -> list[Message]:
        """The whole log."""
        url = f"/conversations/{self.id}/messages?after=0"
        messages: list[Message] = (await self._until_answered(url, None))["messages"]
        return messages

    async def _until_answered(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        while True:
            base = self.bases[next(self._turn) % len(self.bases)]
            try:
                status, pause, answer = await self._once(f"{base}/api/v1{path}", body)
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                await asyncio.sleep(0.1)
                continue
            self.answers[status] += 1
            if status < 300:
                return answer
            if status not in (429, 503) or pause < 1:
                raise Wrong(f"{status} with Retry-After {pause}: {answer}")
            await asyncio.sleep(0.3)

    async def _once(self, url: str, body: dict[str, Any] | None) -> tuple[int, int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        method = "GET" if body is None else "POST"
        async with self._session.request(method, url, json=body, headers=headers) as response:
            pause = int(response.headers.get("Retry-After", 0))
            answer: dict[str, Any] = await response.json(content_type=None)
            return response.status, pause, answer


class OnSocket(Scripted):
    """A socket's client that also tries again what was refused, and counts for its visitor."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(Conversation(visitor.bases[0], visitor.id, visitor.token))
        self._visitor = visitor
        self._again: set[asyncio.Task[None]] = set()

    def _take(self, frame: dict[str, Any]) -> None:
        if "sent" in frame:
            words = {each["client_id"]: each["text"] for each in self.outbox}
            sent = frame["sent"]
            if sent["client_id"] in words:
                self._visitor.acknowledged[sent["seq"]] = words[sent["client_id"]]
        super()._take(frame)
        if "client_id" in frame.get("error", {}):
            assert frame["error"]["retry_after"] >= 1, frame
            self._visitor.answers[frame["error"]["status"]] += 1
            task = asyncio.create_task(self._send_again())
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _send_again(self) -> None:
        await asyncio.sleep(0.3)
        if self._socket is not None:
            with suppress(ConnectionError):
                for each in self.outbox:
                    await self._socket.send_json({"send": each})


@dataclass
class VisitorOnSocket(Visitor):
    """Someone with the widget's protocol: what she is shown has to be the log too."""

    async def arrive(self) -> None:
        """Begin, and open the socket."""
        await super().arrive()
        self._client = OnSocket(self)
        self._running = asyncio.create_task(self._client.run())

    async def leave(self) -> None:
        """Close the socket."""
        if hasattr(self, "_running"):
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        await super().leave()

    async def say(self, text: str) -> None:
        """Until it is acknowledged."""
        self.said.append(text)
        await self._client.say(text)
        while self._client.outbox:
            if self._running.done():
                self._running.result()
            await asyncio.sleep(0.02)

    async def shown(self, log: list[Message]) -> None:
        """Until she sees this log."""
        seen = await self._client.until(len(log))
        assert [lasting(each) for each in seen] == [lasting(each) for each in log]


def lasting(message: Message) -> Message:
    """A message without the signatures of its documents, which last for minutes."""
    documents = [each["url"].partition("?")[0] for each in message["documents"]]
    return {**message, "documents": documents}


@asynccontextmanager
async def talking(
    bases: Sequence[str],
    count: int,
    *,
    pause: float = 0.3,
    questions: Sequence[str] = (),
    notice: str | None = None,
) -> AsyncIterator[list[Visitor]]:
    """Visitors who talk during the block, every other one on a socket.

    At its end each log has every acknowledged message once, under its number and in order, with one
    answer. `questions` are asked in turn; `notice`: see `is_notice`.
    """
    kinds = (Visitor, VisitorOnSocket)
    visitors = [kinds[n % 2](bases, f"Visiteuse {n + 1}", questions) for n in range(count)]
    enough = asyncio.Event()
    try:
        await asyncio.gather(*(each.arrive() for each in visitors))
        talks = [asyncio.create_task(each.talk(enough, pause)) for each in visitors]
        try:
            yield visitors
        finally:
            enough.set()
            await asyncio.wait_for(asyncio.gather(*talks), 120)
        for each in visitors:
            await settled(each, notice)
    finally:
        for each in visitors:
            await each.leave()


async def settled(visitor: Visitor, notice: str | None = None, *, seconds: float = 90) -> None:
    """Once all is answered: nothing lost, nothing twice, in order.

    Fails when nothing more was answered for so many seconds.
    """
    deadline, length = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        log = await visitor.log()
        answered = {each["answers"] for each in log if not is_notice(each, notice)}
        if answered >= visitor.acknowledged.keys():
            break
        if len(log) > length:
            deadline, length = time.monotonic() + seconds, len(log)
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.2)
    log = await visitor.log()
    assert list(visitor.acknowledged.values()) == visitor.said
    assert [message["seq"] for message in log] == list(range(1, len(log) + 1)), told(log)
    mine = {each["seq"]: each["text"] for each in log if each["author"] == "visitor"}
    assert mine == visitor.acknowledged, told(log)
    assert list(mine.values()) == visitor.said, told(log)
    answers = [each for each in log if each["answers"] and not is_notice(each, notice)]
    assert [each["answers"] for each in answers] == list(mine), told(log)
    if notice is None:
        assert [each["text"] for each in answers] == [ECHO + text for text in visitor.said]
    notices = Counter(each["answers"] for each in log if is_notice(each, notice))
    assert all(count == 1 for count in notices.values()), told(log)
    if isinstance(visitor, VisitorOnSocket):
        await visitor.shown(log)


def is_notice(message: Message, notice: str | None = None) -> bool:
    """Whether Marie says that she cannot think: with these words, or whatever is not an echo."""
    if notice is not None:
        return bool(message["text"] == notice)
    return message["author"] == "marie" and not message["text"].startswith(ECHO)
