"""A lead: the consented file that a counsellor sees before the first word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marie.domain.appointments import Appointment, CallBack
from marie.domain.conversation import ConversationId
from marie.domain.qualification import LeadFile


@dataclass(frozen=True, kw_only=True)
class HandoverRequest:
    """What an action decided: the visitor asked for a person and consented to pass this on.

    `consent` is what she was shown and accepted; `file` the same part by part, None when Marie
    could not make one (Rasa was away).
    """

    name: str | None
    email: str | None
    phone: str | None
    need: str
    regions: tuple[str, ...]
    profile: dict[str, Any]
    consent: str
    file: LeadFile | None = None


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A request as stored, with the conversation that it comes from.

    `organization`: who has it, None when every quota was 0. `promised`: the appointment or the call
    that is next, so that nobody is waited for until then; lists alone know it.
    """

    id: str
    conversation_id: ConversationId
    created_at: datetime
    request: HandoverRequest
    organization: str | None = None
    promised: Appointment | CallBack | None = None
