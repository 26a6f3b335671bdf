"""What people say of themselves in numbers: their age, their children's, years here, years of work.

"J'ai 29 ans et deux enfants de 3 et 5 ans, je suis RP depuis 2 ans; mon mari a 40 ans" tells one
own age, two children's, and years since arrival; the husband's age is nobody's that counts. What
is not exact ("arrivée en 2021", "plus de 4 ans") is a range, never a guess inside it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from marie.language.ages import FoundAge, find_ages, means_duration
from marie.language.dates import find_dates
from marie.language.durations import find_durations
from marie.language.folding import Folded, fold_with_offsets
from marie.language.numbers import NUMBER, read_number
from marie.language.quantities import find_counts

Owner = Literal["self", "child", "other", "nobody"]

ADOLESCENT = 12
"""Years: « bac + 2 ans » is nobody's age, « 29 ans » is one."""

LONG_AGO = 200.0
"""Years: no range about people ends later."""


@dataclass(frozen=True)
class Range:
    """A number known between two bounds, both possible; equal when it is exact."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.low == self.high


@dataclass(frozen=True, kw_only=True)
class OwnNumbers:
    """What a message tells in numbers; a field is `None`, or empty, when it tells nothing of it.

    `ages`: own ages in years (two of them contradict each other); `child_ages`: years, `None` when
    no child is spoken of, empty for "pas d'enfant"; `children`: how many.
    """

    ages: tuple[Range, ...] = ()
    child_ages: tuple[float, ...] | None = None
    children: int | None = None
    years_here: Range | None = None
    graduated_months_ago: Range | None = None
    experience_years: float | None = None


def read_own_numbers(text: str, today: date, *, of_oneself: bool = False) -> OwnNumbers:
    """Read one message. `of_oneself`: a number without a subject ("29 ans") is the visitor's."""
    folded = fold_with_offsets(text)
    own, children = _ages(text, folded, of_oneself=of_oneself)
    own += [_since(each, today) for each in _born(folded, today)]
    counted = [each.count for each in find_counts(text) if each.of == "child"]
    return OwnNumbers(
        ages=tuple(dict.fromkeys(own)),
        child_ages=tuple(children) if children else () if 0 in counted else None,
        children=next(iter(counted), None),
        years_here=_years_here(text, folded, today, of_oneself=of_oneself),
        graduated_months_ago=_graduated(text, folded, today),
        experience_years=_experience(text, folded),
    )


def read_asked_number(text: str, field: str, today: date) -> Range | tuple[float, ...] | None:
    """The answer to a question about one of those numbers: here "3" and "2 ans" are enough."""
    told = read_own_numbers(text, today, of_oneself=True)
    if field == "child_ages":
        return _asked_children(text, told)
    if field == "age":
        return told.ages[0] if len(told.ages) == 1 else None if told.ages else _bare(text)
    known = told.years_here if field == "years_since_arrival" else told.graduated_months_ago
    if known is not None:
        return known
    scale = 12.0 if field == "years_since_arrival" else 1.0
    lengths = find_durations(text)
    if lengths and (months := lengths[0].months) is not None:
        exact = (months + (lengths[0].days or 0) / 30) / scale
        return _qualified(fold_with_offsets(text[: lengths[0].start]).text, exact)
    dates = [each for each in find_dates(text, today) if each.value and each.value <= today]
    if dates and dates[0].value:
        months_ago = _months_ago(dates[0].value, dates[0].grain, today)
        return Range(months_ago.low / scale, months_ago.high / scale)
    year = re.search(r"\b(19[5-9]\d|20\d\d)\b", text)
    if year and int(year[1]) <= today.year:
        months_ago = _months_ago(date(int(year[1]), 1, 1), "year", today)
        return Range(months_ago.low / scale, months_ago.high / scale)
    return _bare(text)


def owner_before(folded: str, at: int) -> Owner | None:
    """Whom the words before `folded[at]` are about: the nearest that says it, in the sentence.

    Who is named in an earlier sentence is not spoken of any more, except children.
    """
    sentence = max(folded.rfind(mark, 0, at) for mark in ".!?;\n")
    nearest: tuple[int, Owner] | None = None
    for owner, pattern in _OWNERS:
        for match in pattern.finditer(folded, 0, at):
            if owner != "child" and match.start() <= sentence:
                continue
            if nearest is None or match.start() >= nearest[0]:
                nearest = (match.start(), owner)
    return nearest[1] if nearest else None


