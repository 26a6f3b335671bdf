"""The register of purposes and of what is kept: `knowledge/privacy.yml` (Loi 25).

Every table of the store is in it: what it holds, of whom, why, who sees it and for how long. A test
holds the file to the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec.structs import replace

from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.site_settings import Bounds, Retention

Text = Annotated[str, msgspec.Meta(min_length=1)]
Id = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z_]{1,31}$")]


class About(str, Enum):
    """Of whom something is kept."""

    VISITOR = "visitor"
    STAFF = "staff"
    NOBODY = "nobody"


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long one kind of thing is kept. `days`: after `since`; then it is purged, or (`listed`)
    only shown to administrators, who decide. `least`, `most`: between which days administrators may
    set it; without them, they may not."""

    id: Id
    title: Text
    since: Text
    days: Annotated[int, msgspec.Meta(ge=0, le=36_500)]
    why: Text
    listed: bool = False
    least: Annotated[int, msgspec.Meta(ge=1)] | None = None
    most: Annotated[int, msgspec.Meta(le=36_500)] | None = None


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why something is collected. `consent`: how it is asked, "" when the law asks for none."""

    id: Id
    title: Text
    why: Text
    consent: str = ""


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a table, or a file, holds. `until`: limits' ids; `kept`: in words when none fits.

    `withheld`: columns that a visitor's export leaves out, each with its reason.
    """

    names: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    title: Text
    what: Text
    about: About
    purposes: tuple[Id, ...] = ()
    seen_by: Text
    until: tuple[Id, ...] = ()
    kept: str = ""
    withheld: dict[str, Text] = {}


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An official page."""

    title: Text
    url: Text


class Privacy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole register. `tables`: of the database; `files`: beside it."""

    responsible: Text
    where: Text
    notes: Text
    purposes: tuple[Purpose, ...]
    limits: tuple[Limit, ...]
    tables: tuple[Kept, ...]
    files: tuple[Kept, ...]
    incidents: Text
    sources: tuple[Source, ...]

    @property
    def by_table(self) -> Mapping[str, Kept]:
        """What is said of each table, by its name; « hsds_* » stands for all that begin so."""
        return {name: each for each in self.tables for name in each.names}

    def of_table(self, name: str) -> Kept | None:
        """What is said of a table."""
        known = self.by_table
        stars = (each for each in known if each.endswith("*") and name.startswith(each[:-1]))
        return known.get(name) or known.get(next(stars, ""))

    @property
    def bounds(self) -> Mapping[str, Bounds]:
        """The limits that may be set, by id."""
        return {
            each.id: Bounds(least=each.least, most=each.most)
            for each in self.limits
            if each.least is not None and each.most is not None
        }

    def kept_for(self, retention: Retention) -> Privacy:
        """The register with the days that administrators set."""
        bounds = self.bounds
        limits = tuple(
            replace(each, days=retention.days[each.id])
            if each.id in retention.days and each.id in bounds
            else each
            for each in self.limits
        )
        return replace(self, limits=limits)

    def limit(self, limit_id: str) -> Limit:
        """A limit by its id."""
        return next(each for each in self.limits if each.id == limit_id)

    def purpose_title(self, purpose_id: str) -> str:
        """How a purpose is called; its id when the file knows it no more."""
        return next((each.title for each in self.purposes if each.id == purpose_id), purpose_id)


def load_privacy(knowledge: Path) -> Privacy:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "privacy.yml"
    found = read(path, Privacy)
    problems = [f"{path} : {each}" for each in _problems(found)]
    if problems:
        raise KnowledgeErrors(problems)
    return found


def _problems(found: Privacy) -> Iterator[str]:
    purposes = {each.id for each in found.purposes}
    limits = {each.id for each in found.limits}
    for each in (*found.tables, *found.files):
        for purpose in each.purposes:
            if purpose not in purposes:
                yield f"« {each.title} » : la finalité « {purpose} » n’existe pas."
        for limit in each.until:
            if limit not in limits:
                yield f"« {each.title} » : la durée « {limit} » n’existe pas."
        if not (each.until or each.kept):
            yield f"« {each.title} » : il faut dire pour combien de temps."
        if each.about is About.VISITOR and not each.purposes:
            yield f"« {each.title} » : il faut une finalité."
    if len(purposes) != len(found.purposes) or len(limits) != len(found.limits):
        yield "deux finalités ou deux durées ont le même « id »."
