"""What a message tells of the visitor's situation, whatever it is about: facts, doubts, oddities.

Numbers come from `marie.language.own_numbers`, choices from the words that editors wrote in
`knowledge/profile.yml`, places from the gazetteer. A fact is only what was said of oneself: « mon
mari est citoyen », « ma demande de résidence permanente », « si j’avais 35 ans » tell none. What
cannot be, or says two things, is an oddity to ask about, never a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from marie.guidance.eligibility import FIELDS, Answer
from marie.knowledge.places import Gazetteer, Place
from marie.knowledge.rules import Choice, Field
from marie.language.dates import find_dates
from marie.language.folding import fold_with_offsets
from marie.language.own_numbers import LONG_AGO, OwnNumbers, Range, owner_before, read_own_numbers

Oddity = Literal[
    "two_ages",
    "two_statuses",
    "age_unlikely",
    "child_unlikely",
    "child_older",
    "years_unlikely",
    "here_before_birth",
    "two_places",
    "too_wide",
    "range",
]

FOR_GOOD = frozenset({"asylum_seeker", "refugee"})
"""Statuses that stay whatever permit comes with them."""

PARENT = 12
"""Years that a parent has more than a child, at the least."""


@dataclass(frozen=True)
class Doubt:
    """Something to ask about: the field that it is about, and what was said, to say it back."""

    oddity: Oddity
    field: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What one message tells. `ranges`: numbers known between two bounds only."""

    facts: Mapping[str, Answer] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


def read_told(
    text: str,
    fields: Mapping[str, Field],
    gazetteer: Gazetteer,
    today: date,
    *,
    of_oneself: bool,
    known: Mapping[str, Any] | None = None,
) -> Told:
    """Read one message. `of_oneself`: words without a subject (« RP, 29 ans ») are the visitor's.

    `known`: the situation so far, against which what cannot be is recognised.
    """
    before = known or {}
    facts: dict[str, Answer] = {}
    numbers = read_own_numbers(text, today, of_oneself=of_oneself)
    ranges, doubts = _numbers(numbers, facts, fields)
    for each in (one for one in fields.values() if one.id in FIELDS):
        values = [choice.value for choice in told_choices(text, each, of_oneself=of_oneself)]
        if each.id == "status" and len(values) > 1:
            values = [value for value in values if value in FOR_GOOD] or values
            if len(values) > 1:
                doubts.append(Doubt("two_statuses", each.id, tuple(map(str, values))))
                continue
        if each.id == "education":
            # The highest diploma is the one that counts; the choices begin with it.
            values.sort(key=[choice.value for choice in each.choices].index)
        if values:
            facts[each.id] = values[0]
    doubts += _places(text, fields, gazetteer, facts, before)
    if (moving := _moving_day(text, today)) is not None:
        facts["move_by"] = moving
    for doubt in check_together(facts, {**before, **facts}):
        doubts.append(doubt)
        facts.pop(doubt.field, None)
    return Told(facts=facts, ranges=ranges, doubts=tuple(doubts))


def told_choices(text: str, known: Field, *, of_oneself: bool) -> tuple[Choice, ...]:
    """The values of a field that the message says of its author, the longest phrase first."""
    if not known.choices:
        return ()
    folded = _NOT_WORDS.sub(" ", fold_with_offsets(text).text)
    pattern, choices = _phrases(known)
    found = [
        (-len(match[1]), match.start(1), choices[match[1]])
        for match in pattern.finditer(folded)
        if _is_own(folded, match.start(1), match[1], of_oneself=of_oneself)
    ]
    return tuple(
        {each[2].value: each[2] for each in sorted(found, key=lambda one: one[:2])}.values()
    )


def check_together(told: Mapping[str, Any], situation: Mapping[str, Any]) -> Iterator[Doubt]:
    """What cannot all be true, one doubt a field of `told`."""
    age, here = situation.get("age"), situation.get("years_since_arrival")
    children = situation.get("child_ages") or ()
    if age is not None and here is not None and here > age + 1:
        blamed = "years_since_arrival" if "years_since_arrival" in told else "age"
        if blamed in told:
            yield Doubt("here_before_birth", blamed, (f"{here:g}", f"{age:g}"))
    if age is not None and any(child > age - PARENT for child in children):
        blamed = "child_ages" if "child_ages" in told else "age"
        if blamed in told:
            yield Doubt("child_older", blamed, (f"{max(children):g}", f"{age:g}"))


def out_of_bounds(value: float, known: Field) -> bool:
    """Whether a number is none that people have."""
    return not (known.least or 0) <= value <= (known.most or LONG_AGO)


