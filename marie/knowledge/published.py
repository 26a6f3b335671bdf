"""The directory that is spoken: a snapshot of the database, read again as soon as it changes.

Actions may not read the database, and a search index is not built while a visitor waits. So
whoever changes the directory publishes it: the resources and their finished index go to a folder
of their own, and then one small file, `current`, names that folder. A process that answers looks
at this file at each question (a `stat`, some microseconds) and opens the new folder when there is
one, in the very next turn. Without a snapshot the seed of `knowledge/directory/` is spoken.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from marie.knowledge.directory import Directory, documents
from marie.knowledge.engine import Engine
from marie.knowledge.figures import Wordings, spoken_figures
from marie.knowledge.freshness import Periods
from marie.knowledge.importers.model import Figure as Published
from marie.knowledge.model import Figure
from marie.knowledge.places import Gazetteer
from marie.knowledge.resources import Resource
from marie.knowledge.search import TextIndex

CURRENT = "current"
RESOURCES = "resources.msgpack"
FIGURES = "figures.msgpack"
MERGED = "merged.msgpack"
INDEX = "index"
KEPT = 2
"""Snapshots that stay: the current one, and one that a process may still be opening."""


class Current(msgspec.Struct, frozen=True):
    """Which snapshot is spoken, and of which version of the database it is."""

    folder: str
    version: int


def publish(
    folder: Path,
    resources: Sequence[Resource],
    gazetteer: Gazetteer,
    version: int,
    figures: Sequence[Published] = (),
    *,
    merged: Mapping[str, str] | None = None,
) -> None:
    """Make `resources` and `figures` what every process speaks from its next question on.

    `merged`: under which id what had one of its own is told now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f"{version:08d}-", dir=folder))
    made.chmod(0o755)
    (made / RESOURCES).write_bytes(msgspec.msgpack.encode(list(resources)))
    (made / FIGURES).write_bytes(msgspec.msgpack.encode(list(figures)))
    (made / MERGED).write_bytes(msgspec.msgpack.encode(merged or {}))
    _index(folder, made, resources, gazetteer)
    line = msgspec.json.encode(Current(made.name, version))
    written = folder / f".{CURRENT}-{made.name}"
    written.write_bytes(line)
    written.replace(folder / CURRENT)
    _forget(folder)


def _index(folder: Path, made: Path, resources: Sequence[Resource], gazetteer: Gazetteer) -> None:
    """The index of a snapshot: the last one's own files when it would be the same.

    A phone that changes changes no word that is searched: it is heard at once, however many
    resources there are.
    """
    last = _read(folder)
    if last is not None and _same_words(folder / last.folder, resources, gazetteer):
        try:
            shutil.copytree(folder / last.folder / INDEX, made / INDEX, copy_function=os.link)
        except OSError:  # no links here, or the last one goes this moment
            shutil.rmtree(made / INDEX, ignore_errors=True)
        else:
            return
    TextIndex.build(documents(resources, gazetteer), made / INDEX)


def _same_words(last: Path, resources: Sequence[Resource], gazetteer: Gazetteer) -> bool:
    try:
        before = msgspec.msgpack.decode((last / RESOURCES).read_bytes(), type=list[Resource])
    except (OSError, msgspec.DecodeError):
        return False
    if len(before) != len(resources):
        return False
    changed = [
        (old, new)
        for old, new in zip(before, resources, strict=True)
        if old is not new and old != new
    ]
    if any(old.id != new.id for old, new in changed):
        return False
    one = documents([old for old, _ in changed], gazetteer)
    other = documents([new for _, new in changed], gazetteer)
    return all(a == b for a, b in zip(one, other, strict=True))


def published_version(folder: Path) -> int | None:
    """The version that is spoken now; None when nothing was published."""
    current = _read(folder)
    return None if current is None else current.version


class LiveDirectory:
    """The directory as it is now. Opening happens in the thread that asks first."""

    def __init__(
        self,
        seed: Sequence[Resource],
        gazetteer: Gazetteer,
        *,
        periods: Periods,
        folder: Path | None = None,
        wordings: Wordings | None = None,
    ) -> None:
        """`folder`: where snapshots are published; None for the seed alone.

        `wordings`: how the figures of regions are said.
        """
        self._folder = folder
        self._gazetteer = gazetteer
        self._periods = periods
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._directory = Directory(seed, gazetteer, periods=periods)
        self._wordings = wordings or {}
        self._figures: dict[str, dict[str, Figure]] = {}

    def current(self) -> Directory:
        """The published directory, or the seed."""
        if self._folder is not None and (stamp := _look(self._folder)) not in (None, self._stamp):
            with self._lock:
                if stamp != self._stamp:
                    self._open(self._folder)
                    self._stamp = stamp
        return self._directory

    def figures(self, region: str) -> Mapping[str, Figure]:
        """The imported figures of a region ("01" to "17") by id; of a missing one there is none."""
        self.current()
        return self._figures.get(region, {})

    def _open(self, folder: Path) -> None:
        current = _read(folder)
        if current is None:
            return
        made = folder / current.folder
        resources = msgspec.msgpack.decode((made / RESOURCES).read_bytes(), type=list[Resource])
        self._directory = Directory(
            resources,
            self._gazetteer,
            engine=Engine.open(made / INDEX),
            periods=self._periods,
            merged=_merged(made),
        )
        self._figures = spoken_figures(_figures(made), self._wordings, self._gazetteer)


def _look(folder: Path) -> tuple[int, int] | None:
    try:
        seen = (folder / CURRENT).stat()
    except FileNotFoundError:
        return None
    return seen.st_mtime_ns, seen.st_ino


def _read(folder: Path) -> Current | None:
    try:
        return msgspec.json.decode((folder / CURRENT).read_bytes(), type=Current)
    except FileNotFoundError:
        return None


def _figures(made: Path) -> list[Published]:
    try:
        return msgspec.msgpack.decode((made / FIGURES).read_bytes(), type=list[Published])
    except FileNotFoundError:  # published before there were figures
        return []


def _merged(made: Path) -> dict[str, str]:
    try:
        return msgspec.msgpack.decode((made / MERGED).read_bytes(), type=dict[str, str])
    except FileNotFoundError:  # published before merges were told
        return {}


def _forget(folder: Path) -> None:
    made = sorted(
        (each for each in folder.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime
    )
    for old in made[:-KEPT]:
        # An index that is open stays readable: its files go when they are closed.
        shutil.rmtree(old, ignore_errors=True)
