"""Reads a file that editors write as what it is to hold; a mistake is said in French."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from marie import strict_yaml
from marie.knowledge.file_mistakes import in_french

T = TypeVar("T")


class KnowledgeErrors(Exception):
    """What is wrong in `knowledge/`, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def read(path: Path, kind: type[T]) -> T:
    """A YAML file as `kind`; `KnowledgeErrors` names the file and the mistake."""
    raw: Any = None
    try:
        raw = strict_yaml.read(path)
        return msgspec.convert(raw, kind)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise KnowledgeErrors([f"{path} : {in_french(error, raw)}."]) from error


def unreadable_files(knowledge: Path) -> Iterator[str]:
    """One sentence for each file that is no YAML, whoever reads it."""
    for path in sorted(knowledge.rglob("*.yml")):
        try:
            strict_yaml.read(path)
        except (OSError, yaml.YAMLError) as error:
            yield f"{path} : {in_french(error)}."
