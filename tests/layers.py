"""`make test`: every test layer that this machine has what it takes for, one after the other.

With MARIE_TEST_REQUIRE=all (CI) a layer that cannot run is a failure; otherwise it is listed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.servers import chromium, nginx, postgres_bin, redis_server

ROOT = Path(__file__).resolve().parent.parent
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


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
                "-p",
                "no:cacheprovider",
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


def main() -> int:
    """Run the layers; the exit code says whether all that had to pass did."""
    required = os.environ.get("MARIE_TEST_REQUIRE") == "all"
    failed, skipped = [], []
    for layer in layers():
        if layer.missing is not None:
            skipped.append(f"{layer.name}: needs {layer.missing}")
            continue
        print(f"── {layer.name}", flush=True)
        # 5: no test was collected; a layer may be empty while it grows.
        if subprocess.run(layer.command, cwd=ROOT, check=False).returncode not in (0, 5):
            failed.append(layer.name)
    if redis_server() is None:
        skipped.append("redis: needs Redis (Debian: redis-server)")
    if nginx() is None:
        skipped.append("nginx: needs nginx (Debian: nginx-light)")
    if shutil.which("gpg") is None:
        skipped.append("encrypted backups: needs GnuPG (Debian: gnupg)")
    for line in skipped:
        print(f"Not run: {line}")
    print(f"Failed: {', '.join(failed)}" if failed else "All layers that ran are green.")
    return 1 if failed or (required and skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
