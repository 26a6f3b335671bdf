"""Finds the servers that some tests need; Debian keeps PostgreSQL's programs off PATH."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

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


class Cluster:
    """A throw-away PostgreSQL server on a Unix socket in `folder`, with `programs`.

    PostgreSQL refuses to run as root, so root lends it its own user.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        initdb = f"{programs}/initdb --no-sync -A trust -U postgres -E UTF8 --locale=C.UTF-8 -D"
        subprocess.run(
            [*initdb.split(), f"{folder}/data"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            **self._user,
        )

    def start(self) -> None:
        """Until it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    self._programs / "postgres",
                    *("-D", self.folder / "data", "-k", self.folder, "-h", "", "-F"),
                ],
                stdout=log,
                stderr=log,
                cwd="/",
                **self._user,
            )
        deadline = time.monotonic() + 30
        while not self.is_up():
            assert self._server.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """Every connection is cut."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=20)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str, *names: str) -> None:
        """Run an administrator's statement; `{}` stands for a name."""
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            query = sql.SQL(statement).format(*map(sql.Identifier, names))
            connection.execute(query)

    def is_up(self) -> bool:
        """Whether it takes connections."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres() -> Iterator[Cluster | None]:
    """A started cluster; None where there is no PostgreSQL."""
    programs = postgres_bin()
    if programs is None:
        yield None
        return
    # Not pytest's folder: another user must reach it, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="marie-pg-"))
    try:
        cluster = Cluster(programs, folder)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_running(socket: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Redis on a Unix socket, whose path is short."""
    server = subprocess.Popen(
        [redis_server() or "", "--port", "0", "--unixsocket", str(socket), "--save", ""],
        stdout=subprocess.DEVNULL,
        cwd=socket.parent,
    )
    try:
        deadline = time.monotonic() + 15
        while not socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield server
    finally:
        server.kill()
        server.wait(timeout=15)
