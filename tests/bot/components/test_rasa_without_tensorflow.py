"""Rasa runs without TensorFlow, and notices when its own modules change their names."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from bot import rasa as our_rasa

ROOT = Path(__file__).parents[3]

LOOK = """
import sys
from bot import rasa as our_rasa
assert our_rasa.install()
import rasa.__main__, rasa.core.run, rasa.server, rasa.model_training
import bot.components.classifier, bot.components.one_action, bot.components.tracker_store
print(sorted({"keras", "tensorflow"} & sys.modules.keys()))
"""


def test_serving_and_training_import_no_tensorflow() -> None:
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.stdout == "[]\n", shown.stderr


@pytest.mark.parametrize("name", sorted(our_rasa.EMPTY))
def test_rasa_has_a_module_of_this_name(name: str) -> None:
    assert find_spec(name)


def test_another_version_of_rasa_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(our_rasa, "RASA_VERSION", "3.7.0")
    before = list(sys.meta_path)
    assert not our_rasa.install()
    assert sys.meta_path == before


def test_the_recipe_names_no_component_that_needs_it() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    names = [each["name"] for each in [*config["pipeline"], *config["policies"]]]
    assert all(name.startswith("bot.components.") for name in names)
