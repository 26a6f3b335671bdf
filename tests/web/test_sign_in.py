"""Who gets into the pages of the staff, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from marie import clock
from marie.domain.slowing import ACCOUNT
from marie.knowledge.opened import Knowledge
from marie.settings import Settings
from marie.store import tables
from marie.store.engine import Database
from marie.web.app import create_app
from tests.conftest import Client
from tests.staff import COOKIE, PASSWORD, Member, add_account, browser_of, open_session
from tests.web.access_table import read_table
from tests.web.test_access import address


@pytest.fixture
async def counsellor(client: Client, database: Database) -> AsyncIterator[Member]:
    """A counsellor's browser, not signed in yet."""
    await add_account(database, "nadia")
    async with browser_of(client, "nadia") as member:
        yield member


def cookie(member: Member) -> Any:
    return {each.key: each for each in member.session.cookie_jar}.get(COOKIE)


async def test_right_password_opens_a_session_that_scripts_cannot_read(
    counsellor: Member,
) -> None:
    shown = await counsellor.sign_in()
    assert (shown.status, shown.url.path) == (200, "/console/")
    session = cookie(counsellor)
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["path"] == "/"
    assert not session["secure"]
    assert PASSWORD not in session.value


async def test_session_never_leaves_https_when_the_public_address_is_https(
    settings: Settings, database: Database, knowledge: Knowledge
) -> None:
    await add_account(database, "nadia")
    ours = replace(settings, public_url="https://marie.example.org")
    server = TestServer(create_app(ours, knowledge=knowledge), host="127.0.0.1")
    async with TestClient(server) as client:
        form = {"username": "nadia", "password": PASSWORD}
        async with client.post("/console/connexion", data=form, allow_redirects=False) as response:
            assert response.status == 303
            assert response.cookies[COOKIE]["secure"]
        async with client.post("/chat/commencer", allow_redirects=False) as response:
            assert response.cookies["marie_chat"]["secure"]


async def test_wrong_password_and_unknown_user_are_told_the_same_calm_sentence(
    counsellor: Member,
) -> None:
    wrong = await counsellor.sign_in("pas le bon mot de passe")
    counsellor.username = "inconnue"
    unknown = await counsellor.sign_in()
    assert wrong.status == unknown.status == 401
    assert "ne vont pas ensemble" in wrong.text
    assert wrong.text.replace("nadia", "inconnue") == unknown.text
    assert cookie(counsellor) is None


async def test_strange_user_names_are_only_wrong(counsellor: Member) -> None:
    for username in ("", "\x00", "nadia\x00", "é" * 5_000, "' OR 1=1 --"):
        counsellor.username = username
        assert (await counsellor.sign_in()).status == 401


