"""Sequences of folded words, as editors write them in `knowledge/`, searched in a message.

A pattern is words separated by one space: `word*` is any word that begins so, `(a|b c|d*)` one of
several words or groups of words, `_` zero to three words whatever they are. It holds anywhere in a
message, unless it begins with `^` (the message's first word follows) or ends with `$` (its last).

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

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


_compiled = lru_cache(maxsize=None)(re.compile)
"""Compiled when a message first needs it: all of them at once would take a second of each start."""


@dataclass(frozen=True)
class Patterns:
    """Several patterns as regular expressions; none at all holds nowhere.

    `by_first` has those that may begin with a word, `by_prefix` those that may begin with a word
    that begins so: of hundreds of patterns a message tries only the few that it could hold.
    """

    expression: str | None
    by_first: Mapping[str, str]
    by_prefix: tuple[tuple[str, str], ...]

    def hold(self, words: str) -> bool:
        """Whether one of them holds in `words` (see `searchable`)."""
        start = 1
        while start < len(words):
            end = words.find(" ", start)
            word = words[start:end]
            own = self.by_first.get(word)
            if own is not None and _compiled(own).match(words, start):
                return True
            for prefix, expression in self.by_prefix:
                if word.startswith(prefix) and _compiled(expression).match(words, start):
                    return True
            start = end + 1
        return False

    def take(self, words: str) -> str:
        """`words` without what the patterns cover: nothing is found there, or across it."""
        if self.expression is None:
            return words
        return _compiled(self.expression).sub(_TAKEN + " ", words)


def searchable(text: str) -> str:
    """The folded words of `text`, each between spaces."""
    return f" {fold_key(text)} "


def compile_patterns(patterns: Iterable[object]) -> Patterns:
    """Patterns to search for; `BadPattern` names one that cannot be read."""
    expressions: list[str] = []
    firsts: dict[str, list[str]] = {}
    for each in patterns:
        expression = _expression(each)
        expressions.append(expression)
        for first in _first_words(each):
            firsts.setdefault(first, []).append(expression)
    if not expressions:
        return Patterns(None, {}, ())
    joined = {first: "|".join(several) for first, several in firsts.items()}
    return Patterns(
        f"(?<= )(?:{'|'.join(expressions)})",
        {first: each for first, each in joined.items() if not first.endswith("*")},
        tuple((first[:-1], each) for first, each in joined.items() if first.endswith("*")),
    )


def _first_words(pattern: object) -> list[str]:
    """The words, or beginnings of words with a star, with which a pattern may begin."""
    parts = _SPACE.split(fold(str(pattern)))
    first = parts[1] if parts[0] == "^" else parts[0]
    return [choice.split(" ")[0] for choice in first.strip("()").split("|")]


def _expression(pattern: object) -> str:
    """A regular expression over words that each end in a space; no gap spans what was taken."""
    parts = _SPACE.split(fold(str(pattern)))
    if not all(_TOKEN.fullmatch(part) for part in parts) or parts[-1] == "_":
        raise BadPattern(str(pattern))
    first, last = ("^" if parts[0] == "^" else ""), ("$" if parts[-1] == "$" else "")
    parts = parts[len(first) : len(parts) - len(last)]
    # A pattern is looked for from its first word on: it cannot begin with any word at all.
    if not parts or parts[0] == "_" or {"^", "$"} & set(parts):
        raise BadPattern(str(pattern))
    expression = "".join(
        rf"(?:[^ {_TAKEN}]+ ){{0,{_LONGEST_GAP}}}?"
        if part == "_"
        else f"(?:{part.strip('()').replace('*', '[^ ]*')}) "
        for part in parts
    )
    return (r"(?<=\A )" if first else "") + expression + (r"\Z" if last else "")
