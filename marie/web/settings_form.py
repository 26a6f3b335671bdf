"""What the forms of the settings say, as the content of an item, and the other way around."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from marie.knowledge.items import Content
from marie.knowledge.organization import DAYS
from marie.language.tongues import Tongue

TONGUES: tuple[str, ...] = get_args(Tongue)
"""The languages that Marie tells from French."""

MORE = 2
"""Empty rows at the end of a list."""

MOST = 60
"""Rows that a form may have."""


def written(name: str, form: Mapping[str, str], before: Content) -> Content:
    """The content that a form says; what it does not show stays as `before`."""
    match name:
        case "widget":
            colours = {each: _colour(form.get(each, "")) for each in ("main", "link", "action")}
            kept = {} if form.get("no_logo") else {"logo": before.get("logo")}
            return {"id": name, **colours, **{key: each for key, each in kept.items() if each}}
        case "sites":
            lines = (_host(line) for line in form.get("hosts", "").split("\n"))
            return {"id": name, "hosts": list(dict.fromkeys(filter(None, lines)))}
        case "languages":
            return {
                "id": name,
                "welcomed": [each for each in TONGUES if f"welcomed.{each}" in form],
            }
        case "closures":
            return {"id": name, "days": [each for each in _closures(form) if each]}
        case "retention":
            days = {
                key.removeprefix("days."): _number(value)
                for key, value in form.items()
                if key.startswith("days.") and value.strip()
            }
            return {"id": name, "days": days}
        case _:
            organizations = [each for each in _organizations(form) if each]
            talks = _number(form.get("talks_at_once", ""))
            return {"id": name, "talks_at_once": talks, "organizations": organizations}


def _number(text: str) -> Any:
    """A whole number; what is none stays as typed, to be refused beside its field."""
    text = text.strip()
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text


def _colour(text: str) -> str:
    text = text.strip().lower()
    return text if text.startswith("#") else f"#{text}"


def _host(line: str) -> str:
    """A host name, also from an address that was pasted."""
    return re.sub(r"^https?://|/.*$", "", line.strip().lower())


def _rows(form: Mapping[str, str], list_name: str) -> list[str]:
    numbers = {
        int(found.group(1))
        for key in form
        if (found := re.match(rf"{list_name}\.(\d{{1,3}})\.", key)) is not None
    }
    return [f"{list_name}.{number}" for number in sorted(numbers)[:MOST]]


def _closures(form: Mapping[str, str]) -> list[Content]:
    found = []
    for row in _rows(form, "days"):
        said = {key: form.get(f"{row}.{key}", "").strip() for key in ("from", "until", "why")}
        if any(said.values()):
            said["until"] = said["until"] or said["from"]
            found.append({key: value for key, value in said.items() if value})
    return found


def _organizations(form: Mapping[str, str]) -> list[Content]:
    found = []
    for row in _rows(form, "organizations"):

        def typed(key: str, row: str = row) -> str:
            return form.get(f"{row}.{key}", "").strip()

        if not typed("id") and not typed("name"):
            continue
        one: Content = {"id": typed("id"), "name": typed("name")}
        one = {key: value for key, value in one.items() if value}
        for key in ("languages", "regions"):
            if words := re.split(r"[\s,;]+", typed(key).lower()):
                one[key] = [each for each in words if each]
        hours = {
            day: [typed(f"hours.{day}.first"), typed(f"hours.{day}.last")]
            for day in DAYS
            if typed(f"hours.{day}.first") or typed(f"hours.{day}.last")
        }
        if hours:
            one["hours"] = hours
        found.append({key: value for key, value in one.items() if value})
    return found
