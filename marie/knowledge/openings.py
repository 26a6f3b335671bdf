"""Employers' openings: how lists of them are read, and those that are spoken.

Actions may not read the database: whoever imports openings publishes them to one file of
MARIE_DATA, and a process that answers looks at it at each question (a `stat`), so that it speaks
what was imported in the very next turn.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from marie.guidance.matching import Opening
from marie.knowledge.criteria import Sector
from marie.knowledge.files import KnowledgeErrors, read
from marie.language.folding import words

FILE = "openings.msgpack"
"""Where openings are published, in MARIE_DATA."""

SMALL = frozenset(("de", "du", "des", "le", "la", "les", "en", "et", "ou", "un", "une", "pour"))


class Matching(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`knowledge/matching.yml`: what each criterion weighs, how cells and columns are read."""

    weights: dict[str, float]
    columns: dict[str, tuple[str, ...]]
    french: dict[str, tuple[str, ...]]
    education: dict[str, tuple[str, ...]]


def load_matching(knowledge: Path) -> Matching:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "matching.yml"
    found = read(path, Matching)
    needed = {"trade", "sector", "town", "region", "french", "education", "experience"}
    if missing := sorted(needed - found.weights.keys()):
        raise KnowledgeErrors([f"{path} : il manque le poids de {', '.join(missing)}."])
    return found


def title_words(title: str) -> tuple[str, ...]:
    """The folded words of a title that say something."""
    found = (word.text for word in words(title))
    return tuple(dict.fromkeys(each for each in found if len(each) > 2 and each not in SMALL))


def sector_of(title: str, sectors: Mapping[str, Sector]) -> str | None:
    """The sector whose words a title has; the longest phrase wins."""
    said = f" {' '.join(word.text for word in words(title))} "
    found = [
        (len(phrase), sector.id)
        for sector in sectors.values()
        for phrase in sector.says
        if f" {phrase} " in said
    ]
    return max(found)[1] if found else None


def publish(data: Path, openings: Sequence[Opening]) -> None:
    """Make `openings` what every process speaks from its next question on."""
    data.mkdir(parents=True, exist_ok=True)
    written = data / f".{FILE}.new"
    written.write_bytes(msgspec.msgpack.encode(list(openings)))
    written.replace(data / FILE)


class LiveOpenings:
    """The openings as they are now; none without a published file."""

    def __init__(self, data: Path | None) -> None:
        """`data`: MARIE_DATA; None for no openings at all."""
        self._path = None if data is None else data / FILE
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._openings: tuple[Opening, ...] = ()

    def current(self) -> tuple[Opening, ...]:
        """What was published last, expired ones included."""
        if self._path is None:
            return ()
        try:
            seen = self._path.stat()
        except FileNotFoundError:
            return self._openings
        stamp = (seen.st_mtime_ns, seen.st_ino)
        if stamp != self._stamp:
            with self._lock:
                found = msgspec.msgpack.decode(self._path.read_bytes(), type=list[Opening])
                self._openings, self._stamp = tuple(found), stamp
        return self._openings
