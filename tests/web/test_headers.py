"""What every answer carries, whose forms are obeyed, and whose address is believed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import make_mocked_request

from marie.domain.people import Role
from marie.settings import Settings
from marie.store.engine import Database
from marie.web.headers import NO_DEVICES, NO_PAGE, POLICY
from marie.web.keys import SETTINGS
from marie.web.requests import address
from tests.conftest import Client
from tests.staff import Member, add_account, browser_of, open_session

OPEN = ("/api/v1/", "/widget/")
SAFE = ("GET", "HEAD", "OPTIONS")


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A browser of somebody who may do everything."""
    staff = await add_account(database, "ada", role=Role.ADMINISTRATOR)
    async with browser_of(client, "ada") as member:
        member.carry(await open_session(database, staff))
        yield member


def addresses(client: Client) -> list[tuple[str, str]]:
    """Every route, with an address of its form."""
    found = []
    for route in client.app.router.routes():
        assert route.resource is not None
        path = re.sub(r"\{\w+\}", "0" * 32, route.resource.canonical)
        if not path.endswith(("/socket", "/live")):
            found.append((route.method, path))
    return sorted(found)


async def test_every_kind_of_answer_carries_the_headers(administrator: Member) -> None:
    client = administrator.client
    strange = [("GET", "/nowhere"), ("POST", "/"), ("GET", "/widget/none.js"), ("GET", "/api/none")]
    seen = set()
    for method, path in addresses(client) + strange:
        if method == "POST" and path.endswith("/deconnexion"):
            continue
        async with administrator.session.request(
            method, client.make_url(path), allow_redirects=False
        ) as response:
            headers, what = response.headers, f"{method} {path} {response.status}"
            seen.add(response.status)
        assert response.status not in (500, 501, 502, 504), what
        assert headers["X-Content-Type-Options"] == "nosniff", what
        assert headers["X-Frame-Options"] == "DENY", what
        assert headers["Permissions-Policy"] == NO_DEVICES, what
        assert headers["Referrer-Policy"], what
        assert "Cache-Control" in headers, what
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, what
        if path.startswith(OPEN):
            assert headers["Access-Control-Allow-Origin"] == "*", what
            assert "Access-Control-Allow-Credentials" not in headers, what
            assert policy in (POLICY, NO_PAGE), what
        else:
            assert policy == POLICY, what
            assert "Access-Control-Allow-Origin" not in headers, what
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", what
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", what
    assert seen >= {200, 303, 400, 404, 405}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_no_form_of_any_page_obeys_another_site(
    administrator: Member, headers: dict[str, str]
) -> None:
    client = administrator.client
    changing = [
        (method, path)
        for method, path in addresses(client)
        if method not in SAFE and not path.startswith("/api/v1/")
    ]
    assert len(changing) > 50
    for method, path in changing:
        async with administrator.session.request(
            method, client.make_url(path), headers=headers, allow_redirects=False
        ) as response:
            assert response.status == 403, (method, path)
            assert await response.text() == "403"


async def test_cookies_are_for_us_alone_and_never_leave_https(
    client: Client, database: Database
) -> None:
    client.app._state[SETTINGS] = replace(
        client.app[SETTINGS], public_url="https://marie.example.org"
    )
    await add_account(database, "nadia")
    async with browser_of(client, "nadia") as member:
        cookies = []
        for path, fields in (
            ("/console/connexion", {"username": "nadia", "password": "un mot de passe assez long"}),
            ("/chat/commencer", {}),
        ):
            async with member.session.post(
                client.make_url(path), data=fields, allow_redirects=False
            ) as response:
                assert response.status == 303
                cookies += response.headers.getall("Set-Cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        assert {"HttpOnly", "Secure"} <= set(cookie.split("; ")), cookie
        assert re.search(r"SameSite=(Lax|Strict)", cookie), cookie
        assert "Domain=" not in cookie


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, ["198.51.100.7"], "127.0.0.1"),
        (1, ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        (1, ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
        (2, ["203.0.113.9, 198.51.100.7, 192.0.2.1"], "198.51.100.7"),
        (2, ["198.51.100.7"], "127.0.0.1"),
        (1, [], "127.0.0.1"),
        (1, [""], "127.0.0.1"),
    ],
)
def test_address_is_what_our_own_proxy_wrote_and_nothing_that_a_client_says(
    client: Client, proxies: int, forwarded: list[str], believed: str
) -> None:
    from multidict import CIMultiDict

    client.app._state[SETTINGS] = replace(client.app[SETTINGS], trusted_proxies=proxies)
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request = make_mocked_request("GET", "/", headers=headers, app=client.app)
    assert address(request.clone(remote="127.0.0.1")) == believed


async def test_forged_addresses_do_not_widen_a_limit(client: Client) -> None:
    client.app._state[SETTINGS] = replace(client.app[SETTINGS], trusted_proxies=1)
    statuses = set()
    for number in range(130):
        headers = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        async with client.post(
            "/api/v1/conversations", json={"consent": False}, headers=headers
        ) as response:
            statuses.add(response.status)
    assert statuses == {400, 429}


async def test_robots_are_kept_from_all_but_open_pages(client: Client) -> None:
    async with client.get("/robots.txt") as response:
        assert response.status == 200
        lines = (await response.text()).splitlines()
    for path in ("/admin", "/console", "/papers/", "/rendez-vous/", "/orientation/"):
        assert f"Disallow: {path}" in lines


async def test_whom_to_tell_of_a_weakness_is_said_when_there_is_somebody(client: Client) -> None:
    path = "/.well-known/security.txt"
    async with client.get(path) as response:
        assert response.status == 404
    client.app._state[SETTINGS] = replace(
        client.app[SETTINGS], security_contact="mailto:securite@exemple.org"
    )
    async with client.get(path) as response:
        assert response.status == 200
        text = await response.text()
    assert text.startswith("Contact: mailto:securite@exemple.org\nExpires: 2")


def test_contact_is_an_address_and_not_more_lines() -> None:
    from marie.settings import BadSetting

    for contact in ("securite", "mailto:a@b.ca\nContact: mailto:x@y.ca", "http://exemple.org"):
        with pytest.raises(BadSetting, match="MARIE_SECURITY_CONTACT"):
            Settings.from_env({"MARIE_SECURITY_CONTACT": contact})