def _numbers(
    told: OwnNumbers, facts: dict[str, Answer], fields: Mapping[str, Field]
) -> tuple[dict[str, Range], list[Doubt]]:
    ranges: dict[str, Range] = {}
    doubts: list[Doubt] = []
    single: dict[str, Range | None] = {
        "age": told.ages[0] if len(told.ages) == 1 else None,
        "years_since_arrival": told.years_here,
        "graduated_months_ago": told.graduated_months_ago,
    }
    if len(told.ages) > 1:
        said = tuple(f"{each.low:g}" for each in told.ages)
        doubts.append(Doubt("two_ages", "age", said))
    for name, number in single.items():
        if number is None:
            continue
        if out_of_bounds(number.low, fields[name]):
            oddity: Oddity = "age_unlikely" if name == "age" else "years_unlikely"
            doubts.append(Doubt(oddity, name, (f"{number.low:g}",)))
        elif number.exact:
            facts[name] = number.low
        else:
            ranges[name] = number
    if told.child_ages is not None:
        unlikely = [age for age in told.child_ages if out_of_bounds(age, fields["child_ages"])]
        if unlikely:
            doubts.append(Doubt("child_unlikely", "child_ages", (f"{unlikely[0]:g}",)))
        else:
            facts["child_ages"] = told.child_ages
    if told.experience_years is not None:
        facts["experience_years"] = told.experience_years
    if told.children is not None:
        facts["children"] = told.children
    return ranges, doubts


def _places(
    text: str,
    fields: Mapping[str, Field],
    gazetteer: Gazetteer,
    facts: dict[str, Answer],
    known: Mapping[str, Any],
) -> list[Doubt]:
    folded = fold_with_offsets(text)
    lives: list[bool] = []
    speaks = _SPEAKS_OF_PLACES.search(folded.text) is not None
    for mention in gazetteer.find(text) if speaks else ():
        before = folded.text[: _at(folded.starts, mention.start)]
        meant = _meant(before)
        if meant == "lives":
            inside = {in_cmm(place) for place in mention.candidates}
            if len(inside) == 1 and (one := inside.pop()) is not None:
                lives.append(one)
        elif meant == "wants" and len(mention.candidates) == 1:
            if mention.place.region is None or mention.place.metropolitan:
                continue
            facts["target_region"] = mention.place.region
            facts["target_place"] = mention.place.id
            facts["wants_region"] = True
    abroad = _abroad(folded.text, fields)
    if lives:
        facts["lives_in_cmm"] = lives[0]
    if abroad is not None:
        here = bool(lives) or "lives_in_cmm" in facts or bool(_IN_QUEBEC.search(folded.text))
        if here or known.get("lives_in_cmm") is not None:
            facts.pop("lives_in_cmm", None)
            return [Doubt("two_places", "lives_in_cmm", (abroad,))]
        facts["lives_in_cmm"] = False
    elif len(set(lives)) > 1:
        facts.pop("lives_in_cmm", None)
        return [Doubt("two_places", "lives_in_cmm")]
    return []


def _meant(before: str) -> Literal["lives", "wants"] | None:
    """Whether the words before a place say that one lives there, or wants to."""
    clause = re.split(r"[.!?;\n]", before)[-1][-60:]
    if owner_before(before, len(before)) in ("other", "nobody", "child"):
        return None
    if _LEAVES.search(clause):
        return "lives"
    found = [(match.start(), name) for name, each in _MEANINGS for match in each.finditer(clause)]
    if not found:
        return None
    # « je vis à » is where one lives, « je veux vivre à » is not.
    name = max(found)[1]
    return "wants" if name == "lives" and _WISH.search(clause) else name


def in_cmm(place: Place) -> bool | None:
    """Whether a place lies in the metropolitan community; None when a part of it does."""
    if place.metropolitan:
        return True
    # These regions have towns inside and outside the metropolitan community.
    return None if place.kind in ("region", "area") and place.region in _HALVES else False


