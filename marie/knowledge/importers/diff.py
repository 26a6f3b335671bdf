"""What applying a file would change, field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from marie.knowledge.hsds import ids_of, reference
from marie.knowledge.importers.model import Parsed, Record, Rejected
from marie.knowledge.merging import Duplicate, near_duplicates
from marie.knowledge.resources import Resource
from marie.language.folding import fold_key

PROVENANCE = frozenset({"id", "source", "hsds"})
"""Fields that say where a resource comes from, not what it is."""

FIELDS = tuple(name for name in Resource.__struct_fields__ if name not in PROVENANCE)


@dataclass(frozen=True)
class Known:
    """A resource that is there already, and who told it in which scope."""

    resource: Resource
    origin: str
    scope: str


@dataclass(frozen=True)
class Changed:
    """A resource that the file tells otherwise."""

    record: Record
    before: Resource

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ."""
        return differing(self.before, self.record.resource)


@dataclass(frozen=True, kw_only=True)
class Diff:
    """What a file would change.

    `read`: told as before, but by a newer edition or on a later day; `gone`: known in a scope that
    the file tells completely, and not in it, not even in a row that cannot be used.
    """

    origin: str
    new: tuple[Record, ...] = ()
    changed: tuple[Changed, ...] = ()
    read: tuple[Changed, ...] = ()
    unchanged: int = 0
    gone: tuple[Known, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    known_in_scopes: int = 0

    @property
    def summary(self) -> dict[str, int]:
        """Counts, for people and for the log of imports."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged + len(self.read),
            "gone": len(self.gone),
            "rejected": len(self.rejected),
            "duplicates": len(self.duplicates),
        }

    @property
    def changes_nothing(self) -> bool:
        """Whether applying it would leave everything as it is."""
        return not (self.new or self.changed or self.read or self.gone)


def differing(before: Resource, after: Resource) -> tuple[str, ...]:
    """The fields in which two tellings of a resource differ, provenance left aside."""
    names = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    if after.source.verified_on not in (None, before.source.verified_on):
        names.append("verified_on")
    return tuple(names)


def compare(
    parsed: Parsed,
    known: Mapping[str, Known],
    spoken: Mapping[str, Resource],
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Diff:
    """What `parsed` changes. `spoken`: what Marie says, each resource with its duplicates in it."""
    by_reference = {reference(ids_of(each.resource)): key for key, each in known.items()}
    new: list[Record] = []
    changed: list[Changed] = []
    read: list[Changed] = []
    unchanged = 0
    seen: set[str] = set()
    for done, record in enumerate(parsed.records):
        progress(done, len(parsed.records))
        resource = record.resource
        if resource.hsds is not None:
            resource = _as_known(resource, by_reference, known, spoken)
        seen.add(resource.id)
        there = known.get(resource.id)
        if there is None:
            new.append(replace_resource(record, resource))
            continue
        before = there.resource
        said = spoken.get(resource.id)
        if record.resource.hsds is not None:
            same = said is not None and not differing(said, resource)
            if same or not differing(before, resource):
                # Our own words come back: they are not read anew at their source.
                unchanged += 1
                continue
        source = resource.source
        if not differing(before, resource):
            # A check that a person made holds while the source says the same.
            source = replace(source, verified_on=source.verified_on or before.source.verified_on)
            if source == before.source:
                unchanged += 1
            else:
                kept = replace(before, source=source)
                read.append(Changed(replace_resource(record, kept), before))
            continue
        changed.append(Changed(replace_resource(record, resource), before))
    # A row that cannot be used still names what it tells: that is not gone.
    still_named = {fold_key(cell) for each in parsed.rejected for cell in each.cells}
    in_scopes = [
        each
        for each in known.values()
        if each.origin == parsed.origin and each.scope in parsed.scopes
    ]
    return Diff(
        origin=parsed.origin,
        new=tuple(new),
        changed=tuple(changed),
        read=tuple(read),
        unchanged=unchanged,
        gone=tuple(
            each
            for each in in_scopes
            if each.resource.id not in seen and fold_key(each.resource.name) not in still_named
        ),
        rejected=parsed.rejected,
        duplicates=tuple(
            near_duplicates(
                [record.resource for record in new],
                [each.resource for each in known.values() if each.origin != parsed.origin],
            )
        ),
        known_in_scopes=len(in_scopes),
    )


def replace_resource(record: Record, resource: Resource) -> Record:
    """The same row telling `resource`."""
    return Record(resource, record.scope, record.row, record.file)


def shown(resource: Resource, name: str) -> str:
    """A field as people read it in a diff."""
    value = resource.source.verified_on if name == "verified_on" else getattr(resource, name)
    if value is None or value == ():
        return "–"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(msgspec.to_builtins(value))


def _as_known(
    resource: Resource,
    by_reference: Mapping[str, str],
    known: Mapping[str, Known],
    spoken: Mapping[str, Resource],
) -> Resource:
    """A resource of a package under the id that it has here, if it has one."""
    if resource.hsds is None:
        return resource
    own = by_reference.get(reference(resource.hsds))
    if own is None:
        return resource
    said = spoken.get(own) or known[own].resource
    return replace(resource, id=own, parent=said.parent, hsds=known[own].resource.hsds)
