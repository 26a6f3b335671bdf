"""A lead: the consented file that a counsellor sees before the first word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marie.domain.conversation import ConversationId


@dataclass(frozen=True, kw_only=True)
class HandoverRequest:
    """What an action decided: the visitor asked for a person and consented to pass this on.

    `consent` is the sentence that she accepted, as it was shown.
    """

    name: str | None
    email: str | None
    phone: str | None
    need: str
    regions: tuple[str, ...]
    profile: dict[str, Any]
    consent: str


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A request as stored, with the conversation that it comes from."""

    id: str
    conversation_id: ConversationId
    created_at: datetime
    request: HandoverRequest
