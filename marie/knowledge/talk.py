"""Words by which a message continues a talk: `knowledge/talk.yml`, whose comments are its guide."""

from __future__ import annotations

from pathlib import Path

import msgspec

from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.model import TOPICS
from marie.language.folding import fold_key


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What some words are about, whatever was talked about before."""

    topic: str
    title: str
    button: str
    says: tuple[str, ...]


class ChildAge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The topic for a child younger than `under` years."""

    under: float
    topic: str


class Child(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words for a child, for the eldest and the youngest, and topics by age."""

    says: tuple[str, ...]
    older: tuple[str, ...]
    younger: tuple[str, ...]
    ages: tuple[ChildAge, ...]


class Spouse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words for a spouse; a talk on one of `topics` goes on for the spouse, else `otherwise`."""

    says: tuple[str, ...]
    topics: tuple[str, ...]
    otherwise: str


class Calling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Trades, by their folded names, whose recognition has an entry of its own."""

    entry: str
    says: tuple[str, ...]


class TalkWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything of `knowledge/talk.yml`; words and phrases are folded."""

    needs: tuple[Need, ...]
    besides: tuple[str, ...]
    bare: frozenset[str]
    leaning: frozenset[str]
    whither: tuple[str, ...]
    joins: frozenset[str]
    wanting: frozenset[str]
    being: frozenset[str]
    child: Child
    spouse: Spouse
    correcting: frozenset[str]
    going: frozenset[str]
    simpler: tuple[str, ...]
    simpler_never: frozenset[str]
    callings: tuple[Calling, ...]
    person: tuple[str, ...]
    abroad: dict[str, tuple[str, ...]]
    grateful: tuple[str, ...]
    how_far: tuple[str, ...]
    entitled: tuple[str, ...]
    stays: tuple[str, ...]
    naming: tuple[str, ...]
    consents: frozenset[str]
    talk_to: tuple[str, ...]
    mistaken: tuple[str, ...]
    ending: tuple[str, ...]
    asking: tuple[str, ...]
    recall: tuple[str, ...]
    said: frozenset[str]
    whence: tuple[str, ...]
    not_entitled: tuple[str, ...]
    calls_off: tuple[str, ...]
    next_step: tuple[str, ...]


def load_talk_words(knowledge: Path) -> TalkWords:
    """`knowledge/talk.yml`; `KnowledgeErrors` names what is wrong."""
    path = knowledge / "talk.yml"
    found = read(path, TalkWords)
    unknown = sorted(_topics(found) - TOPICS)
    if unknown:
        raise KnowledgeErrors([f"{path} : sujet inconnu, « {topic} »." for topic in unknown])
    return found


def says(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether the message has one of some folded phrases, as whole words."""
    said = f" {fold_key(text)} "
    return any(f" {phrase} " in said for phrase in phrases)


def says_only(text: str, phrases: tuple[str, ...], bare: frozenset[str]) -> bool:
    """Whether the message has one of them, and no word besides theirs and the `bare` ones."""
    if not says(text, phrases):
        return False
    theirs = {word for phrase in phrases for word in phrase.split()}
    return set(fold_key(text).split()) <= theirs | bare


def _topics(words: TalkWords) -> set[str]:
    """Every topic that the file sends to."""
    named = {need.topic for need in words.needs} | {age.topic for age in words.child.ages}
    return named | {*words.abroad} | {*words.spouse.topics, words.spouse.otherwise}
