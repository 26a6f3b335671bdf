"""What becomes of a lead: what must happen next, and how it ended.

No lead is ever without an owner (its organisation, then one counsellor) and a next date until it is
settled. A lead without organisation is in the common queue, which belongs to supervisors and
administrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from marie.domain.conversation import ConversationId, StaffId


class Next(str, Enum):
    """What must happen by a lead's next date."""

    ANSWER = "answer"
    """A person writes to the visitor for the first time."""
    CALL_BACK = "call_back"
    APPOINTMENT = "appointment"
    FOLLOW_UP = "follow_up"
    """The counsellor asks how things stand."""
    REFERRAL = "referral"
    """The agent or the programme that the lead was referred to answers."""


PROMISED = frozenset({Next.CALL_BACK.value, Next.APPOINTMENT.value})
"""What a visitor has instead of waiting in the chat, as a lead keeps it."""


class Outcome(str, Enum):
    """How a lead ended."""

    ANSWERED = "answered"
    """The question was answered; nothing else was needed."""
    APPOINTMENT = "appointment"
    REFERRED = "referred"
    """To a Place aux jeunes agent, an employer's matching or another organisation."""
    EXPLORATORY_STAY = "exploratory_stay"
    ESTABLISHED = "established"
    """The household lives in the region."""
    UNREACHABLE = "unreachable"
    WITHDREW = "withdrew"


class Step(str, Enum):
    """What is done without anybody asking about a lead that waits, each once for its date."""

    REMINDED = "reminded"
    """Whoever has it was told."""
    ESCALATED = "escalated"
    """The supervisors of its organisation were told."""
    SHARED = "shared"
    """Every organisation may take it."""
    OFFERED = "offered"
    """Marie offered the visitor a call-back or an appointment, of herself."""


class AlreadySettled(Exception):
    """The lead has ended, or there is none: nothing is next."""


class BadDate(Exception):
    """A next date that is past, or too far away."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """Where a lead stands. `owner`: the counsellor who follows it, None while all of its
    organisation does; `due_at` and `due_what` are None once it is settled.

    A lead that is settled without outcome was replaced: the visitor asked again, and the newer one
    goes on.
    """

    lead_id: str
    conversation_id: ConversationId
    created_at: datetime
    organization: str | None
    owner: StaffId | None = None
    due_at: datetime | None = None
    due_what: Next | None = None
    shared_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.settled_at is not None

    def is_overdue(self, now: datetime) -> bool:
        """Whether its date is past."""
        return self.due_at is not None and self.due_at < now
