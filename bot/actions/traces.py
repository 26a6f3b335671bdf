"""Where each thing that Marie knows of a visitor comes from: which message, asked for or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.actions.turn import Turn
from marie.domain.qualification import Origin, Told
from marie.domain.replies import Reply

TOLD = "told"
"""The profile's key: by field, the visitor's message and how it was told."""

LANGUAGE = "language"
"""The profile's key for the language of the visitor's, when she wrote in another than French."""


def with_traces(turn: Turn, reply: Reply) -> Reply:
    """The reply, whose profile says where what this message changed comes from."""
    before, after = _fields(turn.profile), _fields(reply.profile)
    old = turn.profile.get(TOLD) or {}
    kept = {name: trace for name, trace in old.items() if name in after}
    origin: Origin = "message"
    if turn.pressed:
        origin = "button"
    elif turn.focus.pending is not None:
        origin = "form"
    for name, value in after.items():
        if name not in before or before[name] != value:
            kept[name] = {"seq": turn.seq, "origin": origin}
    profile = {name: value for name, value in reply.profile.items() if name != TOLD}
    language = turn.value("language")
    if isinstance(language, str):
        profile[LANGUAGE] = language
    if kept:
        profile[TOLD] = kept
    return reply if profile == reply.profile else replace(reply, profile=profile)


def traced(profile: Mapping[str, Any], field: str, words: str) -> Told:
    """A part of the file with where it comes from."""
    trace = (profile.get(TOLD) or {}).get(field) or {}
    return Told(
        field=field, words=words, origin=trace.get("origin", "message"), seq=trace.get("seq")
    )


def _fields(profile: Mapping[str, Any]) -> dict[str, Any]:
    situation = dict(profile.get("situation") or {})
    lease = {f"lease.{name}": value for name, value in (profile.get("lease") or {}).items()}
    return {**situation, **lease}
