"""In the application's environment: `python -m bot.answered FOLDER`.

The messages that `bot.evaluation` read into a folder, each answered as the first of a conversation:
the actions read a message again by its words (`bot.actions.context`), and what they take from a
right reading, or give to a wrong one, shows here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, open_desk
from bot.evaluation.figures import OUTSIDE, family, share
from marie.settings import ROOT


@dataclass(frozen=True)
class Answered:
    """One message: what it is about, what Rasa read, and the topic of the answer."""

    asked: str
    text: str
    read: str
    answered: str


def answered(messages: list[dict[str, Any]], desk: Desk) -> list[Answered]:
    """Each message in scope (`topic`, and `message` as Rasa parsed it) with its answer's topic."""
    result = []
    for each in messages:
        if each["topic"] == OUTSIDE:
            continue
        turn = read_turn(each["message"])
        reply = respond(turn, desk, topics=TOPICS, forms=FORMS)
        said = (reply.messages[0].topic if reply.messages else None) or "clarify"
        result.append(Answered(each["topic"], turn.text, turn.intent, said))
    return result


def as_lines(found: list[Answered]) -> list[str]:
    """The questions whose reading the words changed, then the figures, for a terminal."""
    lines = ["answered under another topic than read"]
    for each in found:
        if each.read != each.answered and each.asked in (each.read, each.answered):
            mark = "+" if each.answered == each.asked else "-"
            lines.append(f"  {mark} {each.read} → {each.answered}: {each.text}")
    topic = share(each.answered == each.asked for each in found)
    families = share(family(each.answered) == family(each.asked) for each in found)
    return [
        *lines,
        "",
        f"answered_topic_right    {topic:8.3f}",
        f"answered_family_right   {families:8.3f}",
    ]


def main(folder: Path) -> None:
    """Say what becomes of a folder's messages."""
    messages = json.loads((folder / "messages.json").read_text(encoding="utf-8"))
    lines = as_lines(answered(messages, open_desk(ROOT / "knowledge")))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
