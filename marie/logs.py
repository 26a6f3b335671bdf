"""Logs: one line of JSON a record, alike in the web application, Rasa and the action server.

A request's id and the conversation's are in every line that is written while they are known, and
travel with the turn (`metadata.request`), so one search finds a turn in all three. Addresses,
telephone numbers and tokens are masked, whoever wrote them into a message or an error: what a
visitor says never stands in a log. Pure Python for 3.10 or newer: it also runs inside Rasa.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
CONVERSATION: ContextVar[str | None] = ContextVar("conversation", default=None)

PROCESS = "MARIE_PROCESS"
"""The environment variable with the process' name: web, rasa, actions."""

FIELDS = ("seq", "intent", "topic", "outcome", "seconds", "method", "route", "status", "job")
"""What a record may carry besides its message (`extra=`)."""

_MASKS = (
    (re.compile(r"[^\s@<>\"'(),;:]+@[\w-]+(?:\.[\w-]+)+"), "[courriel]"),
    (
        re.compile(r"(?<![\w.-])(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\d)"),
        "[téléphone]",
    ),
    # Longer than any id of ours: a visitor's token, a session, a signature.
    (re.compile(r"(?<![\w-])[\w-]{40,}(?![\w-])"), "[jeton]"),
)


def masked(text: str) -> str:
    """The text without e-mail addresses, telephone numbers and tokens."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


class JsonLines(logging.Formatter):
    """A record as one line: at, level, process, logger, message, then what is known of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "process": os.environ.get(PROCESS, "marie"),
            "logger": record.name,
            "message": masked(record.getMessage()),
            "request": REQUEST.get(),
            "conversation": CONVERSATION.get(),
        }
        line |= {name: getattr(record, name, None) for name in FIELDS}
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        known = {name: value for name, value in line.items() if value is not None}
        return json.dumps(known, ensure_ascii=False, default=str)


def configure() -> None:
    """Write everything from INFO on to standard error, as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


@contextmanager
def about(*, request: str | None, conversation: str | None) -> Iterator[None]:
    """Lines written in the block carry these ids."""
    tokens = REQUEST.set(request), CONVERSATION.set(conversation)
    try:
        yield
    finally:
        REQUEST.reset(tokens[0])
        CONVERSATION.reset(tokens[1])
