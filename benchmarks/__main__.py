"""`make bench`: every benchmark, or the one named."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from marie.cli.run import trained_model
from marie.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

BENCHMARKS = {
    "training": [sys.executable, "-m", "benchmarks.training"],
    "startup": [sys.executable, "-m", "benchmarks.startup"],
    "admin": [sys.executable, "-m", "benchmarks.admin"],
    "turns": [sys.executable, "-m", "benchmarks.turns"],
    "compare": [sys.executable, "-m", "benchmarks.compare"],
    "scale": [sys.executable, "-m", "benchmarks.scale"],
    "widget": [sys.executable, "-m", "benchmarks.widget"],
    "console": [sys.executable, "-m", "benchmarks.console"],
    "sockets": [sys.executable, "-m", "benchmarks.sockets"],
    "fuzz": [sys.executable, "-m", "benchmarks.fuzz"],
    "faults": [sys.executable, "-m", "benchmarks.faults"],
    "kills": [sys.executable, "-m", "benchmarks.kills"],
    "delivery": [sys.executable, "-m", "benchmarks.delivery"],
    "assignment": [sys.executable, "-m", "benchmarks.assignment"],
    "directory": [sys.executable, "-m", "benchmarks.directory"],
    "papers": [sys.executable, "-m", "benchmarks.papers"],
    "understanding": [sys.executable, "-m", "marie", "evaluate"],
    **{
        name: [
            sys.executable,
            "-m",
            f"benchmarks.{name}",
            "--data",
            os.environ.get("DATA") or "../shared/data",
        ]
        for name in ("places", "imports", "search")
    },
}


def main() -> int:
    """Run the named benchmarks; the exit code says whether all ran."""
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            print(f"No benchmark {name}; there are {', '.join(BENCHMARKS)}.")
            return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    if names != ["training"]:
        trained_model(Settings.from_env(env))  # or the first start would wait for it
    codes = []
    for name in names:
        print(f"\n## {name}", flush=True)
        codes.append(subprocess.run(BENCHMARKS[name], cwd=ROOT, env=env, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
