"""How cards are spoken of, and words that ask about them: `knowledge/cards.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from marie.knowledge.files import read
from marie.knowledge.model import ResourceKind
from marie.language.folding import words


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """« un cégep », « cégeps et campus », « de cégep »."""

    one: str
    many: str
    none: str


class CardField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is asked of a card; `none`: said when the source does not tell it."""

    id: str
    label: str
    none: str
    says: tuple[str, ...]


class AgeMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a child's age, in months from `first` to `last`, means for a kind of resource."""

    kind: ResourceKind
    first: int
    last: int
    means: str


class CardWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything of `knowledge/cards.yml`, whose comments are its guide."""

    nouns: dict[str, Noun]
    adds: dict[str, str]
    missing: dict[str, str]
    fields: tuple[CardField, ...]
    without_subsidy: tuple[str, ...]
    not_fields: tuple[str, ...]
    others: tuple[str, ...]
    nearer: tuple[str, ...]
    wider: tuple[str, ...]
    only: frozenset[str]
    questions: tuple[str, ...]
    details: tuple[str, ...]
    nearest: tuple[str, ...]
    other_one: tuple[str, ...]
    ages: tuple[AgeMeaning, ...]
    only_when_named: frozenset[str]
    siblings: dict[str, ResourceKind]
    finders: dict[ResourceKind, str]

    def noun(self, kinds: Sequence[ResourceKind], narrowed: Sequence[str]) -> Noun:
        """The noun of what is listed: of a precision, of the one kind, or of organisations."""
        for token in narrowed:
            if token in self.nouns:
                return self.nouns[token]
        if len(kinds) == 1 and kinds[0] in self.nouns:
            return self.nouns[kinds[0]]
        return self.nouns["other"]

    def asked_fields(self, text: str) -> tuple[CardField, ...]:
        """What a message asks of a card, in the order of the file."""
        if says(text, self.not_fields):
            return ()
        return tuple(field for field in self.fields if says(text, field.says))


def says(text: str, phrases: Sequence[str]) -> bool:
    """Whether a message has one of these folded words or phrases, whole."""
    said = f" {' '.join(word.text for word in words(text))} "
    return any(f" {phrase} " in said for phrase in phrases)


def load_card_words(knowledge: Path) -> CardWords:
    """`knowledge/cards.yml`; `KnowledgeErrors` names the file and the mistake."""
    return read(knowledge / "cards.yml", CardWords)
