"""What counsellors write for each other beside a conversation.

It is never in the conversation; the visitor gets it with her own data alone (Loi 25), because it is
about her.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from marie.domain.access import sees_everything
from marie.domain.conversation import ConversationId, StaffId
from marie.domain.messages import BadMessage
from marie.domain.people import Staff


class Kind(str, Enum):
    """Why a note was written."""

    NOTE = "note"
    TRANSFER = "transfer"
    """The reason given to the colleague or the organisation that has the conversation now."""
    SUMMARY = "summary"
    """What was handed back to Marie with the conversation (the visitor may hear this one)."""
    CLOSING = "closing"
    """What was written when the conversation was ended."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note. `after_seq`: the message under which it stands; `author`: the name of who wrote."""

    id: str
    conversation_id: ConversationId
    after_seq: int
    staff_id: StaffId
    author: str
    at: datetime
    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """What somebody wants to be reminded of. `name`: whose reminder it is."""

    id: str
    conversation_id: ConversationId
    staff_id: StaffId
    name: str
    due_at: datetime
    text: str
    sent_at: datetime | None = None
    done_at: datetime | None = None


COLOURS = ("teal", "sand", "green", "plum", "blue", "grey")
MAX_LABEL = 40
MAX_REMINDER = 300


@dataclass(frozen=True, kw_only=True)
class Label:
    """A word to sort conversations by. `organization`: whose, None for everybody's."""

    id: str
    name: str
    colour: str
    organization: str | None


def usable(labels: Iterable[Label], staff: Staff) -> list[Label]:
    """Those of her organisation and everybody's; who sees everything sees them all."""
    return [
        each
        for each in labels
        if each.organization in (None, staff.organization) or sees_everything(staff)
    ]


class BadLabel(BadMessage):
    """A label without a name, with one that is too long, or in no known colour."""

    def __init__(self) -> None:
        super().__init__("label")


class LabelTaken(BadMessage):
    """Another label of the organisation has this name."""

    def __init__(self) -> None:
        super().__init__("label_taken")


class BadReminder(BadMessage):
    """A reminder without text, or for a moment that is past or too far away."""

    def __init__(self) -> None:
        super().__init__("reminder")


def label_name(text: str) -> str:
    """The name as it is kept: one line, single spaces; `BadLabel`."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_LABEL or not name.isprintable():
        raise BadLabel
    return name
