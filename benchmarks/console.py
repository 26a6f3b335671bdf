"""Two hundred conversations with twenty counsellors, over real sockets that are cut at random.

`marie serve` runs as it does in production, on SQLite. A stub stands in for Rasa and answers at
once, so what is measured is the console's own. Each counsellor has her list and ten conversations
open, each visitor her widget; the clients behave as the pages do: they say that they write, they
mark as read, they ask for the list when told, and after a cut they come back with their last number
and send again what has none. In the end every log is compared with what was said and shown.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from marie import clock
from marie.domain.conversation import State
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import Content
from marie.domain.people import Staff
from marie.services import accounts, counsellor, following, visitor
from marie.services.live import Hub
from marie.settings import ROOT, Settings
from marie.store import leads, tables
from marie.store import staff as store
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from tests.fakes import FakeRasa
from tests.running import free_ports
from tests.staff import COOKIE, add_account, open_session

IN_HAND = 10
"""Conversations of each counsellor."""

ORGANIZATIONS = ("promis", "collectif", "inici")

WRITES_EVERY = 10.0
"""Seconds between two messages of one counsellor, who writes all the time in ten conversations: a
short sentence takes that long to type. `--pace 2.5` is two and a half times as fast."""

ASKS_EVERY = 100.0
"""Seconds between two messages of one visitor: as often as she is answered."""

REQUESTS_EVERY = 5.0
"""Seconds between two who ask for a person."""

CUT_EVERY = 0.5
"""Seconds between two cuts, of one socket each."""

AWAY = 0.05
"""Seconds before a client comes back."""

CALL = aiohttp.ClientTimeout(total=60)


@dataclass
class Times:
    """Seconds from a moment to what was waited for, by kind."""

    begun: dict[str, float] = field(default_factory=dict)
    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: int = 0

    def begin(self, what: str) -> None:
        """It is on its way from now on."""
        self.begun[what] = time.perf_counter()

    def end(self, kind: str, what: str) -> None:
        """It is there; what nobody began does not count."""
        if what in self.begun:
            self.found[kind].append(time.perf_counter() - self.begun[what])


class Line:
    """A socket of a page: it comes back by itself."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = "") -> None:
        self.session = session
        self.url = url
        self.token = token
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.opened = 0

    def cut(self) -> bool:
        """Break the link without a word; whether there was one."""
        if self.socket is None or self.socket._response.connection is None:
            return False
        transport = self.socket._response.connection.transport
        if transport is None:
            return False
        transport.abort()
        return True

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(aiohttp.ClientError, ConnectionError):
                await self._live()
            self.socket = None
            await asyncio.sleep(AWAY)

    async def _live(self) -> None:
        protocols = ("marie.v1",) if self.token else ()
        async with self.session.ws_connect(self.address(), protocols=protocols) as socket:
            if self.token:
                await socket.send_json({"token": self.token})
            self.opened += 1
            self.socket = socket
            await self.come_back(socket)
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self.take(msgspec.json.decode(frame.data))

    def address(self) -> str:
        """Where it connects."""
        return self.url

    async def come_back(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """The link is up."""

    def take(self, frame: dict[str, Any]) -> None:
        """The server says something."""

    async def send(self, frame: dict[str, Any]) -> None:
        """Say something, if there is a link."""
        if self.socket is not None:
            with suppress(ConnectionError):
                await self.socket.send_json(frame)


class Talk(Line):
    """One side's screen of one conversation."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        times: Times,
        *,
        other: str,
        token: str = "",
    ) -> None:
        super().__init__(session, url, token)
        self.times = times
        self.other = other
        self.shown: list[tuple[int, str, str]] = []
        self.said: list[str] = []
        self.outbox: dict[str, dict[str, str]] = {}
        self.acks: set[asyncio.Task[None]] = set()

    def address(self) -> str:
        return f"{self.url}/socket?after={self.shown[-1][0] if self.shown else 0}"

    async def come_back(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        for queued in list(self.outbox.values()):
            await socket.send_json({"send": queued})

    def refused(self, error: dict[str, Any]) -> None:
        """Busy: once more in a while, as the pages do; nothing else is expected."""
        assert error["type"] == "/problems/busy", error
        self.times.busy += 1
        again = asyncio.create_task(self.again(error))
        self.acks.add(again)
        again.add_done_callback(self.acks.discard)

    async def again(self, error: dict[str, Any]) -> None:
        """What was refused, after the pause that was asked for."""
        await asyncio.sleep(error.get("retry_after", 1))
        if queued := self.outbox.get(error.get("client_id", "")):
            await self.send({"send": queued})

    async def sent_all(self) -> None:
        """Until the log has everything."""
        while True:
            if not self.outbox:
                return
            await asyncio.sleep(0.1)

    async def say(self, text: str) -> None:
        """Write, then send."""
        await self.send({"typing": True})
        await asyncio.sleep(0.3)
        self.said.append(text)
        message = {"client_id": str(uuid.uuid4()), "text": text}
        self.outbox[message["client_id"]] = message
        self.times.begin(text)
        await self.send({"send": message})

    def take(self, frame: dict[str, Any]) -> None:
        if "message" in frame:
            message = frame["message"]
            self.shown.append((message["seq"], message["author"], message["text"]))
            if message["author"] == self.other:
                self.times.end(f"{self.other}'s message on the other screen", message["text"])
                ack = asyncio.create_task(self.send({"ack": message["seq"]}))
                self.acks.add(ack)
                ack.add_done_callback(self.acks.discard)
        if "sent" in frame:
            self.outbox.pop(frame["sent"]["client_id"], None)
        if "error" in frame:
            self.refused(frame["error"])


class List(Line):
    """A counsellor's list: it asks for its lines whenever it is told, one reading at a time."""

    def __init__(self, session: aiohttp.ClientSession, base: str, times: Times) -> None:
        super().__init__(session, f"{base}/console/live")
        self.page = f"{base}/console/liste"
        self.times = times
        self.told = asyncio.Event()
        self.shown: set[str] = set()
        self.wanted: dict[str, str] = {}
        self.readings = 0

    def take(self, frame: dict[str, Any]) -> None:
        if frame.get("changed"):
            self.told.set()

    async def read(self) -> None:
        """Until cancelled."""
        while True:
            await self.told.wait()
            self.told.clear()
            async with self.session.get(self.page) as response:
                html = await response.text()
            self.readings += 1
            for conversation, request in self.wanted.items():
                if conversation not in self.shown and f'id="claim-{conversation}"' in html:
                    self.shown.add(conversation)
                    self.times.end("request on the console", request)


@dataclass
class Person:
    """A visitor: her conversation and its two screens."""

    id: str
    token: str
    widget: Talk
    desk: Talk | None = None


@dataclass
class Member:
    """A counsellor: her browser, her list, her conversations."""

    organization: str
    session: aiohttp.ClientSession
    lines: List
    people: list[Person] = field(default_factory=list)


class Office:
    """Everybody."""

    def __init__(self, base: str, session: aiohttp.ClientSession, pace: float) -> None:
        self.base = base
        self.session = session
        self.pace = pace
        self.times = Times()
        self.members: list[Member] = []
        self.people: list[Person] = []
        self.running: set[asyncio.Task[None]] = set()
        self.numbers = itertools.count()
        self.cuts = 0

    def start(self, work: Any) -> None:
        """In the background, until the end."""
        task = asyncio.ensure_future(work)
        self.running.add(task)

    def open_list(self, member: Member) -> None:
        """Her list is on her screen from now on."""
        self.start(member.lines.run())
        self.start(member.lines.read())

    async def arrive(self) -> Person:
        """A visitor who consents."""
        url = f"{self.base}/api/v1/conversations"
        async with self.session.post(url, json={"consent": True}) as response:
            started = await response.json()
            assert response.status == 201, started
        person = self.person(started["conversation_id"], started["token"])
        await self.post(person, text="Bonjour")
        return person

    def person(self, conversation_id: str, token: str) -> Person:
        """A visitor with her widget open."""
        address = f"{self.base}/api/v1/conversations/{conversation_id}"
        widget = Talk(self.session, address, self.times, other="counsellor", token=token)
        person = Person(conversation_id, token, widget)
        self.people.append(person)
        self.start(widget.run())
        return person

    async def post(self, person: Person, **body: str) -> None:
        """Through HTTP: what is not measured as a message."""
        body["client_id"] = str(uuid.uuid4())
        headers = {"Authorization": f"Bearer {person.token}"}
        url = f"{person.widget.url}/messages"
        async with self.session.post(url, json=body, headers=headers) as response:
            assert response.status in (200, 202), await response.text()

    async def ask(self, person: Person) -> Member:
        """She asks for a person; who takes it, as soon as somebody sees it."""
        name = f"request {person.id}"
        for member in self.members:
            member.lines.wanted[person.id] = name
        self.times.begin(name)
        await self.post(person, payload="/handoff")
        while True:
            for member in self.members:
                if person.id in member.lines.shown:
                    same = [
                        each for each in self.members if each.organization == member.organization
                    ]
                    return min(same, key=lambda each: len(each.people))
            await asyncio.sleep(0.02)

    async def claim(self, member: Member, person: Person) -> None:
        """She takes it and opens it."""
        url = f"{self.base}/console/conversations/{person.id}"
        async with member.session.post(f"{url}/prendre") as response:
            assert response.status == 200, response.status
        member.people.append(person)
        self.open_desk(member, person)

    def resume(self, talk: Begun) -> None:
        """A conversation that was there before, on both screens."""
        member = self.members[talk.member]
        person = self.person(talk.id, talk.token)
        member.people.append(person)
        self.open_desk(member, person)

    def open_desk(self, member: Member, person: Person) -> None:
        """The conversation on the counsellor's screen."""
        url = f"{self.base}/console/conversations/{person.id}"
        person.desk = Talk(member.session, url, self.times, other="visitor")
        self.start(person.desk.run())

    async def counsellor(self, member: Member) -> None:
        """She writes to one after the other."""
        await asyncio.sleep(random.random() * WRITES_EVERY / self.pace)
        while True:
            person = random.choice(member.people)
            if person.desk is not None:
                await person.desk.say(f"Réponse {next(self.numbers)}")
            await asyncio.sleep(WRITES_EVERY / self.pace * random.uniform(0.5, 1.5))

    async def visitor(self, person: Person) -> None:
        """She writes now and then."""
        await asyncio.sleep(random.random() * ASKS_EVERY / self.pace)
        while True:
            await person.widget.say(f"Question {next(self.numbers)}")
            await asyncio.sleep(ASKS_EVERY / self.pace * random.uniform(0.5, 1.5))

    async def request(self) -> None:
        """Somebody more asks for a person and is seen by everybody who may."""
        person = await self.arrive()
        member = await self.ask(person)
        await asyncio.sleep(3)
        await self.claim(member, person)

    async def requests(self) -> None:
        """One after the other."""
        while True:
            self.start(self.request())
            await asyncio.sleep(REQUESTS_EVERY / self.pace)

    async def cut(self) -> None:
        """Anybody's link, at any moment."""
        while True:
            lines: list[Line] = [each.lines for each in self.members]
            lines += [each.widget for each in self.people]
            lines += [each.desk for each in self.people if each.desk]
            self.cuts += random.choice(lines).cut()
            await asyncio.sleep(CUT_EVERY * random.uniform(0.5, 1.5))

    async def settle(self) -> None:
        """Until nothing waits to be sent, and all is shown."""
        talks = [each for person in self.people for each in (person.widget, person.desk) if each]
        async with asyncio.timeout(60):
            for talk in talks:
                await talk.sent_all()
        await asyncio.sleep(3)

    async def compare(self) -> int:
        """Every log with what was said and shown; how many messages there are."""
        total = 0
        for person in self.people:
            headers = {"Authorization": f"Bearer {person.token}"}
            url = f"{person.widget.url}/messages?after=0"
            async with self.session.get(url, headers=headers) as response:
                log = [
                    (each["seq"], each["author"], each["text"])
                    for each in (await response.json())["messages"]
                ]
            assert [each[0] for each in log] == list(range(1, len(log) + 1)), log
            assert person.widget.shown == log, (person.widget.shown, log)
            assert person.desk is None or person.desk.shown == log, (person.desk.shown, log)
            counted = Counter(each[2] for each in log)
            for talk in filter(None, (person.widget, person.desk)):
                assert all(counted[text] == 1 for text in talk.said), (talk.said, log)
            total += len(log)
        return total


@asynccontextmanager
async def served(data: Path, rasa: int) -> AsyncIterator[tuple[str, int]]:
    """`marie serve` beside a stub; its address and process."""
    port, private = free_ports(2)
    env = {
        **os.environ,
        "MARIE_DATA": str(data),
        "PORT": str(port),
        "MARIE_PRIVATE_PORT": str(private),
        "MARIE_RASA_PORT": str(rasa),
        "MARIE_ACTIONS_PORT": str(rasa),
        "MARIE_RATE_LIMIT": "off",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "marie", "serve"]
    with (data / "serve.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: ASYNC220
    base = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{base}/healthz") as response:
                        if response.status == 200:
                            break
                assert process.poll() is None, (data / "serve.log").read_text()[-3000:]
                await asyncio.sleep(0.2)
        await rested(process.pid)
        yield base, process.pid
    except AssertionError:
        print((data / "serve.log").read_text()[-3000:])
        raise
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass(frozen=True)
class Begun:
    """A conversation that a counsellor has. `member`: her place among the sessions."""

    id: str
    token: str
    member: int


@dataclass(frozen=True)
class Prepared:
    """Organisation and session of each counsellor, and what they have in hand."""

    sessions: list[tuple[str, str]]
    talks: list[Begun]


async def prepared(data: Path, counsellors: int) -> Prepared:
    """A database with counsellors who have their conversations."""
    engine = create_engine(Settings.from_env({"MARIE_DATA": str(data)}).database_url)
    await migrate(engine)
    database = Database(engine)
    await accounts.prepare(database, clock=clock.now)
    async with database.write() as connection:
        for organization in ORGANIZATIONS:
            await store.add_organization(connection, organization, organization)
    people, sessions = [], []
    for number in range(counsellors):
        organization = ORGANIZATIONS[number % len(ORGANIZATIONS)]
        name = f"compte-{number}-{secrets.token_hex(2)}"
        people.append(await add_account(database, name, organization=organization))
        sessions.append((organization, await open_session(database, people[-1])))
    talks = []
    for number in range(counsellors * IN_HAND):
        member = number % counsellors
        talks.append(await begun(database, people[member], member))
    await database.close()
    return Prepared(sessions, talks)


async def begun(database: Database, staff: Staff, member: int) -> Begun:
    """A visitor who asked for a person, and this counsellor has her."""
    started = await visitor.start_conversation(
        database, greeting=Content(text="Bonjour"), marie="Marie", clock=clock.now
    )
    now, known = clock.now(), tables.conversation
    async with database.write() as connection:
        await connection.execute(
            known.update()
            .where(known.c.id == started.conversation_id)
            .values(state=State.WAITING.value, waiting_since=now)
        )
        request = HandoverRequest(
            name=None,
            email="visiteuse@example.org",
            phone=None,
            need="Bail",
            regions=("Mauricie",),
            profile={},
            consent="J’accepte.",
        )
        await leads.add(
            connection,
            Lead(
                id=secrets.token_hex(16),
                conversation_id=started.conversation_id,
                created_at=now,
                request=request,
                organization=staff.organization,
            ),
        )
        await following.opened(connection, started.conversation_id, now=now)
    await counsellor.claim(
        database,
        Hub(),
        started.conversation_id,
        by=staff,
        joined=Content(text=f"{staff.name} vous répond."),
        clock=clock.now,
    )
    return Begun(started.conversation_id, started.token, member)


def worked(pid: int) -> float:
    """Seconds of processor that a process used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def rested(pid: int) -> None:
    """Until it has nothing to do: what masks names is read after the start."""
    quiet, before = 0, worked(pid)
    while quiet < 3:
        await asyncio.sleep(1)
        now = worked(pid)
        quiet = quiet + 1 if now - before < 0.1 else 0
        before = now


def row(kind: str, found: list[float], limit: str) -> str:
    """A line of the table."""
    cuts = statistics.quantiles(found, n=100)
    figures = " | ".join(f"{cuts[at] * 1000:.0f}" for at in (49, 94, 98))
    return f"| {kind}{limit} | {len(found)} | {figures} | {max(found) * 1000:.0f} |"


LIMITS = {
    "request on the console": " (p95 ≤ 500)",
    "counsellor's message on the other screen": " (p95 ≤ 300)",
}


async def measure(base: str, pid: int, ready: Prepared, *, seconds: float, pace: float) -> None:
    """Fill, talk, compare, print."""
    many = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=many, timeout=CALL) as session:
        office = Office(base, session, pace)
        browsers = []
        for organization, token in ready.sessions:
            connector = aiohttp.TCPConnector(limit=0)
            browser = aiohttp.ClientSession(
                connector=connector,
                cookies={COOKIE: token},
                timeout=CALL,
                cookie_jar=aiohttp.CookieJar(unsafe=True),
            )
            browsers.append(browser)
            member = Member(organization, browser, List(browser, base, office.times))
            office.members.append(member)
            office.open_list(member)
        for talk in ready.talks:
            office.resume(talk)
        await rested(pid)  # two hundred screens were opened at once
        office.times.found.clear()
        readings = sum(each.lines.readings for each in office.members)
        work, begun = worked(pid), time.perf_counter()
        acting = [
            *(asyncio.create_task(office.counsellor(each)) for each in office.members),
            *(asyncio.create_task(office.visitor(each)) for each in office.people),
            asyncio.create_task(office.requests()),
            asyncio.create_task(office.cut()),
        ]
        await asyncio.sleep(seconds)
        for task in acting:
            task.cancel()
        lasted = time.perf_counter() - begun
        work = worked(pid) - work
        readings = sum(each.lines.readings for each in office.members) - readings
        await asyncio.gather(*acting, return_exceptions=True)
        await asyncio.sleep(8)  # the last who asked is taken
        await office.settle()
        total = await office.compare()
        report(office, seconds=lasted, work=work, readings=readings, total=total)
        failed = [task for task in office.running if task.done() and task.exception()]
        for task in office.running:
            task.cancel()
        await asyncio.gather(*office.running, return_exceptions=True)
        for browser in browsers:
            await browser.close()
        assert not failed, [task.exception() for task in failed]


def report(office: Office, *, seconds: float, work: float, readings: int, total: int) -> None:
    """The table, and what it was made under."""
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print("| from pressing to | times | p50 ms | p95 ms | p99 ms | longest |\n" + "|---" * 6 + "|")
    for kind, found in sorted(office.times.found.items()):
        print(row(kind, found, LIMITS.get(kind, "")))
    print(
        f"\n{len(office.people)} conversations, {len(office.members)} counsellors,"
        f" pace {office.pace:g}, stub for Rasa,"
        f" SQLite, {seconds:.0f} s; {office.cuts} sockets cut; load {load};"
        f" {office.times.busy} told to wait;"
        f" the server used {work / seconds:.2f} processors; lists read {readings / seconds:.1f}/s"
    )
    print(f"{total} messages in the logs: nothing lost, nothing doubled, on any screen")


async def main(seconds: float, counsellors: int, pace: float) -> None:
    """Prepare, serve, measure."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        data.mkdir()
        ready = await prepared(data, counsellors)
        rasa = FakeRasa().server()
        await rasa.start_server()
        assert rasa.port is not None
        async with served(data, rasa.port) as (base, pid):
            await measure(base, pid, ready, seconds=seconds, pace=pace)
        await rasa.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--counsellors", type=int, default=20, help="with ten conversations each")
    parser.add_argument("--pace", type=float, default=1.0, help="how many times as fast all write")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.seconds, chosen.counsellors, chosen.pace))
