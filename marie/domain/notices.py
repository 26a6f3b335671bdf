"""What is told to whom by e-mail and webhook, and when sending is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

Kind = Literal[
    "new_lead",
    "claimed_elsewhere",
    "transfer",
    "reminder",
    "overdue",
    "escalated",
    "appointment_booked",
    "appointment_changed",
    "appointment_cancelled",
    "appointment_soon",
    "call_back",
    "invitation",
    "password_reset",
    "referral",
    "referral_answer",
]

KINDS: tuple[Kind, ...] = get_args(Kind)

SECRET: frozenset[Kind] = frozenset({"invitation", "password_reset", "referral"})
"""Their link lets whoever has it in: it goes to one person, by e-mail alone."""

State = Literal["due", "sent", "merged", "given_up"]
"""`merged`: said by another message that was sent at the same time."""

MAIL_PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 480, 720))
"""Between two tries; after the last one, sending is given up: a day and an hour in all."""

WEBHOOK_FIRST = timedelta(seconds=30)
WEBHOOK_LAST = timedelta(hours=2)
WEBHOOK_FOR = timedelta(days=1)
"""How long a delivery is tried before it is given up."""

JITTER = 0.2
"""Pauses are up to so much shorter or longer: what failed together is not tried together."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes with an e-mail. `kind`: as « text/calendar »."""

    name: str
    kind: str
    content: bytes


def mail_pause(attempts: int, *, jitter: float) -> timedelta | None:
    """How long to wait after `attempts` (from 1) that failed; None: give up. `jitter`: -1 to 1."""
    if attempts > len(MAIL_PAUSES):
        return None
    return _varied(MAIL_PAUSES[attempts - 1], jitter)


def webhook_pause(attempts: int, since_first: timedelta, *, jitter: float) -> timedelta | None:
    """How long to wait after `attempts` (from 1) that failed; None once a day went by."""
    doubled = WEBHOOK_FIRST * 2 ** min(attempts - 1, 10)
    pause = _varied(min(doubled, WEBHOOK_LAST), jitter)
    return pause if since_first + pause <= WEBHOOK_FOR else None


def _varied(pause: timedelta, jitter: float) -> timedelta:
    return pause * (1 + JITTER * max(-1.0, min(1.0, jitter)))
