"""Leaves a server that hangs alone for a while, so that nobody waits for it again and again.

A server that is gone says so at once; one that takes requests and does not answer costs everybody
who asks it the whole patience, and holds a place that others wait for. After `HANGS` such failures
without an answer between them it is not asked for `PAUSE` seconds. Then one question is let through
to try it: an answer, or any quick refusal, lets all others follow.
"""

from __future__ import annotations

import time

HANGS = 3
"""Slow failures in a row that make a server count as hanging."""

SLOW = 5.0
"""Seconds after which a failure is a slow one."""

PAUSE = 5.0
"""Seconds between two tries of a server that hangs."""


class Breaker:
    """What is known of one server. Times are `time.monotonic()`."""

    def __init__(self) -> None:
        self._hangs = 0
        self._closed_until = 0.0

    def lets_through(self) -> bool:
        """Whether to ask now; of those who may try a server that hangs, the first alone."""
        if self._hangs < HANGS:
            return True
        now = time.monotonic()
        if now < self._closed_until:
            return False
        self._closed_until = now + PAUSE
        return True

    def answered(self) -> None:
        """It answers, or is quick to say that it cannot."""
        self._hangs = 0

    def failed(self, seconds: float) -> None:
        """No answer, known after so many seconds."""
        if seconds < SLOW:
            self.answered()
            return
        self._hangs += 1
        if self._hangs >= HANGS:
            self._closed_until = time.monotonic() + PAUSE
