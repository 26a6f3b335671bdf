"""Papers to take away: letters of the lease, the moving plan, calendar files.

Pure: what an action stored in the log (`{"title", "paper", "format", "data"}`) becomes bytes here.
The wording of a letter stands in `templates/letters/`; amounts, articles, dates, telephone numbers
and what the visitor told come in `data`. What she did not tell is a line to fill in by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marie.papers import calendar_file, letter, plan


class UnknownPaper(Exception):
    """No such paper, or not in that format."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A paper, ready to be sent: its bytes, what they are, and the name to keep it under."""

    body: bytes
    content_type: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a paper comes from: the moment and number of its message, and who it is for.

    `identity` is the same for all papers of one conversation and says nothing of it: a calendar
    that opens a later file finds the events that it has already.
    """

    at: datetime
    seq: int
    identity: str


TYPES = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "ics": "text/calendar",
}
"""The formats, and their media types."""

PLAN = "moving-plan"
CALENDAR = "calendar"


def make(document: Mapping[str, Any], origin: Origin) -> File:
    """The file of one document of the log; `UnknownPaper` when nothing here makes it."""
    paper, kind = str(document["paper"]), str(document["format"])
    data: dict[str, Any] = document["data"]
    if kind not in TYPES:
        raise UnknownPaper(kind)
    if kind == "ics":
        calendar = plan.calendar(data) if paper == PLAN else data
        body = calendar_file.make(
            calendar, at=origin.at, sequence=origin.seq, identity=origin.identity
        )
        return _file(body, kind, str(calendar.get("file") or paper))
    if paper == PLAN:
        body = plan.pdf(data, at=origin.at) if kind == "pdf" else plan.text(data)
        return _file(body, kind, plan.FILE)
    if paper in letter.NAMES:
        written = letter.write(paper, data, at=origin.at)
        body = letter.pdf(written, at=origin.at) if kind == "pdf" else letter.text(written)
        return _file(body, kind, written.file)
    raise UnknownPaper(paper)


def _file(body: bytes, kind: str, name: str) -> File:
    # A name of small letters, digits and hyphens: it goes into a header.
    safe = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80]
    return File(body=body, content_type=TYPES[kind], name=f"{safe}.{kind}")
