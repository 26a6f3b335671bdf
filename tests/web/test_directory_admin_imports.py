"""Files imported by the pages: looked at before anything changes, applied aside, taken back."""

from __future__ import annotations

import asyncio
import io
import os
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import aiohttp
import pytest
from openpyxl import Workbook

from marie.knowledge.opened import Knowledge, open_knowledge
from marie.services import uploads
from marie.settings import Settings
from marie.store import cards as store
from marie.store.engine import Database
from tests import publishers
from tests.conftest import Client, MakeClient
from tests.directories import administrator, form_of, heard, plain, send, until_heard
from tests.staff import Member, Shown, browser_of

IMPORTS = "/admin/repertoire/imports"
LIST = "nom;ville;téléphone;remarque\nMaison des Essais;Gaspé;418 555-0101;x\n"
CARD_ID = "liste-essais-maison-des-essais-gaspe"


@pytest.fixture
def knowledge(settings: Settings) -> Knowledge:
    """Knowledge that follows what is published."""
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def client(make_client: MakeClient) -> Client:
    return await make_client()


@pytest.fixture
async def member(client: Client, database: Database) -> AsyncIterator[Member]:
    async with browser_of(client, "chef") as member:
        await administrator(database, member)
        yield member


async def upload(member: Member, name: str, content: bytes) -> Shown:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename=name)
    async with member.session.post(member.client.make_url(IMPORTS), data=form) as response:
        text = await response.text()
        return Shown(response.status, text, response.real_url, dict(response.headers))


async def settled(member: Member, shown: Shown) -> Shown:
    """The page of a file once no step is under way."""
    for _ in range(200):
        if 'id="progress"' not in shown.text:
            return shown
        await asyncio.sleep(0.05)
        shown = await member.get(shown.url.path)
    raise AssertionError(plain(shown))


async def compared(member: Member, name: str, content: bytes, **told: str) -> Shown:
    """Send a list, say its columns, and wait for what it would change."""
    shown = await upload(member, name, content)
    assert shown.status == 200, plain(shown)
    path = f"{shown.url.path}/colonnes"
    return await settled(member, await send(member, path, form_of(shown, path) | told))


async def apply(member: Member, shown: Shown, **told: str) -> Shown:
    path = f"{shown.url.path}/appliquer"
    return await settled(member, await send(member, path, form_of(shown, path) | told))


async def test_list_is_sent_its_columns_told_looked_at_applied_heard_and_undone(
    client: Client, member: Member
) -> None:
    shown = await upload(member, "essais.csv", LIST.encode())
    text = plain(shown)
    assert "Que disent les colonnes?" in text
    assert "Maison des Essais" in text
    shown = await compared(member, "essais.csv", (LIST + ";Gaspé;;\n").encode())
    assert "1 ajoutées" in plain(shown)
    assert "1 lignes rejetées" in plain(shown)
    rejected = plain(await member.get(f"{shown.url.path}?voir=rejected"))
    assert "3 nom : vide" in rejected
    assert await heard(client, CARD_ID) is None

    done = await apply(member, shown)
    assert "C’est appliqué" in plain(done)
    await until_heard(client, CARD_ID, phone="418 555-0101")
    log = await member.get(IMPORTS)
    assert f'href="{IMPORTS}/1/rejets.csv"' in log.text
    undone = await member.post(f"{IMPORTS}/1/annuler")
    assert "annulé" in plain(undone)
    await until_heard(client, CARD_ID)


async def test_what_a_person_wrote_wins_over_the_file_unless_she_takes_the_file(
    client: Client, member: Member, database: Database
) -> None:
    await apply(member, await compared(member, "essais.csv", LIST.encode()))
    card = f"/admin/repertoire/fiches/{CARD_ID}"
    form = form_of(await member.get(card), card)
    await send(member, card, form | {"phone": "418 555-0199", "hours": "8 h à 16 h"})
    await until_heard(client, CARD_ID, phone="418 555-0199")

    newer = LIST.replace("0101", "0102").encode()
    shown = await compared(member, "essais.csv", newer)
    assert "Garder le texte écrit à la main : 418 555-0199" in plain(shown)
    assert "Prendre celui du fichier : 418 555-0102" in plain(shown)
    await apply(member, shown)
    await until_heard(client, CARD_ID, phone="418 555-0199", hours="8 h à 16 h")

    shown = await compared(member, "essais.csv", LIST.replace("0101", "0103").encode())
    await apply(member, shown, **{"choix-0": "source"})
    await until_heard(client, CARD_ID, phone="418 555-0103", hours="8 h à 16 h")

    # Undone, the import gives back what was decided with it.
    await member.post(f"{IMPORTS}/3/annuler")
    await until_heard(client, CARD_ID, phone="418 555-0199", hours="8 h à 16 h")


