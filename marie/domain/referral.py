"""A referral: one recipient at a time, with the visitor's consent, until somebody answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal

from marie.domain.conversation import ConversationId, StaffId

Answer = Literal["yes", "no", "withdraw"]
"""What the visitor answers with a button."""

VALID = timedelta(days=30)
"""How long the recipient's link shows the file."""

ANSWER_WITHIN = timedelta(days=7)
"""By when the counsellor looks whether the recipient answered."""

FOLLOW_WITHIN = timedelta(days=2)
"""By when she comes back to the visitor after an answer."""

MAX_REASON = 1_000
MAX_NAME = 120

_PAYLOAD = re.compile(r'/referral\{"answer":"(yes|no|withdraw):([0-9a-f]{32})"\}')


class Kind(str, Enum):
    """To whom."""

    AGENT = "agent"
    """The Place aux jeunes agent of one territory."""
    MATCHING = "matching"
    """Employers, through Emplois en régions."""
    ORGANIZATION = "organization"


class State(str, Enum):
    """How far it is."""

    ASKED = "asked"
    """The visitor has not answered the question yet."""
    AGREED = "agreed"
    """Passed on; the recipient has not answered yet."""
    CONTACTING = "contacting"
    """The recipient gets in touch with the visitor."""
    DECLINED = "declined"
    """The visitor said no."""
    CANCELLED = "cancelled"
    """The counsellor took her question back."""
    REFUSED = "refused"
    """The recipient said that it is not for him."""
    REVOKED = "revoked"
    """The visitor took her consent back."""
    EXPIRED = "expired"
    """The recipient never answered."""
    ENDED = "ended"
    """The recipient took over, or it came to nothing: the counsellor says that it is over."""

    @property
    def is_open(self) -> bool:
        """Whether no other referral may begin."""
        return self in OPEN

    @property
    def is_passed(self) -> bool:
        """Whether the recipient may read the file."""
        return self in PASSED


OPEN = (State.ASKED, State.AGREED, State.CONTACTING)
PASSED = (State.AGREED, State.CONTACTING)

BY_HAND: Mapping[State, tuple[State, ...]] = {
    State.ASKED: (State.CANCELLED,),
    State.AGREED: (State.CONTACTING, State.REFUSED, State.REVOKED),
    State.CONTACTING: (State.ENDED, State.REFUSED, State.REVOKED),
}
"""What a counsellor may note, by the state it is in: many recipients answer by telephone."""


class ReferralOpen(Exception):
    """Another referral is open: several at once tire and confuse everybody."""


class NothingToPass(Exception):
    """The visitor passed no file on: there is nothing to refer."""


class BadTarget(Exception):
    """No such recipient; `problem` says what is wrong: `agent`, `name` or `email`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class BadStep(Exception):
    """That cannot follow the state that it is in."""


class UnknownReferral(Exception):
    """No such link: it never was, it expired, or it was revoked. They are not told apart."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A Place aux jeunes agent as the imported list tells it. `area`: region or MRC in its words,
    `region`: the code, if it was recognised. An e-mail or a page at least is known."""

    id: str
    territory: str
    area: str
    region: str | None
    organization: str
    email: str | None
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Target:
    """To whom. `email` None: the counsellor passes it on herself."""

    kind: Kind
    name: str
    email: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A referral. `consent`: what the visitor was asked, `passed`: what the recipient reads."""

    id: str
    conversation_id: ConversationId
    target: Target
    asked_by: StaffId
    asked_at: datetime
    asked_seq: int
    purpose: str
    consent: str
    passed: dict[str, Any]
    state: State
    decided_at: datetime | None = None
    token_hash: str | None = None
    expires_at: datetime | None = None
    answered_at: datetime | None = None
    reason: str | None = None


def payload_of(answer: Answer, referral_id: str) -> str:
    """The quick reply's payload. Rasa never gets it."""
    return f'/referral{{"answer":"{answer}:{referral_id}"}}'


def answer_of(payload: str | None) -> tuple[Answer, str] | None:
    """What a payload answers, and to which referral; None when it is about something else."""
    match = _PAYLOAD.fullmatch(payload or "")
    if match is None:
        return None
    answer: Answer = "yes" if match[1] == "yes" else "no" if match[1] == "no" else "withdraw"
    return answer, match[2]
