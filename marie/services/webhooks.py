"""Events for other systems: signed, tried for a day, logged, and never sent into a private network.

A delivery says what kind of thing happened, when, and where to read it (with an account): nothing
personal. It is sent at least once; who receives it knows a repetition by its `id`. The order of
events is not promised.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.messages import iso_milliseconds
from marie.domain.notices import SECRET, Kind, webhook_pause
from marie.domain.people import Staff
from marie.services.downloads import PrivateAddress, PublicResolver, is_public
from marie.store import staff as accounts
from marie.store import webhooks as store
from marie.store.engine import Database
from marie.store.webhooks import Delivery

AGENT = "Marie (webhook)"
SECONDS = 10.0
"""How long the other side may take."""

AT_ONCE = 200
"""Deliveries that one run looks at."""

KEPT = timedelta(days=90)
"""How long the log of deliveries is kept."""

MAX_URL = 500

HOLD = timedelta(seconds=30)
"""How long the other deliveries to a webhook wait when one failed."""

HEARD: tuple[Kind, ...] = tuple(each for each in get_args(Kind) if each not in SECRET)
"""What a webhook may hear of."""

Secret = Callable[[str], str]
"""The secret of a webhook by its id. It is made from the installation's key, not stored."""


class BadWebhook(Exception):
    """Not an address that events are sent to; `problem` says why: `address`, `not_https`,
    `private`, `name` or `kinds`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What a try gave: `problem` None when the other side took it."""

    status: int | None = None
    problem: str | None = None


def sign(secret: str, body: bytes, *, at: int) -> str:
    """The `Marie-Signature` of a body sent at `at` (seconds since 1970)."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def allowing(*, local: bool) -> Callable[[str], bool]:
    """Which IP addresses events may be sent to. `local`: Marie herself is on loopback only, as on
    a developer's machine; then loopback is allowed too."""

    def allowed(host: str) -> bool:
        if local and ipaddress.ip_address(host.partition("%")[0]).is_loopback:
            return True
        return is_public(host)

    return allowed


