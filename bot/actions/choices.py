"""Which of some listed values a message says, by the words that editors wrote for each."""

from __future__ import annotations

from collections.abc import Sequence

from marie.knowledge.rules import Choice
from marie.language.folding import words


def said_choice(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The first choice of which the message has a whole phrase."""
    said = f" {' '.join(word.text for word in words(text))} "
    for choice in choices:
        if any(f" {phrase} " in said for phrase in choice.says):
            return choice
    return None
