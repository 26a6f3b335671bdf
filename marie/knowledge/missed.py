"""Puts what Marie missed into groups of messages that ask for the same.

Likeness is the cosine of two messages' telling words, each weighted by how few messages use it
(TF-IDF; a word counts once, accents and endings not, little words only where there is no other).
Messages that fold to the same words are one to begin with. The most frequent wording founds a
group; each next one, by frequency and then by its words, joins the group whose founder is nearest,
from `ALIKE` on, or founds its own. Nothing is drawn by lot and the order of the messages does not
count: the same messages make the same groups.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from marie.knowledge.model import Entry
from marie.knowledge.search_words import STOP_WORDS
from marie.language.folding import fold_key

ALIKE = 0.5
"""The least cosine with a group's founder: about half of what they say, by weight, is the same."""

LITTLE = 3
"""Words of so many letters tell something only where there is no longer one."""

Vector = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Messages that are alike. `text`: the founder's; `members`: their places in what was given;
    `wordings`: how it was said, each way once, the most frequent first."""

    text: str
    members: tuple[int, ...]
    wordings: tuple[str, ...]


@lru_cache(maxsize=4)
def groups_of(texts: tuple[str, ...]) -> tuple[Group, ...]:
    """The messages in groups, the largest first."""
    same: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        same[fold_key(text)].append(place)
    vectors = _vectors(list(same))
    founded: dict[str, list[str]] = {}
    founders: dict[str, list[str]] = defaultdict(list)
    for key in sorted(same, key=lambda key: (-len(same[key]), key)):
        founder = _nearest(vectors[key], founders, vectors)
        if founder is not None:
            founded[founder].append(key)
            continue
        founded[key] = [key]
        for word in vectors[key]:
            founders[word].append(key)
    found = []
    for keys in founded.values():
        ways = [min(texts[place] for place in same[key]) for key in keys]
        members = sorted(place for key in keys for place in same[key])
        found.append(Group(text=ways[0], members=tuple(members), wordings=tuple(ways)))
    return tuple(sorted(found, key=lambda each: (-len(each.members), fold_key(each.text))))


def nearest_entries(text: str, entries: Iterable[Entry], most: int) -> list[Entry]:
    """The entries of which a title or a question is most like a text, the nearest first."""
    said = _telling(fold_key(text))
    known = [
        (each, [_telling(fold_key(line)) for line in (each.title, *each.questions)])
        for each in entries
    ]
    users: dict[str, int] = defaultdict(int)
    for _, lines in known:
        for word in frozenset().union(*lines) & said:
            users[word] += 1
    weights = {word: math.log(1 + len(known) / users[word]) for word in users}
    scored = []
    for entry, lines in known:
        score = max(
            sum(weights[word] for word in sorted(line & said)) / (1 + len(line - said))
            for line in lines
        )
        if score:
            scored.append((-round(score, 9), entry.id, entry))
    return [entry for _, _, entry in sorted(scored, key=lambda each: each[:2])[:most]]


def _nearest(
    vector: Vector, founders: Mapping[str, list[str]], vectors: Mapping[str, Vector]
) -> str | None:
    scores: dict[str, float] = defaultdict(float)
    for word, weight in vector.items():
        for founder in founders.get(word, ()):
            scores[founder] += weight * vectors[founder][word]
    best = min(scores.items(), key=lambda each: (-round(each[1], 9), each[0]), default=None)
    return None if best is None or best[1] < ALIKE else best[0]


def _vectors(keys: Sequence[str]) -> dict[str, Vector]:
    """Each folded text's words with their weights, of length 1; empty when it has no word."""
    words = {key: _telling(key) for key in keys}
    users: dict[str, int] = defaultdict(int)
    for said in words.values():
        for word in said:
            users[word] += 1
    found: dict[str, Vector] = {}
    for key, said in words.items():
        weights = {word: math.log(1 + len(keys) / users[word]) for word in sorted(said)}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found[key] = {word: weight / length for word, weight in weights.items()}
    return found


@lru_cache(maxsize=20_000)
def _telling(key: str) -> frozenset[str]:
    said = key.split()
    telling = [word for word in said if len(word) > LITTLE and word not in STOP_WORDS]
    return frozenset(word.rstrip("sex") or word for word in telling or said)
