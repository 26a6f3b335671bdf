"""A directory to administer: published, heard at the API, and an administrator at her browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from msgspec.structs import replace

from marie.domain.people import Role
from marie.knowledge.model import Source
from marie.knowledge.resources import Resource
from marie.store import directory as store
from marie.store.engine import Database
from tests.conftest import Client
from tests.staff import Member, Shown, add_account, open_session

SOURCE = Source(title="Un essai", url="https://example.org/essai")

CPE = Resource(
    id="cpe-des-essais",
    name="CPE des Essais",
    kind="childcare",
    source=SOURCE,
    municipality="Rimouski",
    municipality_code="10043",
    region="01",
    address="1, rue des Essais, Rimouski G5L 0A1",
    phone="418 555-0101",
    url="https://example.org/cpe",
    capacity=60,
    lat=48.45,
    lon=-68.52,
)
TWIN = replace(
    CPE,
    id="centre-des-essais",
    name="CPE Des Essais",
    phone="418 555-0102",
    email="essais@example.org",
    hours="7 h à 18 h",
    url=None,
    source=Source(title="Un autre essai", url="https://example.org/autre"),
)
LONELY = Resource(
    id="comite-des-essais",
    name="Comité d’accueil des Essais",
    kind="settlement",
    source=SOURCE,
    municipality="Gaspé",
    municipality_code="03005",
    region="11",
)


async def fill(database: Database, resources: Sequence[Resource], origin: str = "essai") -> None:
    """Write resources as a source tells them."""
    async with database.write() as connection:
        entries = [store.Entry(each, origin, origin) for each in resources]
        await store.write_entries(connection, entries, {})
        await store.grow_version(connection)


async def administrator(database: Database, member: Member, username: str = "chef") -> None:
    """Sign an administrator in."""
    staff = await add_account(database, username, role=Role.ADMINISTRATOR)
    member.carry(await open_session(database, staff))


async def heard(client: Client, card_id: str) -> dict[str, Any] | None:
    """What the API says of a card now."""
    async with client.get(f"/api/v1/directory/{card_id}") as response:
        if response.status == 404:
            return None
        found: dict[str, Any] = await response.json()
        return found


async def until_heard(client: Client, card_id: str, **fields: Any) -> dict[str, Any] | None:
    """Wait, two seconds at most, until the API says these fields; no fields: until it is gone."""
    if fields:
        return await until_said(client, card_id, **fields)
    for _ in range(40):
        said = await heard(client, card_id)
        if said is None:
            return None
        await asyncio.sleep(0.05)
    raise AssertionError(said)


async def until_said(
    client: Client, card_id: str, *, seconds: float = 2.0, **fields: Any
) -> dict[str, Any]:
    """Wait until the API says these fields of a card."""
    said = None
    for _ in range(int(seconds * 20)):
        said = await heard(client, card_id)
        if said is not None and all(said[key] == value for key, value in fields.items()):
            return said
        await asyncio.sleep(0.05)
    raise AssertionError(said)


def basis(shown: Shown) -> str:
    """What a form began from."""
    found = re.search(r'name="basis" value="([0-9a-f]+)"', shown.text)
    assert found is not None
    return found[1]


def form_of(shown: Shown, action: str) -> dict[str, str]:
    """The fields of a page's form as a browser would send them; several values: the last."""
    text = shown.text
    start = text.index(f'action="{action}"')
    # Of several forms with one address the one that has the most in it.
    starts = [found.start() for found in re.finditer(re.escape(f'action="{action}"'), text)]
    start = max(starts, key=lambda at: text.index("</form>", at) - at)
    body = text[start : text.index("</form>", start)]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or (re.search('type="(checkbox|radio)"', tag) and " checked" not in tag):
            continue
        fields[name[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.S
    ):
        fields[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        default = re.search(r'<option value="([^"]*)"', options)
        fields[name] = (chosen or default)[1] if (chosen or default) else ""  # type: ignore[index]
    return fields


def plain(shown: Shown) -> str:
    """A page's text without marks, on one line, spaces plain."""
    text = unescape(re.sub(r"<[^>]+>", " ", shown.text)).replace("\u00a0", " ")
    return " ".join(text.split())


async def send(member: Member, path: str, fields: Mapping[str, str]) -> Shown:
    """Send a form."""
    url = member.client.make_url(path)
    async with member.session.post(url, data=dict(fields)) as response:
        text = await response.text()
        return Shown(response.status, text, response.real_url, dict(response.headers))
