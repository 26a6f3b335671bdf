"""Dead links: asked politely, from where the last run stopped, and given to nobody any more."""

from __future__ import annotations

import asyncio
import html
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from marie.cli.links import check_links
from marie.domain.people import Role
from marie.knowledge.freshness import DEFAULT_PERIODS
from marie.knowledge.hsds import ids_of
from marie.knowledge.importers.model import Parsed, Record
from marie.knowledge.library import LiveLibrary
from marie.knowledge.opened import open_gazetteer
from marie.knowledge.published import LiveDirectory
from marie.knowledge.resources import Resource, load_resources
from marie.services import directory, imports, links
from marie.services.link_requests import asking
from marie.services.links import Answer, Ask, is_due, judged
from marie.settings import ROOT, Settings
from marie.store.engine import Database
from marie.store.links import Link, read_links
from tests.conftest import Client
from tests.staff import add_account, browser_of, open_session

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
SEEN: web.AppKey[list[tuple[str, str, str, float]]] = web.AppKey("seen")
HERE = frozenset({"127.0.0.1"})


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    """A site with good pages and bad ones; it notes method, path, agent and moment."""
    seen: list[tuple[str, str, str, float]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        path = request.path
        seen.append((request.method, path, request.headers["User-Agent"], time.monotonic()))
        match path:
            case "/gone":
                raise web.HTTPNotFound
            case "/no-head":
                status = 405 if request.method == "HEAD" else 200
                return web.Response(status=status)
            case "/no-robots":
                raise web.HTTPForbidden
            case "/failing":
                raise web.HTTPInternalServerError
            case "/away":
                raise web.HTTPFound("http://10.0.0.1/")
            case "/round":
                raise web.HTTPFound("/round")
            case "/moved":
                raise web.HTTPMovedPermanently("/good")
            case "/busy":
                return web.Response(status=429, headers={"Retry-After": "60"})
            case "/slow":
                await asyncio.sleep(5)
            case "/cut":
                assert request.transport is not None
                request.transport.close()
        return web.Response(text="Bonjour")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    app[SEEN] = seen
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


def seen(site: TestServer) -> list[tuple[str, str]]:
    assert site.app is not None
    return [(method, path) for method, path, _, _ in site.app[SEEN]]


@pytest.fixture
async def ask(site: TestServer) -> AsyncIterator[Ask]:
    """Asks for pages of this machine, without pauses."""
    del site
    async with asking("Marie", allowed=HERE.__contains__, delay=0, seconds=0.5) as asked:
        yield asked


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/good", Answer(status=200)),
        ("/moved", Answer(status=200)),
        ("/no-head", Answer(status=200)),
        ("/gone", Answer(status=404)),
        ("/failing", Answer(status=500)),
        ("/no-robots", Answer(status=403)),
        ("/busy", Answer(status=429, postponed=True)),
        ("/away", Answer(problem="private")),
        ("/round", Answer(problem="redirects")),
        ("/slow", Answer(problem="timeout")),
        ("/cut", Answer(problem="connection")),
    ],
)
async def test_what_an_address_answers_is_told_apart(
    site: TestServer, ask: Ask, path: str, expected: Answer
) -> None:
    assert await ask(str(site.make_url(path))) == expected


async def test_head_is_enough_where_it_is_answered_and_get_follows_where_not(
    site: TestServer, ask: Ask
) -> None:
    await ask(str(site.make_url("/good")))
    await ask(str(site.make_url("/no-head")))
    assert seen(site) == [("HEAD", "/good"), ("HEAD", "/no-head"), ("GET", "/no-head")]


async def test_private_address_is_not_even_asked_for(site: TestServer) -> None:
    async with asking("Marie", delay=0) as ask:
        assert await ask(str(site.make_url("/good"))) == Answer(problem="private")
        named = f"http://localhost:{site.port}/good"
        assert await ask(named) == Answer(problem="private")
    assert seen(site) == []


@pytest.mark.parametrize("url", ["http://[", "http://", "https://:80", "http://a b/"])
async def test_what_is_no_address_is_said_to_be_none(ask: Ask, url: str) -> None:
    assert (await ask(url)).problem == "address"


def link(**changes: object) -> Link:
    values = {"url": "a", "checked_at": NOON, "status": 200, "problem": None}
    return Link(**{**values, "failures": 0, "dead": False, **changes})  # type: ignore[arg-type]


