"""Distress, violence and danger, recognised by their words before anything else.

No trained model stands between somebody in danger and the help lines: `knowledge/safety.yml` lists
sequences of folded words, and its first lines say how they are written. Pure Python for 3.10 or
newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import yaml

from marie.language.folding import fold, fold_key

SafetyKind = Literal["distress", "danger", "violence_lease", "violence"]
"""What was recognised, the most pressing first: a message that is several is the first of them.

`violence_lease` asks about ending a lease because of violence: the help lines come with an answer
about the lease.
"""

_LONGEST_GAP = 3
_TAKEN = "|"
_WORD = r"[^\W_]+\*?"
_TOKEN = re.compile(rf"_|{_WORD}|\({_WORD}(?:\|{_WORD})*\)")


class BadPattern(ValueError):
    """A pattern that cannot be read; the message names it."""


@dataclass(frozen=True)
class SafetyPatterns:
    """Compiled patterns; `never` are turns of phrase that sound alike and mean no harm."""

    kinds: tuple[tuple[SafetyKind, re.Pattern[str]], ...]
    never: tuple[re.Pattern[str], ...]

    def find(self, text: str) -> SafetyKind | None:
        """The most pressing kind of `text`, or `None`."""
        words = f" {fold_key(text)} "
        for pattern in self.never:
            words = pattern.sub(_TAKEN + " ", words)
        return next((kind for kind, pattern in self.kinds if pattern.search(words)), None)


def read_safety(path: Path) -> SafetyPatterns:
    """The patterns of `knowledge/safety.yml`."""
    return compile_safety(yaml.safe_load(path.read_text(encoding="utf-8")))


def compile_safety(patterns: Mapping[str, Sequence[object]]) -> SafetyPatterns:
    """Patterns by kind, and `never`; `BadPattern` for an unknown kind or an unreadable pattern."""
    known = get_args(SafetyKind)
    unknown = sorted(set(patterns) - {*known, "never"})
    if unknown:
        raise BadPattern(f"unknown kind: {', '.join(unknown)}")
    return SafetyPatterns(
        kinds=tuple(
            (
                cast("SafetyKind", kind),
                re.compile(f"(?<= )(?:{'|'.join(_expression(each) for each in patterns[kind])})"),
            )
            for kind in known
            if patterns.get(kind)
        ),
        never=tuple(
            re.compile(f"(?<= ){_expression(each)}") for each in patterns.get("never") or ()
        ),
    )


def _expression(pattern: object) -> str:
    """A regular expression over words that each end in a space; no gap spans what `never` took."""
    parts = fold(str(pattern)).split(" ")
    if not all(_TOKEN.fullmatch(part) for part in parts) or "_" in {parts[0], parts[-1]}:
        raise BadPattern(str(pattern))
    return "".join(
        rf"(?:[^ {_TAKEN}]+ ){{0,{_LONGEST_GAP}}}?"
        if part == "_"
        else f"(?:{part.strip('()').replace('*', '[^ ]*')}) "
        for part in parts
    )
