"""What Marie would say of an entry, as the widget draws it: the message that the actions make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from marie.domain.messages import Content, Message
from marie.knowledge.library import Library
from marie.knowledge.model import Entry
from marie.knowledge.saying import entry_message
from marie.web.speech import MARIE

Shown = tuple[str, str, str]
"""What it is called, the message as JSON, and its text for where no script runs."""


def preview(
    entry: Entry,
    library: Library,
    day: date,
    now: datetime,
    *,
    label: str,
    part: str = "text",
    simple: bool = False,
) -> Shown:
    """One message of an entry on `day`; `part`: "text", "details", "found"."""
    more = []
    if entry.resources is not None and entry.resources.ask_place and part == "text":
        more.append(library.phrase("ask_place"))
    content = entry_message(entry, library, day, part=part, simple=simple, more=more)
    return drawn(label, content, now)


def drawn(label: str, content: Content, now: datetime) -> Shown:
    """A message of Marie's as a preview."""
    message = Message(seq=1, author="marie", name=MARIE, at=now, content=content)
    return label, msgspec.json.encode(message.to_json()).decode(), content.text


def previews(
    entry: Entry, library: Library, day: date, now: datetime, labels: Iterable[tuple[str, str]]
) -> list[Shown]:
    """The messages of an entry: `labels` name its parts ("text", "simple", "details", "found")."""
    found = []
    for part, label in labels:
        if part == "simple":
            plain = library.in_simple_french
            found.append(preview(entry, plain, day, now, label=label, simple=True))
        elif part == "text" or getattr(entry, part):
            found.append(preview(entry, library, day, now, label=label, part=part))
    return found
