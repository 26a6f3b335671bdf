"""`marie say` and `marie chat` on the running Marie."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.running import ROOT, RunningMarie

pytestmark = pytest.mark.rasa


def test_say_prints_how_a_sentence_is_understood_and_answered(marie: RunningMarie) -> None:
    output = marie.marie("say", "y a-t-il un cégep à Rimouski?").stdout
    lines = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in output.splitlines()}
    assert "cegep.find" in output.splitlines()[0]
    assert "place = municipality:10043" in output
    assert lines["sujet"] == "cegep.find"
    assert lines["fiche"] == "cegep-find"
    assert "· Cégep de Rimouski" in output


def test_say_takes_a_slash_for_a_sentence(marie: RunningMarie) -> None:
    assert "sujet" in marie.marie("say", "/restart").stdout


def test_chat_talks_and_a_number_chooses(marie: RunningMarie) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "marie", "chat"],
        input="Combien coûte une garderie?\n1\n\n",
        cwd=ROOT,
        env=marie.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Je suis Marie" in result.stdout
    assert "9,65" in result.stdout
    assert result.stdout.count("\n> ") + result.stdout.startswith("> ") == 3
