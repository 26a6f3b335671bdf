"""One running Marie for the journeys of a session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from marie.rasa.model import train
from marie.settings import ROOT
from tests.running import RunningMarie, running_marie


@pytest.fixture(scope="session")
def marie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMarie]:
    """The whole product, started once; the model is trained first if it is missing."""
    data = tmp_path_factory.mktemp("marie")
    train(ROOT / "bot" / "models", data, dict(os.environ))
    with running_marie(data) as started:
        yield started
