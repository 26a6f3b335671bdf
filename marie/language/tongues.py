"""The language of a message, when it is not French.

Newcomers write to Marie in the language at hand. This tells English, Spanish, Arabic (also in Latin
letters, "3afak"), Haitian Creole, Ukrainian, Portuguese and any other language from French, also in
a word or two ("hello", "mwen bezwen èd"), and
does not take French with borrowed words for English ("le job de mon boss, c'est cool"). A script
tells at once; Latin letters are weighed by each language's words and spellings, and French keeps
the benefit of the doubt: a language is named only when its words outweigh the French ones.

Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

# ruff: noqa: RUF001 (letters of other scripts are what this file is about)

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Literal, cast

from marie.language.folding import fold
from marie.language.tongue_words import FRENCH, SHARED, SPELLINGS, STRONG

Tongue = Literal["en", "es", "ar", "ht", "uk", "pt", "other"]
"""ISO 639-1 codes; `other` is any language that is neither these nor French."""

_LEAST = 0.95
"""What the words of a language must weigh together before it is named; a strong word weighs 1."""

_WORD = re.compile(r"[379]?[^\W\d_]+(?:[379][^\W\d_]+)*")
"""3, 7 and 9 are letters of Arabic written in Latin ones; alone before a word they are numbers."""

_NAMES = frozenset({"quebec", "montreal"})
"""Names that every language writes alike: they count for none, French included."""

_ARABIC_DIGIT = re.compile(r"[a-z][379][a-z]")
_PERSIAN = re.compile(r"[پچژگکی]")
_SPELLINGS = {tongue: re.compile(pattern) for tongue, pattern in SPELLINGS.items()}
_UKRAINIAN = re.compile(r"[іїєґ]|\b(?:що|як|ви|мені|шукаю|роботу|допоможіть|дякую|добрий|або)\b")
_RUSSIAN = re.compile(r"[ыэъё]|\b(?:что|как|мне|здравствуйте|привет|спасибо|или|где|ищу)\b")


def foreign_tongue(text: str) -> Tongue | None:
    """The language that `text` is written in; `None` for French, or when nothing tells."""
    script = _foreign_script(text)
    if script is not None:
        return script
    found = dict.fromkeys(_WORD.findall(text.lower()))
    words = [word for word in found if fold(word) not in _NAMES]
    weights = dict.fromkeys(STRONG, 0.0)
    french = 0.0
    for word in words:
        plain = fold(word)
        if plain[0] in "379" and plain not in STRONG["ar"]:
            plain = plain[1:]  # "3enfants"
        is_french = plain in FRENCH
        french += 1.0 if is_french else 0.0
        known = False
        for tongue, strong in STRONG.items():
            if plain in SHARED[tongue]:
                weights[tongue] += 0.45
                known = True
            elif plain in strong and not is_french:
                weights[tongue] += 1.0
                known = True
        if not (known or is_french) and len(word) > 2:
            for tongue, pattern in _SPELLINGS.items():
                if pattern.search(word):
                    if tongue == "fr":
                        french += 0.4
                    else:
                        weights[tongue] += 0.4
    weights["ar"] += 1.0 * sum(1 for word in words if _ARABIC_DIGIT.search(fold(word)))
    if "¿" in text or "¡" in text:
        weights["es"] += 2.0
    tongue, weight = max(weights.items(), key=lambda each: each[1])
    return cast("Tongue", tongue) if weight >= _LEAST and weight > french else None


def _foreign_script(text: str) -> Tongue | None:
    """The language that a script tells, when most letters are written in it."""
    scripts = Counter(_script(character) for character in text if character.isalpha())
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    if script == "LATIN" or count * 2 < sum(scripts.values()):
        return None
    if script == "ARABIC":
        return "other" if _PERSIAN.search(text) else "ar"
    if script == "CYRILLIC":
        folded = text.lower()
        return "other" if _RUSSIAN.search(folded) and not _UKRAINIAN.search(folded) else "uk"
    return "other"


def _script(character: str) -> str:
    """The first word of the character's Unicode name: LATIN, ARABIC, CYRILLIC, CJK…"""
    return unicodedata.name(character, "LATIN").split(" ")[0]
