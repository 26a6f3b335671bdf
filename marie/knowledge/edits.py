"""What people say of a resource over what its source says of it. Pure.

A source's telling stays as it came; edits lie over it, field by field. So the next file is compared
with what the file said before, what a person wrote goes on being said, and a field that both
changed is a conflict that somebody settles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from marie.knowledge.importers.diff import FIELDS
from marie.knowledge.resources import Resource

SOURCE_FIELDS = {"source_title": "title", "source_url": "url"}
"""Fields of an edit that are a resource's source's."""

EDITABLE = frozenset((*FIELDS, *SOURCE_FIELDS)) - {"parent"}
"""What a person may say otherwise than the source."""


class Verified(msgspec.Struct, frozen=True):
    """Somebody compared the card with the official page `on` a day.

    It holds while the source says the same: `telling` is the fingerprint of what it said.
    """

    on: date
    telling: str


class Edits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies over one resource.

    `mine`: values by field, as JSON has them. `theirs`: what the source said of these fields when
    somebody last decided; where it says something else since, there is a conflict.
    """

    mine: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    hidden: bool = False
    verified: Verified | None = None


NONE = Edits()


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A field that a person wrote and of which the source says something new."""

    id: str
    name: str
    field: str
    mine: Any
    before: Any
    theirs: Any


@dataclass(frozen=True)
class FieldChange:
    """A field as people read it before and after; None where nothing was said."""

    field: str
    before: Any
    after: Any


def value_of(resource: Resource, field: str) -> Any:
    """A field's value as JSON has it."""
    if field in SOURCE_FIELDS:
        return getattr(resource.source, SOURCE_FIELDS[field])
    value = msgspec.to_builtins(getattr(resource, field))
    # What was kept comes back as JSON has it: a list.
    return list(value) if isinstance(value, tuple) else value


def told_mark(resource: Resource) -> str:
    """A fingerprint of what a source says of a resource; the day of reading is no part of it."""
    said = [value_of(resource, field) for field in FIELDS]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


def mark(resource: Resource) -> str:
    """A fingerprint of all that a card says: what two people who edit it began from."""
    return hashlib.sha256(msgspec.json.encode(resource)).hexdigest()[:16]


def edited(telling: Resource, edits: Edits | None) -> Resource:
    """The resource as it is said: the source's words, and a person's over them."""
    if edits is None or edits is NONE:
        return telling
    said = telling
    source = telling.source
    if edits.mine:
        own = {field: value for field, value in edits.mine.items() if field in FIELDS}
        said = msgspec.convert({**msgspec.to_builtins(telling), **own}, Resource)
        for field, name in SOURCE_FIELDS.items():
            if field in edits.mine:
                source = replace(source, **{name: edits.mine[field]})
    if edits.verified is not None and edits.verified.telling == told_mark(telling):
        days = [day for day in (source.verified_on, edits.verified.on) if day]
        source = replace(source, verified_on=max(days))
    return replace(said, source=source)


def with_values(telling: Resource, edits: Edits, values: Mapping[str, Any]) -> Edits:
    """The edits once a person says these values; what the source says too is no edit."""
    mine, theirs = dict(edits.mine), dict(edits.theirs)
    for field, value in values.items():
        said = value_of(telling, field)
        if value == said:
            mine.pop(field, None)
            theirs.pop(field, None)
        else:
            mine[field], theirs[field] = value, said
    return replace(edits, mine=mine, theirs=theirs)


def settled(telling: Resource, edits: Edits, field: str, *, keep: bool) -> Edits:
    """The edits once a person kept her own word (`keep`) of a field, or took the source's."""
    mine, theirs = dict(edits.mine), dict(edits.theirs)
    if keep:
        theirs[field] = value_of(telling, field)
    else:
        mine.pop(field, None)
        theirs.pop(field, None)
    return replace(edits, mine=mine, theirs=theirs)


def conflicts(telling: Resource, edits: Edits | None) -> tuple[Conflict, ...]:
    """Fields of which the source says something else than when a person decided."""
    if edits is None:
        return ()
    found = []
    for field, mine in edits.mine.items():
        theirs, before = value_of(telling, field), edits.theirs.get(field)
        if theirs not in (before, mine):
            found.append(
                Conflict(
                    id=telling.id,
                    name=telling.name,
                    field=field,
                    mine=mine,
                    before=before,
                    theirs=theirs,
                )
            )
    return tuple(found)


def differences(before: Resource | None, after: Resource | None) -> tuple[FieldChange, ...]:
    """What differs between two states of a card, field by field."""
    changes = []
    for field in (*FIELDS, *SOURCE_FIELDS):
        old = None if before is None else value_of(before, field)
        new = None if after is None else value_of(after, field)
        if old != new and not (old in (None, []) and new in (None, [])):
            changes.append(FieldChange(field, old, new))
    old_day = before.source.verified_on if before else None
    new_day = after.source.verified_on if after else None
    if old_day != new_day:
        changes.append(
            FieldChange("verified_on", msgspec.to_builtins(old_day), msgspec.to_builtins(new_day))
        )
    return tuple(changes)


def search_words(resource: Resource) -> Iterable[str]:
    """What a card is looked for by."""
    yield resource.name
    yield from filter(
        None,
        (
            resource.organization,
            resource.municipality,
            resource.address,
            resource.email,
            resource.url,
            resource.description,
        ),
    )
    yield from resource.keywords
    yield resource.id
    for phone in filter(None, (resource.phone, *resource.other_phones)):
        yield phone
        yield "".join(each for each in phone if each.isdigit())
