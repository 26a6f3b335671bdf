"""Every page of the administration, also those of what must have happened first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiohttp import web

from marie.domain.people import Role
from marie.store.engine import Database
from tests.conftest import Client
from tests.directories import CPE, LONELY, TWIN, fill, form_of
from tests.staff import Member, Shown, add_account, browser_of, open_session
from tests.web.test_admin_misses import groups, miss
from tests.web.test_directory_admin_imports import LIST, compared, upload
from tests.web.test_events import PATH as EVENTS
from tests.web.test_events import form as event
from tests.web.test_registers import INCIDENT

ITEMS = {
    "/admin/fiches/": "childcare-cost",
    "/admin/montants/": "daycare_contribution",
    "/admin/phrases/": "place_in_region",
    "/admin/programmes/": "place-aux-jeunes",
    "/admin/lieux/": "01",
    "/admin/repertoire/fiches/": CPE.id,
}
"""What stands for the variable of an address; the settings' own are those of `SETTINGS`."""

SETTINGS = ("organizations", "closures", "widget", "sites", "languages", "retention")

ELSEWHERE = re.compile(
    r"/historique/\{|/evenements/\{|/attente/\{|/\{(batch|conversation_id|event_id|incident_id|staff_id|id|miss"
    r"|number|model|file|revision)\}|\.csv$|/essai/|/apercu"
)
"""Pages of what must have happened first, which `happened` makes, and what is no page."""


def addresses(application: web.Application) -> Iterator[str]:
    """Every page of the administration that answers as things are."""
    for route in application.router.routes():
        address = route.resource.canonical if route.resource is not None else ""
        if route.method != "GET" or not address.startswith("/admin") or ELSEWHERE.search(address):
            continue
        for start, item in ITEMS.items():
            if address.startswith(start):
                address = re.sub(r"\{(item|card_id)\}", item, address)
        for name in SETTINGS if "{item}" in address else ("",):
            yield address.replace("{item}", name)


async def happened(client: Client, database: Database) -> list[str]:
    """What a while of work leaves; the addresses of the pages that there are only since."""
    await fill(database, [CPE, LONELY])
    await fill(database, [TWIN], "autre")
    await miss(database, "combien pour les ti-culs?", "Les ti-culs, ça coûte combien")
    colleague = await add_account(database, "paul", name="Paul", organization="promis")
    chief = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, chief))
        columns = await upload(member, "colonnes.csv", LIST.encode())
        changes = await compared(member, "essais.csv", LIST.encode())
        planned = await member.post(EVENTS, **event())
        versions = await _changed(member, planned.url.path)
        incident = await member.post("/admin/registres/incidents", **INCIDENT)
        missed = await member.get("/admin/manques")
        return [
            columns.url.path,
            changes.url.path,
            planned.url.path,
            *versions,
            _first(incident, "/admin/registres/incidents"),
            groups(missed.text)[0],
            await _drafted(member),
            f"/admin/equipe/{colleague.id}",
            f"/admin/repertoire/doublons/comparer?un={CPE.id}&deux={TWIN.id}",
        ]


async def _changed(member: Member, page: str) -> list[str]:
    """An event that two people changed at once: its history, the first version beside what is
    said, and the text that was kept."""
    opened = re.search(r'name="ground" value="(\d+)"', (await member.get(page)).text)
    assert opened is not None
    first = opened[1]
    moved = await member.post(page, **event(ground=first, place="Matane", why="La salle est prise"))
    kept = await member.post(page, **event(ground=first, description="Sans repas."))
    assert (moved.status, kept.status) == (200, 200)
    history = f"{page}/historique"
    return [history, f"{history}/{first}?avec={int(first) + 1}", str(kept.url.relative())]


async def _drafted(member: Member) -> str:
    """A draft of an answer: the page of its changes."""
    page = "/admin/fiches/childcare-cost"
    form = form_of(await member.get(f"{page}/modifier"), f"{page}/modifier")
    await member.post(f"{page}/modifier", **{**form, "title": "Essai", "do": "draft"})
    return _first(await member.get(page), f"{page}/historique")


def _first(shown: Shown, folder: str) -> str:
    """The first address below a folder that a page leads to, but for its form for a new one."""
    found = re.search(rf'href="({folder}/(?!nouve)[^"?/]+)"', shown.text)
    assert found is not None, shown.text
    return found[1]
