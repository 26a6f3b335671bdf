"""How long importing all of the publishers' files takes on a clean database, and how much memory.

`python -m benchmarks.imports --data ../shared/data` calls `marie import` as people do, twice: the
second time nothing may change. The machine may be shared: seconds of the processor are told too.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS, ENTRIES, MEGABYTES = 60.0, 7400, 500


def marie(*arguments: str, data: str) -> tuple[str, float, float]:
    """What a command prints, its seconds by the clock, and those of the processor."""
    began, worked = time.perf_counter(), _worked()
    done = subprocess.run(
        [sys.executable, "-m", "marie", *arguments],
        env={**os.environ, "MARIE_DATA": data, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout, time.perf_counter() - began, _worked() - worked


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Print the table; 1 if a figure is worse than it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    files = parser.parse_args().data
    sources = [
        str(files / each) for each in ("municipalites/MUN.csv", "garderies", "education", "stats")
    ]
    with tempfile.TemporaryDirectory() as data:
        marie("migrate", data=data)
        rejected = Path(data) / "rejected.csv"
        first, seconds, worked = marie(
            "import", "auto", "--yes", "--rejected", str(rejected), *sources, data=data
        )
        second, again, again_worked = marie("import", "auto", "--yes", *sources, data=data)
        lines = len(rejected.read_text(encoding="utf-8-sig").splitlines()) - 1
    new = sum(int(number) for number in re.findall(r"(\d+) nouvelles", first))
    touched = re.findall(r"(\d+) (?:nouvelles|modifiées|disparues)", second)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| | new | rejected | s | s of the processor | changed again | s | s | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(
        f"| all files | {new:,} | {lines} | {seconds:.1f} | {worked:.1f} "
        f"| {sum(map(int, touched))} | {again:.1f} | {again_worked:.1f} | {megabytes:.0f} |"
    )
    good = new >= ENTRIES and seconds <= SECONDS and megabytes <= MEGABYTES
    return 0 if good and not sum(map(int, touched)) else 1


if __name__ == "__main__":
    sys.exit(main())
