"""An organisation that leads go to, as it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from marie.guidance.lease_days import quiet

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Code = Annotated[str, msgspec.Meta(pattern="^(0[1-9]|1[0-7])$")]
Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]
Hour = Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""« 09:00 »: such texts compare as the hours do."""


class Organization(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of an organisation. Empty: not known."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]
    name: Annotated[str, msgspec.Meta(min_length=1)]
    languages: tuple[Language, ...] = ()
    regions: tuple[Code, ...] = ()
    hours: dict[str, tuple[Hour, Hour]] = {}

    def is_open(self, local: datetime) -> bool:
        """Whether it is open at a moment in Montréal's time; False on a holiday in Québec, and
        when its hours are not known."""
        day = quiet(local.date())
        if day is not None and day.kind == "holiday":
            return False
        hours = self.hours.get(DAYS[local.weekday()])
        return hours is not None and hours[0] <= f"{local:%H:%M}" < hours[1]


class Organizations(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="organizations",
):
    """All of them. `talks_at_once`: how many conversations a counsellor may have."""

    talks_at_once: Annotated[int, msgspec.Meta(ge=1, le=50)]
    organizations: tuple[Organization, ...]

    @property
    def by_id(self) -> Mapping[str, Organization]:
        """Each by its id."""
        return {each.id: each for each in self.organizations}

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong, as path and French sentence."""
        seen: set[str] = set()
        for place, each in enumerate(self.organizations):
            at = f"organizations.{place}"
            if each.id in seen:
                yield f"{at}.id", f"deux organismes ont le même « id » : {each.id}"
            seen.add(each.id)
            for day, (first, last) in each.hours.items():
                if day not in DAYS:
                    yield f"{at}.hours.{day}", f"le jour « {day} » n’existe pas"
                elif first >= last:
                    yield f"{at}.hours.{day}", "ce jour finit avant de commencer"