def _ages(text: str, folded: Folded, *, of_oneself: bool) -> tuple[list[Range], list[float]]:
    own: list[Range] = []
    children: list[float] = []
    found = find_ages(text)
    for age in found:
        start, end = _at(folded, age.start), _at(folded, age.end)
        owner = _owner_after(folded.text, end) or owner_before(folded.text, start)
        if owner is None and of_oneself and age.years >= ADOLESCENT:
            owner = "self"
        if means_duration(text, age.start, age.end) or _NOT_AN_AGE.match(folded.text[end:]):
            continue
        if _NOT_AN_AGE_BEFORE.search(folded.text[:start]):
            continue
        if owner == "child":
            children.append(round(age.years, 2))
        elif owner == "self" and age.grain == "years":
            own.append(_said_age(age, folded.text[:start]))
    # « Lui 38 ans, moi 35 »: beside another's age, « ans » is not said twice.
    if found or _OTHERS_AGE.search(folded.text):
        own += [_said_age_bare(match) for match in _OWN_BARE.finditer(folded.text)]
    for match in _LISTED_CHILDREN.finditer(folded.text):
        told = [read_number(each) for each in re.findall(NUMBER, match["ages"])]
        if not children:
            children = [each for each in told if each is not None]
    return own, children


def _owner_after(folded: str, end: int) -> Owner | None:
    """« 38 ans lui, 35 ans moi »: who is named right after an age, and nothing behind."""
    match = _NAMED_AFTER.match(folded, end)
    return None if match is None else "self" if match["who"] == "moi" else "other"


def _said_age_bare(match: re.Match[str]) -> Range:
    years = float(match["before"] or match["after"])
    return Range(years, years)


def _said_age(age: FoundAge, before: str) -> Range:
    return _qualified(before, age.years)


def _qualified(before: str, exact: float) -> Range:
    """« plus de 4 ans » and « presque 5 ans » are not four and five."""
    words = before[-25:]
    if re.search(r"\bplus\s+(?:de|d')\s*$", words):
        return Range(exact, LONG_AGO)
    if re.search(r"\bmoins\s+(?:de|d')\s*$", words):
        return Range(0.0, max(exact - 0.01, 0.0))
    if re.search(r"\b(?:presque|bientot|quasi\w*)\s*$", words):
        return Range(max(exact - 0.5, 0.0), exact - 0.01)
    if re.search(r"\b(?:environ|autour\s+de|a\s+peu\s+pres|genre|vers)\s*$", words):
        return Range(max(exact - 1, 0.0), exact + 1)
    return Range(exact, exact)


def _born(folded: Folded, today: date) -> Iterator[int]:
    for match in _BORN.finditer(folded.text):
        year = int(match[1])
        if year <= today.year and owner_before(folded.text, match.start()) in ("self", None):
            yield year


def _since(year: int, today: date) -> Range:
    years = today.year - year
    return Range(float(max(years - 1, 0)), float(years))


def _years_here(text: str, folded: Folded, today: date, *, of_oneself: bool) -> Range | None:
    found: list[tuple[int, Range]] = []
    for each in find_durations(text):
        start, end = _at(folded, each.start), _at(folded, each.end)
        clause, before = _clause(folded.text, start, end)
        if each.months is None or not _SINCE.search(before):
            continue
        if owner_before(folded.text, start) in ("child", "other", "nobody"):
            continue
        rank = _arrival_rank(clause)
        if rank is None and of_oneself and _ALONE.fullmatch(folded.text[:start]):
            # « Depuis 2 ans », said by itself.
            rank = None if _MORE.search(folded.text[end:]) else _ARRIVED
        if rank is not None:
            exact = (each.months + (each.days or 0) / 30) / 12
            years = _qualified(before, exact)
            found.append((rank, Range(years.low, LONG_AGO) if rank == _TOWN else years))
    for match in _ARRIVED_IN.finditer(folded.text):
        if owner_before(folded.text, match.end("year")) in ("child", "other", "nobody"):
            continue
        months = _month_and_year(text, folded, match, today)
        if months is not None:
            found.append((_ARRIVED, Range(months.low / 12, months.high / 12)))
    return min(found, key=lambda each: each[0])[1] if found else None


def _graduated(text: str, folded: Folded, today: date) -> Range | None:
    for each in find_durations(text):
        start, end = _at(folded, each.start), _at(folded, each.end)
        clause, before = _clause(folded.text, start, end)
        if each.months is not None and _SINCE.search(before) and _DIPLOMA.search(clause):
            months = _qualified(before, float(each.months + (each.days or 0) / 30))
            return months if owner_before(folded.text, start) in ("self", None) else None
    match = _DIPLOMA_IN.search(folded.text)
    return _month_and_year(text, folded, match, today) if match else None


