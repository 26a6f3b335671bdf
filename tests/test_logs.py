"""What a log line holds, and what it never does."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from marie import logs


def line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    """The line of a record."""
    record = logging.LogRecord("marie.test", logging.INFO, __file__, 1, message, arguments, None)
    record.__dict__.update(extra)
    read: dict[str, object] = json.loads(logs.JsonLines().format(record))
    return read


def test_line_carries_the_ids_that_are_known_and_what_was_measured() -> None:
    with logs.about(request="a1b2c3d4", conversation="c" * 32):
        read = line("answered", seq=4, outcome="missed", seconds=0.031)
    assert read["request"] == "a1b2c3d4"
    assert read["conversation"] == "c" * 32
    assert (read["seq"], read["outcome"], read["seconds"]) == (4, "missed", 0.031)
    assert "conversation" not in line("later")


@pytest.mark.parametrize(
    "private",
    [
        "marie.tremblay+bail@exemple.qc.ca",
        "514 555-0199",
        "(418) 555-0199",
        "+1 418.555.0199",
        "dGhpcyBpcyBhIHRva2VuIG9mIGEgdmlzaXRvciwgbm90IGFuIGlk",
    ],
)
def test_personal_data_and_tokens_are_masked_in_messages_and_errors(private: str) -> None:
    assert private not in str(line("could not send to %s", private))
    try:
        raise ValueError(f"no such address: {private}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    written = logs.JsonLines().format(record)
    assert private not in written
    assert "ValueError" in written


def test_ids_of_conversations_and_figures_are_not_taken_for_personal_data() -> None:
    kept = "0123456789abcdef0123456789abcdef 2026-11-22 8.123.456 12345"
    assert line(kept)["message"] == kept
