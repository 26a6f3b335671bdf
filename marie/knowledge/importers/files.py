"""Files as they come: large, in some encoding, zipped, changing. Refused with a sentence, or read.

Every refusal is an `UnreadableFile` that names the file, and the row and column where there is one.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marie.knowledge.importers.model import UnreadableFile
from marie.language.folding import fold_key

MAX_BYTES = 200 * 1024 * 1024
MAX_UNZIPPED = 300 * 1024 * 1024
MAX_MEMBERS = 500
MAX_RATIO = 200
"""How many times its size a member of an archive may unfold to."""

MAX_COLUMNS = 500
"""Columns of a table; one that has more is no list of resources."""

TITLE_LINES = 12
"""Lines before the header in which it is looked for."""

csv.field_size_limit(1024 * 1024)


@dataclass(frozen=True)
class Row:
    """A line of a table: its number in the file (1 is the first), cells by column name."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def values(self) -> tuple[str, ...]:
        """The cells in the order of the file."""
        return tuple(self.cells.values())


@dataclass(frozen=True)
class Sheet:
    """A table with a header. `titles`: the lines that stood before it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    titles: tuple[str, ...] = ()


def read_bytes(path: Path) -> bytes:
    """A whole file, unless it is too large or changes while it is read."""
    try:
        before = path.stat()
        if before.st_size > MAX_BYTES:
            raise UnreadableFile(
                f"{path.name} : {before.st_size // 2**20} Mo, plus que les "
                f"{MAX_BYTES // 2**20} Mo permis."
            )
        content = path.read_bytes()
        after = path.stat()
    except OSError as error:
        raise UnreadableFile(f"{path.name} : illisible ({error.strerror}).") from error
    same = (before.st_size, before.st_mtime_ns, before.st_ino)
    if same != (after.st_size, after.st_mtime_ns, after.st_ino) or len(content) != before.st_size:
        raise UnreadableFile(f"{path.name} : a changé pendant la lecture; recommencez.")
    return content


def decode(content: bytes, name: str) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, or Windows's western encoding (latin1)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content[:65536]:
        raise UnreadableFile(f"{name} : ce n’est pas un fichier de texte.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end >= len(content) - 4 and len(content) > 8:
            # A character cut in half at the very end: the file was not received whole.
            raise UnreadableFile(f"{name} : tronqué (fin de fichier au milieu d’un mot).") from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        # Bytes that Windows' western encoding gives to no character.
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise UnreadableFile(
            f"{name}, ligne {line}, caractère {column} : encodage inconnu (ni UTF-8 ni celui de "
            "Windows); enregistrez le fichier en UTF-8."
        ) from None


def read_sheet(path: Path, required: Collection[str], content: bytes | None = None) -> Sheet:
    """A CSV table whose header has the `required` columns, whatever stands before it.

    Column names are compared without accents, capitals and marks.
    """
    text = decode(read_bytes(path) if content is None else content, path.name)
    return parse_sheet(text, path.name, required)


def parse_sheet(text: str, name: str, required: Collection[str] = ()) -> Sheet:
    """A CSV table of a text; see `read_sheet`."""
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for cells in reader:
            lines.append((reader.line_num, cells))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"{name}, ligne {begun} : {_csv_problem(error)}.") from error
    return table(lines, name, required)


def table(lines: list[tuple[int, list[str]]], name: str, required: Collection[str]) -> Sheet:
    """Lines with their numbers as a table, its header found among the first ones."""
    if lines and (widest := max(len(cells) for _, cells in lines)) > MAX_COLUMNS:
        raise UnreadableFile(f"{name} : {widest} colonnes, plus que les {MAX_COLUMNS} permises.")
    wanted = {fold_key(column): column for column in required}
    missing: set[str] = set(wanted.values())
    for place, (_, cells) in enumerate(lines[:TITLE_LINES]):
        folded = [fold_key(cell) for cell in cells]
        lacking = {wanted[key] for key in wanted if key not in folded}
        if not lacking and any(folded):
            # A column goes by the name that the importer asked for.
            columns = tuple(
                wanted.get(key, cell.strip()) for key, cell in zip(folded, cells, strict=True)
            )
            titles = tuple(" ".join(filter(None, before)) for _, before in lines[:place])
            rows = tuple(
                Row(number, dict(zip(columns, _padded(line, len(columns)), strict=False)))
                for number, line in lines[place + 1 :]
                if any(cell.strip() for cell in line)
            )
            return Sheet(name, columns, rows, titles)
        if len(lacking) < len(missing):
            missing = lacking
    if not lines:
        raise UnreadableFile(f"{name} : vide.")
    raise UnreadableFile(f"{name} : colonnes absentes : {', '.join(sorted(missing))}.")


def read_json(path: Path, content: bytes | None = None) -> Any:
    """A JSON document."""
    text = decode(read_bytes(path) if content is None else content, path.name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"{path.name}, ligne {error.lineno}, colonne {error.colno} : JSON illisible ou tronqué."
        ) from error
    except RecursionError as error:
        raise UnreadableFile(f"{path.name} : JSON trop profond.") from error


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON document."""
    told = read_json(path)
    found = told.get("features") if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadableFile(f"{path.name} : ce n’est pas du GeoJSON (pas de « features »).")
    return found


def unzip(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The wanted members of an archive, never more than is allowed to unfold."""
    read_bytes(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise UnreadableFile(f"{path.name} : {len(members)} fichiers dans l’archive.")
            left = MAX_UNZIPPED
            for member in members:
                if member.is_dir() or not wanted(member.filename):
                    continue
                if member.file_size > MAX_RATIO * max(member.compress_size, 1024):
                    raise UnreadableFile(
                        f"{path.name} : « {member.filename} » se déploie démesurément; refusé."
                    )
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnreadableFile(
                        f"{path.name} : plus de {MAX_UNZIPPED // 2**20} Mo déployé; refusé."
                    )
                yield member.filename, content
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"{path.name} : archive illisible ou tronquée.") from error


def _csv_problem(error: csv.Error) -> str:
    if "end of data" in str(error):
        return "un guillemet n’est pas refermé; le fichier est peut-être tronqué"
    if "field limit" in str(error):
        return "une cellule trop longue; il y manque peut-être un guillemet"
    return "un guillemet est mal placé"


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _delimiter(text: str) -> str:
    head = "\n".join(text.splitlines()[:TITLE_LINES])
    return max((",", ";", "\t", "|"), key=head.count)
