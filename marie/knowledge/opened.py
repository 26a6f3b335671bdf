"""Everything in `knowledge/`, opened once by a process that answers from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marie.knowledge.directory import Directory, load_resources
from marie.knowledge.library import LiveLibrary
from marie.knowledge.places import Gazetteer


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Entries and phrases (read again when they change), places, and the directory."""

    live: LiveLibrary
    gazetteer: Gazetteer
    directory: Directory


def open_knowledge(folder: Path) -> Knowledge:
    """Read a `knowledge/` folder; a third of a second."""
    gazetteer = Gazetteer.load(folder / "places")
    return Knowledge(
        live=LiveLibrary(folder),
        gazetteer=gazetteer,
        directory=Directory(load_resources(folder / "directory"), gazetteer),
    )
