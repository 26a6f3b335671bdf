"""Which organisation gets a lead: fair at every moment, decided the same way every time.

An organisation's quota is a whole number; its share is its quota over the sum of all. Each lead
takes one *place*, and after `n` places an organisation is due `n` times its share. The place goes
where nobody is ever a whole place away from what is due, then or later.

That this can be kept up is checked, not hoped: places are jobs of one unit that must be given
between the moment when an organisation is due a part of one and the moment when it is due all of
it. Such jobs can be scheduled if and only if no stretch of places holds more of them than places
(Tijdeman, "The chairman assignment problem", 1980; Steiner and Yeomans, 1993). Whoever may get the
place without breaking this is a candidate; languages, regions, opening hours and free counsellors
choose among the candidates and never beyond them.

A lead that is withdrawn leaves its place *vacant*: the next lead takes it. A lead that somebody
moves leaves a place vacant where it was, and is an *advance* where it comes: that organisation's
next place counts for it. So places stay within the bound whatever happens, and the leads that
organisations hold come back to their places with the very next ones.

A change of quotas begins a new account: what was due by the old ones, less than one lead for each,
is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

OrganizationId = str

MAX_QUOTA = 1000
"""The largest quota: shares of a thousandth are fine enough."""


class Kind(str, Enum):
    """What a line of the ledger says."""

    ASSIGNED = "assigned"
    """A lead took a new place."""
    REFILLED = "refilled"
    """A lead took a vacant place."""
    SETTLED = "settled"
    """A place was counted for a lead that the organisation had in advance."""
    KEPT = "kept"
    """Somebody who has a lead there asked again: nothing is counted."""
    REASSIGNED = "reassigned"
    """Somebody moved a lead from another organisation."""
    WITHDRAWN = "withdrawn"
    """A lead was taken back before anybody answered it."""


class AllQuotasZero(Exception):
    """No organisation may get a lead."""


class BadQuota(Exception):
    """A quota that is no whole number from 0 to `MAX_QUOTA`: `organization`, `quota`."""

    def __init__(self, organization: OrganizationId, quota: object) -> None:
        super().__init__(organization, quota)
        self.organization = organization
        self.quota = quota


class UnknownOrganization(Exception):
    """There is no such organisation, or it gets no leads."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What speaks for an organisation, for one lead; it only breaks ties, in this order."""

    language: bool = False
    """It speaks a language of the visitor's, when that is not French."""
    region: bool = False
    """It knows a region that she aims at."""
    open: bool = False
    """It is open now."""
    room: bool = False
    """One of its counsellors has fewer talks than her limit."""


