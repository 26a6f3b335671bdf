"""What may be written of a stay or a session. Pure: who comes is only a number here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from marie.domain.events import MAX_CAPACITY, MAX_DESCRIPTION, MAX_LINE, Draft
from marie.knowledge.checks import has_invisible, has_markup, is_address

AHEAD = timedelta(days=3 * 366)
"""The furthest that one plans; whatever is later was mistyped."""

_LINES = ("title", "place", "organizer")


class BadEvent(Exception):
    """What an administrator wrote cannot be an event; `problems` by field, ids of explanations."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


def check_draft(
    draft: Draft,
    *,
    regions: frozenset[str],
    taken: int = 0,
    now: datetime | None = None,
    before: Draft | None = None,
) -> None:
    """`BadEvent` unless this can be an event with `taken` seats given already.

    It begins after `now`, but where it stood already `before`; None: its days are not looked at.
    """
    problems = {name: reason for name in _LINES if (reason := _wrong(getattr(draft, name)))}
    if draft.description and (reason := _wrong(draft.description, MAX_DESCRIPTION)):
        problems["description"] = reason
    if draft.region not in regions:
        problems["region"] = "region"
    if draft.ends_at <= draft.starts_at:
        problems["ends_at"] = "ends_before"
    if not 1 <= draft.capacity <= MAX_CAPACITY:
        problems["capacity"] = "capacity"
    elif draft.capacity < taken:
        problems["capacity"] = "below_taken"
    if draft.url and not is_address(draft.url):
        problems["url"] = "url"
    if now is not None:
        problems |= _wrong_days(draft, before, now)
    if problems:
        raise BadEvent(problems)


def _wrong(text: str, most: int = MAX_LINE) -> str | None:
    if not text.strip():
        return "empty"
    if len(text) > most:
        return "too_long"
    if has_markup(text):
        return "html"
    return "invisible" if has_invisible(text) else None


def _wrong_days(draft: Draft, before: Draft | None, now: datetime) -> dict[str, str]:
    problems = {
        name: "far"
        for name, moment in (("starts_at", draft.starts_at), ("ends_at", draft.ends_at))
        if moment > now + AHEAD
    }
    if (before is None or before.starts_at != draft.starts_at) and draft.starts_at <= now:
        problems["starts_at"] = "past"
    return problems
