"""`make test`: every test layer that this machine has what it takes for, one after the other.

With MARIE_TEST_REQUIRE=all (CI) a layer that cannot run is a failure; otherwise it is listed.
When one or two tests of a layer fail, they run once more by themselves: of thousands of tests with
real processes, clocks and browsers one meets a busy machine now and then. Those that pass then are
named at the end as unstable, each a fault to be found; a layer in which more fails is red at once.

Two tests run at a time, from different files: much of what takes long waits for a process, a clock
or a browser. Those that run once more have the machine to themselves.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from marie.rasa.model import train
from tests.servers import chromium, nginx, postgres_bin, redis_server

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


AT_A_TIME = ("-n", "2", "--dist", "loadfile")
ALONE = ("-n", "0")
"""pytest-xdist's options. More than two tests at a time would each start a Rasa."""

RUN_AGAIN = 2
"""Failed tests of a layer, at most, that are run once more."""

GREEN = (0, 5)
"""pytest's exit codes: all passed; no test was collected (a layer may be empty while it grows)."""


@dataclass(frozen=True)
class Layer:
    """Some tests, what they need, and the command that runs them.

    `together` and `alone` are added to it for all of them, and for the few that run once more.
    """

    name: str
    command: tuple[str, ...]
    missing: str | None = None
    together: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


def pytest(name: str, marked: str, missing: str | None = None) -> Layer:
    """Tests of the application's own pytest, by their marks."""
    command = (sys.executable, "-m", "pytest", "-q", "-m", marked)
    return Layer(name, command, missing, AT_A_TIME, ALONE)


def layers() -> list[Layer]:
    """Every layer, the quickest first."""
    rasa = ["-q", "-c", "tests/bot/components/pytest.ini", "tests/bot/components"]
    return [
        pytest("code", "not rasa and not browser and not postgres"),
        pytest(
            "postgres",
            "postgres and not rasa and not browser",
            None if postgres_bin() else "PostgreSQL (Debian: postgresql)",
        ),
        Layer("components", (str(RASA_PYTHON), "-m", "pytest", *rasa)),
        pytest("rasa", "rasa and not browser"),
        pytest("browser", "browser", None if chromium() else "Chromium (Debian: chromium)"),
    ]


def run(layer: Layer, cache: Path) -> tuple[bool, list[str]]:
    """Whether the layer is green, and which of its tests are unstable. `cache`: pytest's own."""
    command = (*layer.command, "-o", f"cache_dir={cache}")
    first = (*command, *layer.together, "--cache-clear")
    code = subprocess.run(first, cwd=ROOT, check=False).returncode
    kept = cache / "v" / "cache" / "lastfailed"
    failed = sorted(json.loads(kept.read_text())) if code == 1 and kept.is_file() else []
    if not 1 <= len(failed) <= RUN_AGAIN:
        return code in GREEN, []
    print(f"── {layer.name}, once more: {', '.join(failed)}", flush=True)
    again = (*command, *layer.alone, "--last-failed")
    again_code = subprocess.run(again, cwd=ROOT, check=False).returncode
    return (True, failed) if again_code == 0 else (False, [])


def main() -> int:
    """Run the layers; the exit code says whether all that had to pass did."""
    required = os.environ.get("MARIE_TEST_REQUIRE") == "all"
    failed, unstable, skipped = [], [], []
    print("── the model, trained unless it is there", flush=True)
    with tempfile.TemporaryDirectory() as data:
        train(ROOT / "bot" / "models", Path(data), dict(os.environ))
    for layer in layers():
        if layer.missing is not None:
            skipped.append(f"{layer.name}: needs {layer.missing}")
            continue
        print(f"── {layer.name}", flush=True)
        green, moody = run(layer, ROOT / ".pytest_cache" / layer.name)
        unstable += moody
        if not green:
            failed.append(layer.name)
    if redis_server() is None:
        skipped.append("redis: needs Redis (Debian: redis-server)")
    if nginx() is None:
        skipped.append("nginx: needs nginx (Debian: nginx-light)")
    if shutil.which("gpg") is None:
        skipped.append("encrypted backups: needs GnuPG (Debian: gnupg)")
    for line in skipped:
        print(f"Not run: {line}")
    for line in unstable:
        print(f"Unstable (failed, then passed by itself): {line}")
    print(f"Failed: {', '.join(failed)}" if failed else "All layers that ran are green.")
    return 1 if failed or (required and skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
