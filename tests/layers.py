"""`make test`: every test layer that this machine has what it takes for, one after the other.

With MARIE_TEST_REQUIRE=all (CI) a layer that cannot run is a failure; otherwise it is listed.
When one or two tests of a layer fail, they run once more by themselves: of thousands of tests with
real processes, clocks and browsers one meets a busy machine now and then. Those that pass then are
named at the end as unstable, each a fault to be found; a layer in which more fails is red at once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.servers import chromium, nginx, postgres_bin, redis_server

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


RUN_AGAIN = 2
"""Failed tests of a layer, at most, that are run once more."""

GREEN = (0, 5)
"""pytest's exit codes: all passed; no test was collected (a layer may be empty while it grows)."""


@dataclass(frozen=True)
class Layer:
    """Some tests, what they need, and the command that runs them."""

    name: str
    command: tuple[str, ...]
    missing: str | None = None


def pytest(*arguments: str) -> tuple[str, ...]:
    """The command line of the application's pytest."""
    return (sys.executable, "-m", "pytest", "-q", *arguments)


def layers() -> list[Layer]:
    """Every layer, the quickest first."""
    return [
        Layer("code", pytest("-m", "not rasa and not browser and not postgres")),
        Layer(
            "postgres",
            pytest("-m", "postgres and not rasa and not browser"),
            None if postgres_bin() else "PostgreSQL (Debian: postgresql)",
        ),
        Layer(
            "components",
            (
                str(RASA_PYTHON),
                "-m",
                "pytest",
                "-q",
                "-c",
                "tests/bot/components/pytest.ini",
                "tests/bot/components",
            ),
        ),
        Layer("rasa", pytest("-m", "rasa and not browser")),
        Layer(
            "browser",
            pytest("-m", "browser"),
            None if chromium() else "Chromium (Debian: chromium)",
        ),
    ]


def run(layer: Layer, cache: Path) -> tuple[bool, list[str]]:
    """Whether the layer is green, and which of its tests are unstable. `cache`: pytest's own."""
    command = (*layer.command, "-o", f"cache_dir={cache}")
    code = subprocess.run((*command, "--cache-clear"), cwd=ROOT, check=False).returncode
    kept = cache / "v" / "cache" / "lastfailed"
    failed = sorted(json.loads(kept.read_text())) if code == 1 and kept.is_file() else []
    if not 1 <= len(failed) <= RUN_AGAIN:
        return code in GREEN, []
    print(f"── {layer.name}, once more: {', '.join(failed)}", flush=True)
    again = subprocess.run((*command, "--last-failed"), cwd=ROOT, check=False).returncode
    return (True, failed) if again == 0 else (False, [])


def main() -> int:
    """Run the layers; the exit code says whether all that had to pass did."""
    required = os.environ.get("MARIE_TEST_REQUIRE") == "all"
    failed, unstable, skipped = [], [], []
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