async def test_conflict_that_nobody_settled_waits_on_the_card(
    client: Client, member: Member, database: Database, settings: Settings
) -> None:
    await apply(member, await compared(member, "essais.csv", LIST.encode()))
    card = f"/admin/repertoire/fiches/{CARD_ID}"
    await send(member, card, form_of(await member.get(card), card) | {"phone": "418 555-0199"})
    shown = await compared(member, "essais.csv", LIST.replace("0101", "0102").encode())
    await apply(member, shown, **{"choix-0": "plus tard"})
    assert "Maison des Essais" in plain(await member.get("/admin/repertoire?etat=conflict"))
    page = await member.get(card)
    assert "La source dit maintenant autre chose" in plain(page)
    taken = await send(member, f"{card}/conflit", {"champ": "phone", "choix": "source"})
    assert "La source dit maintenant autre chose" not in plain(taken)
    await until_heard(client, CARD_ID, phone="418 555-0102")
    async with database.read() as connection:
        assert await store.read_edits(connection) == {}


async def test_publishers_file_is_recognised_by_what_is_in_it(
    client: Client, member: Member, tmp_path: Path
) -> None:
    content = publishers.regional(tmp_path / "a.csv").read_bytes()
    shown = await settled(member, await upload(member, "n'importe quoi.CSV", content))
    assert "Services de garde (ministère de la Famille), reconnu" in plain(shown)
    assert "3 ajoutées" in plain(shown)
    await apply(member, shown)
    await until_heard(
        client, "garde-garderie-le-banc-d-essai-saint-hyacinthe-j2s-0a1", phone="450 555-0102"
    )
    again = await settled(member, await upload(member, "a.csv", content))
    assert "Rien n’est à appliquer" in plain(again)


async def test_openings_are_imported_and_undone(member: Member, settings: Settings) -> None:
    until = (datetime.now(timezone.utc) + timedelta(days=30)).date()
    rows = f"titre;municipalité;employeur;valide jusqu'au\nSoudeur;Rimouski;Les Essais;{until}\n"
    shown = await compared(member, "offres.csv", rows.encode())
    assert "Liste d’employeurs qui recrutent" in plain(shown)
    assert "1 ajoutées" in plain(shown)
    done = await apply(member, shown)
    assert "C’est appliqué" in plain(done)
    published = settings.data / "openings.msgpack"
    assert b"Soudeur" in published.read_bytes()
    await member.post(f"{IMPORTS}/offres/1/annuler")
    assert b"Soudeur" not in published.read_bytes()


def _workbook() -> bytes:
    out = io.BytesIO()
    book = Workbook()
    book.active.append(["nom", "ville"])  # type: ignore[union-attr]
    book.active.append(["Maison des Essais", "Gaspé"])  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", "0" * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", _workbook()[:-200], "illisible ou tronquée"),
        ("a.xlsx", b"PK\x03\x04nothing", "illisible ou tronquée"),
        ("a.zip", b"not a zip", "illisible ou tronquée"),
        ("a.zip", _bomb(), "se déploie démesurément"),
        ("a.csv", "nom;ville\nÉ".encode("utf-16-le"), "pas un fichier de texte"),
        ("a.csv", b"nom;ville\n\x81\x8d\x8f;x\n" + b"x" * 9, "encodage inconnu"),
        ("a.csv", b"nom;ville\n" + b";".join([b"x"] * 10_000), "10000 colonnes"),
        ("a.csv", b'nom;ville\n"jamais;ferm', "guillemet"),
        ("a.geojson", b'{"features": [', "JSON illisible ou tronqué"),
        ("a.geojson", b'{"features": []}', "ne ressemble à aucun"),
        ("a.json", b"[" * 100_000, "JSON"),
    ],
)
async def test_damaged_files_are_refused_in_words_and_change_nothing(
    member: Member, name: str, content: bytes, said: str
) -> None:
    shown = await settled(member, await upload(member, name, content))
    text = plain(shown)
    assert said in text
    assert "Rien n’a changé dans le répertoire." in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"x", "Ce genre de fichier n’est pas accepté"),
        ("../../etc/passwd", b"x", "Ce genre de fichier n’est pas accepté"),
        ("a.csv", b"", "Un fichier vide"),
    ],
)
async def test_what_is_no_list_is_not_even_kept(
    member: Member, settings: Settings, name: str, content: bytes, said: str
) -> None:
    shown = await upload(member, name, content)
    assert shown.status == 422
    assert said in plain(shown)
    assert uploads.waiting(settings.data) == []


