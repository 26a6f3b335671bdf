"""What an importer gives back, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from marie import strict_yaml
from marie.knowledge.model import Source
from marie.knowledge.places import Gazetteer
from marie.knowledge.resources import Resource

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much (0: unknown)."""


class UnreadableFile(Exception):
    """Nothing of a file can be used; the message names the file, and row and column if known."""


@dataclass(frozen=True)
class Record:
    """A resource that a file tells, and in which part (`scope`) and row of it."""

    resource: Resource
    scope: str
    row: int
    file: str = ""


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used, and why. `cells`: as they stand in the file."""

    file: str
    row: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A published figure of a region, at a period."""

    region: str
    indicator: str
    period: str
    value: float
    source: Source


@dataclass(frozen=True)
class Town:
    """A municipality as MAMH tells it; `point` where the file gives one."""

    code: str
    name: str
    designation: str
    region: str
    mrc: str
    population: int | None
    metropolitan: bool
    point: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What a file tells.

    `scopes`: the parts that it tells completely: what else is known of them is gone.
    """

    origin: str
    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    scopes: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()
    towns: tuple[Town, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Task:
    """What to read and how. `mapping`: column of an own list → field of a resource."""

    paths: tuple[Path, ...]
    gazetteer: Gazetteer
    publishers: Mapping[str, Any]
    today: date
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = lambda done, whole: None

    def source(self, publisher: str, published: str | None = None) -> Source:
        """What is said of where a resource comes from."""
        told = self.publishers[publisher]
        return Source(title=told["title"], url=told["url"], published=published, read_on=self.today)


def load_publishers(knowledge: Path) -> dict[str, Any]:
    """What `knowledge/imports/publishers.yml` says of each source."""
    told: dict[str, Any] = strict_yaml.read(knowledge / "imports" / "publishers.yml")
    return told
