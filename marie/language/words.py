"""The words of a text, as word vectors are looked up."""

from __future__ import annotations

import re

from marie.language.folding import fold

_WORD = re.compile(r"[^\W\d_]+'?")


def words_of(text: str) -> list[str]:
    """Folded words without numbers, what is elided apart: "l'école" is "l'", "ecole"."""
    return _WORD.findall(fold(text.lower().replace("\u2019", "'")))
