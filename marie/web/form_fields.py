"""Fields of a form in, values of a content out: what was not changed stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marie.knowledge.items import Content
from marie.web.parameter_form import read_number

SOURCE = ("title", "url", "published", "read_on", "verified_on")
MOST_ROWS = 60


def put(content: Content, name: str, value: Any, *, default: Any = None) -> None:
    """Set a value; an empty one, or the default where none was written, is left out."""
    if value in (None, "", [], {}) or (value == default and name not in content):
        content.pop(name, None)
    else:
        content[name] = value


def text(form: Mapping[str, str], name: str, before: Any = None) -> str:
    """What was typed, or what was there when only its outer spaces are written differently."""
    typed = form.get(name, "").strip()
    if isinstance(before, str) and before.strip() == typed:
        return before
    return typed


def lines(form: Mapping[str, str], name: str) -> list[str]:
    """One value a line; spaces that do not break stay."""
    tidied = (re.sub(r"[ \t]+", " ", each).strip(" ") for each in form.get(name, "").split("\n"))
    return [each for each in tidied if each]


def whole(form: Mapping[str, str], name: str) -> int | str:
    """A whole number, or what was typed instead."""
    typed = form.get(name, "").strip()
    return int(typed) if typed.isdecimal() and len(typed) < 6 else typed


def number(typed: str) -> int | float | str:
    """A number with its comma, or what was typed instead."""
    typed = typed.strip()
    if not re.fullmatch(r"\d[\d\s\u00a0\u202f]*(,\d+)?", typed):
        return typed
    found = read_number(typed)
    return typed if found is None else found


def source(form: Mapping[str, str], start: str) -> Content:
    """A source whose fields begin with `start`; {} when nothing was typed."""
    found = {name: form.get(start + name, "").strip() for name in SOURCE}
    return {name: typed for name, typed in found.items() if typed}


def places(form: Mapping[str, str], name: str) -> range:
    """The rows of a list that the form has."""
    pattern = re.compile(rf"{re.escape(name)}\.(\d{{1,2}})\.")
    found = [match for each in form if (match := pattern.match(each))]
    return range(min(MOST_ROWS, max((int(each[1]) + 1 for each in found), default=0)))


def row_of(values: Any, place: int) -> Content:
    """An element of a list as it was; {} beyond its end."""
    known: Sequence[Any] = values if isinstance(values, list) else []
    return dict(known[place]) if place < len(known) and isinstance(known[place], dict) else {}
