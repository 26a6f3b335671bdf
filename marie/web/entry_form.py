"""The form of an entry: its fields in, its content out, and back. What the form has not stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marie.knowledge.items import Content
from marie.knowledge.model import TOPICS

TEXTS = ("title", "topic", "text", "simple", "details", "found")
ROWS: Mapping[str, tuple[str, ...]] = {
    "quick_replies": ("title", "to"),
    "links": ("title", "url"),
    "sources": ("title", "url", "published", "read_on", "verified_on"),
}
"""Lists of the form, and the fields of one element; `to`: a topic, or an entry's id."""

MOST_ROWS = 40
LIMIT = 3
"""Cards that an entry shows when nothing else is said."""


def written(content: Content, form: Mapping[str, str]) -> Content:
    """`content` with what the form says; an emptied field is left out."""
    found: Content = {**content}
    for name in TEXTS:
        _put(found, name, _kept(form.get(name, "").strip(), content.get(name)))
    found["text"] = found.get("text", "")
    found["simple"] = found.get("simple", "")
    found["title"] = found.get("title", "")
    _put(found, "default", True if form.get("default") else None)
    lines = [" ".join(line.split()) for line in form.get("questions", "").split("\n")]
    found["questions"] = [line for line in lines if line]
    for name, fields in ROWS.items():
        rows = _rows(form, name, fields)
        found[name] = rows if rows or name == "sources" else None
        _put(found, name, found[name])
    _put(found, "quick_replies", [_reply(each) for each in found.get("quick_replies", [])] or None)
    _put(found, "resources", _resources(form, content.get("resources")))
    days = form.get("review_every", "").strip()
    found["review_every"] = int(days) if days.isdecimal() and len(days) < 6 else days
    return found


def rows(content: Content, name: str) -> list[dict[str, str]]:
    """A list of the content as the form shows it, with one empty row at its end."""
    found = []
    for each in content.get(name) or []:
        row = {field: str(each.get(field) or "") for field in ROWS[name]}
        if name == "quick_replies":
            row["to"] = str(each.get("entry") or each.get("topic") or "")
        found.append(row)
    return [*found, dict.fromkeys(ROWS[name], "")]


def questions(content: Content) -> str:
    """One question a line."""
    return "\n".join(map(str, content.get("questions") or []))


def _rows(form: Mapping[str, str], name: str, fields: tuple[str, ...]) -> list[dict[str, str]]:
    found = []
    for place in range(MOST_ROWS):
        typed = {field: form.get(f"{name}.{place}.{field}", "").strip() for field in fields}
        if any(typed.values()):
            # A title is always asked for; what else is empty is not there.
            found.append({key: value for key, value in typed.items() if value or key == "title"})
    return found


def _reply(row: Mapping[str, str]) -> Content:
    to = row.get("to", "")
    reply: Content = {"title": row["title"]}
    if to:
        reply["topic" if to in TOPICS else "entry"] = to
    return reply


def _resources(form: Mapping[str, str], before: Any) -> Content | None:
    kinds = [name.removeprefix("kinds.") for name in form if name.startswith("kinds.")]
    if not kinds:
        return None
    found: Content = {**(before or {}), "kinds": sorted(kinds, key=_order(before))}
    only = [each for each in re.split(r"[\s,;]+", form.get("only", "")) if each]
    _put(found, "only", only or None)
    _put(found, "ask_place", True if form.get("ask_place") else None)
    limit = form.get("limit", "").strip()
    if limit and limit != str(LIMIT):
        found["limit"] = int(limit) if limit.isdecimal() and len(limit) < 4 else limit
    elif "limit" in found and limit != str(found["limit"]):
        del found["limit"]
    return found


def _order(before: Any) -> Any:
    known = list((before or {}).get("kinds", []))
    return lambda kind: (known.index(kind) if kind in known else len(known), kind)


def _kept(typed: str, before: Any) -> str:
    """What was there, when only its line ends and outer spaces are written differently."""
    if isinstance(before, str) and before.strip() == typed:
        return before
    return typed


def _put(content: Content, name: str, value: Any) -> None:
    if value in (None, ""):
        content.pop(name, None)
    else:
        content[name] = value
