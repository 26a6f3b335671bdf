"""What editors change, item by item: an answer, an amount, a phrase, a programme, a region.

An item is its content as plain values (JSON: a date is its ISO form), named by its kind and its id.
Where it stands in `knowledge/` is its kind's affair: a file of its own, an element of a list, or a
key of a mapping. Publications (`marie.knowledge.overlay`) are items that take the place of those.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from glob import escape, glob
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from marie import strict_yaml
from marie.guidance.eligibility import Program
from marie.knowledge.file_mistakes import in_french, place_of
from marie.knowledge.model import GROUPS, Entry, Parameter, Phrase, RegionProfile
from marie.knowledge.site_settings import Setting

Kind = Literal["entry", "parameter", "phrase", "program", "place", "setting"]
Versioned = Kind | Literal["event"]
"""What has revisions: items, and events, which stand in a table of their own and on no shelf."""

Content = dict[str, Any]
"""An item's content as JSON values."""

Stamp = tuple[int, int]
Items = Mapping[Kind, Mapping[str, "Item"]]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """How a kind stands in `knowledge/`.

    `key`: the field that holds the id, "" when the id is a mapping's key. `called`: what a sentence
    calls an item. `free`: whether editors may add one, and withdraw one that nothing needs.
    """

    pattern: str
    shape: Literal["file", "list", "mapping"]
    key: str
    model: Any
    called: str
    free: bool


SHELVES: Mapping[Kind, Shelf] = {
    "entry": Shelf(
        pattern="topics/*/*.yml", shape="file", key="id", model=Entry, called="Fiche", free=True
    ),
    "parameter": Shelf(
        pattern="parameters/*.yml",
        shape="list",
        key="id",
        model=Parameter,
        called="Paramètre",
        free=True,
    ),
    "phrase": Shelf(
        pattern="phrases.yml",
        shape="mapping",
        key="",
        model=Phrase,
        called="Phrase",
        free=False,
    ),
    "program": Shelf(
        pattern="programs/*.yml",
        shape="file",
        key="id",
        model=Program,
        called="Programme",
        free=True,
    ),
    "place": Shelf(
        pattern="places/profiles/*.yml",
        shape="file",
        key="code",
        model=RegionProfile,
        called="Région",
        free=False,
    ),
    "setting": Shelf(
        pattern="settings/*.yml",
        shape="file",
        key="id",
        model=Setting,
        called="Réglage",
        free=False,
    ),
}
"""Every kind of item. A new kind is one more line here and, if need be, its checks."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item. `path`: the file that it stands in, None when it was only ever published."""

    kind: Kind
    id: str
    content: Content
    path: Path | None = None

    @cached_property
    def reading(self) -> tuple[Any, list[Mistake]]:
        """The item as a value of its kind's model, or None and why not."""
        try:
            return msgspec.convert(self.content, SHELVES[self.kind].model), []
        except msgspec.ValidationError as error:
            place, said = place_of(error)
            return None, [Mistake(kind=self.kind, item=self.id, field=place, text=said)]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with an item: `field` is the path in its content ("sources.0.url", "" for the
    whole), `text` a French sentence without its full stop. `about`: what it is about when that is
    not the item itself."""

    kind: Kind
    item: str
    field: str
    text: str
    about: str = ""

    @property
    def sentence(self) -> str:
        """The mistake where its item is not on the page: « Fiche « a » : … »."""
        about = self.about or f"{SHELVES[self.kind].called} « {self.item} »"
        return f"{about} : {self.text}."


@dataclass
class Folder:
    """The items of a `knowledge/` folder; a file is read again only when it changed."""

    path: Path
    _read: dict[Path, tuple[Stamp, list[Item], list[str]]] = field(default_factory=dict)

    def stamp(self, *kinds: Kind) -> frozenset[tuple[str, int, int]]:
        """What changes when a file of these kinds (of any) does."""
        found = set()
        for path in self._names(*kinds):
            try:
                seen = os.stat(path)  # noqa: PTH116 - see `_names`
            except FileNotFoundError:
                continue
            found.add((path, seen.st_mtime_ns, seen.st_size))
        return frozenset(found)

    def items(self, *kinds: Kind) -> tuple[dict[Kind, dict[str, Item]], list[str]]:
        """The items of these kinds (of all) by id, and one sentence for each unreadable file."""
        problems: list[str] = []
        found: dict[Kind, dict[str, Item]] = {kind: {} for kind in SHELVES}
        for kind in kinds or SHELVES:
            for path in self._paths(kind):
                items, said = self._file(kind, path)
                problems += said
                for item in items:
                    if item.id in found[kind]:
                        problems.append(f"« {item.id} » existe deux fois.")
                    found[kind][item.id] = item
        return found, problems

    def _names(self, *kinds: Kind) -> Iterator[str]:
        for kind in kinds or SHELVES:
            # Several times as fast as `Path.glob`, and this is asked every second.
            yield from glob(f"{escape(str(self.path))}/{SHELVES[kind].pattern}")  # noqa: PTH207

    def _paths(self, kind: Kind) -> Iterator[Path]:
        yield from map(Path, sorted(self._names(kind)))

    def _file(self, kind: Kind, path: Path) -> tuple[list[Item], list[str]]:
        stamp = _stamp(path)
        known = self._read.get(path)
        if known is not None and known[0] == stamp:
            return known[1], known[2]
        items: list[Item] = []
        problems: list[str] = []
        try:
            items = list(_items(kind, path, msgspec.to_builtins(strict_yaml.read(path))))
        except (OSError, yaml.YAMLError) as error:
            problems.append(f"{path} : {in_french(error)}.")
        except (TypeError, AttributeError, KeyError):
            problems.append(f"{path} : la forme du fichier n’est pas celle attendue.")
        self._read[path] = (stamp, items, problems)
        return items, problems


def overlaid(items: Items, changes: Mapping[str, Mapping[str, Content | None]]) -> Items:
    """`items` with publications in their places; a withdrawn one (None) is no longer there."""
    found: dict[Kind, dict[str, Item]] = {kind: dict(known) for kind, known in items.items()}
    for kind, known in found.items():
        for item_id, content in changes.get(kind, {}).items():
            before = known.pop(item_id, None)
            if content is not None:
                path = before.path if before else None
                known[item_id] = Item(kind=kind, id=item_id, content=content, path=path)
    return found


def home(kind: Kind, content: Content, item_id: str) -> str:
    """The file of `knowledge/` in which a new item is to stand, relative to the folder."""
    match kind:
        case "entry":
            return f"topics/{_group(content.get('topic'))}/{item_id}.yml"
        case "program":
            return f"programs/{item_id}.yml"
        case "place":
            return f"places/profiles/{item_id}.yml"
        case "parameter":
            return "parameters/general.yml"
        case "phrase":
            return "phrases.yml"
        case "setting":
            return f"settings/{item_id}.yml"


def _group(topic: object) -> str:
    return next((group for group, topics in GROUPS.items() if topic in topics), "general")


def _items(kind: Kind, path: Path, raw: Any) -> Iterator[Item]:
    shelf = SHELVES[kind]
    if raw is None:
        return
    match shelf.shape:
        case "file":
            # An id that is missing is named by the model, in the file's name.
            yield Item(kind=kind, id=str(raw.get(shelf.key, path.stem)), content=raw, path=path)
        case "list":
            for each in raw:
                yield Item(kind=kind, id=str(each[shelf.key]), content=each, path=path)
        case "mapping":
            for name, each in raw.items():
                yield Item(kind=kind, id=str(name), content=each, path=path)


def _stamp(path: Path) -> Stamp:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size