def _experience(text: str, folded: Folded) -> float | None:
    for each in find_durations(text):
        after = folded.text[_at(folded, each.end) :]
        owner = owner_before(folded.text, _at(folded, each.start))
        if each.months is not None and _EXPERIENCE.match(after) and owner in ("self", None):
            return round(each.months / 12, 1)
    return None


def _asked_children(text: str, told: OwnNumbers) -> tuple[float, ...] | None:
    if told.child_ages:
        return told.child_ages
    folded = fold_with_offsets(text).text
    if ages := find_ages(text):
        return tuple(round(age.years, 2) for age in ages)
    if told.child_ages == () or _NO_CHILD.match(folded):
        return ()
    if told.children is not None:
        return None
    numbers = [read_number(each) for each in re.findall(NUMBER, folded)]
    plain = [each for each in numbers if each is not None]
    return tuple(plain) if len(plain) > 1 else None


def _bare(text: str) -> Range | None:
    folded = fold_with_offsets(text).text
    numbers = re.findall(rf"(?<![\w.,]){NUMBER}(?!\w)", folded)
    number = read_number(numbers[0]) if len(numbers) == 1 else None
    return None if number is None else _qualified(folded[: folded.find(numbers[0])], number)


def _month_and_year(text: str, folded: Folded, match: re.Match[str], today: date) -> Range | None:
    start, end = folded.span(match.start("year"), match.end("year"))
    for each in find_dates(text, today):
        if each.value and each.start <= start and end <= each.end and each.value <= today:
            return _months_ago(each.value, each.grain, today)
    year = int(match["year"])
    return _months_ago(date(year, 1, 1), "year", today) if year <= today.year else None


def _months_ago(day: date, grain: str, today: date) -> Range:
    """Whole months from `day` (a day, or anywhere in its month or year) to `today`."""
    low, high = day, day
    if grain == "year":
        low, high = date(day.year, 1, 1), date(day.year, 12, 31)
    elif grain == "month":
        low, high = date(day.year, day.month, 1), date(day.year, day.month, 28)
    return Range(_months(min(high, today), today), _months(low, today))


def _months(day: date, today: date) -> float:
    whole = (today.year - day.year) * 12 + today.month - day.month
    return float(max(whole - (today.day < day.day), 0))


def _arrival_rank(clause: str) -> int | None:
    for rank, pattern in ((_ADMITTED, _RESIDENT), (_ARRIVED, _ARRIVAL), (_TOWN, _IN_TOWN)):
        if pattern.search(clause):
            return rank
    return None


def _clause(folded: str, start: int, end: int) -> tuple[str, str]:
    """The clause around a slice, and its words before the slice."""
    first = max(folded.rfind(mark, 0, start) for mark in ",.!?;\n") + 1
    last = min(
        (at for mark in ",.!?;\n" if (at := folded.find(mark, end)) >= 0), default=len(folded)
    )
    return folded[first:last], folded[first:start]


def _at(folded: Folded, offset: int) -> int:
    """Where the original's character `offset` is in the folded text."""
    for place, start in enumerate(folded.starts):
        if start >= offset:
            return place
    return len(folded.text)


_ADMITTED, _ARRIVED, _TOWN = 0, 1, 2
"""What « depuis 2 ans » counts from, the surest first: programmes speak of admission."""