async def test_file_that_is_too_large_is_not_kept(
    member: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 1000)
    shown = await upload(member, "a.csv", b"x" * 5000)
    assert "dépasse 64 Mo" in plain(shown)
    assert uploads.waiting(settings.data) == []


async def test_list_without_a_name_column_is_asked_again(member: Member) -> None:
    shown = await upload(member, "a.csv", b"ville;rue\nMatane;rue des Essais\n")
    path = f"{shown.url.path}/colonnes"
    again = await send(member, path, form_of(shown, path))
    assert again.status == 422
    assert "Aucune colonne ne donne « Nom »" in plain(again)
    twice = await send(member, path, {"colonne-0": "name", "colonne-1": "name", "liste": "a"})
    assert "Deux colonnes donnent « Nom »" in plain(twice)


async def test_file_that_loses_much_is_applied_only_when_said_to_be_complete(
    client: Client, member: Member
) -> None:
    many = LIST + "".join(f"Essai {n};Matane;418 555-01{n:02};x\n" for n in range(20, 40))
    await apply(member, await compared(member, "essais.csv", many.encode()))
    shown = await compared(member, "essais.csv", LIST.encode())
    assert "Est-il complet?" in plain(shown)
    refused = await apply(member, shown)
    assert refused.status == 422
    assert await heard(client, "liste-essais-essai-20-matane") is not None
    await apply(member, shown, disparues="oui")
    await until_heard(client, "liste-essais-essai-20-matane")


async def test_interrupted_step_is_taken_up_again(
    client: Client, member: Member, settings: Settings
) -> None:
    shown = await compared(member, "essais.csv", LIST.encode())
    upload_id = shown.url.path.rsplit("/", 1)[1]
    state = uploads.read_upload(settings.data, upload_id)
    state.state = "applying"
    uploads.write_upload(settings.data, state)
    beat = uploads.folder_of(settings.data, upload_id) / "beat"
    os.utime(beat, (1, 1))
    page = await member.get(shown.url.path)
    assert "Le travail s’est interrompu" in plain(page)
    done = await settled(member, await member.post(f"{shown.url.path}/reprendre"))
    assert "C’est appliqué" in plain(done)
    await until_heard(client, CARD_ID, phone="418 555-0101")


async def test_files_go_after_a_day_or_when_thrown_away(member: Member, settings: Settings) -> None:
    shown = await upload(member, "essais.csv", LIST.encode())
    other = await upload(member, "autre.csv", LIST.encode())
    await member.post(f"{other.url.path}/jeter")
    assert [each.file for each in uploads.waiting(settings.data)] == ["essais.csv"]
    now = datetime.now(timezone.utc).timestamp()
    assert uploads.forget_old(settings.data, now + 23 * 3600) == 0
    assert uploads.forget_old(settings.data, now + 25 * 3600) == 1
    assert (await member.get(shown.url.path)).status == 404


async def test_markup_in_a_file_is_shown_as_text(member: Member) -> None:
    rows = "nom;ville;site\n<script>alert(1)</script>;Gaspé;javascript:alert(1)\n"
    shown = await compared(member, "essais.csv", rows.encode())
    assert "<script>alert" not in shown.text
    assert "javascript:" not in shown.text