def check_url(url: str, *, local: bool) -> None:
    """`BadWebhook` for what is no address that events may be sent to, as far as it can be read."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadWebhook("address") from error
    if not host or len(url) > MAX_URL or not url.isascii() or any(each <= " " for each in url):
        raise BadWebhook("address")
    if parts.username is not None or parts.fragment:
        raise BadWebhook("address")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        literal = None
    loopback = host == "localhost" or (literal is not None and literal.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise BadWebhook("not_https")
    if literal is not None and not allowing(local=local)(str(literal)):
        raise BadWebhook("private")
    if loopback and not local:
        raise BadWebhook("private")


async def add(
    database: Database,
    url: str,
    kinds: Sequence[str],
    *,
    by: Staff,
    local: bool,
    clock: Clock,
) -> str:
    """Store a webhook whose host is a public one now; its id. `BadWebhook`."""
    check_url(url, local=local)
    chosen = [each for each in HEARD if each in kinds]
    if not chosen or len(chosen) != len(set(kinds)):
        raise BadWebhook("kinds")
    await _check_host(url, local=local)
    webhook_id = secrets.token_hex(16)
    async with database.write() as connection:
        await store.add(
            connection, webhook_id=webhook_id, url=url, kinds=chosen, by=by.id, now=clock()
        )
        await _record(connection, by, "webhook_add", webhook_id, clock())
    return webhook_id


async def remove(database: Database, webhook_id: str, *, by: Staff, clock: Clock) -> bool:
    """Take a webhook away; whether it was there."""
    async with database.write() as connection:
        removed = await store.remove(connection, webhook_id, now=clock())
        if removed:
            await _record(connection, by, "webhook_remove", webhook_id, clock())
    return removed


async def retry(database: Database, delivery_id: str, *, by: Staff, clock: Clock) -> bool:
    """Deliver again at once what did not arrive; whether there was such a delivery."""
    async with database.write() as connection:
        again = await store.retry(connection, delivery_id, now=clock())
        if again:
            await _record(connection, by, "webhook_retry", delivery_id, clock())
    return again


async def _record(
    connection: AsyncConnection, by: Staff, action: str, subject: str, now: datetime
) -> None:
    await accounts.record(connection, at=now, staff_id=by.id, action=action, subject=subject)


async def _check_host(url: str, *, local: bool) -> None:
    resolver = PublicResolver(allowing(local=local))
    try:
        await resolver.resolve(urlsplit(url).hostname or "")
    except PrivateAddress as error:
        raise BadWebhook("private") from error
    except OSError as error:
        raise BadWebhook("name") from error
    finally:
        await resolver.close()


class Deliverer:
    """Sends what is due. `base`: our address, before every link's path; `local`: see `allowing`."""

    def __init__(
        self,
        database: Database,
        secret: Secret,
        *,
        base: str,
        local: bool,
        clock: Clock,
        seconds: float = SECONDS,
        jitter: Callable[[], float] = lambda: random.uniform(-1, 1),  # noqa: S311 - spreads tries
    ) -> None:
        self._database = database
        self._secret = secret
        self._base = base.rstrip("/")
        self._local = local
        self._clock = clock
        self._seconds = seconds
        self._jitter = jitter

    async def run(self) -> None:
        """Deliver what is due: to each webhook one after the other, until one fails."""
        async with self._database.read() as connection:
            waiting = await store.due(connection, now=self._clock(), most=AT_ONCE)
        by_webhook: defaultdict[str, list[Delivery]] = defaultdict(list)
        for each in waiting:
            by_webhook[each.webhook_id].append(each)
        if by_webhook:
            # Names are resolved and checked when the connection is made: to the very address.
            async with aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=PublicResolver(allowing(local=self._local)), force_close=True
                ),
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                headers={"User-Agent": AGENT},
                trust_env=False,
            ) as session:
                await asyncio.gather(*(self._all(session, each) for each in by_webhook.values()))
        async with self._database.write() as connection:
            await store.forget(connection, before=self._clock() - KEPT)

    async def _all(self, session: aiohttp.ClientSession, waiting: Sequence[Delivery]) -> None:
        for place, delivery in enumerate(waiting):
            if not await self._one(session, delivery):
                rest = [each.id for each in waiting[place + 1 :]]
                async with self._database.write() as connection:
                    await store.postpone(connection, rest, until=self._clock() + HOLD)
                return

    async def _one(self, session: aiohttp.ClientSession, delivery: Delivery) -> bool:
        begun = time.monotonic()
        outcome = await self._post(session, delivery)
        took = round((time.monotonic() - begun) * 1000)
        now = self._clock()
        async with self._database.write() as connection:
            if outcome.problem is None and outcome.status is not None:
                await store.delivered(
                    connection, delivery.id, status=outcome.status, duration_ms=took, now=now
                )
                return True
            pause = webhook_pause(
                delivery.attempts + 1, now - (delivery.first_at or now), jitter=self._jitter()
            )
            await store.failed(
                connection,
                delivery.id,
                status=outcome.status,
                problem=outcome.problem or "status",
                duration_ms=took,
                again_at=None if pause is None else now + pause,
                now=now,
            )
        return False

    async def _post(self, session: aiohttp.ClientSession, delivery: Delivery) -> _Outcome:
        body = json.dumps(
            {
                "id": delivery.id,
                "kind": delivery.kind,
                "at": iso_milliseconds(delivery.created_at),
                "link": self._base + delivery.path,
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.id,
            "Marie-Signature": sign(
                self._secret(delivery.webhook_id), body, at=int(self._clock().timestamp())
            ),
        }
        try:
            check_url(delivery.url, local=self._local)
            async with session.post(
                delivery.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
        except BadWebhook as error:
            return _Outcome(problem=error.problem)
        except TimeoutError:
            return _Outcome(problem="timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _Outcome(problem=_failure(error))
        if 200 <= status < 300:
            return _Outcome(status=status)
        return _Outcome(status=status, problem="redirect" if 300 <= status < 400 else "status")


def _failure(error: Exception) -> str:
    if isinstance(error, PrivateAddress) or isinstance(error.__cause__, PrivateAddress):
        return "private"
    if isinstance(error, aiohttp.ClientSSLError):
        return "certificate"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "name"
    return "connection"
