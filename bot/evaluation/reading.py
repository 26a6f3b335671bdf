"""Reads questions with a trained model's whole pipeline, as it reads a visitor's (Rasa's side)."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Sequence
from typing import Any

from bot.evaluation.figures import OUTSIDE, Read

SAID_AT = "2026-11-22T12:00:00.000Z"
SURE = 1e6
"""The scope of a message that a rule has taken in (or, negative, out)."""
TOLD = ("text", "intent", "intent_ranking", "entities")
"""What a tracker tells the actions of a message."""
FALLBACK = "nlu_fallback"
"""What the default recipe says when Marie's says `clarify`."""


async def read_all(
    model: str, asked: Sequence[tuple[str, str]]
) -> tuple[list[Read], list[dict[str, Any]]]:
    """Each (topic, text) through the model's pipeline, one at a time: how it was read, and the
    message that the actions would be told of it."""
    # Rasa's environment alone has it, and takes seconds to import.
    agents: Any = importlib.import_module("rasa.core.agent")
    channels: Any = importlib.import_module("rasa.core.channels.channel")
    # Rasa would print every sentence that it reads.
    importlib.import_module("rasa.utils.log_utils").configure_structlog(logging.WARNING)
    processor = agents.Agent.load(model).processor
    metadata = {"said_at": SAID_AT}
    await processor.parse_message(channels.UserMessage("bonjour à tous", metadata=metadata))
    reads, messages = [], []
    for topic, text in asked:
        started = time.perf_counter()
        parsed = await processor.parse_message(channels.UserMessage(text, metadata=metadata))
        reads.append(as_read(topic, text, parsed, time.perf_counter() - started))
        message = {name: parsed[name] for name in TOLD if name in parsed}
        messages.append({"topic": topic, "message": {**message, "metadata": metadata}})
    return reads, messages


def as_read(topic: str, text: str, parsed: dict[str, Any], seconds: float) -> Read:
    """What the pipeline said of one message.

    A guard's intent has confidence 1: then the ranking was not asked. Rasa's own recipe has no
    `scope`: how likely its best topic in scope is stands for it.
    """
    intent = parsed["intent"]["name"].replace(FALLBACK, "clarify")
    ranking = [each for each in parsed["intent_ranking"] if each["name"] != FALLBACK]
    likely = max((each["confidence"] for each in ranking if each["name"] != OUTSIDE), default=0.0)
    scope = float(parsed.get("scope", likely))
    if parsed["intent"]["confidence"] == 1.0:
        scope = -SURE if intent == "clarify" else SURE
        return Read(topic, text, intent, intent, 1.0, scope, seconds)
    best = ranking[0]
    return Read(topic, text, intent, best["name"], float(best["confidence"]), scope, seconds)
