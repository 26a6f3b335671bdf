"""The period that a page of figures is asked for: one that is offered, or typed days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from marie.clock import local_date
from marie.services.figures import periods
from marie.web.keys import CLOCK

LONGEST = timedelta(days=366 * 3)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Both days included. `name`: of one that is offered, "" for days that were typed; `problem`:
    why what was typed could not be obeyed ("days", "order")."""

    name: str
    first: date
    last: date
    problem: str = ""

    @property
    def query(self) -> str:
        """The fields that ask for it again."""
        days = {"du": self.first.isoformat(), "au": self.last.isoformat()}
        return urlencode({"periode": self.name} if self.name else days)


def asked_period(request: web.Request) -> Period:
    """What the query says; what cannot be is said, and the last 30 days shown."""
    today = local_date(request.app[CLOCK]())
    offered = dict(periods(today))
    name = request.query.get("periode", "")
    if name in offered:
        first, last = offered[name]
        return Period(name=name, first=first, last=last)
    first, last = offered["30"]
    usual = Period(name="30", first=first, last=last)
    told = (request.query.get("du", ""), request.query.get("au", ""))
    if not any(told):
        return usual
    try:
        first, last = date.fromisoformat(told[0]), date.fromisoformat(told[1])
    except ValueError:
        return replace(usual, problem="days")
    if first > last or last > today or last - first > LONGEST:
        return replace(usual, problem="order")
    return Period(name="", first=first, last=last)
