"""Everything in `knowledge/`, opened once by a process that answers from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marie.knowledge.cards import CardWords, load_card_words
from marie.knowledge.directory import Directory
from marie.knowledge.figures import load_wordings
from marie.knowledge.freshness import load_periods
from marie.knowledge.library import LiveLibrary
from marie.knowledge.model import Figure
from marie.knowledge.overlay import OVERLAY, LiveOverlay
from marie.knowledge.places import Gazetteer
from marie.knowledge.published import LiveDirectory
from marie.knowledge.resources import load_resources

IMPORTED_PLACES = "places.csv"
"""The municipalities that were imported, in MARIE_DATA."""

SNAPSHOTS = "directory"
"""Where the directory is published, in MARIE_DATA."""


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """Entries and phrases, places, and the directory; what changes is read again by itself."""

    live: LiveLibrary
    overlay: LiveOverlay
    gazetteer: Gazetteer
    directories: LiveDirectory
    card_words: CardWords

    @property
    def directory(self) -> Directory:
        """The directory as it is now."""
        return self.directories.current()

    def figures(self, region: str) -> Mapping[str, Figure]:
        """What was imported of a region ("01"), by id: `unemployment`, `employment`…

        An id of a profile's own figure takes its place; what is missing was not published.
        """
        return self.directories.figures(region)


def open_gazetteer(folder: Path, data: Path | None = None) -> Gazetteer:
    """The places of a `knowledge/` folder, completed by those that were imported."""
    imported = None if data is None else data / IMPORTED_PLACES
    return Gazetteer.load(
        folder / "places", imported=imported if imported and imported.exists() else None
    )


def open_overlay(data: Path | None) -> LiveOverlay:
    """What administrators published; `data`: MARIE_DATA."""
    return LiveOverlay(None if data is None else data / OVERLAY)


def open_knowledge(folder: Path, data: Path | None = None) -> Knowledge:
    """Read a `knowledge/` folder in a third of a second; `data`: MARIE_DATA, what was imported."""
    gazetteer = open_gazetteer(folder, data)
    overlay = open_overlay(data)
    return Knowledge(
        live=LiveLibrary(folder, overlay=overlay),
        overlay=overlay,
        gazetteer=gazetteer,
        card_words=load_card_words(folder),
        directories=LiveDirectory(
            load_resources(folder / "directory"),
            gazetteer,
            periods=load_periods(folder / "imports" / "periods.yml"),
            folder=None if data is None else data / SNAPSHOTS,
            wordings=load_wordings(folder),
        ),
    )
