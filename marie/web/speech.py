"""What Marie says without Rasa: her greeting, and that she has a technical trouble."""

from __future__ import annotations

from datetime import date

from marie.domain.messages import Content
from marie.knowledge.library import Library
from marie.language.safety import HELP_ENTRIES, SafetyKind

MARIE = "Marie"


def greeting(library: Library) -> Content:
    """The first message of every conversation."""
    entry = library.default_entry("greeting")
    return Content(
        text=library.phrase("greeting"),
        topic="greeting",
        entry=entry.id,
        quick_replies=tuple(
            {"title": reply.title, "payload": f"/{reply.topic}"}
            for reply in entry.quick_replies
            if reply.topic is not None
        ),
    )


def rasa_is_away(library: Library, alarm: SafetyKind | None, day: date) -> Content:
    """Marie cannot think now; the message is kept, and a person can be asked for.

    `alarm`: what the message's words say of danger; help lines wait for no other process.
    """
    person = ({"title": library.phrase("button_handoff"), "payload": "/handoff"},)
    if alarm is None:
        text = library.phrase("rasa_unavailable")
        return Content(text=text, topic="clarify", quick_replies=person)
    entry = library.entries[HELP_ENTRIES[alarm]]
    return Content(
        text=library.fill(entry.text, day), topic="safety", entry=entry.id, quick_replies=person
    )


def handed_over(library: Library) -> Content:
    """A person was asked for while Rasa is away."""
    return Content(text=library.phrase("handoff_sent"), topic="handoff")
