"""Reads the rules that are data: the lease, the profile's fields, how a question follows another.

Mistakes are French sentences, as for entries (`marie knowledge check` prints them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from marie.guidance.lease import WindowRule, in_force
from marie.knowledge.file_mistakes import in_french
from marie.knowledge.library import KnowledgeErrors

T = TypeVar("T")


class FollowUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """« et le prix? »: words, and the topic that they mean by family of the topic in focus."""

    words: tuple[str, ...]
    topics: dict[str, str]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A field of a visitor's profile: how a message says each of its values (folded words).

    `least`, `most`: numbers outside are asked about again. `abroad`: names that say, after « je vis
    en », that one lives outside Québec. `noted`: how Marie says it back, with {value}.
    """

    id: str
    choices: tuple[Choice, ...] = ()
    number: str | None = None
    least: float | None = None
    most: float | None = None
    abroad: tuple[str, ...] = ()
    noted: str | None = None


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One value of a field: its button, and the folded words that say it."""

    value: bool | str | float
    title: str
    says: tuple[str, ...] = ()
    noted: str | None = None


@dataclass(frozen=True)
class LeaseRules:
    """The dated rules of the end of a lease."""

    nonrenewal: tuple[WindowRule, ...]

    def window(self, day: date) -> WindowRule:
        """The rule of the non-renewal notice that holds on `day`."""
        return in_force(self.nonrenewal, day)


def load_lease_rules(folder: Path) -> LeaseRules:
    """The rules of `knowledge/lease/`."""
    return LeaseRules(nonrenewal=read(folder / "nonrenewal.yml", tuple[WindowRule, ...]))


def load_follow_ups(knowledge: Path) -> tuple[FollowUp, ...]:
    """`knowledge/follow_ups.yml`."""
    return read(knowledge / "follow_ups.yml", tuple[FollowUp, ...])


def load_lease_words(knowledge: Path) -> tuple[Choice, ...]:
    """`knowledge/lease_words.yml`: how a message tells what kind of lease it is about."""
    return read(knowledge / "lease_words.yml", tuple[Choice, ...])


def load_profile_fields(knowledge: Path) -> Mapping[str, Field]:
    """`knowledge/profile.yml`, by field."""
    fields = read(knowledge / "profile.yml", tuple[Field, ...])
    return {field.id: field for field in fields}


def rule_problems(knowledge: Path) -> Iterator[str]:
    """What is wrong in the rules, one sentence each."""
    for load in (load_follow_ups, load_profile_fields, load_lease_words):
        try:
            load(knowledge)
        except KnowledgeErrors as error:
            yield from error.problems
    try:
        load_lease_rules(knowledge / "lease")
    except KnowledgeErrors as error:
        yield from error.problems


def read(path: Path, kind: type[T]) -> T:
    """A YAML file as `kind`; `KnowledgeErrors` names the file and the mistake."""
    raw: Any = None
    try:
        raw = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        return msgspec.convert(raw, kind)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise KnowledgeErrors([f"{path} : {in_french(error, raw)}."]) from error
