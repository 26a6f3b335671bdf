"""Files from addresses: nothing private, nothing endless, nothing cut off taken for whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from marie.services.downloads import Refused, download, is_public

SEEN: web.AppKey[list[dict[str, str]]] = web.AppKey("seen")
CONTENT = b"nom,ville\n" + b"Les Essais,Matane\n" * 5000


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """A publisher on this machine."""
    seen: list[dict[str, str]] = []

    async def file(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        if request.headers.get("If-None-Match") == '"one"':
            return web.Response(status=304)
        return web.Response(body=CONTENT, headers={"ETag": '"one"'})

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://10.0.0.1/secret.csv")

    async def cut(request: web.Request) -> web.StreamResponse:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        response = web.StreamResponse(status=206 if start else 200, headers={"ETag": '"two"'})
        response.content_length = len(CONTENT) - start
        await response.prepare(request)
        if start:
            await response.write(CONTENT[start:])
            return response
        await response.write(CONTENT[:20_000])
        assert request.transport is not None
        request.transport.close()
        return response

    app = web.Application()
    app.add_routes([web.get("/file.csv", file), web.get("/away", away), web.get("/cut.csv", cut)])
    app[SEEN] = seen
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


def only_this_machine(host: str) -> bool:
    return host.startswith("127.")


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("142.250.1.1", True),
        ("2607:f8b0::1", True),
    ],
)
def test_private_addresses_are_known(host: str, public: bool) -> None:
    assert is_public(host) is public


async def test_private_address_is_refused(server: TestServer, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="privée"):
        await download(str(server.make_url("/file.csv")), tmp_path)
    with pytest.raises(Refused, match="privée"):
        await download(f"http://localhost:{server.port}/file.csv", tmp_path)


async def test_redirection_to_a_private_address_is_refused(
    server: TestServer, tmp_path: Path
) -> None:
    url = str(server.make_url("/away"))
    with pytest.raises(Refused, match="privée"):
        await download(url, tmp_path, allowed=only_this_machine)


async def test_file_that_did_not_change_is_not_sent_again(
    server: TestServer, tmp_path: Path
) -> None:
    url = str(server.make_url("/file.csv"))
    first = await download(url, tmp_path, allowed=only_this_machine)
    second = await download(url, tmp_path, allowed=only_this_machine)
    assert first == second
    assert second.read_bytes() == CONTENT
    assert server.app is not None
    assert server.app[SEEN][1]["If-None-Match"] == '"one"'


async def test_download_that_breaks_off_goes_on_from_there(
    server: TestServer, tmp_path: Path
) -> None:
    url = str(server.make_url("/cut.csv"))
    assert (await download(url, tmp_path, allowed=only_this_machine)).read_bytes() == CONTENT


async def test_file_that_is_too_large_is_refused(server: TestServer, tmp_path: Path) -> None:
    url = str(server.make_url("/file.csv"))
    with pytest.raises(Refused, match="Mo"):
        await download(url, tmp_path, allowed=only_this_machine, most=1000)


async def test_only_the_web_is_fetched_from(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="http"):
        await download("file:///etc/passwd", tmp_path)
