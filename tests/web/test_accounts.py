"""One's account, links, the team and the second step, as pages."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pyotp
import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from marie import clock
from marie.domain.people import Role, Staff
from marie.domain.slowing import ACCOUNT
from marie.knowledge.opened import Knowledge
from marie.settings import BadSetting, Settings
from marie.store import staff as store
from marie.store.engine import Database
from marie.web.app import create_app
from tests.conftest import Client
from tests.staff import (
    COOKIE,
    PASSWORD,
    Member,
    add_account,
    browser_of,
    open_session,
    waiting_visitor,
)

XSS = "<img src=x onerror=alert(1)>"
ACCOUNT_PAGE = "/console/compte"
STEP = "/console/compte/deuxieme-etape"
CODE = "/console/connexion/code"
TEAM = "/admin/equipe"


@pytest.fixture
async def nadia(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in counsellor, by the form."""
    await add_account(database, "nadia")
    async with browser_of(client, "nadia") as member:
        await member.sign_in()
        yield member


@pytest.fixture
async def sol(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in supervisor."""
    staff = await add_account(database, "sol", role=Role.SUPERVISOR)
    async with browser_of(client, "sol") as member:
        member.carry(await open_session(database, staff))
        yield member


async def by_name(database: Database, username: str) -> Staff:
    async with database.read() as connection:
        found = await store.by_username(connection, username)
    assert found is not None
    return found


async def switch_on(member: Member) -> tuple[pyotp.TOTP, list[str]]:
    """Set the second step up; what makes codes, and the recovery codes."""
    key = re.search(r'class="key"><code>([A-Z2-7 ]+)</code>', (await member.get(STEP)).text)
    assert key is not None
    totp = pyotp.TOTP(key[1].replace(" ", ""))
    shown = await member.post(STEP, code=totp.now())
    assert shown.status == 200
    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code></li>", shown.text)
    assert len(codes) == 10
    return totp, codes


def link_of(text: str) -> str:
    found = re.search(r'value="http://localhost:8080(/console/lien/[\w-]+)"', text)
    assert found is not None
    return found[1]


# The second step


async def test_password_alone_opens_nothing_once_there_is_a_second_step(nadia: Member) -> None:
    totp, codes = await switch_on(nadia)
    async with browser_of(nadia.client, "nadia") as other:
        shown = await other.sign_in()
        assert shown.url.path == CODE
        assert COOKIE not in {each.key for each in other.session.cookie_jar}
        assert (await other.get("/console/")).url.path == "/console/connexion"
        for wrong in ("000000", totp.now(), "", XSS):  # the one of now was used to switch it on
            refused = await other.post(CODE, code=wrong)
            assert refused.status == 401
            assert XSS not in refused.text
        shown = await other.post(CODE, code=codes[0], suite="/console/compte")
        assert (shown.status, shown.url.path) == (200, ACCOUNT_PAGE)
        assert "9 codes de secours inutilisés" in shown.text
        assert (await other.get(CODE)).url.path == "/console/"


async def test_cookie_between_the_steps_cannot_be_forged_nor_moved_to_another_account(
    nadia: Member, database: Database
) -> None:
    samuel = await add_account(database, "samuel")
    await switch_on(nadia)
    async with browser_of(nadia.client, "nadia") as other:
        await other.sign_in()
        (mine,) = [each.value for each in other.session.cookie_jar if each.key == "marie_second"]
        staff_id, _, rest = mine.partition("-")
        expires, _, signature = rest.partition(".")
        for forged in (
            f"{samuel.id}-{rest}",
            f"{staff_id}-{int(expires) + 60}.{signature}",
            f"{staff_id}-{expires}.{'0' * len(signature)}",
            "",
            "-",
            "x" * 3000,
        ):
            other.session.cookie_jar.clear()
            other.session.cookie_jar.update_cookies(
                {"marie_second": forged}, nadia.client.make_url(CODE)
            )
            assert (await other.get(CODE)).url.path == "/console/connexion"


async def test_switching_on_signs_other_browsers_out_and_off_asks_for_the_password(
    nadia: Member, database: Database
) -> None:
    elsewhere = await open_session(database, await by_name(database, "nadia"))
    await switch_on(nadia)
    async with browser_of(nadia.client, "nadia") as other:
        other.carry(elsewhere)
        assert (await other.get("/console/")).url.path == "/console/connexion"
    assert (await nadia.get(STEP)).url.path == ACCOUNT_PAGE
    for path in (f"{STEP}/arret", f"{ACCOUNT_PAGE}/codes"):
        refused = await nadia.post(path, password="pas le bon")
        assert refused.status == 401
        assert "Ce n’est pas votre mot de passe" in refused.text
    other_codes = await nadia.post(f"{ACCOUNT_PAGE}/codes", password=PASSWORD)
    assert "Ceux d’avant ne servent plus" in other_codes.text
    assert "est désactivée" in (await nadia.post(f"{STEP}/arret", password=PASSWORD)).text


async def test_role_that_owes_a_second_step_gets_nowhere_without(
    settings: Settings, database: Database, knowledge: Knowledge
) -> None:
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    ours = replace(settings, second_factor_for=frozenset({"administrator"}))
    server = TestServer(create_app(ours, knowledge=knowledge), host="127.0.0.1")
    async with TestClient(server) as client, browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        for path in ("/console/", "/admin/", ACCOUNT_PAGE):
            assert (await member.get(path)).url.path == STEP
        await switch_on(member)
        assert (await member.get("/admin/")).url.path == "/admin/"


@pytest.mark.parametrize(
    ("value", "roles"),
    [("", set()), ("administrator, supervisor", {"administrator", "supervisor"})],
)
def test_roles_that_owe_a_second_step_are_a_setting(value: str, roles: set[str]) -> None:
    assert Settings.from_env({"MARIE_SECOND_FACTOR": value}).second_factor_for == roles


def test_role_that_does_not_exist_is_a_bad_setting() -> None:
    with pytest.raises(BadSetting):
        Settings.from_env({"MARIE_SECOND_FACTOR": "admin"})


# Slowing down


async def test_stranger_s_failures_do_not_keep_her_out_of_a_browser_that_she_used(
    nadia: Member,
) -> None:
    await nadia.post("/console/deconnexion")
    async with browser_of(nadia.client, "nadia") as stranger:
        for _ in range(ACCOUNT.free):
            assert (await stranger.sign_in("essai")).status == 401
        assert (await stranger.sign_in("essai")).status == 429
        assert (await stranger.sign_in()).status == 429
        (known,) = [
            each for each in nadia.session.cookie_jar if each.key.startswith("marie_device")
        ]
        forged = {known.key: known.value[:-1] + ("0" if known.value[-1] != "0" else "1")}
        stranger.session.cookie_jar.update_cookies(
            forged, nadia.client.make_url("/console/connexion")
        )
        assert (await stranger.sign_in()).status == 429
    assert (await nadia.sign_in()).url.path == "/console/"


# One's account


async def test_browsers_are_listed_and_ended_by_whom_they_belong_to(
    nadia: Member, database: Database
) -> None:
    staff = await by_name(database, "nadia")
    elsewhere = await open_session(database, staff)
    samuel = await add_account(database, "samuel")
    his = await open_session(database, samuel)
    shown = await nadia.get(ACCOUNT_PAGE)
    assert "127.0.0.…" in shown.text
    assert "127.0.0.1" not in shown.text
    (other,) = re.findall(r'name="session" value="([0-9a-f]{64})"', shown.text)
    async with database.read() as connection:
        (theirs,) = await store.sessions(connection, samuel.id, at=clock.now())
    await nadia.post(f"{ACCOUNT_PAGE}/sessions", session=theirs.token_hash)
    async with browser_of(nadia.client, "samuel") as member:
        member.carry(his)
        assert (await member.get("/console/")).url.path == "/console/"
    async with browser_of(nadia.client, "nadia") as member:
        member.carry(elsewhere)
        assert (await member.get("/console/")).url.path == "/console/"
        async with member.socket("/console/live") as ws:
            await ws.receive_json(timeout=5)
            await nadia.post(f"{ACCOUNT_PAGE}/sessions", session=other)
            assert (await ws.receive(timeout=5)).data == 4401, "its open pages end at once"
        assert (await member.get("/console/")).url.path == "/console/connexion"
    await open_session(database, staff)
    await nadia.post(f"{ACCOUNT_PAGE}/sessions", session="autres")
    async with database.read() as connection:
        assert len(await store.sessions(connection, staff.id, at=clock.now())) == 1


async def test_address_is_kept_or_said_to_be_none(nadia: Member, database: Database) -> None:
    for wrong in ("nadia", XSS, "a@b.c\nBcc: d@e.f", "\x00@b.ca"):
        refused = await nadia.post(ACCOUNT_PAGE, email=wrong)
        assert refused.status == 400
        assert XSS not in refused.text
    assert (await nadia.post(ACCOUNT_PAGE, email=" nadia@example.org ")).status == 200
    assert (await by_name(database, "nadia")).email == "nadia@example.org"
    await nadia.post(ACCOUNT_PAGE, email="")
    assert (await by_name(database, "nadia")).email is None


# Links and the team


async def test_supervisor_invites_a_counsellor_who_then_is_in(sol: Member) -> None:
    form = {"role": "counsellor", "organization": "promis"}
    shown = await sol.post(TEAM, name=XSS, email="", **form)
    assert shown.status == 200
    assert XSS not in shown.text
    path = link_of(shown.text)
    assert "Invitations en attente" in (await sol.get(TEAM)).text
    assert path not in (await sol.get(TEAM)).text
    async with browser_of(sol.client, "lea") as lea:
        assert "PROMIS" in (await lea.get(path)).text
        fields = {"name": "Léa", "username": "lea", "password": PASSWORD}
        assert (await lea.post(path, again="autre chose", **fields)).status == 400
        shown = await lea.post(path, again=PASSWORD, **fields)
        assert (shown.status, shown.url.path) == (200, "/console/")
        assert (await lea.get(path)).status == 410
        assert (await lea.post(path, again=PASSWORD, **fields)).status == 410
    assert "Léa" in (await sol.get(TEAM)).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"role": "administrator", "organization": "promis"}, 403),
        ({"role": "supervisor", "organization": "promis"}, 403),
        ({"role": "counsellor", "organization": "inici"}, 403),
        ({"role": "counsellor", "organization": "aucun"}, 403),
        ({"role": "counsellor", "organization": "\x00"}, 400),
        ({"role": "counsellor"}, 400),
        ({"role": XSS, "organization": "promis"}, 400),
        ({"role": "counsellor", "organization": "promis", "email": XSS}, 400),
    ],
)
async def test_supervisor_gives_nothing_that_is_not_hers(
    sol: Member, fields: dict[str, str], status: int
) -> None:
    shown = await sol.post(TEAM, **fields)
    assert shown.status == status
    assert "/console/lien/" not in shown.text
    assert XSS not in shown.text


async def test_invitation_that_was_withdrawn_is_over(sol: Member) -> None:
    shown = await sol.post(TEAM, role="counsellor", organization="promis")
    (token_hash,) = re.findall(r'name="invitation" value="([0-9a-f]{64})"', shown.text)
    path = link_of(shown.text)
    shown = await sol.post(f"{TEAM}/invitations/retirer", invitation=token_hash)
    assert "L’invitation est retirée" in shown.text
    assert (await sol.get(path)).status == 410


async def test_supervisor_reaches_no_account_of_another_organisation_nor_above_hers(
    sol: Member, database: Database
) -> None:
    others = [
        await add_account(database, "ailleurs", organization="inici"),
        await add_account(database, "pareille", role=Role.SUPERVISOR),
        await add_account(database, "chef", role=Role.ADMINISTRATOR),
        await by_name(database, "sol"),
    ]
    shown = (await sol.get(TEAM)).text
    assert "ailleurs" not in shown
    assert "pareille" in shown
    for other in others:
        assert (await sol.get(f"{TEAM}/{other.id}")).status == 404
        for act in ("", "/desactiver", "/activer", "/mot-de-passe", "/deuxieme-etape"):
            assert (await sol.post(f"{TEAM}/{other.id}{act}", role="counsellor")).status == 404
        assert (await by_name(database, other.username)).disabled_at is None


async def test_new_password_by_a_link_still_asks_for_the_second_step(
    nadia: Member, sol: Member, database: Database
) -> None:
    await switch_on(nadia)
    staff = await by_name(database, "nadia")
    shown = await sol.post(f"{TEAM}/{staff.id}/mot-de-passe")
    async with browser_of(nadia.client, "nadia") as other:
        path = link_of(shown.text)
        assert "<bdi>nadia</bdi>" in (await other.get(path)).text
        new = "un tout autre mot de passe"
        assert (await other.post(path, password=new, again=new)).url.path == CODE
        assert (await nadia.get("/console/")).url.path == "/console/connexion"
    await sol.post(f"{TEAM}/{staff.id}/deuxieme-etape")
    async with browser_of(nadia.client, "nadia") as other:
        assert (await other.sign_in(new)).url.path == "/console/"


async def test_counsellor_disabled_in_mid_talk_leaves_the_visitor_to_her_colleagues(
    client: Client, nadia: Member, sol: Member, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await nadia.write(visitor, "Bonjour!")
    staff = await by_name(database, "nadia")
    async with nadia.socket(f"/console/conversations/{visitor.id}/socket") as ws:
        shown = await sol.post(f"{TEAM}/{staff.id}/desactiver")
        assert "attendent de nouveau" in shown.text
        code = None
        while not ws.closed:
            frame = await ws.receive(timeout=5)
            # `close_code` says 1006 when the connection is gone before this side closed it too.
            code = frame.data if frame.type is WSMsgType.CLOSE else code
        assert code == 4401
    log = await visitor.log()
    assert log["state"] == "waiting"
    assert log["messages"][-2]["text"] == "Bonjour!"
    assert "Nadia ne peut plus poursuivre" in html.unescape(log["messages"][-1]["text"])
    assert (await nadia.sign_in()).status == 401
    assert "1 personne attend" in (await sol.get("/console/")).text
    assert (await sol.claim(visitor)).status == 200
    await sol.post(f"{TEAM}/{staff.id}/activer")
    assert (await nadia.sign_in()).url.path == "/console/"


async def test_who_goes_to_another_organisation_takes_no_conversation_along(
    client: Client, nadia: Member, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    chief = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    staff = await by_name(database, "nadia")
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, chief))
        shown = await member.post(
            f"{TEAM}/{staff.id}", role="counsellor", organization="inici", email=""
        )
        assert "Les changements sont enregistrés" in shown.text
    assert (await visitor.log())["state"] == "waiting"
    assert (await nadia.get(f"/console/conversations/{visitor.id}")).status == 404
