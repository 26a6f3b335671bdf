"""Sequences of folded words, as editors write them in `knowledge/`, searched in a message.

A pattern is words separated by one space: `word*` is any word that begins so, `(a|b c|d*)` one of
several words or groups of words, `_` zero to three words whatever they are. It holds anywhere in a
message, unless it begins with `^` (the message's first word follows) or ends with `$` (its last).

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from marie.language.folding import fold, fold_key

_LONGEST_GAP = 3
_TAKEN = "|"
_WORD = r"[^\W_]+\*?"
_WORDS = rf"{_WORD}(?: {_WORD})*"
_TOKEN = re.compile(rf"_|\^|\$|{_WORD}|\({_WORDS}(?:\|{_WORDS})*\)")
_SPACE = re.compile(r" (?![^(]*\))")
"""A space that is not between parentheses."""


class BadPattern(ValueError):
    """A pattern that cannot be read; the message names it."""


@dataclass(frozen=True)
class Patterns:
    """Several patterns, compiled; none at all holds nowhere."""

    compiled: re.Pattern[str] | None

    def hold(self, words: str) -> bool:
        """Whether one of them holds in `words` (see `searchable`)."""
        return self.compiled is not None and self.compiled.search(words) is not None

    def take(self, words: str) -> str:
        """`words` without what the patterns cover: nothing is found there, or across it."""
        return words if self.compiled is None else self.compiled.sub(_TAKEN + " ", words)


def searchable(text: str) -> str:
    """The folded words of `text`, each between spaces."""
    return f" {fold_key(text)} "


def compile_patterns(patterns: Iterable[object]) -> Patterns:
    """Patterns to search for; `BadPattern` names one that cannot be read."""
    expressions = [_expression(each) for each in patterns]
    if not expressions:
        return Patterns(None)
    return Patterns(re.compile(f"(?<= )(?:{'|'.join(expressions)})"))


def _expression(pattern: object) -> str:
    """A regular expression over words that each end in a space; no gap spans what was taken."""
    parts = _SPACE.split(fold(str(pattern)))
    if not all(_TOKEN.fullmatch(part) for part in parts) or "_" in {parts[0], parts[-1]}:
        raise BadPattern(str(pattern))
    first, last = ("^" if parts[0] == "^" else ""), ("$" if parts[-1] == "$" else "")
    parts = parts[len(first) : len(parts) - len(last)]
    if not parts or {"^", "$"} & set(parts):
        raise BadPattern(str(pattern))
    expression = "".join(
        rf"(?:[^ {_TAKEN}]+ ){{0,{_LONGEST_GAP}}}?"
        if part == "_"
        else f"(?:{part.strip('()').replace('*', '[^ ]*')}) "
        for part in parts
    )
    return (r"(?<=\A )" if first else "") + expression + (r"\Z" if last else "")
