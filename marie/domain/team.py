"""Who may invite, change and disable whom.

An administrator everybody (one who belongs to an organisation: its people alone), a supervisor the
counsellors of her own organisation, nobody herself. An administrator remains, always.
"""

from __future__ import annotations

from collections.abc import Sequence

from marie.domain.people import Role, Staff


class NotYours(Exception):
    """This account, role or organisation is not hers to give or to change."""


class Yourself(Exception):
    """Nobody changes her own role or disables herself."""


class LastAdministrator(Exception):
    """Nobody would be left who may do everything."""


def manages(who: Staff, other: Staff) -> bool:
    """Whether `other` is somebody whom `who` sees in her team and may change."""
    return other.id != who.id and may_appoint(who, other.role, other.organization)


def may_appoint(who: Staff, role: Role, organization: str | None) -> bool:
    """Whether `who` may have somebody with this role in this organisation."""
    if who.role is Role.ADMINISTRATOR:
        return who.organization is None or who.organization == organization
    return (
        who.role is Role.SUPERVISOR
        and role is Role.COUNSELLOR
        and who.organization is not None
        and who.organization == organization
    )


def roles_to_give(who: Staff) -> Sequence[Role]:
    """The roles that `who` may give."""
    return tuple(Role) if who.role is Role.ADMINISTRATOR else (Role.COUNSELLOR,)


def check_manages(who: Staff, other: Staff) -> None:
    """`Yourself`, or `NotYours`."""
    if who.id == other.id:
        raise Yourself
    if not manages(who, other):
        raise NotYours


def check_appoints(who: Staff, role: Role, organization: str | None) -> None:
    """`NotYours` when she may not give this; only an administrator belongs to no organisation."""
    if not may_appoint(who, role, organization):
        raise NotYours
    if organization is None and role is not Role.ADMINISTRATOR:
        raise NotYours


def check_remains(administrators: Sequence[Staff], leaving: Staff) -> None:
    """`LastAdministrator` unless somebody who may do everything is left without `leaving`.

    `administrators`: the active ones.
    """
    everywhere = [
        each for each in administrators if each.organization is None and each.id != leaving.id
    ]
    if leaving.role is Role.ADMINISTRATOR and leaving.organization is None and not everywhere:
        raise LastAdministrator
