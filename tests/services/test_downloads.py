"""Files from addresses: nothing private, nothing endless, nothing cut off taken for whole."""

from __future__ import annotations

import asyncio
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
        headers = {"ETag": '"two"'}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        response.content_length = len(CONTENT) - start
        await response.prepare(request)
        if start:
            await response.write(CONTENT[start:])
            return response
        await response.write(CONTENT[:20_000])
        assert request.transport is not None
        request.transport.close()
        return response

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"a")
            await asyncio.sleep(0.1)
        return response

    async def begun(request: web.Request) -> web.StreamResponse:
        """The first request breaks off; who goes on is given the rest."""
        seen.append(dict(request.headers))
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        status, headers = 200, {"Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}
        if start > len(CONTENT):
            return web.Response(status=416)
        if start:
            status, headers["Content-Range"] = (
                206,
                f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}",
            )
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = len(CONTENT) - start
        await response.prepare(request)
        if len(seen) == 1:
            await response.write(CONTENT[:30_000])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(CONTENT[start:])
        return response

    app = web.Application()
    app.add_routes(
        [
            web.get("/file.csv", file),
            web.get("/away", away),
            web.get("/cut.csv", cut),
            web.get("/slow.csv", slow),
            web.get("/begun.csv", begun),
        ]
    )
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


async def test_download_that_was_stopped_goes_on_in_the_next_command(
    server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(server.make_url("/begun.csv"))
    monkeypatch.setattr("marie.services.downloads.TRIES", 1)
    with pytest.raises(Refused, match="interrompu"):
        await download(url, tmp_path, allowed=only_this_machine)
    told: list[tuple[int, int]] = []
    path = await download(url, tmp_path, lambda *done: told.append(done), allowed=only_this_machine)
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told[0][0] > 20_000
    assert server.app is not None
    again = server.app[SEEN][1]
    assert again["Range"].startswith("bytes=")
    assert again["If-Range"] == "Sun, 01 Nov 2026 00:00:00 GMT"


async def test_beginning_that_is_longer_than_the_file_is_thrown_away(
    server: TestServer, tmp_path: Path
) -> None:
    url = str(server.make_url("/begun.csv"))
    assert server.app is not None
    server.app[SEEN].append({})
    path = await download(url, tmp_path, allowed=only_this_machine)
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(CONTENT + b"more")
    stamp = path.with_suffix(".stamp")
    stamp.replace(part.with_suffix(".from"))
    assert (await download(url, tmp_path, allowed=only_this_machine)).read_bytes() == CONTENT


async def test_file_that_takes_too_long_is_refused(server: TestServer, tmp_path: Path) -> None:
    url = str(server.make_url("/slow.csv"))
    with pytest.raises(Refused, match="plus de 1 secondes"):
        await download(url, tmp_path, allowed=only_this_machine, seconds=0.6)


async def test_file_that_is_too_large_is_refused(server: TestServer, tmp_path: Path) -> None:
    url = str(server.make_url("/file.csv"))
    with pytest.raises(Refused, match="Mo"):
        await download(url, tmp_path, allowed=only_this_machine, most=1000)


async def test_only_the_web_is_fetched_from(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="http"):
        await download("file:///etc/passwd", tmp_path)
