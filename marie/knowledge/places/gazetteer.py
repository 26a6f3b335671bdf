"""The gazetteer: places by id, by name and in sentences, where they lie, how French says them.

How names are recognised is in `names`, `sentence` and `finder`; this module decides which of the
places that share a name can be meant.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from marie.knowledge.places.files import PlaceFiles
from marie.knowledge.places.finder import Finder, Found
from marie.knowledge.places.model import BadPlaces, Form, Kind, Place, Point, distance_km
from marie.knowledge.places.names import NameIndex, Vocabulary
from marie.language.folding import fold

QUEBEC_CITY = "municipality:23027"
MOST_CANDIDATES = 5
OVERSHADOWING = 5
"""A town so many times larger may be meant by the first words of its name."""
TWINS_WITHIN_KM = 40.0
"""A town and the township around it bear one name: for a visitor they are one place."""


@dataclass(frozen=True)
class Mention:
    """A place named in a text, at `start:end` of it; several candidates: Marie asks which.

    `score`: how surely this was meant as a place and read rightly, between 0 and 1.
    """

    start: int
    end: int
    candidates: tuple[Place, ...]
    score: float

    @property
    def place(self) -> Place:
        """The likeliest candidate."""
        return self.candidates[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """The candidates' ids, the likeliest first."""
        return tuple(place.id for place in self.candidates)


class Gazetteer:
    """All known places, found by id, by name and in sentences."""

    def __init__(
        self,
        places: Iterable[Place],
        names: Iterable[tuple[str, str]],
        vocabulary: Vocabulary,
        french: Mapping[str, Mapping[str, Mapping[str, str]]],
    ) -> None:
        """`names`: more names, as pairs of name and place id. `french`: see vocabulary.yml."""
        self._places = {place.id: place for place in places}
        self._french = french
        names = list(names)
        for name, place_id in names:
            if place_id not in self._places:
                raise BadPlaces(f"aliases.yml: « {name} » → {place_id}: no such place")
        index = NameIndex(self._own_names(), names, vocabulary)
        self._ids = index.ids
        self._finder = Finder(index, vocabulary)

    @classmethod
    def load(cls, folder: Path, *, imported: Path | None = None) -> Gazetteer:
        """From `knowledge/places/`; `imported` is a CSV with the columns of municipalities.csv.

        Raises `BadPlaces`. What the CSV says of a municipality replaces what the seed says.
        """
        return cls(*PlaceFiles(folder).read(imported))

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def get(self, place_id: str) -> Place | None:
        """The place with this id, if there is one."""
        return self._places.get(place_id)

    def of_kind(self, kind: Kind) -> tuple[Place, ...]:
        """All places of a kind."""
        return tuple(place for place in self if place.kind == kind)

    def host_regions(self) -> tuple[Place, ...]:
        """The 15 regions that newcomers move to, by code."""
        return tuple(place for place in self.of_kind("region") if place.host)

    def region_of(self, place: Place) -> Place | None:
        """The region in which a place lies (a region lies in itself)."""
        return self._places.get(f"region:{place.region}")

    def find(self, text: str) -> tuple[Mention, ...]:
        """The places named in a sentence, in order, without overlaps."""
        mentions = [
            mention for found in self._finder.find(text) if (mention := self._mention(found))
        ]
        return tuple(
            self._narrowed(mention, mentions)
            for index, mention in enumerate(mentions)
            if not _is_province(text, mentions[:index], mention)
        )

    def match(self, text: str) -> Mention | None:
        """The place that the whole text names ("à Rimouski svp"); None if it says more or less."""
        found = self._finder.match(text)
        return self._mention(found) if found else None

    def contains(self, outer: str | Place, inner: str | Place) -> bool:
        """Whether all of `inner` lies in `outer`, which contains itself; False for unknown ids."""
        large, small = self._known(outer), self._known(inner)
        if large is None or small is None:
            return False
        if large.id == small.id:
            return True
        if small.members and small.kind == "area":
            return all(self.contains(large, member) for member in small.members)
        if large.kind == "area":
            return any(self.contains(member, small) for member in large.members)
        if large.kind == "region":
            return f"region:{small.region}" == large.id
        if large.kind == "mrc":
            return small.kind != "region" and f"mrc:{small.mrc}" == large.id
        if large.kind == "municipality":
            return small.kind == "borough" and small.municipality == large.municipality
        return False

    def nearest(
        self,
        origin: Place | Point,
        *,
        kind: Kind = "municipality",
        limit: int = 5,
        minimum_population: int = 0,
        metropolitan: bool | None = None,
    ) -> tuple[tuple[Place, float], ...]:
        """The nearest other places of a kind with their distance in km, the nearest first.

        `metropolitan`: only those inside (True) or outside (False) the Montréal community.
        """
        reached = [
            (place, distance_km(origin, place))
            for place in self.of_kind(kind)
            if place is not origin
            and _population(place) >= minimum_population
            and metropolitan in {None, place.metropolitan}
        ]
        return tuple(sorted(reached, key=lambda item: item[1])[:limit])

    def with_article(self, place: Place) -> str:
        """« la Gaspésie », « Rimouski », « la MRC des Basques »."""
        return self._said(place, "with_article")

    def with_preposition(self, place: Place) -> str:
        """« en Gaspésie », « à Rimouski », « aux Escoumins », « sur la Côte-Nord »."""
        return self._said(place, "in")

    def with_of(self, place: Place) -> str:
        """« de la Gaspésie », « de Rimouski », « d’Amqui », « du Bas-Saint-Laurent »."""
        return self._said(place, "of")

    def labels(self, places: Sequence[Place]) -> tuple[str, ...]:
        """Names that tell `places` apart: « Saint-Donat (Lanaudière) », « MRC de Portneuf »."""
        names = [self._label(place) for place in places]
        regions = [
            f"{name} ({region.name})"
            if names.count(name) > 1 and (region := self.region_of(place))
            else name
            for name, place in zip(names, places)  # noqa: B905 (3.10)
        ]
        return tuple(
            f"{place.name} ({self.with_article(mrc)})"
            if regions.count(name) > 1 and (mrc := self._places.get(f"mrc:{place.mrc}"))
            else name
            for name, place in zip(regions, places)  # noqa: B905 (3.10)
        )

    def _label(self, place: Place) -> str:
        if place.kind != "mrc" or place.id.startswith("mrc:TE-"):
            return place.name
        return self.with_article(place).partition(" ")[2]

    def _said(self, place: Place, form: Form) -> str:
        own = dict(place.french)
        if form in own:
            return own[form]
        rules = self._french["mrc" if place.kind == "mrc" else "other"]
        start = max((s for s in rules if place.name.startswith(s)), key=len)
        rule = rules[start]
        rest = place.name[len(start) :]
        vowel = fold(rest)[:1] in set("aeiouyh") and f"{form}_vowel" in rule
        return rule[f"{form}_vowel" if vowel else form] + rest

    def _known(self, place: str | Place) -> Place | None:
        return self._places.get(place) if isinstance(place, str) else place

    def _own_names(self) -> Iterator[tuple[str, str]]:
        for place in self:
            if place.kind != "mrc" or not place.id.startswith("mrc:TE-"):
                # "Saint-Michel (Montréal)" is called Saint-Michel.
                yield place.name.partition(" (")[0], place.id

    def _mention(self, found: Found) -> Mention | None:
        ids = dict.fromkeys(place_id for key in found.keys for place_id in self._ids[key])
        places = [self._places[place_id] for place_id in ids]
        if found.beginning or len(found.keys) > 1:
            places.sort(key=_population, reverse=True)
        else:
            places += self._overshadowing(places, found)
        meant = _meant(_without_twins(places), found)[:MOST_CANDIDATES]
        return Mention(found.start, found.end, tuple(meant), found.score) if meant else None

    def _overshadowing(self, places: Iterable[Place], found: Found) -> list[Place]:
        """Much larger towns whose names only begin so: "Saint-Augustin" of 320 and of 20,892."""
        largest = max(map(_population, places))
        ids = dict.fromkeys(place_id for key in found.longer for place_id in self._ids[key])
        longer = [self._places[place_id] for place_id in ids]
        return [place for place in longer if _population(place) > OVERSHADOWING * largest > 0]

    def _narrowed(self, mention: Mention, others: Iterable[Mention]) -> Mention:
        """The candidates that lie in another place of the sentence: "Saint-Donat, Lanaudière"."""
        if len(mention.candidates) == 1:
            return mention
        for other in others:
            if other is not mention and len(other.candidates) == 1:
                inside = tuple(c for c in mention.candidates if self.contains(other.place, c))
                if inside:
                    return replace(mention, candidates=inside)
        return mention