def test_page_that_its_host_says_is_gone_is_dead_at_once() -> None:
    assert judged("a", None, Answer(status=404), NOON).dead
    assert judged("a", None, Answer(status=410), NOON).dead
    assert judged("a", None, Answer(problem="private"), NOON).dead


def test_host_that_fails_is_dead_the_third_time_in_a_row() -> None:
    first = judged("a", None, Answer(status=500), NOON)
    second = judged("a", first, Answer(problem="timeout"), NOON)
    assert (second.failures, second.dead) == (2, False)
    assert judged("a", second, Answer(problem="name"), NOON).dead
    assert judged("a", second, Answer(status=200), NOON).failures == 0


def test_dead_link_that_answers_again_is_alive_and_a_refusal_says_nothing() -> None:
    dead = link(dead=True, failures=3, status=404)
    assert not judged("a", dead, Answer(status=200), NOON).dead
    assert judged("a", dead, Answer(status=403), NOON).dead
    assert not judged("a", None, Answer(status=403), NOON).dead


def test_address_is_asked_for_again_after_a_week_and_a_failing_one_the_next_day() -> None:
    day, week = NOON + timedelta(hours=20), NOON + timedelta(days=7)
    second = timedelta(seconds=1)
    assert is_due(None, NOON)
    assert not is_due(link(), week - second)
    assert is_due(link(), week)
    assert not is_due(link(failures=1), day - second)
    assert is_due(link(failures=1), day)
    assert not is_due(link(failures=3, dead=True), day)


async def run(database: Database, urls: list[str], ask: Ask, at: datetime = NOON) -> links.Run:
    return await links.check(database, urls, ask, clock=lambda: at, delay=0)


async def kept(database: Database) -> dict[str, Link]:
    async with database.read() as connection:
        return await read_links(connection)


async def test_run_that_is_stopped_goes_on_from_there(database: Database) -> None:
    asked: Counter[str] = Counter()
    urls = [f"http://a.example/{n}" for n in range(6)]

    async def ask(url: str) -> Answer:
        if sum(asked.values()) == 3:
            raise asyncio.CancelledError
        asked[url] += 1
        return Answer(status=200)

    with pytest.raises(asyncio.CancelledError):
        await run(database, urls, ask)
    assert len(await kept(database)) == 3

    async def ask_on(url: str) -> Answer:
        asked[url] += 1
        return Answer(status=200)

    assert (await run(database, urls, ask_on)).asked == 3
    assert asked == dict.fromkeys(urls, 1)
    assert (await run(database, urls, ask_on)).asked == 0


async def test_one_host_is_asked_slowly_and_one_at_a_time(
    database: Database, site: TestServer, ask: Ask
) -> None:
    urls = [str(site.make_url(f"/{n}")) for n in range(3)]
    await links.check(database, urls, ask, clock=lambda: NOON, delay=0.2)
    assert site.app is not None
    moments = [at for _, _, _, at in site.app[SEEN]]
    assert all(after - before >= 0.19 for before, after in pairwise(moments))
    assert {agent for _, _, agent, _ in site.app[SEEN]} == {"Marie"}


async def test_host_that_is_busy_is_left_alone_until_the_next_run(
    database: Database, site: TestServer, ask: Ask
) -> None:
    urls = [str(site.make_url(path)) for path in ("/good", "/busy", "/moved")]
    done = await run(database, urls, ask)
    assert (done.asked, done.postponed) == (1, 2)
    assert set(await kept(database)) == {urls[0]}


async def test_without_a_network_nothing_is_concluded(database: Database) -> None:
    async def ask(url: str) -> Answer:
        return Answer(problem="name" if url.endswith("1") else "timeout")

    urls = [f"http://{n}.example/{n}" for n in range(12)]
    assert (await run(database, urls, ask)).offline
    assert await kept(database) == {}


async def test_failure_counts_once_some_other_host_answers(database: Database) -> None:
    async def ask(url: str) -> Answer:
        return Answer(status=200) if "good" in url else Answer(problem="name")

    done = await run(database, ["http://good.example/", "http://bad.example/"], ask)
    assert not done.offline
    assert {url: each.failures for url, each in (await kept(database)).items()} == {
        "http://good.example/": 0,
        "http://bad.example/": 1,
    }


async def test_address_that_nothing_names_any_more_is_forgotten(database: Database) -> None:
    async def ask(_: str) -> Answer:
        return Answer(status=404)

    await run(database, ["http://a.example/", "http://b.example/"], ask)
    await run(database, ["http://b.example/"], ask)
    assert set(await kept(database)) == {"http://b.example/"}


