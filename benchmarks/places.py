"""How many damaged place names Marie understands, and how fast.

`python -m benchmarks.places --data ../shared/data` reads the open data of the Répertoire des
municipalités, completes the seed with it, and damages each of its names in five ways. A name
counts as right when it is the only candidate, as asked when it is one of several. Times are
of the processor, since the machine may be shared.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from marie.knowledge.places import TWINS_WITHIN_KM, Gazetteer, Mention, Place, distance_km
from marie.language.folding import fold

PLACES = Path(__file__).resolve().parent.parent / "knowledge" / "places"
COLUMNS = [
    "code",
    "name",
    "designation",
    "region",
    "mrc",
    "lat",
    "lon",
    "population",
    "metropolitan",
]
NO_NAME_YET = "Toponyme à venir"
FRAMES = ("je cherche une garderie à {}", "est-ce qu'il y a du travail proche de {} svp?", "{}")


def complete_csv(data: Path, target: Path) -> int:
    """Write the municipalities of the open data as an importer would; how many have a name.

    A municipality whose place is not known gets that of its region's largest town.
    """
    with (data / "municipalites" / "municipalites_coordonnees.csv").open(
        encoding="utf-8-sig"
    ) as lines:
        rows = [row for row in csv.DictReader(lines) if row["nom"] != NO_NAME_YET]
    with (data / "municipalites" / "MUN.csv").open(encoding="utf-8-sig") as lines:
        metropolitan = {row["mcode"] for row in csv.DictReader(lines) if "(663)" in row["mcm"]}
    largest: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: int(row["population_2026"])):
        if row["lat"]:
            largest[row["region_code"]] = row
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for row in rows:
            point = row if row["lat"] else largest[row["region_code"]]
            writer.writerow(
                [
                    row["code"],
                    row["nom"],
                    row["designation"],
                    row["region_code"],
                    row["mrc_code"] or f"TE-{row['division_code']}",
                    point["lat"],
                    point["lon"],
                    row["population_2026"],
                    "yes" if row["code"] in metropolitan else "no",
                ]
            )
    return len(rows)


def no_accents(name: str, _: random.Random) -> str:
    """Rivière-du-Loup → Riviere-du-Loup."""
    return "".join(fold(c).upper() if c.isupper() else fold(c) for c in name)


def no_hyphens(name: str, _: random.Random) -> str:
    """Saint-Jean-de-l’Île-d’Orléans → Saint Jean de l Île d Orléans."""
    return re.sub(r"[-–’']+", " ", name)


def text_message(name: str, _: random.Random) -> str:
    """st jerome, rivière → riviere, qu → k, ph → f, doubled letters single, no marks."""
    text = re.sub(r"[-–’']+", " ", fold(name))
    text = re.sub(r"\bsaint(e?)(s?)\b", r"st\1\2", text)
    text = text.replace("qu", "k").replace("ph", "f")
    return re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", text)


def one_error(name: str, chance: random.Random) -> str:
    """One letter left out, doubled, replaced or swapped with the next, anywhere in the name."""
    letters = [index for index, character in enumerate(name) if character.isalpha()]
    at = chance.choice(letters)
    kind = chance.choice(["left out", "doubled", "replaced", "swapped"])
    if kind == "left out":
        return name[:at] + name[at + 1 :]
    if kind == "doubled":
        return name[: at + 1] + name[at:]
    if kind == "swapped" and at + 1 < len(name) and name[at + 1].isalpha():
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + name[at + 1 :]


def lower_case(name: str, _: random.Random) -> str:
    """Val-d’Or → val-d’or."""
    return name.lower()


DAMAGES: dict[str, Callable[[str, random.Random], str]] = {
    "accents": no_accents,
    "hyphens": no_hyphens,
    "SMS": text_message,
    "one error": one_error,
    "lower case": lower_case,
}


@dataclass(frozen=True)
class Trial:
    """What was made of a damaged name. `typed` is the damaged name in its sentence."""

    damage: str
    place: Place
    typed: str
    understood: tuple[str, ...]
    outcome: str
    seconds: float


def trials(gazetteer: Gazetteer, *, seed: int = 1) -> Iterator[Trial]:
    """Each municipality damaged in each way, in a sentence; the sentences take turns."""
    chance = random.Random(seed)
    for number, place in enumerate(gazetteer.of_kind("municipality")):
        for damage, spoil in DAMAGES.items():
            typed = FRAMES[number % len(FRAMES)].format(spoil(place.name, chance))
            before = time.process_time()
            mentions = gazetteer.find(typed)
            seconds = time.process_time() - before
            understood = tuple(place_id for mention in mentions for place_id in mention.ids)
            yield Trial(damage, place, typed, understood, outcome(place, mentions), seconds)


def outcome(place: Place, mentions: tuple[Mention, ...]) -> str:
    """right, asked, wrong (another place) or missed. A twin beside it is the same place."""
    if not mentions:
        return "missed"
    found = any(_is_same(place, candidate) for candidate in mentions[0].candidates)
    if not found or len(mentions) > 1:
        return "wrong"
    return "right" if len(mentions[0].candidates) == 1 else "asked"


def _is_same(place: Place, other: Place) -> bool:
    near = distance_km(place, other) < TWINS_WITHIN_KM
    return place.id == other.id or (
        fold(place.name) == fold(other.name) and other.kind == place.kind and near
    )


def main() -> int:
    """Print the table; 1 if a figure is worse than it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--misses", action="store_true", help="list what was not understood")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        imported = Path(folder) / "municipalities.csv"
        complete_csv(arguments.data, imported)
        before = time.process_time()
        gazetteer = Gazetteer.load(PLACES, imported=imported)
        complete_ms = (time.process_time() - before) * 1000
    before = time.process_time()
    Gazetteer.load(PLACES)
    seed_ms = (time.process_time() - before) * 1000
    done = list(trials(gazetteer))
    print("| damage | names | right % | asked % | right or asked % | p50 ms | p95 ms |")
    print("|---|---|---|---|---|---|---|")
    for damage in [*DAMAGES, "all"]:
        some = [trial for trial in done if damage in {trial.damage, "all"}]
        times = statistics.quantiles([trial.seconds * 1000 for trial in some], n=20)
        right, asked = (
            100 * sum(trial.outcome == wanted for trial in some) / len(some)
            for wanted in ("right", "asked")
        )
        print(
            f"| {damage} | {len(some)} | {right:.1f} | {asked:.1f} | {right + asked:.1f} "
            f"| {times[9]:.2f} | {times[18]:.2f} |"
        )
    print(f"\nLoading: seed {seed_ms:.0f} ms, complete {complete_ms:.0f} ms.")
    if arguments.misses:
        for trial in done:
            if trial.outcome in {"missed", "wrong"}:
                print(f"{trial.outcome:7} {trial.place.name:40} {trial.typed!r} {trial.understood}")
    good = sum(trial.outcome in {"right", "asked"} for trial in done)
    return 0 if good >= 0.97 * len(done) else 1


if __name__ == "__main__":
    sys.exit(main())
