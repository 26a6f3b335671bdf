"""A conversation, its state, and who answers in it (CONTRACT "Who answers").

Every transition is a method that checks and returns the changed conversation; `services` saves it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, NewType

ConversationId = NewType("ConversationId", str)
StaffId = NewType("StaffId", str)


class State(str, Enum):
    """Who has the conversation."""

    MARIE = "marie"
    WAITING = "waiting"
    COUNSELLOR = "counsellor"
    CLOSED = "closed"


class AlreadyClaimed(Exception):
    """Another counsellor has the conversation."""

    def __init__(self, by: StaffId) -> None:
        super().__init__(f"already claimed by {by}")
        self.by = by


class NotWaiting(Exception):
    """The conversation is not (or no longer) waiting for a person."""


class NotOwner(Exception):
    """The person who acts does not have this conversation."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One visitor's conversation. `last_seq` is the number of its newest message."""

    id: ConversationId
    created_at: datetime
    state: State = State.MARIE
    owner: StaffId | None = None
    waiting_since: datetime | None = None
    last_seq: int = 0
    profile: dict[str, Any] = field(default_factory=dict)
    focus: dict[str, Any] = field(default_factory=dict)
    read_visitor: int = 0
    read_counsellor: int = 0

    def marie_answers(self) -> bool:
        """Marie answers alone and while the visitor waits; never while a person has the talk."""
        return self.state in (State.MARIE, State.WAITING)

    def with_visitor_message(self) -> Conversation:
        """A message to a closed conversation reopens it as Marie's."""
        if self.state is State.CLOSED:
            return replace(self, state=State.MARIE, owner=None)
        return self

    def ask_for_person(self, at: datetime) -> Conversation:
        """The visitor asks for a person. Asking twice keeps the first waiting time."""
        if self.state in (State.WAITING, State.COUNSELLOR):
            return self
        return replace(self, state=State.WAITING, waiting_since=at)

    def withdraw(self) -> Conversation:
        """The visitor no longer waits for a person."""
        if self.state is not State.WAITING:
            raise NotWaiting
        return replace(self, state=State.MARIE, waiting_since=None)

    def claim(self, by: StaffId) -> Conversation:
        """A counsellor takes a waiting conversation; exactly one can."""
        if self.state is State.COUNSELLOR and self.owner is not None:
            if self.owner == by:
                return self
            raise AlreadyClaimed(self.owner)
        if self.state is not State.WAITING:
            raise NotWaiting
        return replace(self, state=State.COUNSELLOR, owner=by, waiting_since=None)

    def check_owner(self, who: StaffId) -> None:
        """Raise `NotOwner` unless `who` has the conversation."""
        if self.state is not State.COUNSELLOR or self.owner != who:
            raise NotOwner

    def entrust(self, to: StaffId) -> Conversation:
        """Another counsellor has it from now on; `NotOwner` when nobody has it."""
        if self.state is not State.COUNSELLOR:
            raise NotOwner
        return replace(self, owner=to)

    def wait_again(self, at: datetime) -> Conversation:
        """Nobody has it any more, and the visitor waits for a person again."""
        if self.state is not State.COUNSELLOR:
            raise NotOwner
        return replace(self, state=State.WAITING, owner=None, waiting_since=at)

    def hand_back(self, by: StaffId) -> Conversation:
        """The counsellor gives the conversation back to Marie."""
        self.check_owner(by)
        return replace(self, state=State.MARIE, owner=None)

    def close(self, by: StaffId) -> Conversation:
        """The counsellor ends the conversation."""
        self.check_owner(by)
        return replace(self, state=State.CLOSED, owner=None)
