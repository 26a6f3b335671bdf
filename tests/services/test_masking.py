"""What hides personal data goes on when the process that finds names dies, and keeps no words
when names cannot be looked for."""

from __future__ import annotations

import sys

import pytest

from marie.services import masking
from marie.services.masking import NOTHING_KEPT, mask


def test_names_and_numbers_are_hidden_and_the_rest_is_left() -> None:
    assert (
        mask("Bonjour, je suis Amina Diallo 514 555-0142, je cherche à Rimouski")
        == "Bonjour, je suis [nom] [téléphone], je cherche à Rimouski"
    )


def test_process_that_died_is_started_again() -> None:
    masking.load()
    process = masking._finder._process
    assert process is not None
    process.kill()
    process.wait()
    assert mask("je suis Amina Diallo") == "je suis [nom]"


def test_nothing_is_kept_when_names_cannot_be_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = masking._Finder()
    monkeypatch.setattr(masking, "_finder", broken)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert mask("je suis Amina Diallo") == NOTHING_KEPT
    broken.close()
