"""The web application, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aiohttp
from aiohttp import web

from marie import clock
from marie.knowledge.live_settings import LiveSettings
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.knowledge.privacy import load_privacy
from marie.knowledge.waiting import LiveTerms, load_waiting
from marie.language.safety import read_safety
from marie.rasa.client import RasaClient
from marie.services import assignment
from marie.services.answers import Answers
from marie.services.lists import Lists
from marie.services.live import Hub
from marie.services.masking import mask
from marie.services.turns import GRACE, Turns
from marie.settings import Settings
from marie.store.engine import Database, create_engine
from marie.store.wire import Wire
from marie.web import (
    account,
    account_links,
    admin,
    admin_card,
    admin_cards,
    admin_directory,
    admin_entries,
    admin_misses,
    admin_models,
    admin_parameters,
    admin_phrases,
    admin_places,
    admin_programs,
    admin_settings,
    admin_twins,
    admin_uploads,
    admin_verify,
    agenda,
    agents,
    appointment_page,
    console,
    console_answers,
    console_beside,
    console_live,
    console_pickers,
    console_search,
    demo,
    directory,
    documents,
    event_news,
    event_versions,
    events,
    figures,
    follow_ups,
    health,
    incidents,
    kept_papers,
    openapi,
    opinions,
    plain_chat,
    quality,
    referral,
    registers,
    revision_pages,
    second_step,
    sending,
    sign_in,
    socket,
    speech,
    team,
    visitors,
    well_known,
    widget_files,
)
from marie.web import (
    assignment as assignment_page,
)
from marie.web import (
    knowledge as knowledge_pages,
)
from marie.web.admission import ADMISSION, Admission, admitted
from marie.web.appointment_voice import voice_of
from marie.web.embedding import listed_sites
from marie.web.headers import security_headers
from marie.web.jobs import timed_work
from marie.web.keys import (
    CLOCK,
    CONFIGURED,
    DATABASE,
    DIRECTORY,
    GAZETTEER,
    HTTP,
    HUB,
    KNOWN_TOKENS,
    LIBRARY,
    LIMITS,
    LISTS,
    METRICS,
    PRIVACY,
    RASA,
    SEATS_CHANGED,
    SETTINGS,
    SIGNER,
    TERMS,
    TURNS,
)
from marie.web.known_tokens import KnownTokens
from marie.web.limits import Limits
from marie.web.metrics import Metrics
from marie.web.pages import add_templates, page_errors
from marie.web.problems import api_problems
from marie.web.senders import senders
from marie.web.signing import Signer, open_key
from marie.web.static import add_static_routes
from marie.web.visits import counted_visits, visits

MAX_BODY = 128 * 1024


def create_app(
    settings: Settings,
    *,
    knowledge: Knowledge | None = None,
    read_clock: clock.Clock = clock.now,
    grace: float = GRACE,
) -> web.Application:
    """Everything that faces people.

    `knowledge`: what `settings.knowledge` holds, when it is open already. `grace`: seconds before
    Marie says that Rasa is away.
    """
    knowledge = knowledge or open_knowledge(settings.knowledge, settings.data)
    app = web.Application(
        client_max_size=MAX_BODY,
        middlewares=[
            health.measured,
            visits,
            security_headers,
            api_problems,
            listed_sites,
            page_errors,
            admitted,
        ],
    )
    app[SETTINGS] = settings
    app[CLOCK] = read_clock
    app[LIMITS] = Limits(enabled=settings.rate_limit, redis_url=settings.redis_url)
    app[ADMISSION] = Admission(enabled=settings.rate_limit)
    app[KNOWN_TOKENS] = KnownTokens()
    app[METRICS] = Metrics()
    app[SIGNER] = Signer(open_key(settings.data), read_clock)
    app[HUB] = Hub()
    app[LIBRARY] = knowledge.live
    app[GAZETTEER] = knowledge.gazetteer
    app[CONFIGURED] = LiveSettings(settings.knowledge, knowledge.live)
    app[TERMS] = LiveTerms(load_waiting(settings.knowledge), app[CONFIGURED].current)
    app[PRIVACY] = load_privacy(settings.knowledge)
    app[DIRECTORY] = knowledge.directories
    app[health.LAST_CHECK] = {}
    add_templates(app)

    for routes in (
        health.routes,
        well_known.routes,
        visitors.routes,
        opinions.routes,
        socket.routes,
        documents.routes,
        kept_papers.routes,
        directory.routes,
        openapi.routes,
        demo.routes,
        widget_files.routes,
        admin_settings.routes,
        plain_chat.routes,
        sign_in.routes,
        second_step.routes,
        account.routes,
        account_links.routes,
        team.routes,
        console.routes,
        console_live.routes,
        console_beside.routes,
        console_pickers.routes,
        console_answers.routes,
        console_search.routes,
        admin.routes,
        admin_entries.routes,
        admin_parameters.routes,
        admin_phrases.routes,
        admin_programs.routes,
        admin_places.routes,
        admin_misses.routes,
        admin_verify.routes,
        revision_pages.routes,
        admin_directory.routes,
        admin_cards.routes,
        admin_card.routes,
        admin_models.routes,
        admin_twins.routes,
        admin_uploads.routes,
        assignment_page.routes,
        events.routes,
        event_versions.routes,
        agenda.routes,
        follow_ups.routes,
        appointment_page.routes,
        figures.routes,
        quality.routes,
        registers.routes,
        incidents.routes,
        sending.routes,
        referral.routes,
        agents.routes,
    ):
        app.add_routes(routes)
    add_static_routes(app)

    app.cleanup_ctx.extend(
        [
            _database,
            _limits,
            _other_processes,
            directory.follow_directory,
            admin_twins.proposing,
            admin_uploads.receiving,
            knowledge_pages.follow_revisions,
            event_news.follow_events,
            _http,
            _turns(grace),
            counted_visits,
            senders,
            timed_work,
        ]
    )
    return app


async def _database(app: web.Application) -> AsyncIterator[None]:
    app[DATABASE] = Database(create_engine(app[SETTINGS].database_url))
    app[LISTS] = Lists(app[DATABASE])
    yield
    await app[DATABASE].close()


async def _limits(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[LIMITS].close()


async def _other_processes(app: web.Application) -> AsyncIterator[None]:
    """On PostgreSQL a change in one web process wakes who listens in another."""
    if not app[SETTINGS].on_postgresql:
        yield
        return
    hub = app[HUB]
    wire = Wire(app[SETTINGS].database_url, hear=hub.hear, lost=hub.look_again)
    wire.start()
    hub.connect(wire.tell)
    yield
    await wire.stop()


async def _http(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as app[HTTP]:
        settings = app[SETTINGS]
        app[RASA] = RasaClient(app[HTTP], settings.rasa_urls, settings.spare_rasa_url)
        yield


def _turns(grace: float) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(app: web.Application) -> AsyncIterator[None]:
        library = app[LIBRARY]
        await assignment.add_known(app[DATABASE], app[TERMS].organizations)
        alarming = read_safety(app[SETTINGS].knowledge / "safety.yml")
        answers = Answers(
            marie=speech.MARIE,
            notice=lambda text: speech.rasa_is_away(
                library.current(), alarming.find(text), clock.local_date(app[CLOCK]())
            ),
            handed_over=lambda: speech.handed_over(library.current()),
            clock=app[CLOCK],
            terms=app[TERMS],
            voice=voice_of(app),
        )
        app[TURNS] = Turns(
            app[DATABASE],
            app[RASA],
            app[HUB],
            answers,
            marie=speech.MARIE,
            mask=mask,
            clock=app[CLOCK],
            grace=grace,
            seats_changed=app[SEATS_CHANGED].set,
            report=app[METRICS].turn,
        )
        await app[TURNS].recover()
        yield
        await app[TURNS].close()

    return run
