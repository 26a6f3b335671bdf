"""Who of the staff may see which conversation.

A counsellor sees the leads of her own organisation, those that every organisation may take while
they wait, and the conversations that she has or takes part in; a supervisor the same. An
administrator who belongs to no organisation sees everything; one who does is a counsellor here.
Whoever may not see a conversation is answered as if it were not there.
"""

from __future__ import annotations

from typing import NamedTuple

from marie.domain.conversation import StaffId, State
from marie.domain.people import Role, Staff


class Standing(NamedTuple):
    """What of a conversation decides who sees it.

    `holder`: the organisation of its newest lead; `shared`: every organisation may take that lead.
    A tuple, for lists make hundreds of them at every change.
    """

    state: State
    owner: StaffId | None = None
    participants: frozenset[StaffId] = frozenset()
    has_lead: bool = False
    holder: str | None = None
    shared: bool = False


def sees_everything(staff: Staff) -> bool:
    """Whether no conversation is hidden from this member of staff."""
    return staff.role is Role.ADMINISTRATOR and staff.organization is None


def may_see(staff: Staff, standing: Standing) -> bool:
    """Whether a member of staff sees a conversation."""
    if sees_everything(staff) or staff.id == standing.owner or staff.id in standing.participants:
        return True
    if not standing.has_lead:
        return False
    if standing.holder is not None and standing.holder == staff.organization:
        return True
    common = standing.holder is None or standing.shared
    return common and standing.state is State.WAITING