def _population(place: Place) -> int:
    return place.population or 0


def _without_twins(places: Iterable[Place]) -> list[Place]:
    """Of municipalities with one name side by side only the largest."""
    kept: list[Place] = []
    for place in places:
        twin = next(
            (
                other
                for other in kept
                if other.kind == place.kind == "municipality"
                and other.name == place.name
                and distance_km(other, place) < TWINS_WITHIN_KM
            ),
            None,
        )
        if twin is None:
            kept.append(place)
        elif _population(place) > _population(twin):
            kept[kept.index(twin)] = place
    return kept


def _meant(places: list[Place], found: Found) -> list[Place]:
    """Of places that share a name those that the sentence can mean."""
    asked = [place for place in places if place.kind in found.kinds]
    if asked:
        return asked
    kinds = {place.kind for place in places}
    if len(kinds) == 1:
        return places
    if "municipality" in kinds:
        places = [place for place in places if place.kind != "region"]
    elif kinds & {"region", "area"}:
        # The MRC of Charlevoix is only a part of Charlevoix.
        places = [place for place in places if place.kind != "mrc"]
    territories = [place for place in places if place.kind == "mrc"]
    if found.territory and territories:
        return territories
    around = {f"mrc:{place.mrc}" for place in places if place.kind == "municipality"}
    return [place for place in places if place.id not in around]


def _is_province(text: str, before: list[Mention], mention: Mention) -> bool:
    """Whether "Québec" only follows another place: "Rimouski, Québec"."""
    if mention.place.id != QUEBEC_CITY or not before:
        return False
    between = text[before[-1].end : mention.start]
    return not between.strip(" ,(\u00a0") and bool(between)
