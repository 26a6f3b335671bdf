"""What is known of the browser of a member of the staff: its name, its address, whether it is new.

A browser that signed in keeps a signed cookie (one for each account), good for nothing but this:
strangers' failures do not slow it down (`marie.domain.slowing`). Of an address only the first parts
are stored.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from contextlib import suppress
from datetime import timedelta

from aiohttp import web

from marie.services.accounts import normal_username
from marie.web.forms import keep_cookie
from marie.web.keys import CLOCK, SIGNER
from marie.web.requests import address
from marie.web.signing import BadSignature

KNOWN = timedelta(days=180)
"""For how long a browser is known after it signed in."""

_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def known_device(request: web.Request, username: str) -> str | None:
    """What this browser is known by, if it signed in to this account before."""
    sealed = request.cookies.get(_cookie(username), "")
    with suppress(BadSignature, ValueError):
        value = request.app[SIGNER].opened(_purpose(username), sealed)
        since, _, nonce = value.partition("-")
        if int(since) > (request.app[CLOCK]() - KNOWN).timestamp():
            return nonce
    return None


def keep_device(request: web.Request, response: web.Response, username: str) -> None:
    """This browser signed in to the account."""
    nonce = known_device(request, username) or secrets.token_hex(16)
    value = f"{int(request.app[CLOCK]().timestamp())}-{nonce}"
    sealed = request.app[SIGNER].seal(_purpose(username), value)
    keep_cookie(
        request,
        response,
        _cookie(username),
        sealed,
        path="/console/connexion",
        samesite="Strict",
        lasts=KNOWN,
    )


def _cookie(username: str) -> str:
    name = normal_username(username).encode("utf-8", "surrogatepass")
    return f"marie_device_{hashlib.sha256(name).hexdigest()[:12]}"


def _purpose(username: str) -> str:
    return f"device {normal_username(username)}"


def browser_name(request: web.Request) -> str | None:
    """« Firefox, Windows »; None when it does not say."""
    agent = request.headers.get("User-Agent", "")
    names = [
        next((name for mark, name in marks if mark in agent), None)
        for marks in (_FAMILIES, _SYSTEMS)
    ]
    return ", ".join(each for each in names if each) or None


def short_address(request: web.Request) -> str | None:
    """The first parts of the address: enough to recognise one's own, not to find somebody."""
    try:
        found = ipaddress.ip_address(address(request))
    except ValueError:
        return None
    if found.version == 4:
        return ".".join(str(found).split(".")[:3]) + ".…"
    return ":".join(found.exploded.split(":")[:3]) + ":…"


def counted_address(request: web.Request) -> str:
    """Whose failures are counted together: an IPv4 address, or an IPv6 network of a customer."""
    try:
        found = ipaddress.ip_address(address(request))
    except ValueError:
        return address(request)
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
