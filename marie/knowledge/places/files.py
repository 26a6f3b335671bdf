"""Reads the files of `knowledge/places/`; its README.md says what stands in them.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from marie import strict_yaml
from marie.knowledge.places.model import BadPlaces, Form, Place
from marie.knowledge.places.names import Vocabulary

_FORMS: tuple[Form, ...] = ("with_article", "in", "of")


class PlaceFiles:
    """The files of `knowledge/places/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(
        self, imported: Path | None
    ) -> tuple[list[Place], list[tuple[str, str]], Vocabulary, dict[str, Any]]:
        """What `Gazetteer` is made of."""
        words = self._yaml("vocabulary.yml")
        regions = self._yaml("regions.yml")["regions"]
        aliases = self._yaml("aliases.yml")
        places = {place.id: place for place in self._official(regions)}
        places |= {place.id: place for place in self._municipalities(imported)}
        for row in aliases["boroughs"]:
            borough = self._borough(row, places)
            places[borough.id] = borough
        for row in aliases["areas"]:
            area = self._area(row, places)
            places[area.id] = area
        names = [
            (str(name), f"{kind}:{row[id_key]}")
            for kind, id_key, rows in (
                ("region", "code", regions),
                ("borough", "id", aliases["boroughs"]),
                ("area", "id", aliases["areas"]),
            )
            for row in rows
            for name in row.get("names", ())
        ]
        names += [
            (str(name), str(to))
            for row in aliases["names"]
            for name in row["names"]
            for to in row["to"]
        ]
        ordinary = self._text("ordinary_words.txt").split()
        try:
            vocabulary = Vocabulary.parse(words, ordinary)
        except KeyError as missing:
            raise BadPlaces(f"vocabulary.yml: {missing} is missing") from missing
        french = {"other": words["french"], "mrc": words["french_mrc"]}
        return list(places.values()), names, vocabulary, french

    def _official(self, regions: Iterable[Mapping[str, Any]]) -> Iterator[Place]:
        for row in regions:
            yield Place(
                id=f"region:{row['code']}",
                name=row["name"],
                kind="region",
                region=row["code"],
                mrc=None,
                municipality=None,
                lat=row["centre"]["lat"],
                lon=row["centre"]["lon"],
                population=row["population"],
                metropolitan=row.get("metropolitan", False),
                host=row["host"],
                french=_french(row),
            )
        for line in self._csv(self._folder / "mrc.csv"):
            yield Place(
                id=f"mrc:{line['code']}",
                name=_typographic(line["name"]),
                kind="mrc",
                region=line["region"],
                mrc=line["code"],
                municipality=None,
                lat=float(line["lat"]),
                lon=float(line["lon"]),
                population=int(line["population"]),
                metropolitan=line["metropolitan"] == "yes",
            )

    def _municipalities(self, imported: Path | None) -> Iterator[Place]:
        files = [self._folder / "municipalities.csv", *([imported] if imported else [])]
        for file in files:
            for line in self._csv(file):
                yield Place(
                    id=f"municipality:{line['code']}",
                    name=_typographic(line["name"]),
                    kind="municipality",
                    region=line["region"],
                    mrc=line["mrc"] or None,
                    municipality=line["code"],
                    lat=float(line["lat"]),
                    lon=float(line["lon"]),
                    population=int(line["population"]) if line["population"] else None,
                    metropolitan=line["metropolitan"] == "yes",
                )

    def _borough(self, row: Mapping[str, Any], places: Mapping[str, Place]) -> Place:
        town = places.get(f"municipality:{row['municipality']}")
        if town is None:
            raise BadPlaces(f"aliases.yml: {row['id']}: no municipality {row['municipality']}")
        french = dict(row)
        if row.get("in") == "dans":
            french["in"] = f"dans {row['name']}"
        return Place(
            id=f"borough:{row['id']}",
            name=row["name"],
            kind="borough",
            region=town.region,
            mrc=town.mrc,
            municipality=town.municipality,
            lat=row["lat"],
            lon=row["lon"],
            population=None,
            metropolitan=town.metropolitan,
            french=_french(french),
        )

    def _area(self, row: Mapping[str, Any], places: Mapping[str, Place]) -> Place:
        """An area; its point is the mean of its members', weighted by population."""
        ids = tuple(row.get("members", ()))
        if row.get("metropolitan"):
            ids = tuple(
                place.id
                for place in places.values()
                if place.kind == "municipality" and place.metropolitan
            )
        try:
            members = [places[member] for member in ids]
        except KeyError as unknown:
            raise BadPlaces(f"aliases.yml: {row['id']}: no place {unknown}") from unknown
        weights = [member.population or 1 for member in members]
        total = sum(weights)
        regions = {member.region for member in members}
        return Place(
            id=f"area:{row['id']}",
            name=row["name"],
            kind="area",
            region=regions.pop() if len(regions) == 1 else None,
            mrc=None,
            municipality=None,
            lat=sum(m.lat * w for m, w in zip(members, weights)) / total,  # noqa: B905 (3.10)
            lon=sum(m.lon * w for m, w in zip(members, weights)) / total,  # noqa: B905 (3.10)
            population=sum(member.population or 0 for member in members),
            metropolitan=all(member.metropolitan for member in members),
            members=ids,
            french=_french(row),
        )

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise BadPlaces(f"{name}: {error.strerror}") from error

    def _yaml(self, name: str) -> Any:
        try:
            return strict_yaml.load(self._text(name))
        except yaml.YAMLError as error:
            raise BadPlaces(f"{name}: {error}") from error

    def _csv(self, path: Path) -> Iterator[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                yield from csv.DictReader(lines)
        except OSError as error:
            raise BadPlaces(f"{path.name}: {error.strerror}") from error


def _french(row: Mapping[str, Any]) -> tuple[tuple[Form, str], ...]:
    return tuple((form, str(row[form])) for form in _FORMS if form in row)


def _typographic(name: str) -> str:
    """The publishers' straight apostrophes and double hyphens as they are printed."""
    return name.replace("'", "’").replace("--", "–")
