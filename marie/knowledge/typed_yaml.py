"""YAML that somebody types in a form: read with care, its mistakes by line.

Only plain values: no aliases (a short text could stand for gigabytes), no deep nests, no keys that
are not texts.
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from marie import strict_yaml
from marie.knowledge.file_mistakes import in_french

MOST = 40_000
"""Characters of a text."""

DEEPEST = 12
WIDTH = 100


class BadYaml(Exception):
    """It cannot be read: a French sentence without its full stop, its line first."""


def read_yaml(text: str) -> Any:
    """The JSON values of a text; None when it is empty, `BadYaml` when it cannot be read."""
    if len(text) > MOST:
        raise BadYaml(f"le texte a {len(text)} caractères, {MOST} au plus")
    try:
        _check_events(text)
        read = msgspec.to_builtins(strict_yaml.load(text), str_keys=True)
        # As it is kept: what JSON has not, « .nan », becomes nothing.
        value = msgspec.json.decode(msgspec.json.encode(read))
    except yaml.YAMLError as error:
        raise BadYaml(in_french(error)) from error
    except (TypeError, ValueError) as error:
        raise BadYaml("une clé n’est pas un mot") from error
    return value


def written_yaml(value: Any) -> str:
    """Values as a text that reads them again; "" for nothing."""
    if not value:
        return ""
    return yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, indent=2
    )


def line_of(text: str, path: list[str]) -> int | None:
    """The line, counted from 1, on which the value at a path begins; its owner's when it is not
    there."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
    if node is None:
        return None
    line: int = node.start_mark.line + 1
    for step in path:
        found = None
        if isinstance(node, yaml.SequenceNode) and step.isdecimal():
            found = node.value[int(step)] if int(step) < len(node.value) else None
            line = found.start_mark.line + 1 if found is not None else line
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    found, line = value, key.start_mark.line + 1
        if found is None:
            return line
        node = found
    return line


class _Dumper(yaml.SafeDumper):
    """Small lists and mappings on one line, as people write them."""

    def represent_data(self, data: Any) -> Any:
        node = super().represent_data(data)
        if isinstance(node, (yaml.SequenceNode, yaml.MappingNode)):
            node.flow_style = _is_small(data)
        return node

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _is_small(data: Any) -> bool:
    if isinstance(data, dict):
        return "says" not in data and all(not isinstance(each, dict) for each in data.values())
    return all(isinstance(each, (str, int, float)) for each in data)


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.AliasEvent):
            raise BadYaml(f"ligne {line}, les renvois (« * ») ne sont pas permis")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise BadYaml(f"ligne {line}, les listes sont trop emboîtées")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
