"""Finds the servers that some tests need; Debian keeps PostgreSQL's programs off PATH."""

from __future__ import annotations

import shutil
from pathlib import Path

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The path of Debian's Chromium."""
    return shutil.which("chromium")


def postgres_bin() -> Path | None:
    """The folder with `initdb` and `postgres`."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def redis_server() -> str | None:
    """The path of Redis' server."""
    return shutil.which("redis-server")


def nginx() -> str | None:
    """The path of nginx, which Debian keeps off an ordinary user's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
