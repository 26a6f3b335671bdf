"""Writes an item back into its file of `knowledge/`, whose comments, order and style stay."""

from __future__ import annotations

import io
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import FoldedScalarString

from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.items import SHELVES, Content, Kind, home

WIDTH = 96
"""Longest line of a folded text, in characters, without its margin."""

LONG = 120
"""A longer text, or one of several paragraphs, is folded (`>-`)."""

ENDLESS = 1_000_000
"""Lines that nobody changed stay as they are, whatever their length."""


def write_item(
    knowledge: Path, kind: Kind, item_id: str, content: Content | None, path: Path | None
) -> Path:
    """Put `content` in the item's file (None takes it out); the file, which may be a new one.

    `path`: the file that it stands in now, None for a new item. What did not change keeps its
    lines, comments included. `KnowledgeErrors` when the file cannot be read.
    """
    shelf = SHELVES[kind]
    target = path or knowledge / home(kind, content or {}, item_id)
    if shelf.shape == "file" and content is not None:
        target = knowledge / home(kind, content, item_id)
    if shelf.shape == "file" and content is None:
        (path or target).unlink(missing_ok=True)
        return target
    yaml = _yaml()
    document = _read(yaml, path) if path is not None and path.exists() else None
    match shelf.shape:
        case "file":
            document = _onto(document, content) if document is not None else _native(content)
        case "list":
            document = document if document is not None else []
            _put_in_list(document, shelf.key, item_id, content)
        case "mapping":
            document = document if document is not None else {}
            if content is None:
                document.pop(item_id, None)
            elif item_id in document:
                _onto(document[item_id], content)
            else:
                document[item_id] = _native(content)
    _write(yaml, document, target)
    if path is not None and path != target:
        path.unlink()
    return target


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = ENDLESS
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(yaml: YAML, path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"))
    except Exception as error:  # every kind of mistake that a YAML file can hold
        raise KnowledgeErrors([f"{path} : illisible."]) from error


def _write(yaml: YAML, document: Any, target: Path) -> None:
    text = io.StringIO()
    yaml.dump(document, text)
    lines = text.getvalue()
    if isinstance(document, Sequence):
        lines = _at_margin(lines)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_suffix(".yml.new")
    made.write_text(lines, encoding="utf-8")
    made.replace(target)


def _at_margin(lines: str) -> str:
    """A list without the two spaces that the writer puts before its dashes."""
    found = lines.split("\n")
    if not any(line.startswith("  - ") for line in found):
        return lines
    return "\n".join(line.removeprefix("  ") for line in found)


def _put_in_list(document: Any, key: str, item_id: str, content: Content | None) -> None:
    for place, each in enumerate(document):
        if str(each.get(key)) == item_id:
            if content is None:
                del document[place]
            else:
                _onto(each, content)
            return
    if content is not None:
        document.append(_native(content))


def _onto(before: Any, after: Any) -> Any:
    """`after`, in the clothes of `before` wherever both say the same."""
    if isinstance(before, MutableMapping) and isinstance(after, Mapping):
        for name in [name for name in before if name not in after]:
            del before[name]
        for name, value in after.items():
            before[name] = _onto(before[name], value) if name in before else _native(value)
        return before
    if isinstance(before, list) and isinstance(after, list):
        plain = [msgspec.to_builtins(_plain(each)) for each in before]
        kept = []
        for place, value in enumerate(after):
            if value in plain:
                kept.append(before[plain.index(value)])
            elif place < len(before):
                kept.append(_onto(before[place], value))
            else:
                kept.append(_native(value))
        before[:] = kept
        return before
    if msgspec.to_builtins(_plain(before)) == after:
        return before
    return _native(after)


def _plain(value: Any) -> Any:
    """A value without what its file's style adds to it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, date):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value)


def _native(value: Any) -> Any:
    """A JSON value as the file writes it: a day without quotes, a long text folded."""
    if isinstance(value, Mapping):
        return {name: _native(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_native(each) for each in value]
    if isinstance(value, str):
        if len(value) == len("2026-11-22") and value[4:5] == "-":
            try:
                return date.fromisoformat(value)
            except ValueError:
                return value
        if (len(value) > LONG and " " in value) or "\n" in value:
            return _folded(value)
    return value


def _folded(text: str) -> FoldedScalarString:
    """A text whose lines end at spaces, before they get too long."""
    folded: FoldedScalarString = FoldedScalarString(text)
    places: list[int] = []
    begin = last = 0
    for place, letter in enumerate(text):
        if letter == "\n":
            begin = last = place + 1
        elif letter == " ":
            if place - begin > WIDTH and last > begin:
                places.append(last)
                begin = last + 1
            last = place
        elif place - begin >= WIDTH and last > begin:
            places.append(last)
            begin = last + 1
            last = begin
    folded.fold_pos = places  # type: ignore[attr-defined]
    return folded
