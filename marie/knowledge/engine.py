"""The embedded search engine behind one small interface: which documents hold which tokens.

`Engine.match` is all that searching needs of it. What French words become tokens, how much each
counts and how places order what is found is decided in `search` and `directory`; so the engine
(Tantivy) can be replaced in this file alone. https://github.com/quickwit-oss/tantivy-py
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

FIELD_WEIGHTS: Mapping[str, float] = {
    "name": 1.0,
    "keywords": 0.9,
    "place": 0.8,
    "region": 0.5,
    "description": 0.4,
}
"""How much a token says in each field; the field that says most counts."""

HEAP = 64_000_000
"""Bytes that building an index may hold before it writes a part of it."""


@dataclass(frozen=True)
class Indexed:
    """A document as the engine keeps it: tokens by field, its kind, and where it stands."""

    tokens: Mapping[str, Collection[str]]
    kind: str
    where: Collection[str]


@dataclass(frozen=True)
class Matches:
    """The best of `total` documents: their positions in the order of indexing, and scores."""

    total: int
    positions: NDArray[np.int64]
    scores: NDArray[np.float64]


class Engine:
    """An index, in memory or in a folder. Reading is safe from several threads."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self.words = self._frequencies()
        """In how many documents each token is, at least."""

    @classmethod
    def build(cls, documents: Iterable[Indexed], folder: Path | None = None) -> Engine:
        """An index of `documents`, kept in an empty `folder` or in memory."""
        schema = _schema()
        if folder is None:
            index = tantivy.Index(schema)
        else:
            folder.mkdir(parents=True)
            index = tantivy.Index(schema, path=str(folder))
        # One thread: documents stay in order, and the machine has others to serve.
        writer = index.writer(HEAP, num_threads=1)
        for position, document in enumerate(documents):
            row = tantivy.Document()
            row.add_unsigned("position", position)
            row.add_text("kind", document.kind)
            row.add_text("where", " ".join(document.where))
            for field in FIELD_WEIGHTS:
                row.add_text(field, " ".join(document.tokens.get(field, ())))
            writer.add_document(row)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> Engine:
        """The index that was built in `folder`."""
        return cls(tantivy.Index.open(str(folder)))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def match(
        self,
        terms: Sequence[tuple[str, float]],
        *,
        required: Collection[str] = (),
        optional: bool = False,
        fields: Collection[str] = tuple(FIELD_WEIGHTS),
        kinds: Collection[str] = (),
        where: Collection[str] | None = None,
        limit: int,
    ) -> Matches:
        """Documents with any of `terms` (token and weight), the best first.

        A document scores the sum of the weights of the terms that it has, each times the weight
        of its best field. It has all of `required` tokens, in whatever field. `optional`: it may
        have none of the terms. `kinds` and `where` limit: one of them must fit.
        """
        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
        scored = [self._token(token, weight, fields) for token, weight in terms]
        if scored:
            any_of = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in scored])
            clauses.append((tantivy.Occur.Should if optional else tantivy.Occur.Must, any_of))
        filters = [self._token(token, 0.0, FIELD_WEIGHTS) for token in required]
        filters += [self._one_of("kind", kinds)] if kinds else []
        filters += [self._one_of("where", where)] if where is not None else []
        if not filters and (optional or not scored):
            filters = [tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)]
        clauses += [(tantivy.Occur.Must, one) for one in filters]
        # The engine sets aside room for as many as it is asked for, and aborts when there is none.
        room = max(min(limit, len(self)), 1)
        result = self._searcher.search(tantivy.Query.boolean_query(clauses), limit=room)
        hits = result.hits[:limit]
        positions = self._searcher.fast_field_values("position", [address for _, address in hits])
        return Matches(
            int(getattr(result, "count", 0) or 0),
            np.array(positions, dtype=np.int64),
            np.array([score for score, _ in hits], dtype=np.float64),
        )

    def _token(self, token: str, weight: float, fields: Collection[str]) -> tantivy.Query:
        by_field = [
            tantivy.Query.const_score_query(
                tantivy.Query.term_query(self._schema, field, token, "basic"),
                weight * FIELD_WEIGHTS[field],
            )
            for field in fields
        ]
        return tantivy.Query.disjunction_max_query(by_field)

    def _one_of(self, field: str, values: Collection[str]) -> tantivy.Query:
        found = tantivy.Query.term_set_query(self._schema, field, sorted(values))
        return tantivy.Query.const_score_query(found, 0.0)

    def _frequencies(self) -> dict[str, int]:
        words: dict[str, int] = {}
        for field in FIELD_WEIGHTS:
            for token, count in self._searcher.terms_with_prefix(field, ""):
                words[token] = max(words.get(token, 0), count)
        return words


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("position", fast=True)
    for field in ("kind", "where", *FIELD_WEIGHTS):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    return builder.build()