@lru_cache
def _living_in(names: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(re.escape(name).replace(r"\ ", r"[\s'-]") for name in names)
    return re.compile(rf"{_LIVING}{_STILL}(?:(?:a|au|aux|en)\s+)?({listed})\b")


def _abroad(folded: str, fields: Mapping[str, Field]) -> str | None:
    names = fields["lives_in_cmm"].abroad
    if not names:
        return None
    for match in _living_in(names).finditer(folded):
        if owner_before(folded, match.start(1)) not in ("other", "child", "nobody"):
            return match[1]
    return None


def _moving_day(text: str, today: date) -> str | None:
    """The day, or the first of the month, around which the visitor wants to leave."""
    folded = fold_with_offsets(text)
    for found in find_dates(text, today):
        start = _at(folded.starts, found.start)
        clause = re.split(r"[.!?;\n]", folded.text[:start])[-1]
        if found.value is None or found.value < today or not _MOVING.search(clause):
            continue
        if owner_before(folded.text, start) not in ("other", "child", "nobody"):
            return found.value.isoformat()
    return None


def _is_own(folded: str, at: int, phrase: str, *, of_oneself: bool) -> bool:
    owner = owner_before(folded, at)
    # « la rp » and « je suis rp » hold their own subject.
    starts_own = re.match(r"(?:j|je|ma|mon|suis|me)\s", phrase) is not None
    if owner in ("other", "child", "nobody") and not (starts_own and owner != "nobody"):
        return False
    if owner is None and not (of_oneself or starts_own):
        return False
    if _SOMEBODYS.match(folded, at + len(phrase)) or _is_asked_about(folded, at):
        return False
    clause = re.split(r"[.,;:!?\n]", folded[:at])[-1]
    return not _UNTRUE.search(" ".join(clause.split()[-6:]))


def _is_asked_about(folded: str, at: int) -> bool:
    """« C’est quoi la différence entre RP et citoyen? » asks about words, and says nobody's."""
    start = max(folded.rfind(mark, 0, at) for mark in ".!?;\n") + 1
    end = min((found for mark in ".!?;\n" if (found := folded.find(mark, at)) >= 0), default=None)
    sentence = folded[start:end]
    asks = _ASKS.search(sentence)
    if asks is None:
        return False
    # « Je suis RP, c’est quoi le délai? », « comment avoir la RP, je suis étudiant étranger ».
    before = sentence[: asks.start()] if start + asks.start() > at else ""
    after = sentence[asks.end() : max(at - start, 0)]
    return _TELLS.search(before) is None and _TELLS.search(after) is None


@lru_cache
def _phrases(known: Field) -> tuple[re.Pattern[str], dict[str, Choice]]:
    choices = {phrase: choice for choice in known.choices for phrase in choice.says}
    listed = "|".join(re.escape(each) for each in sorted(choices, key=len, reverse=True))
    # The phrase stands in a look-ahead, so that one that begins inside another is found too.
    return re.compile(rf"(?<!\w)(?=({listed or '(?!)'})(?!\w))"), choices


def _at(starts: tuple[int, ...], offset: int) -> int:
    return next((place for place, start in enumerate(starts) if start >= offset), len(starts))


_NOT_WORDS = re.compile(r"[^a-z0-9.,;:!?\n]+")
_ASKS = re.compile(
    r"\b(?:c|ce|cest)\s*(?:est\s+)?(?:quoi|koi)\b|\bdifferences?\b|\bveu\w*\s+dire\b"
    r"|\bqu\s*est\s+ce\s+(?:que\s+c\s*est|qu\s*un|que\s+l[ea])\b|\bsignifie\b|\bdefinition\b"
    r"|\bcomment\s+(?:je\s+|on\s+)?(?:deven\w*|devien\w*|obten\w*|obtien\w*|avoir|passe\w*)\b"
)
_TELLS = re.compile(r"\b(?:je|j|moi|suis|ai|nous|on)\b")
_SOMEBODYS = re.compile(r"\s*(?:de|du)\s+(?:mon|ma|mes|son|sa|notre)\b")
_HALVES = frozenset({"14", "15", "16"})
_LIVING = (
    r"\b(?:j'?\s?habite|habite|habitant|habitons|je\s+vis|on\s+vit|vivons|vivant|reste|demeure|loge"
    r"|suis|residant|sommes|installee?s?|base)\b"
)
_LIVES = re.compile(
    rf"{_LIVING}(?:\s+\w+){{0,2}}?\s*(?:(?:a|au|en|dans|sur|de|d|du|la|le|l|les)\b|'|\s)*$"
)
_WANTING = (
    r"\b(?:aller|partir|demenage\w*|demenager|installer|vivre|habiter|vise|viser|travailler|travail"
    r"|emploi|job|rejoindre|envisag\w*|interess\w*|reve|preferer\w*|choisi\w*|direction|vers"
    r"|quitt\w*[^.!?;]{1,25}\bpour)\b"
)
_WANTS = re.compile(rf"{_WANTING}[^.!?;]{{0,25}}$")
_LEAVES = re.compile(
    r"\b(?:quitter|quitte|(?:partir|demenager|pars|sortir|loin)\s+(?:de|d'))\s*(?:l[ae]\s+|l')?$"
)
_MEANINGS: tuple[tuple[Literal["lives", "wants"], re.Pattern[str]], ...] = (
    ("lives", _LIVES),
    ("wants", _WANTS),
)
_WISH = re.compile(
    r"\b(?:veux|voudrai\w*|aimerai\w*|souhaite\w*|pense|songe|reve|prefere\w*|compte|espere|vais|va)"
    r"\s+(?:\w+\s+)?(?:vivre|habiter|rester|m'installer|aller)?"
)
_SPEAKS_OF_PLACES = re.compile(rf"{_LIVING}|{_WANTING}|\bquitt")
_STILL = r"\s*(?:actuellement\s+|encore\s+|toujours\s+)?"
_IN_QUEBEC = re.compile(rf"{_LIVING}\s+(?:deja\s+)?au\s+(?:quebec|canada)\b")
_MOVING = re.compile(
    r"\b(?:partir|pars|part|demenage\w*|demenager|m'installer|nous\s+installer|m'en\s+aller|aller"
    r"|quitter|bouger|depart|demenagement)\b"
)
_UNTRUE = re.compile(
    r"\b(?:pas|jamais|ni|sans|devenir|deviens|attends|attend|attente|futur|future|bientot|obtenir"
    r"|demander|parrain\w*|(?:demande|dossier|procedure)\s+d[eu]?|suis\s+plus|ai\s+plus|pour\s+avoir)\b"
)
