"""Collects `*.yml` of this folder: each is a test that talks with the running Marie."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.dialogues.talk import BrokenDialogue, Dialogue, WrongAnswer, play, read_dialogue
from tests.running import RunningMarie


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    """Each YAML file is a dialogue."""
    if file_path.suffix != ".yml":
        return None
    collected: DialogueFile = DialogueFile.from_parent(parent, path=file_path)
    return collected


class DialogueFile(pytest.File):
    """A file; broken ones fail with a sentence instead of a traceback."""

    def collect(self) -> Iterator[pytest.Item]:
        """The one test of the file."""
        try:
            dialogue = read_dialogue(self.path)
        except BrokenDialogue as error:
            raise self.CollectError(str(error)) from error
        item = DialogueItem.from_parent(
            self, name=dialogue.name, callobj=partial(_talk, dialogue=dialogue)
        )
        item.add_marker("rasa")
        yield item


class DialogueItem(pytest.Function):
    """A dialogue; what differed is told without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """What differed."""
        if isinstance(excinfo.value, WrongAnswer):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)


def _talk(marie: RunningMarie, *, dialogue: Dialogue) -> None:
    play(dialogue, marie.base)
