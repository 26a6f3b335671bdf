"""Starts the whole product as `make run` does, on free ports and in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marie.cli import processes

ROOT = Path(__file__).resolve().parent.parent
START = 150.0
"""Seconds until healthy on a busy machine, a first training not included."""


@dataclass
class RunningMarie:
    """A started Marie; `password` is the first administrator's."""

    process: subprocess.Popen[str]
    data: Path
    env: dict[str, str]
    port: int
    output: Path
    healthy_after: float = 0.0

    @property
    def base(self) -> str:
        """The public address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """The administrator's one-time password, as it was printed."""
        for line in self.output.read_text(encoding="utf-8").splitlines():
            if "mot de passe" in line:
                return line.rsplit("\u00a0: ", 1)[1].strip()
        raise AssertionError(self.output.read_text(encoding="utf-8"))

    def marie(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a `marie` command against this instance."""
        return subprocess.run(
            [sys.executable, "-m", "marie", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )

    def pid(self, name: str) -> int:
        """The process id of `rasa`, `actions` or `web`."""
        marks = {"rasa": "rasa\0run\0", "actions": "\0bot.actions\0", "web": "\0serve\0"}
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        deadline = time.monotonic() + 15
        # Between its end and its next start a process is nowhere.
        while time.monotonic() < deadline:
            for child in children.read_text().split():
                with contextlib.suppress(OSError):
                    if marks[name] in Path(f"/proc/{child}/cmdline").read_text():
                        return int(child)
            time.sleep(0.05)
        raise LookupError(name)

    def kill(self, name: str, *, with_its_own: bool = False) -> None:
        """SIGKILL one of the three, or all that it started too; the supervisor starts it again."""
        for pid in self.processes(name) if with_its_own else [self.pid(name)]:
            os.kill(pid, signal.SIGKILL)

    def processes(self, name: str) -> list[int]:
        """One of the three with the processes it started."""
        return [int(pid) for pid in _group(self.pid(name))]

    def all_processes(self) -> list[int]:
        """The three that run, with the processes they started."""
        found: list[int] = []
        for name in ("rasa", "actions", "web"):
            with contextlib.suppress(LookupError, OSError):
                found += self.processes(name)
        return found

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and body of `/healthz`."""
        status, body = fetch(f"{self.base}/healthz")
        return status, json.loads(body)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """One of the three, with all its own processes, stands still: it neither answers nor dies.

        `supervisor` keeps the three from being started again.
        """
        pids = [self.process.pid] if name == "supervisor" else self.processes(name)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def is_healthy(self) -> bool:
        """Whether `/healthz` answers 200."""
        try:
            return fetch(f"{self.base}/healthz")[0] == 200
        except OSError:
            return False

    def wait_healthy(self, seconds: float = START) -> None:
        """Until healthy; fails with the logs' ends."""
        deadline = time.monotonic() + seconds
        while not self.is_healthy():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(self._logs())
            time.sleep(0.2)

    def _logs(self) -> str:
        logs = [self.output, *sorted((self.data / "log").glob("*.log"))]
        return "\n".join(
            f"── {log.name}\n{log.read_text()[-3000:]}" for log in logs if log.exists()
        )


def _group(leader: int) -> Iterator[str]:
    """Every process of a process group: each of the three leads its own."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rsplit(")", 1)[1].split()[2]) == leader:
                yield stat.parent.name


def _alive(pids: list[int]) -> dict[int, str]:
    """Those that still run, with their command lines; what waits to be reaped does not run."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            if command := Path(f"/proc/{pid}/cmdline").read_text():
                found[pid] = command.replace("\0", " ")
    return found


def fetch(url: str) -> tuple[int, bytes]:
    """Status and body of a GET, whatever the status; `OSError` when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def running_marie(data: Path, **settings: str) -> Iterator[RunningMarie]:
    """Marie from `marie run`, healthy; stopped (or killed) at the end."""
    data.mkdir(parents=True, exist_ok=True)
    port, private, rasa, actions = free_ports(4)
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "MARIE_DATA": str(data),
        "PORT": str(port),
        "MARIE_PRIVATE_PORT": str(private),
        "MARIE_RASA_PORT": str(rasa),
        "MARIE_ACTIONS_PORT": str(actions),
        "MARIE_RATE_LIMIT": "off",
        **settings,
    }
    output = data / "run.log"
    with output.open("w", encoding="utf-8") as log:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "marie", "run"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A killed test run leaves no Marie behind.
            preexec_fn=processes._die_with_parent,  # noqa: PLW1509 - it starts no thread
        )
    marie = RunningMarie(process, data, env, port, output)
    try:
        marie.wait_healthy()
        marie.healthy_after = time.monotonic() - started
        yield marie
    finally:
        started_by_it = marie.all_processes()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        deadline = time.monotonic() + 3
        while (left := _alive(started_by_it)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert not left, f"Ctrl-C left processes behind: {left}"
