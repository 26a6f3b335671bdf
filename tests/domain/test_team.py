"""Who may invite, change and disable whom; who sees which conversation."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from marie.domain.access import Standing, may_see
from marie.domain.conversation import StaffId, State
from marie.domain.people import Role, Staff
from marie.domain.team import (
    LastAdministrator,
    NotYours,
    Yourself,
    check_appoints,
    check_manages,
    check_remains,
    manages,
)


def person(role: Role, organization: str | None = "promis", id_: str = "a") -> Staff:
    return Staff(
        id=StaffId(id_),
        username=id_,
        name=id_,
        role=role,
        organization=organization,
        password_hash="",
        must_change_password=False,
    )


CHIEF = person(Role.ADMINISTRATOR, None, "chief")


def test_supervisor_looks_after_the_counsellors_of_her_organisation_alone() -> None:
    sol = person(Role.SUPERVISOR, "promis", "sol")
    allowed = {
        (role, organization)
        for role, organization in product(Role, ("promis", "inici", None))
        if manages(sol, person(role, organization))
    }
    assert allowed == {(Role.COUNSELLOR, "promis")}
    assert not any(
        manages(person(Role.SUPERVISOR, None, "sol"), person(role, None)) for role in Role
    )


def test_administrator_looks_after_everybody_and_one_of_an_organisation_after_its_people() -> None:
    bound = person(Role.ADMINISTRATOR, "promis", "bound")
    for role, organization in product(Role, ("promis", "inici", None)):
        other = person(role, organization)
        assert manages(CHIEF, other)
        assert manages(bound, other) == (organization == "promis")
        assert not manages(person(Role.COUNSELLOR, "promis", "c"), other)


def test_nobody_changes_herself() -> None:
    with pytest.raises(Yourself):
        check_manages(CHIEF, CHIEF)


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SUPERVISOR])
def test_only_an_administrator_belongs_to_no_organisation(role: Role) -> None:
    with pytest.raises(NotYours):
        check_appoints(CHIEF, role, None)
    check_appoints(CHIEF, Role.ADMINISTRATOR, None)
    with pytest.raises(NotYours):
        check_appoints(person(Role.ADMINISTRATOR, "promis", "b"), Role.ADMINISTRATOR, None)


def test_somebody_who_may_do_everything_always_remains() -> None:
    other = person(Role.ADMINISTRATOR, None, "other")
    bound = person(Role.ADMINISTRATOR, "promis", "bound")
    check_remains([CHIEF, other], other)
    check_remains([CHIEF, bound], bound)
    with pytest.raises(LastAdministrator):
        check_remains([CHIEF, bound], CHIEF)


def test_counsellor_sees_her_organisation_the_common_queue_and_her_own_talks() -> None:
    nadia = person(Role.COUNSELLOR, "promis", "nadia")
    lead: dict[str, Any] = {"has_lead": True}
    seen = [
        Standing(state=State.CLOSED, holder="promis", **lead),
        Standing(state=State.WAITING, holder=None, **lead),
        Standing(state=State.WAITING, holder="inici", shared=True, **lead),
        Standing(state=State.COUNSELLOR, holder="inici", owner=StaffId("nadia"), **lead),
        Standing(state=State.COUNSELLOR, participants=frozenset({StaffId("nadia")})),
    ]
    hidden = [
        Standing(state=State.WAITING, holder="inici", **lead),
        Standing(state=State.COUNSELLOR, holder="inici", shared=True, **lead),
        Standing(state=State.MARIE, holder=None, **lead),
        Standing(state=State.WAITING),
        Standing(state=State.MARIE),
    ]
    assert all(may_see(nadia, each) for each in seen)
    assert not any(may_see(nadia, each) for each in hidden)
    assert all(may_see(CHIEF, each) for each in seen + hidden)
    bound = person(Role.ADMINISTRATOR, "promis", "bound")
    assert not any(may_see(bound, each) for each in hidden)
    nowhere = person(Role.COUNSELLOR, None, "n")
    assert not may_see(nowhere, Standing(state=State.MARIE, holder=None, has_lead=True))
