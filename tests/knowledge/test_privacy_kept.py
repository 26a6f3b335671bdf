"""How long Marie keeps what is written to her, as she says it."""

from __future__ import annotations

from marie.knowledge.privacy import load_privacy
from marie.settings import ROOT


def test_what_she_says_holds_whatever_an_administrator_sets() -> None:
    most = {each.id: each.most for each in load_privacy(ROOT / "knowledge").limits}
    assert most["conversation_without_lead"] == 365  # « au plus tard après un an »
    assert {most["settled_lead"], most["unsettled_lead"]} == {1826}  # « cinq ans après la fin »
