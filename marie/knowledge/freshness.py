"""How old a fact of the directory may be: when it is to be reviewed, and when it is no longer said.

The periods, in days by kind, are editors' (`knowledge/imports/periods.yml`). A resource is
stale once its period is over since it was last read or verified, and hidden once twice that is.
What was never read has no age: Marie says « à confirmer » of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from marie import strict_yaml
from marie.knowledge.model import Source
from marie.knowledge.resources import KINDS, Resource

Periods = Mapping[str, int]

DEFAULT_PERIODS: Periods = dict.fromkeys(sorted(KINDS), 365)
HIDDEN_AFTER = 2
"""Periods after which a fact is no longer said."""


def load_periods(path: Path) -> Periods:
    """Days by kind, a year where the file says nothing; `ValueError` says what is wrong in it."""
    if not path.exists():
        return DEFAULT_PERIODS
    told = strict_yaml.read(path) or {}
    wrong = [
        str(kind)
        for kind, days in told.items()
        if kind not in KINDS or not isinstance(days, int) or days < 1
    ]
    if wrong:
        raise ValueError(f"{path} : {', '.join(wrong)} : un genre et un nombre de jours, svp.")
    return {**DEFAULT_PERIODS, **told}


def checked_on(resource: Resource) -> date | None:
    """The last day on which somebody or something looked at the source."""
    days = [day for day in (resource.source.read_on, resource.source.verified_on) if day]
    return max(days, default=None)


def is_stale(resource: Resource, periods: Periods, today: date) -> bool:
    """Whether its period of review is over."""
    checked = checked_on(resource)
    return checked is not None and today > checked + timedelta(days=periods[resource.kind])


def edition(source: Source) -> date | None:
    """The day, or the first day of the month or year, that a source says it was published on."""
    told = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", source.published or "")
    if told is None:
        return None
    try:
        return date(int(told[1]), int(told[2] or 1), int(told[3] or 1))
    except ValueError:
        return None


def is_old(resource: Resource, periods: Periods, today: date) -> bool:
    """Whether it is stale, or was stale already in the edition that was read."""
    published = edition(resource.source)
    period = timedelta(days=periods[resource.kind])
    return is_stale(resource, periods, today) or (
        published is not None and today > published + period
    )


def last_day(resource: Resource, periods: Periods) -> date:
    """The last day on which it is said."""
    checked = checked_on(resource)
    if checked is None:
        return date.max
    return checked + timedelta(days=HIDDEN_AFTER * periods[resource.kind])
