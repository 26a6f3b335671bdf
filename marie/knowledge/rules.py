"""Reads the rules that are data: the lease, the profile's fields, how a question follows another.

Mistakes are French sentences, as for entries (`marie knowledge check` prints them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from marie.guidance.lease_rules import (
    RefusalRule,
    RenewalRule,
    ReplyRule,
    SpecialRule,
    WindowRule,
    in_force,
)
from marie.guidance.lease_ways import Rules, WayRule
from marie.knowledge.files import KnowledgeErrors, read


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


class Cues(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Folded words before a date, or around a length of time, that say what it is."""

    end: tuple[str, ...]
    received: tuple[str, ...]
    leaving: tuple[str, ...]
    start: tuple[str, ...]
    about: tuple[str, ...]
    not_start: tuple[str, ...]
    not_length_after: tuple[str, ...]
    not_length_before: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LeaseRules:
    """The dated rules of the end of a lease, and the words that tell which lease it is."""

    nonrenewal: tuple[WindowRule, ...]
    landlord_notice: tuple[WindowRule, ...]
    increase_reply: tuple[ReplyRule, ...]
    assignment_reply: tuple[ReplyRule, ...]
    assignment_refusal: tuple[RefusalRule, ...]
    renewal: tuple[RenewalRule, ...]
    special: tuple[SpecialRule, ...]
    ways: tuple[WayRule, ...]
    cues: Cues
    grounds: tuple[Choice, ...]

    def window(self, day: date) -> WindowRule:
        """The rule of the non-renewal notice that holds on `day`."""
        return in_force(self.nonrenewal, day)

    def on(self, day: date) -> Rules:
        """The rules that hold on `day`."""
        return Rules(
            nonrenewal=self.window(day),
            increase=in_force(self.increase_reply, day),
            renewal=in_force(self.renewal, day),
            special=tuple(each for each in self.special if each.from_ <= day),
            ways=self.ways,
        )


def load_lease_rules(folder: Path) -> LeaseRules:
    """The rules of `knowledge/lease/`."""
    return LeaseRules(
        nonrenewal=read(folder / "nonrenewal.yml", tuple[WindowRule, ...]),
        landlord_notice=read(folder / "landlord_notice.yml", tuple[WindowRule, ...]),
        increase_reply=read(folder / "increase_reply.yml", tuple[ReplyRule, ...]),
        assignment_reply=read(folder / "assignment_reply.yml", tuple[ReplyRule, ...]),
        assignment_refusal=read(folder / "assignment_refusal.yml", tuple[RefusalRule, ...]),
        renewal=read(folder / "renewal.yml", tuple[RenewalRule, ...]),
        special=read(folder / "special.yml", tuple[SpecialRule, ...]),
        ways=read(folder / "ways.yml", tuple[WayRule, ...]),
        cues=read(folder / "cues.yml", Cues),
        grounds=read(folder / "grounds.yml", tuple[Choice, ...]),
    )


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
