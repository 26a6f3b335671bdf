"""What a turn of Marie's decides. It leaves the action server in one piece and is saved in one
transaction, so that a crash can never leave half a hand-over (DESIGN §1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marie.domain.appointments import AppointmentRequest
from marie.domain.events import EventRequest
from marie.domain.leads import HandoverRequest
from marie.domain.messages import Content


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A message that Marie did not understand, with the place and the topics nearest to it.

    `text` is what was typed; whoever stores it masks personal data first.
    """

    text: str
    place: str | None
    nearest: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """Cards of a kind were looked for in a region; `found`: whether any stood there or near."""

    kind: str
    region: str
    found: bool


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Marie's answer to one message.

    `focus` and `profile` replace what the conversation had; `handover` asks for a person;
    `withdraw` takes that request back; `event` registers for an event or leaves it, and what became
    of it is said after `messages`; `appointment` asks how long the wait is, or for a call-back or a
    moment, answered in the same way; `looked_up` is counted, of nobody; `understood` says how the
    sentence was read.
    """

    messages: tuple[Content, ...]
    focus: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    handover: HandoverRequest | None = None
    withdraw: bool = False
    event: EventRequest | None = None
    appointment: AppointmentRequest | None = None
    miss: Miss | None = None
    looked_up: LookedUp | None = None
    understood: dict[str, Any] = field(default_factory=dict)
