"""`marie evaluate`: what it prints, saves and draws, and how well Marie understands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AT_LEAST = {
    "topic_right": 0.88,
    "family_right": 0.91,
    "macro_f1": 0.88,
    "in_scope_kept": 0.95,
    "foreign_refused": 0.86,
    "refused_at_95_kept": 0.90,
    "scope_auroc": 0.97,
}
ANSWERED_AT_LEAST = 0.88
"""A little under what docs/understanding.md states: a change that loses more fails here."""


@pytest.mark.rasa
@pytest.mark.timeout(900)
def test_understanding_is_measured_saved_and_drawn_and_has_not_got_worse(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "marie", "evaluate"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MARIE_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "topic_right" in result.stdout
    answered = re.search(r"answered_topic_right +([0-9.]+)", result.stdout)
    assert answered
    assert float(answered[1]) >= ANSWERED_AT_LEAST
    folder = tmp_path / "evaluation" / "marie"
    for name in ("confusion.png", "reliability.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    saved = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
    figures = saved["figures"]
    assert {name: figures[name] for name, least in AT_LEAST.items() if figures[name] < least} == {}
    assert figures["calibration_error"] <= 0.06
    assert figures["megabytes_at_most"] <= 900
    assert len(saved["topics"]) >= 50


def test_an_unknown_recipe_is_refused() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "marie", "evaluate", "--recipe", "secret"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "--recipe" in result.stderr
