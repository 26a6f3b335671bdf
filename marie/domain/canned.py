"""Answers that are written once and filled for each conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from marie.domain.conversation import StaffId
from marie.domain.messages import BadMessage, check_text

PLACEHOLDERS = ("prenom", "region", "besoin", "conseillere", "organisme", "date")
"""What a canned answer may name between braces; each as counsellors type it."""

MAX_TITLE = 80
MAX_ANSWER = 3_000

_NAMED = re.compile(r"\{([^{}\n]{0,40})\}")


@dataclass(frozen=True, kw_only=True)
class CannedAnswer:
    """An answer. `staff_id`: whose alone; else all of `organization`'s (None: everybody's)."""

    id: str
    title: str
    text: str
    organization: str | None
    staff_id: StaffId | None = None

    @property
    def personal(self) -> bool:
        """Whether one person alone has it."""
        return self.staff_id is not None


class BadCanned(BadMessage):
    """An answer that cannot be kept. `unknown`: names between braces that mean nothing."""

    def __init__(self, reason: str, unknown: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.unknown = unknown


def check_canned(title: str, text: str) -> tuple[str, str]:
    """Title and text as they are kept; `BadCanned` or `BadMessage`."""
    title = " ".join(title.split())
    if not title or len(title) > MAX_TITLE:
        raise BadCanned("canned_title")
    text = check_text(text.strip())
    if len(text) > MAX_ANSWER:
        raise BadCanned("canned_too_long")
    unknown = [name for name in _NAMED.findall(text) if name not in PLACEHOLDERS]
    if unknown or "{" in _NAMED.sub("", text) or "}" in _NAMED.sub("", text):
        raise BadCanned("canned_placeholder", tuple(dict.fromkeys(unknown)))
    return title, text


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its values. What is not known stays in sight, as `[prenom]`.

    Values are put in, never read: braces in a visitor's words mean nothing.
    """
    return _NAMED.sub(lambda found: values.get(found[1]) or f"[{found[1]}]", text)
