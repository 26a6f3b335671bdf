"""`marie check-links`: which addresses that Marie gives are dead, asked politely.

One request at a time to a host, with a pause between two; a host that asks to be left alone is,
until the next run. What was answered is kept at once, so a run that is stopped goes on from there.
A dead address is given to nobody: cards lose it, administrators see it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from marie.clock import Clock
from marie.knowledge.importers.model import Progress
from marie.knowledge.library import Library
from marie.store import directory as store
from marie.store import links as kept
from marie.store.engine import Database
from marie.store.links import Link

GONE = frozenset({404, 410})
"""The host says that there is no such page: dead at once."""

UNSURE = frozenset({401, 402, 403, 405, 406, 407, 408, 421, 423, 425, 429, 451})
"""The host is there and does not answer programs: nothing is concluded."""

HOPELESS = frozenset({"address", "private"})
"""Problems that no later try solves."""

DEAD_AFTER = 3
"""Failures in a row, on different days, before an address that gives nothing is dead."""

AGAIN = timedelta(days=7)
"""After how long an address is asked for again."""

FAILING_AGAIN = timedelta(hours=20)
"""After how long one that failed and is not dead yet is."""

DELAY = 1.0
"""Seconds between two requests to a host."""

HOSTS_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an address answered: a status, or a problem (`network`: no host was reached).

    `postponed`: the host asks to be left alone for now.
    """

    status: int | None = None
    problem: str | None = None
    postponed: bool = False

    @property
    def network(self) -> bool:
        """Whether it may be our own network that failed."""
        return self.status is None and self.problem not in HOPELESS


Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True)
class Mention:
    """What gives an address: a resource of the directory, an entry or a parameter."""

    what: str
    id: str
    title: str


@dataclass(kw_only=True)
class Run:
    """What one run did. `offline`: no host at all answered, so nothing was concluded."""

    known: int
    asked: int = 0
    dead: list[Link] = field(default_factory=list)
    revived: list[Link] = field(default_factory=list)
    postponed: int = 0
    offline: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """What administrators see: the dead links with what gives them, and how many fail so far."""

    dead: list[tuple[Link, list[Mention]]]
    failing: int
    checked: int
    known: int
    last: datetime | None


def judged(url: str, before: Link | None, answer: Answer, at: datetime) -> Link:
    """What is known of an address after an answer. Pure."""
    failures = before.failures if before else 0
    dead = before.dead if before else False
    if answer.status in UNSURE:
        pass
    elif answer.status is not None and answer.status < 400:
        failures, dead = 0, False
    else:
        failures += 1
        at_once = answer.status in GONE or answer.problem in HOPELESS
        dead = dead or at_once or failures >= DEAD_AFTER
    return Link(
        url=url,
        checked_at=at,
        status=answer.status,
        problem=answer.problem,
        failures=failures,
        dead=dead,
    )


def is_due(link: Link | None, now: datetime, again: timedelta = AGAIN) -> bool:
    """Whether an address is to be asked for."""
    if link is None:
        return True
    failing = link.failures > 0 and not link.dead
    return now - link.checked_at >= (min(again, FAILING_AGAIN) if failing else again)


async def named(database: Database, library: Library) -> dict[str, list[Mention]]:
    """Every address that Marie gives, and what gives it."""
    found: defaultdict[str, list[Mention]] = defaultdict(list)
    async with database.read() as connection:
        resources = await kept.resource_addresses(connection)
    for each in resources:
        for url in {each.url, each.source} - {None}:
            mention = Mention(what="resource", id=each.entry_id, title=each.name)
            found[str(url)].append(mention)
    for url, mention in _of_library(library):
        if mention not in found[url]:
            found[url].append(mention)
    return {url: found[url] for url in sorted(found) if url.startswith(("http://", "https://"))}


async def check(
    database: Database,
    urls: Collection[str],
    ask: Ask,
    *,
    clock: Clock,
    again: timedelta = AGAIN,
    delay: float = DELAY,
    progress: Progress = lambda done, whole: None,
) -> Run:
    """Ask for each address that is due and keep the answer at once; forget those not named."""
    async with database.read() as connection:
        before = await kept.read_links(connection)
    if forgotten := before.keys() - set(urls):
        async with database.write() as connection:
            await kept.forget_links(connection, forgotten)
    due = [url for url in urls if is_due(before.get(url), clock(), again)]
    checking = _Checking(database, ask, before, Run(known=len(urls)), clock)
    hosts = _by_host(due)

    async def work() -> None:
        while hosts:
            _, waiting = hosts.popitem()
            for place, url in enumerate(waiting):
                if place:
                    await asyncio.sleep(delay)
                if not await checking.one(url):
                    checking.run.postponed += len(waiting) - place
                    break
                progress(checking.run.asked, len(due))

    await asyncio.gather(*(work() for _ in range(HOSTS_AT_ONCE)))
    checking.run.offline = bool(checking.held) and not checking.reached
    return checking.run


async def report(database: Database, mentions: Mapping[str, list[Mention]]) -> Report:
    """What is known of the addresses that Marie gives."""
    async with database.read() as connection:
        links = await kept.read_links(connection)
    found = [links[url] for url in mentions if url in links]
    return Report(
        dead=[(link, mentions[link.url]) for link in found if link.dead],
        failing=sum(link.failures > 0 and not link.dead for link in found),
        checked=len(found),
        known=len(mentions),
        last=max((link.checked_at for link in found), default=None),
    )


class _Checking:
    """One run: a failure of the network counts once some host was reached."""

    def __init__(
        self, database: Database, ask: Ask, before: Mapping[str, Link], run: Run, clock: Clock
    ) -> None:
        self.run = run
        self.held: list[Link] = []
        self.reached = False
        self._database = database
        self._ask = ask
        self._before = before
        self._clock = clock

    async def one(self, url: str) -> bool:
        """Ask for one; False when its host wants to be left alone."""
        answer = await self._ask(url)
        if answer.postponed:
            return False
        self.run.asked += 1
        link = judged(url, self._before.get(url), answer, self._clock())
        self.held.append(link)
        self.reached = self.reached or not answer.network
        if self.reached:
            links, self.held = self.held, []
            await self._keep(links)
        return True

    async def _keep(self, links: list[Link]) -> None:
        async with self._database.write() as connection:
            await kept.write_links(connection, links)
            for link in links:
                before = self._before.get(link.url)
                if link.dead == (before is not None and before.dead):
                    continue
                (self.run.dead if link.dead else self.run.revived).append(link)
                # What is spoken changes: every process publishes it anew.
                await store.grow_version(connection)


def _by_host(urls: Collection[str]) -> dict[str, list[str]]:
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[_host(url)].append(url)
    # The hosts with the most addresses take longest: they are taken first, from the end.
    return dict(sorted(hosts.items(), key=lambda item: len(item[1])))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _of_library(library: Library) -> Iterator[tuple[str, Mention]]:
    for entry in library.entries.values():
        mention = Mention(what="entry", id=entry.id, title=entry.title)
        yield from ((source.url, mention) for source in entry.sources)
        yield from ((link.url, mention) for link in entry.links)
    for parameter in library.parameters.values():
        mention = Mention(what="parameter", id=parameter.id, title=parameter.label)
        for value in parameter.values:
            yield value.source.url, mention
