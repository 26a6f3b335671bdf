"""Appointments: when counsellors receive, which moments are free, and what a visitor asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Literal

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.opening import OpeningHours, Span

Means = Literal["phone", "video", "in_person"]
MEANS: tuple[Means, ...] = ("phone", "video", "in_person")

Part = Literal["morning", "afternoon", "evening", "any"]
PARTS: tuple[Part, ...] = ("morning", "afternoon", "evening", "any")

SHORTEST, LONGEST = 10, 180
"""Minutes of an appointment."""
MAX_NOTICE = 14 * 24
MAX_AHEAD = 90
MAX_SPANS = 4
MAX_EXCEPTIONS = 60
MAX_LINE = 200

NOON = 12
HALVES = 6
"""Half-days over which offered moments are spread."""


class SlotTaken(Exception):
    """That moment is not free (any more)."""


class UnknownAppointment(Exception):
    """There is no such appointment, or it is no longer to come."""


class BadAgenda(Exception):
    """What a counsellor wrote cannot be her hours; `problems` by field, ids of explanations."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """When a counsellor receives, in Montréal's time.

    `weekly`: spans by weekday (0 is Monday); `exceptions`: days on which these spans hold instead
    (none: away). `notice_hours`: how long before at the latest; `ahead_days`: how far ahead.
    """

    staff_id: StaffId
    minutes: int = 30
    means: tuple[Means, ...] = ("phone",)
    place: str = ""
    video_url: str = ""
    notice_hours: int = 4
    ahead_days: int = 21
    weekly: Mapping[int, tuple[Span, ...]]
    exceptions: Mapping[date, tuple[Span, ...]]

    def where(self, means: Means, phone: str | None) -> str:
        """Where one meets by those means."""
        return {"phone": phone or "", "video": self.video_url, "in_person": self.place}[means]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A moment that a counsellor may give."""

    staff_id: StaffId
    starts_at: datetime
    ends_at: datetime
    means: tuple[Means, ...]


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A moment as a visitor is offered it, whoever of the counsellors has it."""

    starts_at: datetime
    means: tuple[Means, ...]


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """An appointment as stored. `staff_id` None: somebody must take it over. `place`: the number,
    the video's address or the place. `changes`: a calendar's SEQUENCE."""

    id: str
    conversation_id: ConversationId
    lead_id: str | None
    staff_id: StaffId | None
    organization: str | None
    starts_at: datetime
    ends_at: datetime
    means: Means
    place: str
    changes: int
    created_at: datetime
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    reminded_at: datetime | None = None

    def is_to_come(self, now: datetime) -> bool:
        """Whether it will take place, as things stand."""
        return self.cancelled_at is None and now < self.starts_at


@dataclass(frozen=True, kw_only=True)
class CallBack:
    """A visitor wants to be called, or written to by e-mail."""

    id: str
    conversation_id: ConversationId
    lead_id: str | None
    created_at: datetime
    channel: Literal["phone", "email"]
    address: str
    part: Part
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentRequest:
    """What an action decided about waiting: to hear how long, to be called back, to see free
    moments (`page`, from 0), to take one, to cancel.

    What is free is known only in the transaction that gives it, so that is where it is answered.
    `at` is in milliseconds since 1970. `consent`: what she was shown and answered, when she gave a
    way to reach her.
    """

    action: Literal["wait", "offer", "book", "cancel", "call_back"]
    page: int = 0
    at: int | None = None
    means: Means | None = None
    phone: str | None = None
    email: str | None = None
    part: Part = "any"
    consent: str = ""


def check_agenda(agenda: Agenda) -> None:
    """`BadAgenda` unless somebody can receive so."""
    problems: dict[str, str] = {}
    if not SHORTEST <= agenda.minutes <= LONGEST:
        problems["minutes"] = "minutes"
    if not agenda.means:
        problems["means"] = "means"
    if "in_person" in agenda.means and not agenda.place.strip():
        problems["place"] = "place"
    if "video" in agenda.means and not agenda.video_url.startswith("https://"):
        problems["video_url"] = "video_url"
    for name, text in (("place", agenda.place), ("video_url", agenda.video_url)):
        if len(text) > MAX_LINE:
            problems[name] = "too_long"
    if not 0 <= agenda.notice_hours <= MAX_NOTICE:
        problems["notice_hours"] = "notice_hours"
    if not 1 <= agenda.ahead_days <= MAX_AHEAD:
        problems["ahead_days"] = "ahead_days"
    if not all(_in_order(spans) for spans in agenda.weekly.values()):
        problems["weekly"] = "spans"
    if len(agenda.exceptions) > MAX_EXCEPTIONS:
        problems["exceptions"] = "too_many"
    elif not all(_in_order(spans) for spans in agenda.exceptions.values()):
        problems["exceptions"] = "spans"
    if problems:
        raise BadAgenda(problems)


def _in_order(spans: Sequence[Span]) -> bool:
    """Whether each ends after it began, and before the next begins."""
    edges = [edge for span in spans for edge in span]
    return len(spans) <= MAX_SPANS and all(a < b for a, b in pairwise(edges))


def free_slots(
    agenda: Agenda,
    hours: OpeningHours,
    taken: Iterable[tuple[datetime, datetime]],
    *,
    now: datetime,
) -> Iterator[Slot]:
    """Her free moments to come, in order; never one that is past. `hours`: zone and holidays.

    On a holiday she receives only if an exception says so.
    """
    busy = sorted(taken)
    first = now + timedelta(hours=agenda.notice_hours)
    last = now + timedelta(days=agenda.ahead_days)
    length = timedelta(minutes=agenda.minutes)
    day = now.astimezone(hours.zone).date()
    for number in range(agenda.ahead_days + 1):
        for opens, closes in _spans(agenda, hours, day + timedelta(days=number)):
            begins = opens
            while begins + length <= closes:
                ends = begins + length
                over = next((end for start, end in busy if start < ends and begins < end), None)
                if over is None and first <= begins < last and now < begins:
                    yield Slot(
                        staff_id=agenda.staff_id,
                        starts_at=begins,
                        ends_at=ends,
                        means=agenda.means,
                    )
                begins = ends


def _spans(agenda: Agenda, hours: OpeningHours, day: date) -> list[tuple[datetime, datetime]]:
    if day in agenda.exceptions:
        own = OpeningHours(week={day.weekday(): agenda.exceptions[day]}, zone=hours.zone)
    else:
        own = OpeningHours(week=agenda.weekly, zone=hours.zone, is_closed=hours.is_closed)
    return own.spans(day)


def offers(slots: Iterable[Slot], hours: OpeningHours, *, page: int, count: int) -> list[Offered]:
    """A page (from 0) of free moments, whoever has them; empty past the last one.

    Moments are spread: of every three days one of each morning and afternoon first, then the next
    of each, so that who works in the morning finds an afternoon on the first page.
    """
    by_start: dict[datetime, set[Means]] = {}
    for slot in slots:
        by_start.setdefault(slot.starts_at, set()).update(slot.means)
    halves: dict[tuple[date, bool], list[datetime]] = {}
    for start in sorted(by_start):
        local = start.astimezone(hours.zone)
        halves.setdefault((local.date(), local.hour >= NOON), []).append(start)
    spread: list[datetime] = []
    groups = list(halves.values())
    for first in range(0, len(groups), HALVES):
        rounds = zip_longest(*groups[first : first + HALVES])
        spread += [start for each in rounds for start in each if start is not None]
    chosen = sorted(spread[page * count : (page + 1) * count])
    return [
        Offered(starts_at=start, means=tuple(each for each in MEANS if each in by_start[start]))
        for start in chosen
    ]