async def test_bodies_that_are_not_forms_are_no_surprise(counsellor: Member) -> None:
    for body, content_type, status in (
        (b"\xff\xfe\xfa", "application/x-www-form-urlencoded", 400),
        (b"username=a", "application/x-www-form-urlencoded; charset=nothing", 400),
        (b"no boundary", "multipart/form-data", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
        (b'{"username": "nadia"}', "application/json", 401),
    ):
        async with counsellor.session.post(
            counsellor.client.make_url("/console/connexion"),
            data=body,
            headers={"Content-Type": content_type},
        ) as response:
            assert response.status == status, content_type
            assert response.content_type == "text/html"


async def test_after_signing_in_she_is_on_the_page_that_she_wanted(counsellor: Member) -> None:
    path = "/console/conversations/" + "0" * 32
    shown = await counsellor.get(path)
    assert str(shown.url.relative()) == f"/console/connexion?suite={path}"
    assert f'name="suite" value="{path}"' in shown.text
    shown = await counsellor.post(
        "/console/connexion", username="nadia", password=PASSWORD, suite=path
    )
    assert shown.url.path == path


async def test_sign_in_leads_nowhere_else(counsellor: Member) -> None:
    for elsewhere in (
        "https://ailleurs.example",
        "//ailleurs.example/console/",
        "/\\ailleurs.example",
        "/console/../chat",
        "/console/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/chat",
        "",
    ):
        shown = await counsellor.post_once(
            "/console/connexion", username="nadia", password=PASSWORD, suite=elsewhere
        )
        assert (shown.status, shown.headers["Location"]) == (303, "/console/"), elsewhere


async def test_who_is_signed_in_already_is_not_asked_again(counsellor: Member) -> None:
    await counsellor.sign_in()
    assert (await counsellor.get("/console/connexion")).url.path == "/console/"


async def test_guessing_passwords_is_slowed_down_by_account(counsellor: Member) -> None:
    tried = 0
    while (shown := await counsellor.sign_in("essai")).status == 401:
        tried += 1
    assert tried == ACCOUNT.free
    assert shown.status == 429
    assert (await counsellor.sign_in()).status == 429  # the right one would tell a guesser
    assert int(shown.headers["Retry-After"]) >= 1
    assert "Beaucoup d’essais" in shown.text


async def test_signing_out_ends_the_session_and_not_only_the_cookie(counsellor: Member) -> None:
    await counsellor.sign_in()
    token = cookie(counsellor).value
    shown = await counsellor.post("/console/deconnexion")
    assert shown.url.path == "/console/connexion"
    assert cookie(counsellor) is None
    async with counsellor.session.get(
        counsellor.client.make_url("/console/"),
        headers={"Cookie": f"{COOKIE}={token}"},
        allow_redirects=False,
    ) as response:
        assert response.status == 303


async def test_forged_session_opens_nothing(counsellor: Member) -> None:
    for token in ("", "faux", "a" * 43, "é", "..", '"', "a" * 5_000):
        async with counsellor.session.get(
            counsellor.client.make_url("/console/"),
            headers={"Cookie": f"{COOKIE}={token}"},
            allow_redirects=False,
        ) as response:
            assert response.status == 303, token


@pytest.mark.parametrize(("lasts", "status"), [(timedelta(hours=1), 200), (timedelta(0), 303)])
async def test_session_ends_by_itself(
    counsellor: Member, database: Database, lasts: timedelta, status: int
) -> None:
    staff = await add_account(database, "samuel")
    counsellor.carry(await open_session(database, staff, lasts=lasts))
    assert (await counsellor.get("/console/", follow=False)).status == status


async def test_disabled_account_is_out_at_once(counsellor: Member, database: Database) -> None:
    await counsellor.sign_in()
    assert (await counsellor.get("/console/", follow=False)).status == 200
    async with database.write() as connection:
        await connection.execute(update(tables.staff).values(disabled_at=clock.now()))
    assert (await counsellor.get("/console/", follow=False)).status == 303
    assert (await counsellor.sign_in()).status == 401


async def test_new_password_replaces_the_old_one_and_signs_other_browsers_out(
    counsellor: Member,
) -> None:
    new = "un autre mot de passe long"
    await counsellor.sign_in()
    async with browser_of(counsellor.client, "nadia") as other:
        await other.sign_in()
        shown = await counsellor.post("/console/mot-de-passe", current=PASSWORD, new=new, again=new)
        assert (shown.status, shown.url.path) == (200, "/console/")
        assert (await other.get("/console/", follow=False)).status == 303
        assert (await other.sign_in()).status == 401
        assert (await other.sign_in(new)).status == 200


async def test_password_that_cannot_be_changed_says_why(counsellor: Member) -> None:
    await counsellor.sign_in()
    for current, new, again, status, sentence in (
        (PASSWORD, "onze signes", "onze signes", 400, "trop court"),
        (PASSWORD, "douze signes", "douze signés", 400, "ne sont pas pareils"),
        (PASSWORD, PASSWORD, PASSWORD, 400, "doit être différent"),
        ("faux", "douze signes", "douze signes", 401, "n’est pas le bon"),
    ):
        shown = await counsellor.post(
            "/console/mot-de-passe", current=current, new=new, again=again
        )
        assert shown.status == status
        assert sentence in shown.text
        assert (await counsellor.get("/console/", follow=False)).status == 200


async def test_password_of_twelve_signs_is_enough(counsellor: Member) -> None:
    await counsellor.sign_in()
    shown = await counsellor.post(
        "/console/mot-de-passe", current=PASSWORD, new="douze signes", again="douze signes"
    )
    assert shown.url.path == "/console/"


async def test_no_form_of_the_staff_or_the_visitor_obeys_another_site(counsellor: Member) -> None:
    await counsellor.sign_in()
    posts = [
        await address(counsellor.client, method, path)
        for method, path in read_table()
        if method == "POST"
    ]
    posts += ["/chat/commencer", "/chat/envoyer", "/chat/effacer", "/chat/quitter"]
    assert len(posts) > 8
    for path in posts:
        for headers in (
            {"Origin": "https://ailleurs.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            async with counsellor.session.post(
                counsellor.client.make_url(path), headers=headers, allow_redirects=False
            ) as response:
                assert response.status == 403, path
                assert "Set-Cookie" not in response.headers
    assert (await counsellor.get("/console/", follow=False)).status == 200


async def test_what_is_typed_into_the_sign_in_page_is_shown_as_text(counsellor: Member) -> None:
    counsellor.username = '"><img src=x onerror=alert(1)>'
    shown = await counsellor.sign_in()
    assert "<img src=x" not in shown.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown.text


async def test_pages_of_the_staff_run_no_inline_script_and_are_not_kept(
    counsellor: Member,
) -> None:
    shown = await counsellor.sign_in()
    assert "script-src 'self'" in shown.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert "style=" not in shown.text
    assert "<script>" not in shown.text


async def test_signing_in_takes_as_long_for_an_unknown_user(counsellor: Member) -> None:
    loop = asyncio.get_running_loop()

    async def seconds(username: str) -> float:
        counsellor.username = username
        began = loop.time()
        await counsellor.sign_in("pas le bon mot de passe")
        return loop.time() - began

    await seconds("inconnue")  # the first time, a hash to compare with is made
    known = min([await seconds("nadia") for _ in range(3)])
    unknown = min([await seconds("inconnue") for _ in range(3)])
    assert unknown > known / 3
