"""Exploratory stays and information sessions, and who comes to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from marie.domain.messages import Content

Kind = Literal["trip", "session"]
Seat = Literal["seat", "waiting"]
Outcome = Literal["seat", "waiting", "already", "closed", "left", "absent"]
"""What became of a request: a seat, a place on the waiting list, registered before, no longer open;
left, or not registered at all."""

Step = Literal["announce", "schedule", "review", "draft"]
"""What is to become of an event that was written."""

MAX_CAPACITY = 1_000
MAX_DESCRIPTION = 2_000
MAX_LINE = 200


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an administrator says of an event. `region`: a code ("01")."""

    kind: Kind
    title: str
    region: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    organizer: str
    description: str = ""
    url: str = ""


class State(StrEnum):
    """How far an event is: visitors hear of it once it is announced."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event as stored; `changes` counts what changed, for calendars. `announce_at`: from when it
    is spoken of; `review_at`: since when it waits for a reader."""

    id: str
    draft: Draft
    cancelled_at: datetime | None = None
    changes: int = 0
    announce_at: datetime | None = None
    review_at: datetime | None = None

    def state(self, now: datetime) -> State:
        """How far it is at `now`."""
        if self.cancelled_at is not None:
            return State.CANCELLED
        if self.announce_at is None:
            return State.DRAFT if self.review_at is None else State.REVIEW
        return State.ANNOUNCED if self.announce_at <= now else State.SCHEDULED

    def is_open(self, now: datetime) -> bool:
        """Whether one may still register."""
        return self.state(now) is State.ANNOUNCED and now < self.draft.starts_at


@dataclass(frozen=True, kw_only=True)
class EventRequest:
    """What an action decided: to register for an event, or to leave it.

    Who gets the last seat is known only in the transaction that gives it: `outcomes` has what Marie
    says in each case. `{rank}` in a text is the rank on the waiting list. `consent` is the sentence
    that the visitor accepted, as it was shown.
    """

    event_id: str
    action: Literal["join", "leave"]
    outcomes: dict[str, Content]
    name: str = ""
    email: str | None = None
    phone: str | None = None
    consent: str = ""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A visitor's registration; `rank` counts from 1 among those with the same kind of place."""

    event_id: str
    conversation_id: str
    seat: Seat
    name: str
    email: str | None
    phone: str | None
    created_at: datetime
    rank: int = field(default=1)
