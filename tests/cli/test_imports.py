"""`marie import` with files as they should not be: a sentence, and the directory as it was."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from marie.__main__ import _parser
from marie.cli.imports import import_
from marie.domain.people import Role
from marie.knowledge.importers import files
from marie.knowledge.opened import open_gazetteer
from marie.knowledge.resources import load_resources
from marie.services import directory, imports
from marie.services.downloads import download
from marie.settings import Settings
from marie.store import directory as store
from marie.store.engine import Database
from tests import publishers
from tests.conftest import Client
from tests.staff import add_account, browser_of, open_session

Run = Callable[..., Awaitable[int]]

LIST = "nom,ville,lat,lon\n"


@pytest.fixture
async def run(database: Database, settings: Settings) -> Run:
    """The command, on a database that it brought up to date before."""
    await directory.fill_with_seed(database, load_resources(settings.knowledge / "directory"))

    async def importing(*arguments: object) -> int:
        return await import_(settings, _parser().parse_args(["import", *map(str, arguments)]))

    return importing


async def known(database: Database) -> tuple[int, dict[str, store.Entry]]:
    async with database.read() as connection:
        return await store.read_version(connection), await store.read_entries(connection)


async def test_import_on_a_clean_machine_makes_the_database_first(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = replace(
        settings, data=tmp_path / "new", database_url=f"sqlite+aiosqlite:///{tmp_path}/new.db"
    )
    clean.data.mkdir()
    source = written(tmp_path / "liste.csv", LIST + "Accueil,Rimouski,48.45,-68.51\n")
    arguments = _parser().parse_args(["import", "list", str(source), "--kind", "other", "--yes"])
    assert await import_(clean, arguments) == 0
    assert "1 nouvelles" in capsys.readouterr().out


def empty_2_gb(path: Path) -> Path:
    """A sparse file: it takes no room."""
    with path.open("wb") as out:
        out.truncate(2 * 2**30)
    return path


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"0" * 40_000_000)
    return path


def many_files(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(files.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.csv", "id\n")
    return path


def cut_zip(path: Path) -> Path:
    bomb(path)
    return written(path, path.read_bytes()[:-30])


def cut_json(path: Path) -> Path:
    publishers.geojson(path, publishers.college())
    return written(path, path.read_bytes()[:-40])


def renamed(path: Path) -> Path:
    publishers.regional(path)
    return written(path, path.read_text(encoding="utf-8-sig").replace("Code postal", "CP"))


BAD = {
    "2 GB": ("childcare", "a.csv", empty_2_gb, "a.csv : 2048 Mo, plus que les 200 Mo permis."),
    "a column renamed": ("childcare", "a.csv", renamed, "a.csv : colonnes absentes : Code postal."),
    "a column missing": (
        "places",
        "MUN.csv",
        lambda path: written(path, "mcode,munnom\n10043,Rimouski\n"),
        "MUN.csv : colonnes absentes : ",
    ),
    "no column of a name": (
        "list",
        "a.csv",
        lambda path: written(path, "x,y\n1,2\n"),
        "a.csv : aucune colonne ne donne le nom",
    ),
    "another encoding": (
        "list",
        "a.csv",
        lambda path: written(path, "nom,ville\nÉcole,Gaspé\nMère,Gaspé\n".encode("mac_roman")),
        "a.csv, ligne 3, caractère 2 : encodage inconnu",
    ),
    "no text": (
        "list",
        "a.csv",
        lambda path: written(path, "nom\nÉcole\n".encode("utf-16-le")),
        "a.csv : ce n’est pas un fichier de texte.",
    ),
    "an end inside of a cell": (
        "list",
        "a.csv",
        lambda path: written(path, 'nom,ville\nLes Essais,Gaspé\n"Les Preuves,Gas'),
        "a.csv, ligne 3 : un guillemet n’est pas refermé",
    ),
    "an end inside of a character": (
        "list",
        "a.csv",
        lambda path: written(path, "nom,ville\nLes Essais,Gaspé".encode()[:-1]),
        "a.csv : tronqué",
    ),
    "JSON that ends": ("colleges", "a.geojson", cut_json, "a.geojson, ligne 1, colonne "),
    "no GeoJSON": (
        "schools",
        "a.geojson",
        lambda path: written(path, "[]"),
        "a.geojson : ce n’est pas du GeoJSON",
    ),
    "deep JSON": (
        "hsds",
        "a.json",
        lambda path: written(path, "[" * 200_000),
        "a.json : JSON trop profond.",
    ),
    "a zip bomb": ("hsds", "a.zip", bomb, "a.zip : « services.csv » se déploie démesurément"),
    "a zip of many files": ("hsds", "a.zip", many_files, "a.zip : 501 fichiers dans l’archive."),
    "a zip that ends": ("hsds", "a.zip", cut_zip, "a.zip : archive illisible ou tronquée."),
    "a workbook that is none": (
        "list",
        "a.xlsx",
        lambda path: written(path, "nom\n"),
        "a.xlsx : archive illisible ou tronquée.",
    ),
    "a workbook that is a bomb": (
        "list",
        "a.xlsx",
        bomb,
        "a.xlsx : « services.csv » se déploie démesurément",
    ),
    "an empty file": ("childcare", "a.csv", lambda path: written(path, ""), "a.csv : vide."),
    "no file": ("childcare", "a.csv", lambda path: path, "a.csv : illisible ("),
}


@pytest.mark.parametrize("case", BAD)
async def test_file_that_cannot_be_read_is_refused_in_a_sentence_and_nothing_changes(
    run: Run, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    importer, name, make, sentence = BAD[case]
    before = await known(database)
    path = make(tmp_path / name)
    assert await run(importer, "--yes", path) == 1
    out = capsys.readouterr().out
    assert sentence in out.replace("\u00a0", " ")
    assert "Error" not in out
    assert await known(database) == before


async def test_file_that_changes_while_it_is_read_is_refused_and_nothing_changes(
    run: Run,
    database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    before = await known(database)
    read_bytes = Path.read_bytes

    def read_and_change(self: Path) -> bytes:
        content = read_bytes(self)
        if self == path:
            self.write_bytes(content + b"\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_change)
    assert await run("childcare", "--yes", path) == 1
    assert "a.csv : a changé pendant la lecture" in capsys.readouterr().out
    assert await known(database) == before


ROWS = {
    "formula": ('"=HYPERLINK(""http://a.example"")",Gaspé,,', "nom : une formule"),
    "accents": ("CafÃ© des Essais,Gaspé,,", "nom : accents abîmés (« Ã© »)"),
    "lost characters": ("Caf\ufffd,Gaspé,,", "nom : accents abîmés"),
    "outside Québec": ("Café,Gaspé,48.85,2.35", "coordonnées : 48.85, 2.35 est hors du Québec"),
    "swapped": ("Café,Gaspé,-64.48,48.83", "coordonnées : -64.48, 48.83 est hors du Québec"),
    "no number": ("Café,Gaspé,nord,ouest", "coordonnées : « nord, ouest » n’en sont pas"),
    "not finite": ("Café,Gaspé,nan,inf", "coordonnées : nan, inf est hors du Québec"),
    "unknown town": ("Café,Nulle-Part-les-Essais,,", "municipalité : « Nulle-Part-les-Essais »"),
    "no name": (",Gaspé,,", "nom : vide"),
}


@pytest.mark.parametrize("case", ROWS)
async def test_row_that_cannot_be_used_is_named_with_its_column_and_the_rest_is_read(
    run: Run, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    row, reason = ROWS[case]
    path = written(tmp_path / "a.csv", f"{LIST}Les Essais,Gaspé,48.83,-64.48\n{row}\n")
    rejected = tmp_path / "rejets.csv"
    assert await run("list", "--yes", "--rejected", rejected, path) == 0
    assert f"a.csv, ligne 3 : {reason}" in capsys.readouterr().out.replace("\u00a0", " ")
    _, entries = await known(database)
    assert [key for key in entries if key.startswith("liste-")] == ["liste-a-les-essais-gaspe"]
    told = rejected.read_bytes().decode("utf-8-sig").splitlines()
    assert told[0] == "fichier,ligne,raison,cellules"
    assert told[1].startswith(("a.csv,3,", 'a.csv,3,"'))
    assert ",=" not in told[1]
    assert '"=' not in told[1]


async def test_row_that_cannot_be_used_any_more_does_not_take_away_what_it_told(
    run: Run, database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", LIST + "Les Essais,Gaspé,48.83,-64.48\n")
    assert await run("list", "--yes", path) == 0
    _, before = await known(database)
    assert await run("list", "--yes", written(path, LIST + "LES ESSAIS,Gaspé,2,48\n")) == 0
    assert (await known(database))[1] == before


async def test_rejected_rows_are_kept_with_the_import_and_it_is_undone_from_the_page(
    run: Run, client: Client, database: Database, settings: Settings, tmp_path: Path
) -> None:
    _, before = await known(database)
    path = written(tmp_path / "a.csv", LIST + 'Les Essais,Gaspé,,\n"=1+1",Gaspé,,\n')
    assert await run("list", "--yes", path) == 0
    assert imports.rejected_path(settings.data, 1).exists()
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        shown = await member.get("/admin/repertoire/imports")
        assert shown.status == 200
        assert "1&nbsp;nouvelle" in shown.text
        link = "/admin/repertoire/imports/1/rejets.csv"
        assert f'href="{link}"' in shown.text
        rows = await member.get(link)
        assert rows.headers["Content-Type"].startswith("text/csv")
        assert "a.csv,3,nom : une formule" in rows.text.replace("\u00a0", " ")
        assert "'=1+1" in rows.text
        assert (await member.get("/admin/repertoire/imports/2/rejets.csv")).status == 404
        undone = await member.post("/admin/repertoire/imports/1/annuler")
        assert undone.status == 200
        assert "annulé&nbsp;:" in undone.text
        again = await member.post("/admin/repertoire/imports/1/annuler")
        assert again.status == 409
        assert "Aucun import de ce numéro" in again.text
    assert (await known(database))[1] == before


async def test_import_under_a_later_one_is_not_undone_from_the_page(
    run: Run, client: Client, database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", "nom,ville,téléphone\nLes Essais,Gaspé,418 555-0101\n")
    assert await run("list", "--yes", path) == 0
    written(path, "nom,ville,téléphone\nLes Essais,Gaspé,418 555-0102\n")
    assert await run("list", "--yes", path) == 0
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        shown = await member.post("/admin/repertoire/imports/1/annuler")
    assert shown.status == 409
    assert "Annulez d’abord l’import n°&nbsp;2" in shown.text


@pytest.fixture
async def publisher(tmp_path: Path) -> AsyncIterator[TestServer]:
    """A publisher on this machine: a good file, one that breaks off, one that leads away."""
    content = publishers.regional(tmp_path / "there.csv").read_bytes()

    async def good(_: web.Request) -> web.Response:
        return web.Response(body=content, headers={"ETag": '"one"'})

    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(content)
        await response.prepare(request)
        await response.write(content[:-100])
        assert request.transport is not None
        request.transport.close()
        return response

    async def away(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/a.csv")

    app = web.Application()
    app.add_routes([web.get("/a.csv", good), web.get("/cut.csv", cut), web.get("/away", away)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine counts as public, and no other private address does."""

    async def fetching(url: str, folder: Path, progress: object) -> Path:
        del progress
        return await download(url, folder, allowed=lambda host: host == "127.0.0.1")

    monkeypatch.setattr("marie.cli.imports.download", fetching)


