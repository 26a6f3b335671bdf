"""What editors write in `knowledge/`, as checked values. The format: `knowledge/README.md`."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import msgspec

GROUPS: dict[str, tuple[str, ...]] = {
    "general": (
        "greeting",
        "goodbye",
        "thanks",
        "capabilities",
        "handoff",
        "privacy",
        "language",
        "safety",
        "out_of_scope",
        "abuse",
        "clarify",
    ),
    "region": ("region.list", "region.profile", "region.compare", "region.recommend"),
    "childcare": ("childcare.find", "childcare.register", "childcare.cost", "childcare.types"),
    "education": (
        "cegep.find",
        "cegep.admission",
        "cegep.cost",
        "university.find",
        "school.find",
    ),
    "housing": (
        "housing.search",
        "housing.rent",
        "housing.rights",
        "housing.buy",
        "housing.aid",
    ),
    "lease": (
        "lease.end",
        "lease.nonrenewal",
        "lease.assignment",
        "lease.sublet",
        "lease.agreement",
        "lease.special",
        "lease.increase",
        "lease.notice",
    ),
    "work": ("work.search", "work.matching", "work.recognition", "work.business"),
    "programs": ("eligibility", "program.info", "moving.plan", "moving.aid", "moving.trip"),
    "settling": (
        "francization",
        "health",
        "transport",
        "immigration",
        "organization.find",
    ),
}
"""The contract's topics by the group that names their files."""

TOPICS = frozenset(topic for topics in GROUPS.values() for topic in topics)

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

ResourceKind = Literal[
    "childcare",
    "cegep",
    "university",
    "school",
    "housing",
    "employment",
    "settlement",
    "francization",
    "health",
    "legal",
    "municipality",
    "business",
    "other",
]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a statement comes from.

    `read_on`: the day the page was read; `verified_on`: the day a person compared the statement
    with the official page; `published`: the page's own date, as precise as it gives it.
    """

    title: str
    url: str
    published: str | None = None
    read_on: date | None = None
    verified_on: date | None = None


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page to open."""

    title: str
    url: str


class QuickReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The next thing that people want: a topic, or one entry of it."""

    title: str
    topic: str | None = None
    entry: str | None = None


class ResourceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which directory cards go with an entry: of some kinds, or exactly these (`only`: ids)."""

    kinds: tuple[ResourceKind, ...]
    only: tuple[str, ...] = ()
    ask_place: bool = False
    limit: int = 3


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer (`knowledge/topics/<family>/<id>.yml`)."""

    id: str
    topic: str
    title: str
    text: str
    simple: str
    sources: tuple[Source, ...]
    questions: tuple[str, ...]
    quick_replies: tuple[QuickReply, ...] = ()
    default: bool = False
    details: str | None = None
    found: str | None = None
    """Said instead of `text` under cards near a place: nothing in it asks for the place."""
    links: tuple[Link, ...] = ()
    resources: ResourceQuery | None = None
    review_every: int = 180


class DatedValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value and the days on which it holds, both included; no `until`: until further notice."""

    value: str
    source: Source
    number: float | None = None
    from_: date = msgspec.field(name="from", default=date.min)
    until: date | None = None


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An amount, a deadline, a phone number: what texts say by `{id}` (`knowledge/parameters/`)."""

    id: str
    label: str
    values: tuple[DatedValue, ...]
    review_every: int = 365

    def at(self, day: date) -> DatedValue | None:
        """The value that holds on `day`, or else the last one that began before it."""
        begun = [value for value in self.values if value.from_ <= day]
        return max(begun, key=lambda value: value.from_) if begun else None


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of Marie's own sentences (`knowledge/phrases.yml`); `why` answers « pourquoi? ».

    `simple`: the same in simple French, where the text is not simple already.
    """

    text: str
    simple: str | None = None
    placeholders: tuple[str, ...] = ()
    why: str | None = None


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A figure about a region, with its source."""

    label: str
    value: str
    source: Source
    number: float | None = None
    id: str | None = None


class RegionProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What Marie says of a host region (`knowledge/places/profiles/<code>.yml`)."""

    code: str
    name: str
    text: str
    simple: str
    figures: tuple[Figure, ...]
    towns: tuple[str, ...]
    sectors: tuple[str, ...]
    colleges: tuple[str, ...]
    universities: tuple[str, ...]
    strengths: tuple[str, ...]
    cautions: tuple[str, ...]
    sources: tuple[Source, ...]
