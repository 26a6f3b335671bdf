"""Reads `knowledge/` and answers for it: entries by topic, phrases, values at a date.

`Library.load` checks everything and raises `KnowledgeErrors` with one French sentence a mistake;
`marie knowledge check` prints them. `LiveLibrary` reads the files again when one has changed and
lays what was published over them, so that what an editor saves is spoken in the next turn.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace as replace_text

from marie.knowledge.checks import checked, library_mistakes
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.items import Folder, Items, Kind, Mistake, overlaid
from marie.knowledge.model import (
    GROUPS,
    PLACEHOLDER,
    TOPICS,
    DatedValue,
    Entry,
    Parameter,
    Phrase,
    RegionProfile,
    Source,
)
from marie.knowledge.overlay import NOTHING, LiveOverlay, Published
from marie.language.folding import fold_key

_PARAGRAPH = re.compile(r"(?<!\n)\n(?!\n|[–•]|\d+\. )(?=.)")
_NO_BREAK = re.compile(r"(?<=\S) (?=[:»](?:\W|$))|(?<=«) ")
"""Where French keeps two together on a line; nobody types the space that does."""

_KINDS: tuple[Kind, ...] = ("entry", "parameter", "phrase", "place")
"""What a library is made of."""


@dataclass(frozen=True)
class Library:
    """All that Marie can say, checked."""

    entries: Mapping[str, Entry]
    parameters: Mapping[str, Parameter]
    phrases: Mapping[str, Phrase]
    profiles: Mapping[str, RegionProfile]

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Read and check everything; `KnowledgeErrors` names file and mistake."""
        items, problems = Folder(folder).items()
        problems += place_problems(items)
        library, mistakes = cls.build(items)
        problems += dict.fromkeys(each.sentence for each in mistakes)
        if problems:
            raise KnowledgeErrors(problems)
        return library

    @classmethod
    def build(cls, items: Items) -> tuple[Library, list[Mistake]]:
        """The library of these items, without those that cannot be read, and what is wrong."""
        mistakes: list[Mistake] = []
        values: dict[Kind, dict[str, Any]] = {kind: {} for kind in _KINDS}
        for kind in _KINDS:
            for item in items[kind].values():
                value, wrong = item.reading
                mistakes += wrong
                mistakes += checked(item)
                if value is not None:
                    values[kind][item.id] = value
        library = cls(
            entries=values["entry"],
            parameters=values["parameter"],
            phrases=values["phrase"],
            profiles=values["place"],
        )
        return library, [*mistakes, *library.mistakes()]

    def mistakes(self) -> Iterator[Mistake]:
        """What is wrong among items that name each other."""
        return library_mistakes(self.entries, self.parameters, self.phrases)

    def topic_entries(self, topic: str) -> list[Entry]:
        """Every entry of a topic, the default one first."""
        found = [entry for entry in self.entries.values() if entry.topic == topic]
        return sorted(found, key=lambda entry: (not entry.default, entry.id))

    def default_entry(self, topic: str) -> Entry:
        """The entry said for a topic when no other fits better."""
        return self.topic_entries(topic)[0]

    def value(self, parameter_id: str, day: date) -> DatedValue:
        """A parameter's value for `day` (the last known one if none holds any more)."""
        value = self.parameters[parameter_id].at(day)
        if value is None:
            raise KeyError(parameter_id)
        return value

    def fill(self, text: str, day: date) -> str:
        """`text` with its `{parameter}` placeholders replaced by the values of `day`.

        A value that held until an earlier day is said with its year and « à confirmer ».
        """

        def replacement(name: str) -> str:
            value = self.value(name, day)
            if value.until is None or day <= value.until:
                return value.value
            return self.phrase("expired_value", value=value.value, year=str(value.until.year))

        filled = PLACEHOLDER.sub(lambda match: replacement(match[1]), text).strip()
        # YAML's folded style makes one line end of a blank line: paragraphs get theirs back, the
        # lines of a list stay together.
        return _NO_BREAK.sub("\u00a0", _PARAGRAPH.sub("\n\n", filled))

    def used_sources(self, text: str, day: date) -> list[Source]:
        """The sources of the values that `text` says."""
        return [self.value(name, day).source for name in PLACEHOLDER.findall(text)]

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """Entries by their questions (folded): the id of the last one that has it."""
        return {
            fold_key(question): entry.id
            for entry in self.entries.values()
            for question in entry.questions
        }

    @cached_property
    def in_simple_french(self) -> Library:
        """The same, whose phrases are the simple ones where they have one."""
        phrases = {
            name: phrase if phrase.simple is None else replace_text(phrase, text=phrase.simple)
            for name, phrase in self.phrases.items()
        }
        return replace(self, phrases=phrases)

    def phrase(self, phrase_id: str, **values: str) -> str:
        """One of Marie's own sentences, with its declared placeholders filled."""
        phrase = self.phrases[phrase_id]
        said = PLACEHOLDER.sub(lambda match: values[match[1]], phrase.text).strip()
        return _NO_BREAK.sub("\u00a0", said)


