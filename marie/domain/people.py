"""Staff: who signs in, with which role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from marie.domain.conversation import StaffId


class Role(str, Enum):
    """What a member of staff may do; each role can do what the ones before it can."""

    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """A member of staff. `must_change_password`: the password was given for one use;
    `second_factor`: she is asked for a code beside it."""

    id: StaffId
    username: str
    name: str
    role: Role
    organization: str | None
    password_hash: str
    must_change_password: bool
    disabled_at: datetime | None = None
    email: str | None = None
    second_factor: bool = False


class BadCredentials(Exception):
    """Unknown user, wrong password or code, or disabled account: all answer alike."""


class UsernameTaken(Exception):
    """Another account has this user name."""


class BadAccount(Exception):
    """An account cannot be like this: `field` is the one that is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class WeakPassword(Exception):
    """The new password is shorter than the minimum."""
