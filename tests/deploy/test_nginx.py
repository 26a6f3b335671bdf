"""`deploy/nginx/marie.conf` as it stands, in a real nginx before a real application."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import subprocess
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from marie.settings import ROOT
from tests.conftest import Client, Visitor
from tests.running import free_ports
from tests.servers import nginx

pytestmark = pytest.mark.skipif(nginx() is None, reason="needs nginx")

WRAP = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/marie.conf;
}}
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each of these replaced; every one must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate that nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout {key}"
    subprocess.run([*command.split(), "-out", certificate], check=True, capture_output=True)
    return key, certificate


def start(folder: Path, configuration: Path) -> subprocess.Popen[bytes]:
    """An nginx of this test."""
    program = nginx()
    assert program is not None
    return subprocess.Popen([program, "-p", folder, "-c", configuration], stderr=subprocess.PIPE)


@pytest.fixture
async def proxy(client: Client, tmp_path: Path) -> AsyncIterator[str]:
    """The public address of an nginx before `client`."""
    plain, secure = free_ports(2)
    key, certificate = own_certificate(tmp_path)
    text = (ROOT / "deploy" / "nginx" / "marie.conf").read_text(encoding="utf-8")
    folder = "/etc/letsencrypt/live/marie.example.org"
    (tmp_path / "marie.conf").write_text(
        changed(
            text,
            ("127.0.0.1:8080", f"127.0.0.1:{client.port}"),
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
            (f"{folder}/fullchain.pem", str(certificate)),
            (f"{folder}/privkey.pem", str(key)),
            ("/var/log/nginx/marie.log", str(tmp_path / "access.log")),
        )
    )
    user = "user root;" if os.getuid() == 0 else ""
    main = tmp_path / "nginx.conf"
    main.write_text(WRAP.format(folder=tmp_path, user=user))
    server = start(tmp_path, main)
    try:
        deadline = time.monotonic() + 10
        while not (tmp_path / "nginx.pid").exists():
            assert server.poll() is None, server.stderr and server.stderr.read()
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        yield f"https://127.0.0.1:{secure}"
    finally:
        server.terminate()
        server.communicate(timeout=10)


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Believes a certificate that it made itself."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_conversation_and_its_socket_pass(
    proxy: str, browser: aiohttp.ClientSession, client: Client, tmp_path: Path
) -> None:
    async with browser.post(f"{proxy}/api/v1/conversations", json={"consent": True}) as response:
        assert response.status == 201
        assert "max-age=63072000" in response.headers["Strict-Transport-Security"]
        visitor = Visitor(client, await response.json())
    async with browser.ws_connect(
        f"{proxy}{visitor.url}/socket?after=0&x=secret", protocols=["marie.v1"]
    ) as ws:
        await ws.send_json({"token": visitor.token})
        await ws.send_json({"send": {"client_id": str(uuid.uuid4()), "text": "Bonjour"}})
        seen: list[int] = []
        async with asyncio.timeout(10):
            while 3 not in seen:
                frame = await ws.receive_json()
                seen += [frame["message"]["seq"]] if "message" in frame else []
    assert seen == [1, 2, 3]
    async with asyncio.timeout(5):
        while "/socket" not in (log := (tmp_path / "access.log").read_text()):
            await asyncio.sleep(0.05)
    assert re.search(r" 127\.0\.0\.0 GET ", log)
    assert "secret" not in log
    assert "127.0.0.1" not in log


async def test_pages_that_change_things_are_reached_from_themselves_alone(
    proxy: str, browser: aiohttp.ClientSession
) -> None:
    for origin, status in ((proxy, 200), ("https://elsewhere.example", 403)):
        async with browser.post(
            f"{proxy}/chat/commencer", headers={"Origin": origin}, data={}
        ) as response:
            assert response.status == status


async def test_what_is_too_large_stops_before_marie(
    proxy: str, browser: aiohttp.ClientSession
) -> None:
    async with browser.post(
        f"{proxy}/api/v1/conversations", headers={"Content-Length": str(64 * 1024**2)}, data=b""
    ) as response:
        assert response.status == 413
