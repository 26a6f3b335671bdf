"""The stays and sessions to come, as administrators published them for the actions.

One small file in MARIE_DATA, replaced whole at each change: a process that answers looks at it at
each question (a `stat`) and reads it again when it is another one. It holds nothing of who comes.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

FILE = "events.json"


class PlannedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event to come. `region`: a code ("01"); `taken`, `waiting`: how many people."""

    id: str
    kind: str
    title: str
    region: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    organizer: str
    description: str
    url: str

    @property
    def left(self) -> int:
        """Seats that somebody may still take; none while others wait for one."""
        return 0 if self.waiting else max(0, self.capacity - self.taken)


class LiveEvents:
    """The events as they are now; none when nothing was published, or without a folder."""

    def __init__(self, data: Path | None) -> None:
        self._path = None if data is None else data / FILE
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._events: tuple[PlannedEvent, ...] = ()

    def to_come(self, now: datetime, *, region: str | None = None) -> list[PlannedEvent]:
        """What begins after `now`, in a region if one is named, the next one first."""
        return sorted(
            (
                each
                for each in self._current()
                if each.starts_at > now and region in (None, each.region)
            ),
            key=lambda each: (each.starts_at, each.id),
        )

    def get(self, event_id: str, now: datetime) -> PlannedEvent | None:
        """The event, if one may still register for it."""
        return next((each for each in self.to_come(now) if each.id == event_id), None)

    def _current(self) -> tuple[PlannedEvent, ...]:
        if self._path is None:
            return ()
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            return ()
        stamp = seen.st_mtime_ns, seen.st_ino
        with self._lock:
            if stamp != self._stamp:
                self._events = msgspec.json.decode(
                    self._path.read_bytes(), type=tuple[PlannedEvent, ...]
                )
                self._stamp = stamp
        return self._events


def publish_events(data: Path, events: Sequence[PlannedEvent]) -> None:
    """Make `events` what is spoken from the next question on."""
    data.mkdir(parents=True, exist_ok=True)
    draft = data / f".{FILE}-{os.getpid()}-{secrets.token_hex(4)}"
    draft.write_bytes(msgspec.json.encode(tuple(events)))
    draft.replace(data / FILE)
