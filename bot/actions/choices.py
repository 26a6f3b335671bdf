"""Which of some listed values a message says, by the words that editors wrote for each, and which
of the regions or towns to choose from it picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.actions.turn import Turn
from marie.knowledge.rules import Choice
from marie.language.folding import words

ABOUT_CHOICES = frozenset({"why_asked", "repeat"})
"""What is said about the regions or towns to choose from, without choosing."""

DIGITS = tuple("12345")


def said_choice(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The first choice of which the message has a whole phrase."""
    said = f" {' '.join(word.text for word in words(text))} "
    for choice in choices:
        if any(f" {phrase} " in said for phrase in choice.says):
            return choice
    return None


def chosen(turn: Turn) -> Turn:
    """« La deuxième », under regions or towns to choose from; they hold for the next message.

    « Pourquoi eux? » lets them stand.
    """
    choices = turn.focus.choices
    wanted = int(turn.text) if turn.text.strip() in DIGITS else turn.value("ordinal")
    picks = turn.intent == "pick" or turn.text.strip() in DIGITS
    compared = turn.focus.topic == "region.compare"
    weighs = compared and turn.intent in ("region.compare", "moving.plan")
    if turn.intent not in ABOUT_CHOICES and not weighs:
        turn = replace(turn, focus=replace(turn.focus, choices=()))
    compares = turn.intent == "region.compare" and turn.focus.topic != "region.compare"
    if compares and not turn.all("place") and len(choices) > 1:
        # « Compare les deux premières »; once compared, « laquelle est moins chère? » asks rents.
        first = [each for choice in choices[:2] for each in turn.as_pressed(choice).all("place")]
        return replace(turn, entities=(*turn.entities, *first))
    if turn.pressed or not picks or not isinstance(wanted, int):
        return turn
    number = len(choices) if wanted == -1 else wanted
    return turn.as_pressed(choices[number - 1]) if 1 <= number <= len(choices) else turn
