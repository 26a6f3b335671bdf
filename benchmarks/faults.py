"""The disk, the database, Redis, Rasa or the clock fails for a minute while visitors talk."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.running import ROOT

SECONDS = "60"


def main() -> None:
    """The journeys of `make test`, with faults of a minute instead of seconds."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "--durations=0", "tests/journeys/test_faults.py"],
        cwd=ROOT,
        env={**os.environ, "MARIE_FAULT_SECONDS": SECONDS},
        check=True,
    )


if __name__ == "__main__":
    main()