async def test_file_of_an_address_is_imported_and_the_second_time_changes_nothing(
    run: Run, database: Database, publisher: TestServer, reachable: None
) -> None:
    url = str(publisher.make_url("/a.csv"))
    assert await run("childcare", "--yes", url) == 0
    version, entries = await known(database)
    assert sum(key.startswith("garde-") for key in entries) == 3
    assert await run("childcare", "--yes", url) == 0
    assert await known(database) == (version, entries)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/cut.csv", "téléchargement interrompu."), ("/away", "adresse privée, refusée.")],
)
async def test_address_that_gives_no_whole_file_changes_nothing(  # noqa: PLR0917
    run: Run,
    database: Database,
    publisher: TestServer,
    reachable: None,
    capsys: pytest.CaptureFixture[str],
    path: str,
    sentence: str,
) -> None:
    before = await known(database)
    assert await run("childcare", "--yes", str(publisher.make_url(path))) == 1
    assert sentence in capsys.readouterr().out
    assert await known(database) == before


async def test_private_address_is_refused_and_nothing_changes(
    run: Run, database: Database, publisher: TestServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await known(database)
    assert await run("childcare", "--yes", str(publisher.make_url("/a.csv"))) == 1
    assert "adresse privée, refusée." in capsys.readouterr().out
    assert await known(database) == before


async def test_import_without_confirmation_changes_nothing(
    run: Run, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await known(database)
    path = publishers.regional(tmp_path / "a.csv")
    assert await run("childcare", path) == 1
    assert "--yes" in capsys.readouterr().out
    assert await run("childcare", "--dry-run", path) == 0
    assert await known(database) == before


async def test_imported_municipality_is_a_place_from_the_next_start_on(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    row = (
        publishers.MUN[1].replace("10043", "10999").replace("Rimouski", "Sainte-Preuve-des-Essais")
    )
    path = tmp_path / "MUN.csv"
    path.write_text("\n".join((publishers.MUN[0], row)), encoding="utf-8-sig")
    assert open_gazetteer(settings.knowledge, settings.data).match("ste preuve des essais") is None
    assert await run("places", "--yes", "--gone", path) == 0
    mention = open_gazetteer(settings.knowledge, settings.data).match("ste preuve des essais")
    assert mention is not None
    assert mention.ids == ("municipality:10999",)
