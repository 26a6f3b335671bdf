"""YAML as Marie reads every file of hers: a key that stands twice is a mistake.

YAML's readers keep the last one without a word, and what an editor wrote above is lost.
Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class RepeatedKey(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping: at `context_mark`, and again at `problem_mark`."""

    def __init__(self, first: yaml.Node, again: yaml.Node) -> None:
        self.key = str(again.value)
        super().__init__("first here", first.start_mark, f"{self.key!r} again", again.start_mark)


def load(text: str | bytes) -> Any:
    """The plain values of a document; `yaml.YAMLError` (`RepeatedKey`) when there is a mistake."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506, TID251 (safe, and made here)


def read(path: Path) -> Any:
    """The plain values of a file; `OSError`, and what `load` raises."""
    return load(path.read_bytes())


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        known: dict[tuple[str, str], yaml.Node] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                first = known.setdefault((key.tag, key.value), key)
                if first is not key:
                    raise RepeatedKey(first, key)
        return super().construct_mapping(node, deep)
