"""What becomes of a lead: what must happen next, and how it ended.

No lead is ever without an owner (its organisation, then one counsellor) and a next date, until it
is
settled with an outcome.
"""

from __future__ import annotations

from enum import Enum


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