@pytest.fixture
async def cegep(database: Database, settings: Settings) -> Resource:
    """The seed is in the database and is spoken; one of it, with a site."""
    seed = load_resources(settings.knowledge / "directory")
    await directory.fill_with_seed(database, seed)
    return next(each for each in seed if each.id == "cegep-rimouski")


async def spoken(database: Database, settings: Settings, resource_id: str) -> str | None:
    gazetteer = open_gazetteer(settings.knowledge)
    await directory.publish_directory(database, gazetteer, settings.data)
    live = LiveDirectory([], gazetteer, periods=DEFAULT_PERIODS, folder=settings.data / "directory")
    found = live.current().get(resource_id)
    assert found is not None
    return found.url


async def test_card_never_shows_a_dead_link_and_shows_it_again_when_it_lives(
    database: Database, settings: Settings, cegep: Resource
) -> None:
    assert cegep.url is not None
    status = 404

    async def ask(url: str) -> Answer:
        return Answer(status=status if url == cegep.url else 200)

    library = LiveLibrary(settings.knowledge).current()
    urls = list(await links.named(database, library))
    assert cegep.url in urls
    assert await spoken(database, settings, cegep.id) == cegep.url
    assert [each.url for each in (await run(database, urls, ask)).dead] == [cegep.url]
    assert await spoken(database, settings, cegep.id) is None
    status = 200
    # What is dead is still asked for: nothing else would bring it back.
    urls = list(await links.named(database, library))
    revived = (await run(database, urls, ask, NOON + timedelta(days=8))).revived
    assert [each.url for each in revived] == [cegep.url]
    assert await spoken(database, settings, cegep.id) == cegep.url


async def test_export_without_the_dead_link_does_not_take_it_away_when_it_is_imported(
    database: Database, cegep: Resource
) -> None:
    async def ask(url: str) -> Answer:
        return Answer(status=404 if url == cegep.url else 200)

    await run(database, [str(cegep.url), "http://a.example/"], ask)
    resources = (await directory.read_said(database)).resources
    told = next(each for each in resources if each.id == cegep.id)
    assert told.url is None
    record = Record(replace(told, hsds=ids_of(told)), "x", 1)
    diff = await imports.prepare(database, Parsed(origin="hsds", records=(record,)))
    assert diff.changes_nothing


async def test_sources_and_links_of_entries_and_parameters_are_asked_for_too(
    database: Database, cegep: Resource
) -> None:
    library = LiveLibrary(ROOT / "knowledge").current()
    mentions = await links.named(database, library)
    assert {mention.what for each in mentions.values() for mention in each} == {
        "resource",
        "entry",
        "parameter",
    }
    for entry in library.entries.values():
        for url in {*(each.url for each in entry.sources), *(each.url for each in entry.links)}:
            assert entry.id in {each.id for each in mentions[url] if each.what == "entry"}
    assert cegep.id in {each.id for each in mentions[cegep.source.url]}


async def test_administrators_see_the_dead_links_and_what_gives_them(
    client: Client, database: Database, settings: Settings, cegep: Resource
) -> None:
    library = LiveLibrary(settings.knowledge).current()
    entry = next(each for each in library.entries.values() if each.sources)
    bad = {cegep.url, entry.sources[0].url}

    async def ask(url: str) -> Answer:
        return Answer(status=404 if url in bad else 200)

    await run(database, list(await links.named(database, library)), ask)
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        shown = await member.get("/admin/repertoire/liens")
    text = html.unescape(shown.text)
    assert shown.status == 200
    assert f'href="{cegep.url}"' in text
    assert cegep.name in text
    assert f'href="{entry.sources[0].url}"' in text
    assert "404" in text


async def test_command_without_a_network_says_so_and_changes_nothing(
    database: Database,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @asynccontextmanager
    async def asking_nobody(_agent: str, *, delay: float) -> AsyncIterator[Ask]:
        async def ask(_url: str) -> Answer:
            return Answer(problem="name")

        assert delay == 0
        yield ask

    monkeypatch.setattr("marie.cli.links.asking", asking_nobody)
    assert await check_links(settings, every=7, delay=0) == 1
    assert "Aucun site n’a répondu" in capsys.readouterr().out
    assert await kept(database) == {}
