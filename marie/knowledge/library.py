"""Reads `knowledge/` and answers for it: entries by topic, phrases, values at a date.

`Library.load` checks everything and raises `KnowledgeErrors` with one French sentence a mistake;
`marie knowledge check` prints them. `LiveLibrary` reads the files again when one has changed, so
that what an editor saves is spoken in the next turn.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec.structs import replace as replace_text

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

MAX_TEXT = 900
"""Longest `text` of an entry, in characters: what a phone shows without scrolling twice."""

_PARAGRAPH = re.compile(r"(?<!\n)\n(?=[^\n–•])")

T = TypeVar("T")


class KnowledgeErrors(Exception):
    """What is wrong in `knowledge/`, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


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
        problems: list[str] = []
        library = cls(
            entries=_by_id(_entries(folder, problems), problems),
            parameters=_by_id(_parameters(folder, problems), problems),
            phrases=_phrases(folder, problems),
            profiles={
                profile.code: profile
                for path in sorted((folder / "places" / "profiles").glob("*.yml"))
                for profile in _convert(path, _read(path, problems), RegionProfile, problems)
            },
        )
        problems.extend(library._problems())
        if problems:
            raise KnowledgeErrors(problems)
        return library

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
        return _PARAGRAPH.sub("\n\n", filled)

    def used_sources(self, text: str, day: date) -> list[Source]:
        """The sources of the values that `text` says."""
        return [self.value(name, day).source for name in PLACEHOLDER.findall(text)]

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
        return PLACEHOLDER.sub(lambda match: values[match[1]], phrase.text).strip()

    def _problems(self) -> Iterator[str]:
        for entry in self.entries.values():
            yield from self._entry_problems(entry)
        for topic in sorted(TOPICS):
            defaults = [entry.id for entry in self.topic_entries(topic) if entry.default]
            if len(defaults) != 1:
                yield (
                    f"Sujet « {topic} » : il faut exactement une fiche avec « default: true », "
                    f"il y en a {len(defaults)} ({', '.join(defaults) or 'aucune'})."
                )
        for phrase_id, phrase in self.phrases.items():
            said = f"{phrase.text} {phrase.simple or ''}"
            for name in set(PLACEHOLDER.findall(said)) - set(phrase.placeholders):
                yield f"Phrase « {phrase_id} » : « {{{name}}} » n’est pas dans ses placeholders."
        for parameter in self.parameters.values():
            for value in parameter.values:
                if value.until is not None and value.until < value.from_:
                    yield f"Paramètre « {parameter.id} » : « until » précède « from »."

    def _entry_problems(self, entry: Entry) -> Iterator[str]:
        where = f"Fiche « {entry.id} »"
        if entry.topic not in TOPICS:
            yield f"{where} : le sujet « {entry.topic} » n’existe pas."
        for text in filter(None, (entry.text, entry.simple, entry.details, entry.found)):
            for name in PLACEHOLDER.findall(text):
                if name not in self.parameters:
                    yield f"{where} : le paramètre « {{{name}}} » n’existe pas."
            if "<" in text and ">" in text:
                yield f"{where} : le texte contient du HTML."
        if len(entry.text) > MAX_TEXT:
            yield f"{where} : le texte a {len(entry.text)} caractères, {MAX_TEXT} au plus."
        urls = [link.url for link in entry.links] + [source.url for source in entry.sources]
        for url in urls:
            if not url.startswith(("https://", "http://")):
                yield f"{where} : l’adresse « {url} » n’est pas une adresse web."
        for reply in entry.quick_replies:
            if (reply.topic is None) == (reply.entry is None):
                yield f"{where} : la réponse rapide « {reply.title} » nomme un sujet OU une fiche."
            if reply.topic is not None and reply.topic not in TOPICS:
                yield f"{where} : réponse rapide vers un sujet inconnu, « {reply.topic} »."
            if reply.entry is not None and reply.entry not in self.entries:
                yield f"{where} : réponse rapide vers une fiche inconnue, « {reply.entry} »."


class LiveLibrary:
    """The library of a folder, read again when a file in it changed.

    The files are looked at no more than once in `every` seconds (some 200 `stat` calls, 1 ms). A
    change that does not pass the checks is not taken: the last good library stays, and `problems`
    says why.
    """

    def __init__(self, folder: Path, *, every: float = 1.0) -> None:
        self._folder = folder
        self._every = every
        self._state = _fingerprint(folder)
        self._looked_at = time.monotonic()
        self._library = Library.load(folder)
        self.problems: list[str] = []

    def current(self) -> Library:
        """The newest library that passes the checks."""
        if time.monotonic() - self._looked_at >= self._every:
            self._looked_at = time.monotonic()
            state = _fingerprint(self._folder)
            if state != self._state:
                self._state = state
                try:
                    self._library = Library.load(self._folder)
                    self.problems = []
                except KnowledgeErrors as error:
                    self.problems = error.problems
        return self._library


def _fingerprint(folder: Path) -> frozenset[tuple[str, int, int]]:
    paths = [
        path
        for part in ("topics", "parameters", "places/profiles")
        for path in (folder / part).rglob("*.yml")
    ]
    stats = ((path, path.stat()) for path in [*paths, folder / "phrases.yml"])
    return frozenset((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def _entries(folder: Path, problems: list[str]) -> Iterator[Entry]:
    for path in sorted((folder / "topics").glob("*/*.yml")):
        if path.parent.name not in GROUPS:
            problems.append(f"{path} : la famille « {path.parent.name} » n’existe pas.")
        for entry in _convert(path, _read(path, problems), Entry, problems):
            if entry.id != path.stem:
                problems.append(f"{path} : « id » vaut « {entry.id} », pas le nom du fichier.")
            if entry.topic in TOPICS and entry.topic not in GROUPS.get(path.parent.name, ()):
                problems.append(f"{path} : « {entry.topic} » n’est pas de cette famille.")
            yield entry


def _parameters(folder: Path, problems: list[str]) -> Iterator[Parameter]:
    for path in sorted((folder / "parameters").glob("*.yml")):
        for parameters in _convert(path, _read(path, problems), tuple[Parameter, ...], problems):
            yield from parameters


def _phrases(folder: Path, problems: list[str]) -> dict[str, Phrase]:
    path = folder / "phrases.yml"
    for phrases in _convert(path, _read(path, problems), dict[str, Phrase], problems):
        return phrases
    return {}


def _read(path: Path, problems: list[str]) -> Any:
    try:
        return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        problems.append(f"{path} : illisible ({' '.join(str(error).split())}).")
        return None


def _convert(path: Path, value: Any, kind: type[T], problems: list[str]) -> Iterator[T]:
    if value is None:
        return
    try:
        yield msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        problems.append(f"{path} : {error}.")


def _by_id(items: Iterable[T], problems: list[str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        item_id: str = getattr(item, "id")  # noqa: B009 - entries and parameters both have one
        if item_id in found:
            problems.append(f"« {item_id} » existe deux fois.")
        found[item_id] = item
    return found
