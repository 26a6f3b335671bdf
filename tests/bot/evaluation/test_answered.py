"""What the actions make of a reading is told apart from the reading itself."""

from __future__ import annotations

from typing import Any

from bot.actions.wiring import open_desk
from bot.answered import answered, as_lines
from marie.settings import ROOT


def message(topic: str, text: str, intent: str) -> dict[str, Any]:
    return {
        "topic": topic,
        "message": {
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "intent_ranking": [{"name": intent, "confidence": 0.9}],
            "entities": [],
            "metadata": {"said_at": "2026-11-22T12:00:00.000Z"},
        },
    }


def test_what_the_words_change_is_listed_and_counted() -> None:
    found = answered(
        [
            message("housing.rent", "c’est combien un loyer", "housing.rent"),
            message("privacy", "effacez mes données", "lease.end"),
            message("out_of_scope", "il fait beau", "out_of_scope"),
        ],
        open_desk(ROOT / "knowledge"),
    )
    assert [each.answered for each in found] == ["housing.rent", "privacy"]
    assert as_lines(found) == [
        "answered under another topic than read",
        "  + lease.end → privacy: effacez mes données",
        "",
        "answered_topic_right       1.000",
        "answered_family_right      1.000",
    ]
