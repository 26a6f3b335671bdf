"""Québec's places: regions, MRC, municipalities, boroughs, and names without official existence.

`Gazetteer.load(folder)` reads `knowledge/places/`; a CSV of imported municipalities completes its
seed. Ids: `region:01`, `mrc:100`, `municipality:10043` (MAMH's code), `area:beauce`,
`borough:chicoutimi`.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from marie.knowledge.places.gazetteer import TWINS_WITHIN_KM, Gazetteer, Mention
from marie.knowledge.places.model import BadPlaces, Kind, Place, Point, distance_km

__all__ = [
    "TWINS_WITHIN_KM",
    "BadPlaces",
    "Gazetteer",
    "Kind",
    "Mention",
    "Place",
    "Point",
    "distance_km",
]
