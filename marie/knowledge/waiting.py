"""How long what may wait, and by whose hours: `knowledge/waiting.yml` and `organizations.yml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec

from marie.clock import MONTREAL
from marie.domain.appointments import Part
from marie.domain.following import Next
from marie.domain.opening import OpeningHours
from marie.guidance.lease_days import quiet
from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.organizations import DAYS, Hour, Organizations, load_organizations
from marie.knowledge.site_settings import Configured

Hours = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Week = dict[str, tuple[Hour, Hour]]


class Late(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is done about a lead whose date is past, after so many opening hours."""

    supervisor_after_hours: Hours = 4
    shared_after_hours: Hours = 8


class Usual(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a usual waiting time is said: from so many answers of the last days on."""

    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    at_least: Annotated[int, msgspec.Meta(ge=3)] = 8
    around_hours: Annotated[int, msgspec.Meta(ge=0, le=12)] = 2


class Says(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Folded words by which somebody who waits says what she wants of it."""

    at_most_words: Annotated[int, msgspec.Meta(ge=1)] = 10
    how_long: tuple[str, ...] = ()
    call_back: tuple[str, ...] = ()
    appointment: tuple[str, ...] = ()
    cancel_appointment: tuple[str, ...] = ()
    parts: dict[Part, tuple[str, ...]] = {}


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file. What it does not say is as here."""

    hours: Week = {}
    allowed_hours: dict[Next, Hours] = {}
    late: Late = Late()
    usual: Usual = Usual()
    offer_after_minutes: Annotated[int, msgspec.Meta(ge=1)] = 15
    says: Says = Says()


NOTHING_SAID = Waiting()
NOBODY = Organizations(talks_at_once=1, organizations=())


@dataclass(frozen=True)
class Terms:
    """What may wait how long, for each organisation."""

    waiting: Waiting = NOTHING_SAID
    organizations: Organizations = NOBODY

    def is_closed(self, day: date) -> bool:
        """Whether nobody answers on that day, whatever the hours."""
        return is_holiday(day)

    def said_hours(self, organization: str | None) -> OpeningHours | None:
        """The opening hours that may be told to people; None when they are not known."""
        known = self.organizations.by_id.get(organization or "")
        return _opening(known.hours, self.is_closed) if known is not None and known.hours else None

    def hours(self, organization: str | None) -> OpeningHours:
        """The hours by which its delays count."""
        return self.said_hours(organization) or self._ordinary

    @cached_property
    def _ordinary(self) -> OpeningHours:
        return _opening(self.waiting.hours, self.is_closed)

    def due(self, what: Next, organization: str | None, *, since: datetime) -> datetime:
        """By when that must happen."""
        allowed = timedelta(hours=self.waiting.allowed_hours.get(what, 8))
        return self.hours(organization).after(since, allowed)

    def escalated_at(self, due_at: datetime, organization: str | None) -> datetime:
        """When the supervisors hear of what was due then."""
        late = timedelta(hours=self.waiting.late.supervisor_after_hours)
        return self.hours(organization).after(due_at, late)

    def shared_at(self, due_at: datetime, organization: str | None) -> datetime:
        """When every organisation may take what was due then."""
        late = timedelta(hours=self.waiting.late.shared_after_hours)
        return self.hours(organization).after(due_at, late)


class LiveTerms(Terms):
    """The same with organisations and closed days as they are set now."""

    def __init__(self, waiting: Waiting, settings: Callable[[], Configured]) -> None:
        # The class is frozen, and `organizations` is no field here.
        object.__setattr__(self, "waiting", waiting)
        object.__setattr__(self, "_settings", settings)

    @property
    def organizations(self) -> Organizations:
        """Those of now."""
        return self._configured.organizations

    def is_closed(self, day: date) -> bool:
        """Also on the days that administrators close."""
        return is_holiday(day) or self._configured.closures.holds(day)

    @property
    def _configured(self) -> Configured:
        settings: Callable[[], Configured] = self.__dict__["_settings"]
        return settings()


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday in Québec."""
    found = quiet(day)
    return found is not None and found.kind == "holiday"


def _opening(
    hours: Mapping[str, tuple[Hour, Hour]], is_closed: Callable[[date], bool]
) -> OpeningHours:
    return OpeningHours(
        week={
            number: ((time.fromisoformat(hours[name][0]), time.fromisoformat(hours[name][1])),)
            for number, name in enumerate(DAYS)
            if name in hours
        },
        zone=MONTREAL,
        is_closed=is_closed,
    )


def load_waiting(knowledge: Path) -> Waiting:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "waiting.yml"
    found = read(path, Waiting)
    problems = [
        f"{path} : « {day} » n’est pas un jour, ou finit avant de commencer."
        for day, (first, last) in found.hours.items()
        if day not in DAYS or first >= last
    ]
    problems += [
        f"{path} : « allowed_hours » ne dit rien de « {each.value} »."
        for each in Next
        if each not in found.allowed_hours
    ]
    if found.late.shared_after_hours < found.late.supervisor_after_hours:
        problems.append(
            f"{path} : une demande ne peut être partagée avant que la supervision soit avertie."
        )
    if problems:
        raise KnowledgeErrors(problems)
    return found


def load_terms(knowledge: Path) -> Terms:
    """Both files."""
    return Terms(load_waiting(knowledge), load_organizations(knowledge))