_OWNERS: tuple[tuple[Owner, re.Pattern[str]], ...] = (
    (
        "self",
        re.compile(r"\b(?:j'|j\s?ai\b|jai\b|je\b|moi\b|suis\b|nous\s+sommes\b|on\s+est\b|homme\b)"),
    ),
    (
        "child",
        re.compile(
            r"\b(?:enfants?|kids?|fils|filles?|garcons?|gars|bebes?|poupons?|jumeaux|jumelles|ados?"
            r"|(?:ma|mon|la|le)\s+(?:petite?|grande?|plus\s+jeune|plus\s+vieux|ainee?|cadette?)"
            r"|ainee?s?|cadette?s?)\b"
        ),
    ),
    (
        "other",
        re.compile(
            r"\b(?:m[ao]n?|mes|notre|nos|sa|son|ses|l'|(?:une?\s+(?!femme)))\s*"
            r"(?:mari|femme|epouse|epoux|conjointe?|chum|blonde|copain|copine|fiancee?|partenaire"
            r"|soeurs?|freres?|meres?|peres?|parents?|beau\s?-?(?:pere|frere)|amie?s?|cousine?s?"
            r"|oncle|tante|voisine?|collegue|patron|coloc\w*|neveu|niece|connaissance)\b"
            r"|\b(?:elle|lui|eux)\b"
        ),
    ),
    ("nobody", re.compile(r"\bj'?(?:avais|aurai)\b|(?<=\bsi )j'|(?<=\bquand )j'")),
)
_CLOSES = (
    r"(?=\s*(?:$|[.,;:!?)\n]|(?:et|pis|puis|mais|lui|elle|on|donc|merci|avec)\b|(?:mon|ma)\s))"
)
_NAMED_AFTER = re.compile(
    rf"\s*(?:pour\s+)?(?P<who>moi|lui|elle|(?:mon|ma)\s+(?:mari|femme|conjointe?|chum|blonde)){_CLOSES}"
)
_OTHERS_AGE = re.compile(
    r"\b(?:lui|elle|(?:mon|ma)\s+(?:mari|femme|epouse|epoux|conjointe?|chum|blonde|copine|copain))"
    r"\s*[,:]?\s*(?:il\s+|elle\s+)?(?:a\s+|en\s+a\s+|c'est\s+)?[1-9]\d\b"
)
_OWN_BARE = re.compile(
    rf"\b(?:moi\s*[,:]?\s*(?:c'est\s+|j'\s?(?:en\s+)?ai\s+)?|j'\s?(?:en\s+)?ai\s+)(?P<before>[1-9]\d){_CLOSES}"
    rf"|\b(?P<after>[1-9]\d)\s+(?:pour\s+)?moi{_CLOSES}"
)
_NOT_AN_AGE = re.compile(
    r"\s*(?:d'exp|d'anc|de\s+metier|dans\s+le)|\s*(?:ou|et)\s+(?:plus|moins)\b"
)
_NOT_AN_AGE_BEFORE = re.compile(
    r"\b(?:depuis|y\s+a|a\s+fait|fait|dans|pendant|apres|avant|pour|encore|dernier\w*|entre"
    r"|d'ici|duree\s+de)\s+(?:\w+\s+){0,2}$"
)
_LISTED_CHILDREN = re.compile(
    rf"\benfants?\s*(?:de|:|\(|,|ont)\s*(?P<ages>{NUMBER}(?:\s*(?:,|et|&)\s*{NUMBER})+)(?!\s*(?:mois|ans?))"
)
_BORN = re.compile(r"\bnee?\s+en\s+(19[2-9]\d|20[01]\d)\b")
_SINCE = re.compile(
    r"\b(?:depuis|y\s*a|ca\s+fait|cela\s+fait|sa\s+fait|voila)\s+"
    r"(?:(?:bientot|presque|environ|deja|plus\s+d[e']|moins\s+d[e']|a\s+peu\s+pres|genre)\s*){0,2}$"
)
_ALONE = re.compile(r"\W*(?:oui\W+)?(?:depuis|ca\s+fait|cela\s+fait|il\s+y\s+a|y\s*a)\s+")
_MORE = re.compile(r"\w")
_RESIDENT = re.compile(r"\b(?:rp|residente?s?\s+permanente?s?|residence\s+permanente|admise?)\b")
_ARRIVAL = re.compile(
    r"\b(?:arriv\w*|debarqu\w*|immigr\w*|venue?|au\s+(?:quebec|canada)|ici|refugiee?s?"
    r"|(?:suis|vis)\s+la)\b"
)
_IN_TOWN = re.compile(r"\b(?:j'?\s?habite|vis|reste|demeure|installee?)\b")
_ARRIVED_IN = re.compile(
    r"\b(?:arriv\w*|debarqu\w*|immigr\w*|(?:au\s+(?:quebec|canada)|ici|rp|permanente?)\s+depuis"
    r"|admise?)\b[^.!?;,]{0,30}?\b(?P<year>(?:19[5-9]|20[0-4])\d)\b"
)
_DIPLOMA = re.compile(r"\b(?:diplom\w*|gradu\w*|etudes|finissante?|dec|bac|maitrise|dep|aec)\b")
_DIPLOMA_IN = re.compile(
    r"\b(?:diplom\w*|gradu\w*|(?:fini|termine)\s+mes\s+etudes)\b[^.!?;,]{0,25}?\b(?:en|de|depuis)\s+"
    r"(?:\w+\s+)?(?P<year>20[0-4]\d)\b"
)
_EXPERIENCE = re.compile(
    r"\s*(?:d'exp|d'anciennete|de\s+(?:metier|pratique)|dans\s+(?:le\s+metier|ce))"
)
_NO_CHILD = re.compile(r"^\W*(?:non|aucun|pas|sans|zero|0|nope|pas\s+encore)\b")
