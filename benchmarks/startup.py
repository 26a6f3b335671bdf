"""From `marie run` to healthy, with both environments and the model present."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.running import running_marie

TRIES = 3


def main() -> None:
    """Start and stop a few times."""
    seconds = []
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as folder, running_marie(Path(folder) / "var") as marie:
            seconds.append(marie.healthy_after)
            memory = {name: resident_mb(marie.pid(name)) for name in ("rasa", "actions", "web")}
    print("healthy after " + ", ".join(f"{each:.1f}" for each in seconds) + " s (at most 30)")
    print("memory: " + ", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()))


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
