"""The moving plan as paper: dated steps with who to call, as PDF, plain text, page and calendar.

The data that an action stores:

```
{"title": "Votre plan pour Rimouski", "introduction": ["…"], "made_on": "2026-11-22",
 "steps": [{"id": "lease-notice", "title": "Envoyer l’avis…", "text": "…",
            "first": "2027-01-01", "day": "2027-03-31",   # a period, or only the day; optional
            "when": "Dès maintenant",                     # said when there is no day, or beside it
            "group": "Avant le départ",                   # optional: a heading over its steps
            "contacts": [{"name": "…", "phone": "…", "url": "…"}],
            "source": {"title": "…", "url": "…", "read_on": "2026-11-22"},
            "reminders": [7, 1]}],                           # days before `day`, in the calendar
 "note": "Information générale…"}
```
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from marie import strict_yaml
from marie.language.typography import french_day
from marie.papers.spacing import spaced
from marie.papers.typesetting import pdf as set_pdf

FILE = "plan-de-demenagement"
LINE = 76


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who to call; `phone` and `url` are empty when there is none."""

    name: str
    phone: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step as it is said: `when` in words, `group` only where a new one begins."""

    title: str
    text: str
    when: str
    group: str
    contacts: tuple[Contact, ...]
    source: str
    source_url: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan with everything said, before it has a form."""

    title: str
    introduction: tuple[str, ...]
    steps: tuple[Step, ...]
    note: str
    made_on: str
    labels: dict[str, str]


@cache
def _labels() -> dict[str, str]:
    path = Path(__file__).parent / "templates" / "plan.yml"
    read: dict[str, str] = strict_yaml.read(path)
    return {name: spaced(text) for name, text in read.items()}


def write(data: Mapping[str, Any]) -> Plan:
    """The plan as it is said."""
    labels = _labels()
    steps: list[Step] = []
    group = ""
    for each in data["steps"]:
        new = str(each.get("group") or "")
        steps.append(_step(each, labels, group=new if new != group else ""))
        group = new
    return Plan(
        title=spaced(str(data["title"])),
        introduction=tuple(spaced(str(each)) for each in data.get("introduction") or ()),
        steps=tuple(steps),
        note=spaced(str(data.get("note") or labels["note"])),
        made_on=labels["made_on"].format(day=_day(data["made_on"])) if data.get("made_on") else "",
        labels=labels,
    )


def _step(data: Mapping[str, Any], labels: Mapping[str, str], *, group: str) -> Step:
    source = data.get("source") or {}
    read = labels["unread"]
    if source.get("read_on"):
        read = labels["read_on"].format(day=_day(source["read_on"]))
    return Step(
        title=spaced(str(data["title"])),
        text=spaced(str(data.get("text") or "")),
        when=_when(data, labels),
        group=spaced(group),
        contacts=tuple(
            Contact(
                name=str(each["name"]),
                phone=str(each.get("phone") or ""),
                url=str(each.get("url") or ""),
            )
            for each in data.get("contacts") or ()
        ),
        source=f"{spaced(source['title'])} ({read})" if source else "",
        source_url=str(source.get("url") or ""),
    )


def _when(data: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    told = spaced(str(data.get("when") or ""))
    if data.get("first") and data.get("day") and data["first"] != data["day"]:
        said = labels["period"].format(first=_day(data["first"]), last=_day(data["day"]))
    elif data.get("day"):
        said = labels["day"].format(day=_day(data["day"]))
    else:
        return told
    return f"{told}, {said}" if told else said[:1].upper() + said[1:]


def _day(value: object) -> str:
    return spaced(french_day(date.fromisoformat(str(value))))


def pdf(data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The plan as a tagged PDF."""
    return set_pdf("plan", asdict(write(data)), at=at)


def text(data: Mapping[str, Any]) -> bytes:
    """The plan as plain text in UTF-8."""
    plan = write(data)
    blocks = [[plan.title, plan.made_on], [*plan.introduction]]
    for number, step in enumerate(plan.steps, 1):
        if step.group:
            blocks.append([step.group.upper()])
        lines = [f"{number}. {step.title}", step.when, step.text]
        lines += [
            "- " + ", ".join(filter(None, (each.name, each.phone, each.url)))
            for each in step.contacts
        ]
        if step.source:
            lines.append(f"{plan.labels['source']}\u00a0: {step.source} {step.source_url}")
        blocks.append(lines)
    blocks.append([plan.note])
    said = ("\n".join(_wrapped(line) for line in block if line) for block in blocks if any(block))
    return ("\n\n".join(said) + "\n").encode()


def _wrapped(line: str) -> str:
    indent = "  " if line.startswith("- ") else ""
    return textwrap.fill(
        line, LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def calendar(data: Mapping[str, Any]) -> dict[str, Any]:
    """The dated steps as what `calendar_file.make` takes: each on its last day."""
    return {
        "name": data["title"],
        "file": FILE,
        "events": [
            {
                "id": each["id"],
                "title": each["title"],
                "text": _description(each),
                "day": each["day"],
                "url": (each.get("source") or {}).get("url"),
                "reminders": each.get("reminders") or [],
            }
            for each in data["steps"]
            if each.get("day")
        ],
    }


def _description(step: Mapping[str, Any]) -> str:
    lines = [str(step.get("text") or "")]
    lines += [
        ", ".join(str(each[name]) for name in ("name", "phone", "url") if each.get(name))
        for each in step.get("contacts") or ()
    ]
    return "\n".join(filter(None, lines))
