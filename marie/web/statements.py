"""What Marie states, one by one, as somebody compares it with its official page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from marie.guidance.eligibility import Program
from marie.knowledge.items import Items
from marie.knowledge.library import Library
from marie.knowledge.model import Source
from marie.services.verifying import Kind
from marie.web.editing import page_of
from marie.web.standing import Standing, standing

State = Literal["late", "never", "old"]
"""Due for another look; never compared by a person; its page is older than a year."""

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An answer, amount or programme. `said`: what is stated, as editors write it; `expired`: an
    amount whose days are over; `page_day`: until when its page may be from, None when it tells no
    date."""

    kind: Kind
    id: str
    title: str
    said: str
    sources: tuple[Source, ...]
    standing: Standing
    expired: bool = False
    page_day: date | None = None

    @property
    def address(self) -> str:
        """Where it is changed."""
        return page_of(self.kind, self.id)

    def is_(self, state: State, today: date) -> bool:
        """Whether it stands so."""
        match state:
            case "late":
                return self.expired or self.standing.is_due(today)
            case "never":
                return self.standing.verified_on is None
            case "old":
                return self.page_day is not None and self.page_day < today - A_YEAR


_made: dict[str, tuple[Library, Items, date, tuple[Statement, ...]]] = {}
"""What was made last: a library never changes, another one takes its place."""


def statements(library: Library, items: Items, today: date) -> tuple[Statement, ...]:
    """All that has a source, what is needed soonest first: expired, then by the day it was due."""
    last = _made.get("last")
    if last is not None and last[0] is library and last[1] is items and last[2] == today:
        return last[3]
    found = [*_amounts(library, today), *_entries(library), *_programs(items)]
    found.sort(key=lambda each: (not each.expired, each.standing.due or date.min))
    _made["last"] = (library, items, today, tuple(found))
    return _made["last"][3]


def _entries(library: Library) -> Iterable[Statement]:
    for entry in library.entries.values():
        if entry.sources:  # courtesy has none
            yield Statement(
                kind="entry",
                id=entry.id,
                title=entry.title,
                said=entry.text,
                sources=entry.sources,
                standing=standing(entry.sources, entry.review_every),
            )


def _amounts(library: Library, today: date) -> Iterable[Statement]:
    for parameter in library.parameters.values():
        value = parameter.at(today) or parameter.values[0]
        coming = any(each.from_ > today for each in parameter.values)
        yield Statement(
            kind="parameter",
            id=parameter.id,
            title=parameter.label,
            said=value.value,
            sources=(value.source,),
            standing=standing((value.source,), parameter.review_every),
            expired=value.until is not None and value.until < today and not coming,
        )


def _programs(items: Items) -> Iterable[Statement]:
    for item in items["program"].values():
        program, _ = item.reading
        if not isinstance(program, Program):
            continue
        told = (program.source, *(each.source for each in program.conditions if each.source))
        sources = tuple(
            {
                each.url: Source(
                    title=each.title,
                    url=each.url,
                    published=each.published,
                    read_on=each.read_on,
                    verified_on=each.verified_on,
                )
                for each in reversed(told)
            }.values()
        )[::-1]
        days = [day for each in sources[:1] if (day := last_day(each.published)) is not None]
        yield Statement(
            kind="program",
            id=program.id,
            title=program.name,
            said=program.summary,
            sources=sources,
            standing=standing(sources, program.review_every),
            page_day=days[0] if days else None,
        )


def last_day(published: str | None) -> date | None:
    """The last day that a page's own date may mean: « 2025 », « 2025-03 », « 2025-03-14 »."""
    parts = (published or "").split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        year, *rest = map(int, parts)
        match rest:
            case []:
                return date(year, 12, 31)
            case [month]:
                return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            case [month, day]:
                return date(year, month, day)
    except ValueError:
        return None
    return None
