"""The settings as they are now, for every process: what ships, under what was published."""

from __future__ import annotations

from pathlib import Path

from marie.knowledge.items import Items
from marie.knowledge.library import LiveLibrary
from marie.knowledge.organizations import load_organizations
from marie.knowledge.overlay import OVERLAY, LiveOverlay
from marie.knowledge.privacy import Privacy, load_privacy
from marie.knowledge.site_settings import Configured, configured


class LiveSettings:
    """Reads them anew when a publication changed what is said."""

    def __init__(self, knowledge: Path, live: LiveLibrary) -> None:
        self._live = live
        self._organizations = load_organizations(knowledge)
        self._items: Items | None = None
        self._settings: Configured | None = None

    def current(self) -> Configured:
        """The newest that can be read."""
        items = self._live.items
        if self._settings is None or items is not self._items:
            values = [each.reading[0] for each in items["setting"].values()]
            self._settings = configured(values, self._organizations)
            self._items = items
        return self._settings


def privacy_now(knowledge: Path, data: Path) -> Privacy:
    """The register of purposes with the days that are set now, for a command."""
    live = LiveLibrary(knowledge, overlay=LiveOverlay(data / OVERLAY))
    retention = LiveSettings(knowledge, live).current().retention
    return load_privacy(knowledge).kept_for(retention)
