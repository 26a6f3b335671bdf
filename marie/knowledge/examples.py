"""Training examples (`bot/data/nlu`) and held-out questions (`tests/questions`) as files.

A wording may become an example when it is one line, is not there yet and is no near-copy of a
question that measures Marie: a model that learned its own examination has good marks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from marie import strict_yaml
from marie.language.folding import fold_key

NEAR = 87
"""Of 100: two folded texts this alike say the same in the same words."""
SHORT = 12
"""Letters below which people have hardly two ways to say it ("merci beaucoup", "à demain")."""
MAX_LENGTH = 200

_INTENT = re.compile(r"- intent: (\S+)\s*")
_EXAMPLE = "    - "
_MEANING = re.compile(r"[\[\]{}|#\\\x00-\x1f]")
"""What Rasa or YAML would read as more than letters."""


class NotAnExample(Exception):
    """Marie should not learn this: `reason` is "empty", "long", "marked" (it has brackets, as what
    was masked has), "topic" (nobody trains that one), "known", "held_out" or "proposed"; `like` is
    the text it is too like."""

    def __init__(self, reason: str, like: str = "") -> None:
        self.reason = reason
        self.like = like
        super().__init__(reason, like)


@dataclass(frozen=True, kw_only=True)
class Examples:
    """What training reads and what examines it. `known`: topic by folded text; `held_out`: text by
    folded text."""

    topics: frozenset[str]
    known: dict[str, str]
    held_out: dict[str, str]

    def check(self, text: str, topic: str) -> str:
        """The text as it would stand in a file; `NotAnExample` when it should not."""
        line = one_line(text)
        if not fold_key(line):
            raise NotAnExample("empty")
        if len(line) > MAX_LENGTH:
            raise NotAnExample("long")
        if _MEANING.search(line):
            raise NotAnExample("marked")
        self.check_new(line, topic)
        return line

    def check_new(self, text: str, topic: str) -> None:
        """`NotAnExample` when there is no such topic, or training or the examination has it."""
        if topic not in self.topics:
            raise NotAnExample("topic")
        key = fold_key(text)
        if key in self.known:
            raise NotAnExample("known", text)
        copy = near_copy(key, tuple(self.held_out))
        if copy is not None:
            raise NotAnExample("held_out", self.held_out[copy])


def one_line(text: str) -> str:
    """A text with its white space as single spaces, not begun by a list's hyphen."""
    return " ".join(text.split()).lstrip("- ")


def near_copy(key: str, others: Sequence[str]) -> str | None:
    """The folded text that says the same in nearly the same words; equal short ones count too."""
    if len(key) < SHORT:
        return key if key in others else None
    found = process.extractOne(key, others, scorer=fuzz.ratio, score_cutoff=NEAR)
    return None if found is None else str(found[0])


def read_examples(nlu: Path, questions: Path) -> Examples:
    """What both folders say; one that is missing says nothing."""
    known, topics = {}, set()
    for path in sorted(nlu.glob("*.yml")):
        for topic, text in _examples(path.read_text(encoding="utf-8")):
            topics.add(topic)
            known[fold_key(text) or text] = topic
    held_out = {
        fold_key(question["text"]): str(question["text"])
        for path in sorted(questions.glob("*.yml"))
        for question in strict_yaml.read(path)
    }
    return Examples(topics=frozenset(topics), known=known, held_out=held_out)


def write_examples(nlu: Path, topic: str, texts: Sequence[str]) -> Path:
    """Add texts, sorted, at the end of a topic's examples; the file.

    `NotAnExample` when no file has the topic.
    """
    for path in sorted(nlu.glob("*.yml")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = _end_of(lines, topic)
        if at is not None:
            lines[at:at] = [f"{_EXAMPLE}{text}\n" for text in sorted(texts, key=fold_key)]
            draft = path.with_name(f".{path.name}.new")
            draft.write_text("".join(lines), encoding="utf-8")
            draft.replace(path)
            return path
    raise NotAnExample("topic")


def _examples(text: str) -> Iterator[tuple[str, str]]:
    """Topic and text of each example of a file."""
    topic = None
    for line in text.splitlines():
        if found := _INTENT.fullmatch(line):
            topic = found[1]
        elif topic is not None and line.startswith(_EXAMPLE):
            yield topic, line.removeprefix(_EXAMPLE).strip()


def _end_of(lines: Sequence[str], topic: str) -> int | None:
    """The line after the topic's last example."""
    inside, end = False, None
    for number, line in enumerate(lines):
        if found := _INTENT.fullmatch(line.rstrip("\n")):
            inside = found[1] == topic
        elif inside and line.startswith(_EXAMPLE):
            end = number + 1
    return end
