"""Whether a text is simple French: short sentences, everyday words, no acronym without its meaning.

What counts as everyday is `knowledge/simple.yml`. The bounds are those of plain-language guides for
readers who learn the language: a mean of 12 words a sentence, 20 at the most, and long words only
where they are known to newcomers. Mistakes are French sentences for editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import mean

import msgspec

from marie.knowledge.files import read
from marie.knowledge.library import Library
from marie.language.folding import fold_key

MEAN_WORDS = 12.0
MOST_WORDS = 20
LONG_WORD = 10
"""Letters: a longer word must be listed."""

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:[’'\-][^\W_]+)*|\{\w+\}")
_ACRONYM = re.compile(r"\b[A-ZÀ-Ý]{2,}\b")
_PLACEHOLDER = re.compile(r"\{\w+\}")


class SimpleRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`words`: long words that may be said; `acronyms`: words of which one must explain each.

    An acronym without explaining words is one that everybody knows.
    """

    words: frozenset[str]
    acronyms: Mapping[str, tuple[str, ...]]


def load_simple_rules(knowledge: Path) -> SimpleRules:
    """`knowledge/simple.yml`; `KnowledgeErrors` names what is wrong."""
    return read(knowledge / "simple.yml", SimpleRules)


def readability_problems(library: Library, rules: SimpleRules) -> Iterator[str]:
    """What is not simple in what Marie says to who asked for simple French."""
    for entry in library.entries.values():
        yield from _named(f"Fiche « {entry.id} », simple", entry.simple, rules)
    for profile in library.profiles.values():
        yield from _named(f"Région « {profile.name} », simple", profile.simple, rules)
    for name, phrase in library.phrases.items():
        if phrase.simple is not None:
            yield from _named(f"Phrase « {name} », simple", phrase.simple, rules)


def text_problems(text: str, rules: SimpleRules) -> Iterator[str]:
    """What makes one text hard to read."""
    counts = [len(_WORD.findall(sentence)) for sentence in _sentences(text)]
    if not counts:
        return
    if max(counts) > MOST_WORDS:
        yield f"une phrase a {max(counts)} mots, {MOST_WORDS} au plus"
    if mean(counts) > MEAN_WORDS:
        yield f"les phrases ont {mean(counts):.0f} mots en moyenne, {MEAN_WORDS:.0f} au plus"
    plain = _PLACEHOLDER.sub(" ", text)
    said = f" {fold_key(plain)} "
    for acronym in dict.fromkeys(_ACRONYM.findall(plain)):
        meaning = rules.acronyms.get(acronym)
        if meaning is None:
            yield f"le sigle {acronym} n’est pas dans simple.yml"
        elif meaning and not any(f" {words} " in said for words in meaning):
            yield f"le sigle {acronym} n’est pas expliqué (par exemple : {', '.join(meaning)})"
    for word in dict.fromkeys(said.split()):
        if len(word) > LONG_WORD and word not in rules.words and not _is_name(word, plain):
            yield f"le mot « {word} » est long : un mot plus courant, ou une ligne dans simple.yml"


def _named(where: str, text: str, rules: SimpleRules) -> Iterator[str]:
    for problem in text_problems(text, rules):
        yield f"{where} : {problem}."


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text.strip()) if sentence.strip()]


def _is_name(word: str, text: str) -> bool:
    """Whether the word is a name: written with a capital inside a sentence, or an address."""
    for match in re.finditer(r"[^\s(«]+", text):
        bare = match[0].strip(".,;:!?»)")
        if word in fold_key(bare).split():
            before = text[: match.start()].rstrip()
            inside = bool(before) and before[-1] not in ".!?:…\n"
            if "." in bare or (inside and bare[:1].isupper()):
                return True
    return False
