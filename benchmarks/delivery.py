"""Delivery under cuts, page changes, offline typing and SIGKILL: thirty trials of each."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.running import ROOT

TRIALS = "30"


def main() -> None:
    """The journeys of `make test`, thirty times instead of three."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-k", "delivery", "tests/journeys"],
        cwd=ROOT,
        env={**os.environ, "MARIE_TRIALS": TRIALS},
        check=True,
    )


if __name__ == "__main__":
    main()
