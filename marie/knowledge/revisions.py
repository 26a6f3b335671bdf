"""What was written of an item, one version after the other: how two differ, how three become one.

All of it is pure; `marie.services.revisions` keeps and publishes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Literal

from marie.domain.conversation import StaffId
from marie.knowledge.items import Content, Versioned


class State(StrEnum):
    """Where a revision stands.

    FILE: what a file of `knowledge/` said when somebody first wrote over it. PUBLISHED: it was, and
    of an item's published revisions the one with the highest publication is spoken. EXPIRED: it was
    published until a day. REPLACED: its author went on writing. DISCARDED: set aside.
    """

    FILE = "file"
    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    EXPIRED = "expired"
    REPLACED = "replaced"
    DISCARDED = "discarded"


OPEN = frozenset({State.DRAFT, State.REVIEW, State.SCHEDULED})
"""What somebody still works on, or waits for."""

Origin = Literal["file", "form", "restore", "merge"]
"""Where one comes from: a file, a page, an earlier revision, or two that were put together."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One version of an item; `content` None withdraws it."""

    id: int
    kind: Versioned
    item: str
    content: Content | None
    state: State
    origin: Origin
    why: str
    based_on: int | None
    created_at: datetime
    staff_id: StaffId | None
    changed_at: datetime
    changed_by: StaffId | None
    note: str
    publish_at: datetime | None
    expires_at: datetime | None
    published_at: datetime | None
    published_by: StaffId | None
    publication: int | None

    @property
    def key(self) -> tuple[Versioned, str]:
        """Which item it is of."""
        return self.kind, self.item

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed or published."""
        return self.state in OPEN


@dataclass(frozen=True)
class Piece:
    """Some words, and whether only one of the two versions has them."""

    text: str
    only: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """One place in which two versions differ. `path`: "text", "sources.0.url"; a version that has
    nothing there has no pieces."""

    path: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def field(self) -> str:
        """The field that it lies in."""
        return self.path.split(".", 1)[0]


def changes(before: Content | None, after: Content | None) -> list[Change]:
    """Where two versions differ, field by field, in the order of the newer one."""
    return list(_changes(before or {}, after or {}, ""))


def merged(base: Content, theirs: Content, ours: Content) -> tuple[Content, list[str]]:
    """What both wrote over `base`, put together; and the fields that both wrote differently, in
    which `ours` stands."""
    found: Content = {}
    conflicts = []
    for name in dict.fromkeys([*theirs, *ours]):
        was, their, our = base.get(name), theirs.get(name), ours.get(name)
        if our != was and their not in (was, our):
            conflicts.append(name)
        value = our if our != was else their
        if value is not None:
            found[name] = value
    return found, conflicts


def as_text(value: Any) -> str:
    """A value as people read it: a list on lines, keys before their values."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case dict():
            return "\n".join(f"{name} : {as_text(each)}" for name, each in value.items())
        case list():
            return "\n".join(as_text(each) for each in value)
        case float():
            return f"{value:g}"
    return str(value)


def _changes(before: Any, after: Any, path: str) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            where = f"{path}.{name}" if path else name
            yield from _changes(before.get(name), after.get(name), where)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_changes(before, after, path)
    else:
        yield _change(path, as_text(before), as_text(after))


def _list_changes(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Change]:
    """What moved stays unsaid as far as can be: elements that are the same are paired first."""
    matcher = SequenceMatcher(a=_keys(before), b=_keys(after), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        for offset in range(max(b - a, d - c)):
            old = before[a + offset] if a + offset < b else None
            new = after[c + offset] if c + offset < d else None
            place = c + offset if c + offset < d else a + offset
            yield from _changes(old, new, f"{path}.{place}")


def _keys(values: Sequence[Any]) -> list[str]:
    return [json.dumps(each, sort_keys=True) for each in values]


_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def _change(path: str, before: str, after: str) -> Change:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        for pieces, words in ((left, old[a:b]), (right, new[c:d])):
            if words:
                pieces.append(Piece("".join(words), kind != "equal"))
    return Change(path=path, before=tuple(left), after=tuple(right))


def titled(content: Mapping[str, Any] | None) -> str:
    """What a content is called by: its title, label or name; "" when it has none."""
    for name in ("title", "label", "name"):
        value = (content or {}).get(name)
        if isinstance(value, str) and value:
            return value
    return ""
