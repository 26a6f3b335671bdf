"""No-break spaces as Québec writes them, so that no line begins with « : » or « $ »."""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"

_SPACES = (
    (re.compile(r"« +"), f"«{NO_BREAK}"),
    (re.compile(r" +([»:$%])"), rf"{NO_BREAK}\1"),
    (
        re.compile(
            r"\b(1er|\d{1,2}) (?=(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre"
            r"|octobre|novembre|décembre)\b)"
        ),
        rf"\1{NO_BREAK}",
    ),
    (re.compile(r"(?<=\d) (?=(?:h|jours?|mois|ans?|km)\b|\d{3}\b)"), NO_BREAK),
    (re.compile(r"(?<=\d) (?=C\.c\.Q)"), NO_BREAK),
    (re.compile(r"\b(art\.|article|articles|M\.|Mme) (?=\S)"), rf"\1{NO_BREAK}"),
)


def spaced(text: str) -> str:
    """The text with its no-break spaces; a colon in an address (`https://`) is left alone."""
    for pattern, replacement in _SPACES:
        text = pattern.sub(replacement, text)
    return text