CRITERIA = ("language", "region", "open", "room")
NO_FIT = Fit()
_NOTHING: Mapping[OrganizationId, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a period stands: places given, and leads held beyond them.

    `ahead` below 0: that many of the places are vacant.
    """

    quotas: Mapping[OrganizationId, int]
    places: Mapping[OrganizationId, int] = field(default_factory=lambda: _NOTHING)
    ahead: Mapping[OrganizationId, int] = field(default_factory=lambda: _NOTHING)

    @property
    def total(self) -> int:
        """Places given so far."""
        return sum(self.places.values())

    def held(self, organization: OrganizationId) -> int:
        """Leads that an organisation has in this period."""
        return self.places.get(organization, 0) + self.ahead.get(organization, 0)

    def share(self, organization: OrganizationId) -> Fraction:
        """Its part of the places."""
        return Fraction(self.quotas.get(organization, 0), sum(self.quotas.values()) or 1)

    def deviation(self, organization: OrganizationId) -> Fraction:
        """Places that it has beyond what is due: more than -1, less than 1."""
        return self.places.get(organization, 0) - self.total * self.share(organization)

    def after(
        self,
        kind: Kind,
        organization: OrganizationId,
        *,
        moved_from: OrganizationId | None = None,
        times: int = 1,
    ) -> Account:
        """The account after a line of the ledger, or `times` of the same."""
        account = self
        if kind in (Kind.ASSIGNED, Kind.SETTLED):
            account = replace(account, places=_added(account.places, organization, times))
        if kind in (Kind.REFILLED, Kind.REASSIGNED):
            account = replace(account, ahead=_added(account.ahead, organization, times))
        if kind in (Kind.SETTLED, Kind.WITHDRAWN):
            account = replace(account, ahead=_added(account.ahead, organization, -times))
        if kind is Kind.REASSIGNED and moved_from is not None:
            account = replace(account, ahead=_added(account.ahead, moved_from, -times))
        return account


def _added(
    counts: Mapping[OrganizationId, int], organization: OrganizationId, change: int
) -> Mapping[OrganizationId, int]:
    return {**counts, organization: counts.get(organization, 0) + change}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who gets a lead and why.

    `settled`: whose places were counted for advances before, in order. `candidates`: who could have
    got it inside the bound. `because`: the criteria that narrowed them, "turn" when that was who is
    due first; empty when there was one candidate.
    """

    kind: Kind
    organization: OrganizationId
    settled: tuple[OrganizationId, ...]
    candidates: tuple[OrganizationId, ...]
    because: tuple[str, ...]


def check_quotas(quotas: Mapping[OrganizationId, object]) -> Mapping[OrganizationId, int]:
    """The quotas; `BadQuota` or `AllQuotasZero` when nothing can be assigned by them."""
    checked: dict[OrganizationId, int] = {}
    for organization, quota in sorted(quotas.items()):
        if not isinstance(quota, int) or isinstance(quota, bool) or not 0 <= quota <= MAX_QUOTA:
            raise BadQuota(organization, quota)
        checked[organization] = quota
    if not any(checked.values()):
        raise AllQuotasZero
    return checked


def decide(account: Account, fits: Mapping[OrganizationId, Fit] = MappingProxyType({})) -> Decision:
    """Who gets the next lead; `AllQuotasZero` when nobody may."""
    quotas = account.quotas
    if not any(quotas.values()):
        raise AllQuotasZero
    vacant = [each for each in _served(account) if account.ahead.get(each, 0) < 0]
    if vacant:
        chosen, because = _choose(account, vacant, fits)
        return Decision(
            kind=Kind.REFILLED,
            organization=chosen,
            settled=(),
            candidates=tuple(vacant),
            because=because,
        )
    settled: list[OrganizationId] = []
    while True:
        candidates = _candidates(account)
        early = [each for each in candidates if account.ahead.get(each, 0) > 0]
        if not early:
            break
        account = account.after(Kind.SETTLED, early[0])
        settled.append(early[0])
    chosen, because = _choose(account, candidates, fits)
    return Decision(
        kind=Kind.ASSIGNED,
        organization=chosen,
        settled=tuple(settled),
        candidates=tuple(candidates),
        because=because,
    )


def _served(account: Account) -> list[OrganizationId]:
    return [each for each, quota in sorted(account.quotas.items()) if quota]


def _candidates(account: Account) -> list[OrganizationId]:
    """Who may get the next place, due first first; never empty."""
    number = account.total + 1
    whole = sum(account.quotas.values())
    due = [
        each
        for each in _served(account)
        if number * account.quotas[each] > account.places.get(each, 0) * whole
    ]
    safe = [each for each in due if _can_go_on(account.after(Kind.ASSIGNED, each))]
    return sorted(safe, key=lambda each: (_deadline(account, each), each))


def _can_go_on(account: Account) -> bool:
    """Whether every later place can still be given in time (Hall's condition)."""
    served = _served(account)
    whole, given = sum(account.quotas.values()), account.total
    later = given
    while True:
        missing = [
            later * account.quotas[each] // whole - account.places.get(each, 0) for each in served
        ]
        if sum(each for each in missing if each > 0) > later - given:
            return False
        # From here on what must be given grows no faster than the places.
        if min(missing) >= 0:
            return True
        later += 1


def _deadline(account: Account, organization: OrganizationId) -> int:
    """The place by which its next one is due in full."""
    owed = (account.places.get(organization, 0) + 1) * sum(account.quotas.values())
    return -(-owed // account.quotas[organization])


def _choose(
    account: Account, candidates: Sequence[OrganizationId], fits: Mapping[OrganizationId, Fit]
) -> tuple[OrganizationId, tuple[str, ...]]:
    """The one that fits best, and what narrowed the choice."""
    left: Sequence[OrganizationId] = candidates
    because: list[str] = []
    for criterion in CRITERIA:
        fitting = [each for each in left if getattr(fits.get(each, NO_FIT), criterion)]
        if 0 < len(fitting) < len(left):
            left = fitting
            because.append(criterion)
    if len(left) > 1:
        because.append("turn")
    return min(left, key=lambda each: (_deadline(account, each), each)), tuple(because)


def fold(
    quotas: Mapping[OrganizationId, int],
    counted: Iterable[tuple[Kind, OrganizationId, OrganizationId | None, int]],
) -> Account:
    """The account of a period from its ledger: kind, organisation, moved from, how many such."""
    account = Account(quotas=quotas)
    for kind, organization, moved_from, times in counted:
        account = account.after(kind, organization, moved_from=moved_from, times=times)
    return account
