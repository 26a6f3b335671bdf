"""Files from publishers' addresses: checked, bounded, continued where they broke off.

Only http(s) to public addresses: every name, and every one that it redirects to, is resolved first,
and the connection goes to the very address that was checked. A file that did not change since is
not fetched again (ETag, Last-Modified); one that broke off goes on from there (Range).
"""

# ruff: noqa: ASYNC240 (small files of one command, nothing else waits)

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from marie.knowledge.importers.model import Progress

MAX_BYTES = 200 * 1024 * 1024
MAX_SECONDS = 300.0
MAX_REDIRECTS = 5
TRIES = 3
CHUNK = 64 * 1024
AGENT = "Marie (importation de données ouvertes)"


class Refused(Exception):
    """An address that is not fetched from, or that gave no whole file; the message says why."""


class PrivateAddress(Refused):
    """An address that is not of the public Internet."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} : adresse privée, refusée.")


class BadAddress(Refused):
    """What is no address of the web."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} : seulement http ou https.")


class TooManyRedirects(Refused):
    """An address that leads on and on."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} : trop de redirections.")


class Stamp(msgspec.Struct, frozen=True):
    """What the server said of a file that is here whole."""

    url: str
    etag: str | None
    modified: str | None
    size: int


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to a private address."""

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, all of them public."""
        found = await self._resolver.resolve(host, port, family)
        if not found or not all(self._allowed(each["host"]) for each in found):
            raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        """Nothing stays open."""
        await self._resolver.close()


def is_public(host: str) -> bool:
    """Whether an IP address is one of the public Internet."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast


async def download(
    url: str,
    folder: Path,
    progress: Progress = lambda done, whole: None,
    *,
    allowed: Callable[[str], bool] = is_public,
    most: int = MAX_BYTES,
    seconds: float = MAX_SECONDS,
) -> Path:
    """The file at `url`, in `folder`. `Refused` says what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        name = urlsplit(url).path.rsplit("/", 1)[-1] or "fichier"
    except ValueError as error:
        raise BadAddress(url) from error
    key = hashlib.sha256(url.encode()).hexdigest()[:12]
    target = folder / f"{key}-{name[-80:]}"
    connector = aiohttp.TCPConnector(resolver=PublicResolver(allowed), force_close=True)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=60)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers=headers, trust_env=False
    ) as session:
        try:
            # All tries together: what is there stays for the next command.
            async with asyncio.timeout(seconds):
                await _try(session, url, target, progress=progress, allowed=allowed, most=most)
        except TimeoutError as error:
            raise Refused(f"{url} : plus de {seconds:.0f} secondes.") from error
    return target


async def _try(
    session: aiohttp.ClientSession,
    url: str,
    target: Path,
    *,
    progress: Progress,
    allowed: Callable[[str], bool],
    most: int,
) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            await _fetch(session, url, target, progress=progress, allowed=allowed, most=most)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error.__cause__, Refused):
                raise error.__cause__ from None
            if attempt == TRIES:
                raise Refused(f"{url} : téléchargement interrompu.") from error
            await asyncio.sleep(attempt - 1)
        else:
            return


async def _fetch(
    session: aiohttp.ClientSession,
    url: str,
    target: Path,
    *,
    progress: Progress,
    allowed: Callable[[str], bool],
    most: int,
) -> None:
    part, noted = target.with_suffix(target.suffix + ".part"), target.with_suffix(".stamp")
    stamp = _stamp(noted) if target.exists() else None
    here = part.stat().st_size if part.exists() else 0
    headers = {}
    if stamp and stamp.etag:
        headers["If-None-Match"] = stamp.etag
    elif stamp and stamp.modified:
        headers["If-Modified-Since"] = stamp.modified
    partial = _stamp(part.with_suffix(".from")) if here else None
    if here and partial and (same := partial.etag or partial.modified):
        headers |= {"Range": f"bytes={here}-", "If-Range": same}
    async with await open_checked(session, url, headers, allowed=allowed) as response:
        if response.status == 304 and target.exists():
            return
        if response.status == 416 or (response.status == 206 and not _goes_on(response, here)):
            # What is here is no beginning of what is there: from the first byte, next try.
            part.unlink()
            raise aiohttp.ClientPayloadError("another range")
        if response.status not in (200, 206):
            raise Refused(f"{url} : le serveur a répondu {response.status}.")
        if response.status == 200:
            here = 0
        size = response.content_length
        whole = here + size if size is not None else 0
        if whole > most:
            raise Refused(f"{url} : {whole // 2**20} Mo, plus que les {most // 2**20} Mo permis.")
        told = Stamp(
            url, response.headers.get("ETag"), response.headers.get("Last-Modified"), whole
        )
        part.with_suffix(".from").write_bytes(msgspec.json.encode(told))
        with part.open("ab" if here else "wb") as out:
            async for chunk in response.content.iter_chunked(CHUNK):
                here += len(chunk)
                if here > most:
                    raise Refused(f"{url} : plus que les {most // 2**20} Mo permis.")
                out.write(chunk)
                progress(here, whole)
        if whole and here != whole:
            raise aiohttp.ClientPayloadError("truncated")
    part.replace(target)
    part.with_suffix(".from").unlink(missing_ok=True)
    noted.write_bytes(msgspec.json.encode(told))


def _goes_on(response: aiohttp.ClientResponse, here: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {here}-")


async def open_checked(
    session: aiohttp.ClientSession,
    url: str,
    headers: Mapping[str, str],
    *,
    allowed: Callable[[str], bool],
    method: str = "GET",
) -> aiohttp.ClientResponse:
    """The answer at the end of the redirections, each of which is checked.

    The session's connector resolves with `PublicResolver`. `PrivateAddress`, `Refused`.
    """
    for _ in range(MAX_REDIRECTS + 1):
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError as error:
            raise BadAddress(url) from error
        if parts.scheme not in ("http", "https") or not host or " " in host:
            raise BadAddress(url)
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            literal = None
        # A literal address is not resolved: it is checked here.
        if literal is not None and not allowed(str(literal)):
            raise PrivateAddress(url)
        response = await session.request(method, url, headers=headers, allow_redirects=False)
        if response.status not in (301, 302, 303, 307, 308):
            return response
        url = urljoin(url, response.headers.get("Location", ""))
        response.release()
    raise TooManyRedirects(url)


def _stamp(path: Path) -> Stamp | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stamp)
    except (OSError, msgspec.DecodeError):
        return None
