"""How sure what Marie states is, and when somebody must look at it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marie.knowledge.model import Source

SOON = timedelta(days=30)
"""What must be looked at within this is shown as soon due."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How sure a statement is, by its least sure source.

    `verified_on` and `read_on` are the oldest, None when one source has none; `due`: the day from
    which it must be looked at again, None when nobody ever read it (then it is due now).
    """

    read_on: date | None
    verified_on: date | None
    due: date | None

    def is_due(self, today: date) -> bool:
        """Whether somebody must look at it again."""
        return self.due is None or self.due <= today


def standing(sources: tuple[Source, ...], review_every: int) -> Standing:
    """How sure a statement with these sources is; `review_every` in days."""
    read = [source.read_on for source in sources]
    verified = [source.verified_on for source in sources]
    seen = [source.verified_on or source.read_on for source in sources]
    oldest = _oldest(seen)
    return Standing(
        read_on=_oldest(read),
        verified_on=_oldest(verified),
        due=None if oldest is None else oldest + timedelta(days=review_every),
    )


def _oldest(days: list[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None
