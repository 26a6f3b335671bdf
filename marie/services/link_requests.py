"""What one address answers: HEAD, then GET where HEAD says nothing good. Bodies are not read.

The guard is that of downloads: no private address, however it is named or redirected to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from marie.services.downloads import (
    BadAddress,
    PrivateAddress,
    PublicResolver,
    TooManyRedirects,
    is_public,
    open_checked,
)
from marie.services.links import DELAY, Answer, Ask

SECONDS = 20.0
MAX_LINE = 16 * 1024
"""Longest header that is read: some hosts send long policies."""


@asynccontextmanager
async def asking(
    agent: str,
    *,
    allowed: Callable[[str], bool] = is_public,
    delay: float = DELAY,
    seconds: float = SECONDS,
) -> AsyncIterator[Ask]:
    """Asks for addresses under the name `agent`; `delay` between two requests for one address."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=PublicResolver(allowed), force_close=True),
        timeout=aiohttp.ClientTimeout(total=seconds),
        headers={"User-Agent": agent, "Accept": "text/html,*/*;q=0.5", "Accept-Language": "fr-CA"},
        max_line_size=MAX_LINE,
        max_field_size=MAX_LINE,
        trust_env=False,
    ) as session:

        async def ask(url: str) -> Answer:
            answer = await _asked(session, "HEAD", url, allowed)
            told = answer.status is not None and answer.status < 400
            if told or answer.postponed or answer.problem not in (None, "connection"):
                return answer
            # Many hosts refuse HEAD, or answer it with what GET does not.
            await asyncio.sleep(delay)
            return await _asked(session, "GET", url, allowed)

        yield ask


async def _asked(
    session: aiohttp.ClientSession, method: str, url: str, allowed: Callable[[str], bool]
) -> Answer:
    try:
        async with await open_checked(session, url, {}, allowed=allowed, method=method) as response:
            busy = response.status == 429 or (
                response.status == 503 and "Retry-After" in response.headers
            )
            return Answer(status=response.status, postponed=busy)
    except TimeoutError:
        return Answer(problem="timeout")
    except (PrivateAddress, BadAddress, TooManyRedirects) as error:
        return Answer(problem=_refusal(error))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Answer(problem=_failure(error))


def _refusal(error: Exception) -> str:
    match error:
        case PrivateAddress():
            return "private"
        case BadAddress():
            return "address"
        case _:
            return "redirects"


def _failure(error: Exception) -> str:
    if isinstance(error.__cause__, PrivateAddress):
        return "private"
    match error:
        case aiohttp.InvalidURL() | UnicodeError():
            return "address"
        case aiohttp.ClientSSLError():
            return "certificate"
        case aiohttp.ClientConnectorDNSError():
            return "name"
        case _:
            return "connection"