class LiveLibrary:
    """The library of a folder with what was published over it, as it is now.

    The publications are looked at at each call, the files no more than once in `every` seconds
    (some 200 `stat` calls, 1 ms). What does not pass the checks is not taken: of publications the
    others stay, of files the last good ones; `problems` says why.
    """

    def __init__(
        self, folder: Path, *, overlay: LiveOverlay | None = None, every: float = 1.0
    ) -> None:
        self._folder = Folder(folder)
        self._overlay = overlay or LiveOverlay(None)
        self._every = every
        self._state = self._folder.stamp()
        self._looked_at = time.monotonic()
        self._published = self._overlay.current()
        self._shipped = _read(self._folder)
        self._library, self._items, self.problems = _load(self._shipped, self._published)

    def current(self) -> Library:
        """The newest library that passes the checks."""
        changed = False
        if time.monotonic() - self._looked_at >= self._every:
            self._looked_at = time.monotonic()
            state = self._folder.stamp()
            changed = state != self._state
            self._state = state
        published = self._overlay.current()
        if changed or published is not self._published:
            self._published = published
            try:
                shipped = _read(self._folder) if changed else self._shipped
                self._library, self._items, self.problems = _load(shipped, published)
                self._shipped = shipped
            except KnowledgeErrors as error:
                self.problems = error.problems
        return self._library

    @property
    def items(self) -> Items:
        """The items of the newest library."""
        self.current()
        return self._items

    @property
    def damaged(self) -> bool:
        """Whether what was published last cannot be read, and something earlier is said."""
        return self._overlay.damaged

    def shipped(self) -> Items:
        """What the files say, without what was published."""
        self.current()
        return self._shipped


def _read(folder: Folder) -> Items:
    """The items of a folder; `KnowledgeErrors` when a file cannot be read."""
    items, problems = folder.items()
    problems += place_problems(items)
    if problems:
        raise KnowledgeErrors(problems)
    return items


def _load(items: Items, published: Published) -> tuple[Library, Items, list[str]]:
    """The library, its items, and what of the publications could not be taken.

    `KnowledgeErrors` when the files themselves are wrong.
    """
    whole = overlaid(items, published.items)
    library, mistakes = Library.build(whole)
    if not mistakes:
        return library, whole, []
    said = list(dict.fromkeys(each.sentence for each in mistakes))
    blamed = {(each.kind, each.item) for each in mistakes}
    for less in (_without(published, blamed), NOTHING):
        whole = overlaid(items, less.items)
        library, mistakes = Library.build(whole)
        if not mistakes:
            return library, whole, said
    raise KnowledgeErrors(list(dict.fromkeys(each.sentence for each in mistakes)))


def _without(published: Published, blamed: Iterable[tuple[Kind, str]]) -> Published:
    left = {
        kind: {name: each for name, each in items.items() if (kind, name) not in set(blamed)}
        for kind, items in published.items.items()
    }
    return Published(version=published.version, items=left)


def place_problems(items: Items) -> list[str]:
    """Entries whose file is not where, or not named as, their content says."""
    problems = []
    for item in items["entry"].values():
        path, topic = item.path, item.content.get("topic")
        if path is None:
            continue
        group = path.parent.name
        if group not in GROUPS:
            problems.append(f"{path} : la famille « {group} » n’existe pas.")
        if item.id != path.stem:
            problems.append(f"{path} : « id » vaut « {item.id} », pas le nom du fichier.")
        if topic in TOPICS and topic not in GROUPS.get(group, ()):
            problems.append(f"{path} : « {topic} » n’est pas de cette famille.")
    return problems
