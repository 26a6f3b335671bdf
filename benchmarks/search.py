"""How well the directory is searched, and how fast.

`python -m benchmarks.search --data ../shared/data` reads the publishers' files, judges the answers
to `search_questions.txt` and compares them with SQLite's FTS5 (unicode61) on the same resources.
What is right is a rule over the data, not what the engine found: of the kind and sort that the
question asks for, what is in its place (3), then by distance (2 within 25 km, 1 within 60); where
nothing is there the nearest (3, 3, 2, 2, 2). Where a name is looked for, what bears it (3).

Latency is measured at 10,000 and 100,000 resources (more with `--million`): the real ones again and
again under other names, moved a little. Times are of the processor; the machine may be shared.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from marie.knowledge.directory import Directory
from marie.knowledge.importers.model import Task, load_publishers
from marie.knowledge.importers.municipalities import PLACE_COLUMNS, complete_places
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.merging import near_duplicates, spoken
from marie.knowledge.places import Gazetteer, Place, distance_km
from marie.knowledge.resources import Resource, load_resources
from marie.knowledge.spreadsheet import write_csv
from marie.language.folding import fold_key
from marie.settings import ROOT

HERE = Path(__file__).parent
KNOWLEDGE = ROOT / "knowledge"
SHOWN = 5
NEEDED, NEEDED_AHEAD = 0.90, 0.10
LIMITS_MS = {10_000: 10.0, 100_000: 25.0}

SORTS: dict[str, Callable[[Resource], bool]] = {
    "": lambda resource: True,
    "hall": lambda resource: True,
    "infants": lambda resource: bool(resource.infants),
    "subsidized": lambda resource: bool(resource.subsidized),
    "adult": lambda resource: "éducation des adultes" in resource.keywords,
    "primary": lambda resource: "école primaire" in resource.keywords,
    "secondary": lambda resource: "école secondaire" in resource.keywords,
    "preschool": lambda resource: "maternelle" in resource.keywords,
    "trade": lambda resource: "formation professionnelle" in resource.keywords,
    "private": lambda resource: "collège privé" in resource.keywords,
}

FRENCH = {
    "childcare": "garderie service de garde CPE",
    "cegep": "cégep collège",
    "university": "université",
    "school": "école",
    "municipality": "municipalité mairie",
}
"""The kind in words, for the index that it is compared with."""


@dataclass(frozen=True)
class Question:
    """What is asked, and what is right."""

    text: str
    kind: str
    place: str
    sort: str
    name: str


def questions() -> list[Question]:
    """The judged set; a line without a place and a name judges nothing and is left out."""
    found = []
    for line in (HERE / "search_questions.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = [cell.strip() for cell in [*line.split("|"), "", "", "", ""]]
        question = Question(*cells[:5])
        if question.place or question.name:
            found.append(question)
    return found


def load(data: Path, folder: Path) -> tuple[list[Resource], Gazetteer]:
    """Everything that the files and the seed tell, as Marie speaks it."""
    gazetteer = Gazetteer.load(KNOWLEDGE / "places")
    told: dict[str, Resource] = {}
    seed = load_resources(KNOWLEDGE / "directory")
    for importer, paths in (
        ("places", (data / "municipalites" / "municipalites_coordonnees.csv",)),
        ("childcare", tuple((data / "garderies").glob("*.csv"))),
        ("colleges", tuple(sorted((data / "education").glob("*.geojson")))),
        ("schools", (data / "education" / "css",)),
    ):
        task = Task(
            paths=paths,
            gazetteer=gazetteer,
            publishers=load_publishers(KNOWLEDGE),
            today=date(2026, 11, 22),
        )
        parsed = IMPORTERS[importer](task)
        told |= {record.resource.id: record.resource for record in parsed.records}
        if parsed.towns:
            imported = folder / "places.csv"
            write_csv(imported, PLACE_COLUMNS, complete_places(parsed.towns, gazetteer))
            gazetteer = Gazetteer.load(KNOWLEDGE / "places", imported=imported)
    merges = {
        pair.duplicate: pair.kept for pair in near_duplicates(told.values(), seed) if pair.sure
    }
    return spoken({each.id: each for each in seed} | told, merges), gazetteer


def judge(
    question: Question, resources: Sequence[Resource], gazetteer: Gazetteer
) -> dict[str, int]:
    """Grade by id of what is right."""
    of_kind = [resource for resource in resources if resource.kind == question.kind]
    if question.name:
        wanted = fold_key(question.name)
        return {each.id: 3 for each in of_kind if fold_key(each.name).startswith(wanted)}
    mention = gazetteer.match(question.place)
    assert mention is not None, question.place
    place = mention.place
    right = [each for each in of_kind if SORTS[question.sort](each)]
    inside = [each for each in right if each.municipality_code == place.municipality]
    grades = {each.id: 3 for each in inside}
    around = sorted(
        (distance, each.id)
        for each in right
        if each not in inside and (distance := _distance(each, place, gazetteer)) is not None
    )
    if not inside:
        return {key: 3 if rank < 2 else 2 for rank, (_, key) in enumerate(around[:SHOWN])}
    for distance, key in around:
        if distance <= 60:
            grades[key] = 2 if distance <= 25 else 1
    return grades


def ndcg(found: Sequence[str], grades: dict[str, int]) -> float:
    """Normalised discounted cumulative gain of the first five."""

    def gain(values: Sequence[int]) -> float:
        return math.fsum(
            (float(2**value) - 1) / math.log2(rank + 2) for rank, value in enumerate(values)
        )

    best = gain(sorted(grades.values(), reverse=True)[:SHOWN])
    return gain([grades.get(each, 0) for each in found[:SHOWN]]) / best if best else 0.0


class Baseline:
    """SQLite FTS5 with unicode61 over the same texts, any word, ranked by bm25."""

    def __init__(self, resources: Sequence[Resource], gazetteer: Gazetteer) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE r USING fts5(id UNINDEXED, name, keywords, place, region, kind,"
            " description, tokenize='unicode61')"
        )
        for each in resources:
            region = gazetteer.get(f"region:{each.region}")
            self._db.execute(
                "INSERT INTO r VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    each.id,
                    each.name,
                    " ".join(each.keywords),
                    each.municipality or "",
                    region.name if region else "",
                    FRENCH.get(each.kind, each.kind),
                    each.description or "",
                ),
            )

    def search(self, text: str) -> list[str]:
        """The ids of the best five."""
        words = fold_key(text).split()
        query = " OR ".join(f'"{word}"' for word in words)
        rows = self._db.execute(
            "SELECT id FROM r WHERE r MATCH ? ORDER BY bm25(r) LIMIT 5", [query]
        )
        return [row[0] for row in rows]


def many(resources: Sequence[Resource], count: int) -> list[Resource]:
    """As many resources: the real ones, then copies with other names, moved a little."""
    chance = random.Random(1)
    made = list(resources[:count])
    while len(made) < count:
        for each in resources:
            number = len(made)
            if number >= count:
                break
            moved = (
                {}
                if each.lat is None or each.lon is None
                else {
                    "lat": each.lat + chance.uniform(-0.2, 0.2),
                    "lon": each.lon + chance.uniform(-0.2, 0.2),
                }
            )
            name = f"{each.name} {chance.choice(('Nord', 'Sud', 'Est', 'Ouest'))} {number % 97}"
            made.append(replace(each, id=f"{each.id}-{number}", name=name, **moved))
    return made


def latencies(directory: Directory, asked: Sequence[Question]) -> list[float]:
    """Milliseconds of each question, the middle one of three: what else runs here is not meant."""
    for question in asked[:5]:
        directory.search(question.text, limit=SHOWN)
    times = []
    for question in asked:
        tries = []
        for _ in range(3):
            before = time.process_time()
            directory.search(question.text, limit=SHOWN)
            tries.append((time.process_time() - before) * 1000)
        times.append(statistics.median(tries))
    return times


def main() -> int:
    """Print the tables; 1 if a figure is worse than it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--misses", action="store_true", help="list what was answered badly")
    parser.add_argument("--million", action="store_true", help="1,000,000 resources, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        resources, gazetteer = load(arguments.data, Path(folder))
    directory = Directory(resources, gazetteer)
    asked = questions()
    judged = [(each, judge(each, resources, gazetteer)) for each in asked]
    unjudged = [each.text for each, grades in judged if not grades]
    judged = [(each, grades) for each, grades in judged if grades]
    baseline = Baseline(resources, gazetteer)
    ours, theirs = [], []
    for each, grades in judged:
        found = [hit.resource.id for hit in directory.search(each.text, limit=SHOWN).hits]
        ours.append(ndcg(found, grades))
        theirs.append(ndcg(baseline.search(each.text), grades))
        if arguments.misses and ours[-1] < 0.9:
            print(f"{ours[-1]:.2f} {each.text} → {found}")
    if arguments.misses:
        print("Nothing right is known for:", unjudged)
    print(f"{len(resources)} resources, {len(judged)} judged questions.\n")
    print("| engine | nDCG@5 |\n|---|---|")
    print(f"| Marie's directory | {statistics.mean(ours):.3f} |")
    print(f"| SQLite FTS5, unicode61 | {statistics.mean(theirs):.3f} |\n")
    good = statistics.mean(ours) >= NEEDED
    good &= statistics.mean(ours) - statistics.mean(theirs) >= NEEDED_AHEAD
    print("| resources | built s | p50 ms | p95 ms | most ms |\n|---|---|---|---|---|")
    for count in (10_000, 100_000, *((1_000_000,) if arguments.million else ())):
        some = many(resources, count)
        before = time.process_time()
        large = Directory(some, gazetteer)
        built = time.process_time() - before
        times = latencies(large, asked)
        p95 = statistics.quantiles(times, n=20)[18]
        print(
            f"| {count:,} | {built:.1f} | {statistics.median(times):.1f} | {p95:.1f} "
            f"| {max(times):.1f} |",
            flush=True,
        )
        good &= p95 <= LIMITS_MS.get(count, math.inf)
    return 0 if good else 1


def _distance(resource: Resource, place: Place, gazetteer: Gazetteer) -> float | None:
    if resource.lat is not None and resource.lon is not None:
        return distance_km((resource.lat, resource.lon), place)
    town = gazetteer.get(f"municipality:{resource.municipality_code}")
    return None if town is None else distance_km(town, place)


if __name__ == "__main__":
    sys.exit(main())
