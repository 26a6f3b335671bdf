"""What administrators published: one file that every process lays over `knowledge/`.

The database holds the revisions; actions may not read it, and nobody waits for it. So whoever
publishes writes what is published now, all of it, in one file of `MARIE_DATA/knowledge/`, replaced
in one step; a process that answers looks at it at each question (a `stat`, some microseconds) and
says what it holds from the very next turn on. The one before stays beside it: when the file is
damaged, that one is spoken, and without any, what ships.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

OVERLAY = "knowledge"
"""The folder, in MARIE_DATA."""

CURRENT = "published.json"
FORMER = "published-before.json"


Stamp = tuple[int, int, int]


class DamagedOverlay(Exception):
    """The file is not whole; the message names it."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What is published. `version` grows with every change; `items`: content by kind and id, None
    for what was withdrawn."""

    version: int = 0
    items: dict[str, dict[str, dict[str, Any] | None]] = msgspec.field(default_factory=dict)


NOTHING = Published()


def write_overlay(folder: Path, published: Published) -> None:
    """Make `published` what every process says from its next question on."""
    folder.mkdir(parents=True, exist_ok=True)
    body = msgspec.json.encode(published)
    line = hashlib.sha256(body).hexdigest().encode()
    handle, name = tempfile.mkstemp(prefix=".published-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(line + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    written = Path(name)
    written.chmod(0o644)
    current = folder / CURRENT
    if _whole(current):
        copied = folder / f"{name}-before"
        copied.write_bytes(current.read_bytes())
        copied.replace(folder / FORMER)
    written.replace(current)


def read_overlay(path: Path) -> Published:
    """One file; `NOTHING` when there is none, `DamagedOverlay` when it is not whole."""
    try:
        line, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        raise DamagedOverlay(str(path)) from error
    if hashlib.sha256(body).hexdigest().encode() != line:
        raise DamagedOverlay(str(path))
    try:
        return msgspec.json.decode(body, type=Published)
    except msgspec.DecodeError as error:
        raise DamagedOverlay(str(path)) from error


def overlay_version(folder: Path) -> int | None:
    """The version that the file holds; None when it is damaged or missing."""
    try:
        found = read_overlay(folder / CURRENT)
    except DamagedOverlay:
        return None
    return None if found is NOTHING else found.version


class LiveOverlay:
    """What is published now. `damaged`: the file is not whole, and an earlier one is in use."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: where it is published; None for nothing at all."""
        self._folder = folder
        self._stamp: Stamp | None = None
        self._published = NOTHING
        self.damaged = False

    def current(self) -> Published:
        """The newest that is whole."""
        if self._folder is not None and (stamp := overlay_stamp(self._folder)) != self._stamp:
            self._stamp = stamp
            self._take(self._folder)
        return self._published

    def _take(self, folder: Path) -> None:
        try:
            self._published = read_overlay(folder / CURRENT)
            self.damaged = False
        except DamagedOverlay:
            self.damaged = True
            if self._published is NOTHING:
                try:
                    self._published = read_overlay(folder / FORMER)
                except DamagedOverlay:
                    return


def overlay_stamp(folder: Path) -> Stamp | None:
    """What changes with the file; None without one."""
    try:
        seen = (folder / CURRENT).stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ino, seen.st_size


def _whole(path: Path) -> bool:
    try:
        return read_overlay(path) is not NOTHING
    except DamagedOverlay:
        return False
