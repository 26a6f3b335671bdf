"""What a place is, and how far two of them are apart.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["region", "mrc", "municipality", "area", "borough"]
Form = Literal["with_article", "in", "of"]
Point = tuple[float, float]
"""Latitude and longitude in degrees."""

EARTH_RADIUS_KM = 6371.0


class BadPlaces(Exception):
    """A file of `knowledge/places/` cannot be used; the message names the file and the mistake."""


@dataclass(frozen=True)
class Place:
    """A place of Québec.

    `region`: code of its region ("01"), None if it lies in several. `mrc`: code of its MRC or
    equivalent territory ("100", "TE-23"), None outside any. `municipality`: MAMH's code of the
    municipality that it is or is part of. `population`: None if unknown. `metropolitan`: wholly in
    the Communauté métropolitaine de Montréal, where people leave from. `members`: ids of what an
    area is made of. `french`: the name after its article and prepositions, where no rule gives it.
    """

    id: str
    name: str
    kind: Kind
    region: str | None
    mrc: str | None
    municipality: str | None
    lat: float
    lon: float
    population: int | None
    metropolitan: bool
    host: bool = False
    members: tuple[str, ...] = ()
    french: tuple[tuple[Form, str], ...] = ()

    @property
    def point(self) -> Point:
        """Latitude and longitude in degrees; a region's is its centre of population."""
        return self.lat, self.lon


def distance_km(one: Place | Point, other: Place | Point) -> float:
    """The great-circle distance in km."""
    (lat1, lon1), (lat2, lon2) = (
        item.point if isinstance(item, Place) else item for item in (one, other)
    )
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))
