"""One item checked in the midst of all others, before it is said: the mistakes, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from marie.guidance.eligibility import Program
from marie.knowledge.checks import content_mistakes
from marie.knowledge.criteria import load_criteria
from marie.knowledge.items import SHELVES, Content, Item, Items, Kind, Mistake
from marie.knowledge.library import Library
from marie.knowledge.model import Entry, Parameter, Phrase, RegionProfile
from marie.knowledge.privacy import load_privacy
from marie.knowledge.programs import asked_mistakes, named_mistakes, program_mistakes
from marie.knowledge.readability import SimpleRules, load_simple_rules, text_problems
from marie.knowledge.rules import Field, load_profile_fields
from marie.knowledge.site_settings import Bounds, setting_mistakes
from marie.language.safety import HELP_ENTRIES

_IDS: Mapping[Kind, str] = {
    "entry": r"[a-z0-9]+(-[a-z0-9]+)*",
    "parameter": r"[a-z][a-z0-9]*(_[a-z0-9]+)*",
    "program": r"[a-z0-9]+(-[a-z0-9]+)*",
}
MAX_ID = 60

NAMED_IN_CODE = frozenset({*HELP_ENTRIES.values(), "lease-special-violence"})
"""Entries that Marie's code names: they cannot be withdrawn."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What items are held against besides each other.

    `texts`: the other files of `knowledge/`, by name, which may name an item; `resource`: whether
    the directory has this id. `bounds`: of how long what may be kept.
    """

    simple: SimpleRules
    sectors: frozenset[str]
    fields: Mapping[str, Field]
    texts: Mapping[str, str]
    resource: Callable[[str], bool]
    bounds: Mapping[str, Bounds]


def load_rules(knowledge: Path, resource: Callable[[str], bool]) -> Rules:
    """The rules of a `knowledge/` folder; `KnowledgeErrors` names what is wrong."""
    others = [
        *knowledge.glob("*.yml"),
        *knowledge.glob("plan/*.yml"),
        *knowledge.glob("lease/*.yml"),
    ]
    return Rules(
        simple=load_simple_rules(knowledge),
        sectors=frozenset(each.name for each in load_criteria(knowledge).sectors.values()),
        fields=load_profile_fields(knowledge),
        texts={
            path.relative_to(knowledge).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(others)
            if path.name != "phrases.yml"
        },
        resource=resource,
        bounds=load_privacy(knowledge).bounds,
    )


def check_item(
    item: Item, *, library: Library, items: Items, rules: Rules, today: date
) -> list[Mistake]:
    """What is wrong with an item that is to be said. `library`, `items`: what is said now."""
    found = [*_id_mistakes(item, items), *content_mistakes(item, today)]
    value, wrong = item.reading
    if value is None:
        return _distinct([*found, *wrong])
    found += _own_mistakes(item, value, library, items, rules)
    for path, text in setting_mistakes(value, rules.bounds):
        found.append(Mistake(kind=item.kind, item=item.id, field=path, text=text))
    # What is said now has no mistakes, or it would not be said.
    return _distinct([*found, *_with(library, item, value).mistakes()])


def check_withdrawal(
    kind: Kind, item_id: str, *, library: Library, items: Items, rules: Rules
) -> list[Mistake]:
    """What would be wrong if an item were no longer there."""

    def mistake(text: str) -> Mistake:
        return Mistake(kind=kind, item=item_id, field="", text=text)

    if not SHELVES[kind].free or item_id in NAMED_IN_CODE:
        return [mistake("Marie en a besoin; on peut la modifier, pas la retirer")]
    found = []
    # As a value, or between braces: a word of a sentence is none.
    word = re.compile(rf"(?:[:\[,-]\s+|\{{|\[){re.escape(item_id)}(?=\s*(?:[,\]}}#]|$))", re.M)
    for name, text in rules.texts.items():
        if word.search(text):
            found.append(mistake(f"le fichier {name} en a besoin"))
    for other in users(kind, item_id, library, items):
        called = SHELVES[other.kind].called.lower()
        found.append(mistake(f"{called} « {other.id} » s’en sert encore"))
    without = _with(library, Item(kind=kind, id=item_id, content={}), None)
    return _distinct([*found, *without.mistakes()])


def users(kind: Kind, item_id: str, library: Library, items: Items) -> list[Item]:
    """The entries and programmes that say an amount, or lead to an entry or a programme."""
    found = []
    for entry in library.entries.values():
        if kind == "parameter":
            said = (entry.text, entry.simple, entry.details or "", entry.found or "")
            named = any(f"{{{item_id}}}" in each for each in said)
        else:
            named = kind == "entry" and any(each.entry == item_id for each in entry.quick_replies)
        if named and not (kind == "entry" and entry.id == item_id):
            found.append(items["entry"][entry.id])
    names = {"entry": "entry", "program": "confused_with"}.get(kind)
    if names is not None:
        found += [each for each in items["program"].values() if each.content.get(names) == item_id]
    return found


def _id_mistakes(item: Item, items: Items) -> Iterator[Mistake]:
    shelf = SHELVES[item.kind]
    if shelf.key and item.content.get(shelf.key) != item.id:
        text = f"« {shelf.key} » ne vaut pas « {item.id} »"
        yield Mistake(kind=item.kind, item=item.id, field=shelf.key, text=text)
    if item.id in items[item.kind]:
        return
    pattern = _IDS.get(item.kind)
    if pattern is None:
        text = "Marie n’a pas de place pour un nouvel élément de cette sorte"
        yield Mistake(kind=item.kind, item=item.id, field=shelf.key, text=text)
    elif len(item.id) > MAX_ID or not re.fullmatch(pattern, item.id):
        joined = "_" if item.kind == "parameter" else "-"
        text = f"des minuscules sans accent et des chiffres, séparés par « {joined} »"
        yield Mistake(kind=item.kind, item=item.id, field=shelf.key, text=text)


def _own_mistakes(
    item: Item, value: object, library: Library, items: Items, rules: Rules
) -> Iterator[Mistake]:
    """What only this kind is held against."""

    def mistake(field: str, text: str) -> Mistake:
        return Mistake(kind=item.kind, item=item.id, field=field, text=text)

    match value:
        case Entry() | RegionProfile() | Phrase():
            for text in text_problems(value.simple or "", rules.simple):
                yield mistake("simple", text)
    match value:
        case Entry():
            for name in value.resources.only if value.resources else ():
                if not rules.resource(name):
                    yield mistake("resources.only", f"la ressource « {name} » n’existe pas")
        case RegionProfile():
            for field, text in _region_mistakes(value, rules):
                yield mistake(field, text)
        case Phrase():
            known = items["phrase"].get(item.id)
            if known is not None and list(value.placeholders) != known.content.get(
                "placeholders", []
            ):
                yield mistake("placeholders", "les mots entre accolades sont ceux du logiciel")
        case Program():
            yield from program_mistakes(value)
            yield from asked_mistakes(value, rules.fields, library.phrases)
            programs = {**items["program"], item.id: item}
            yield from named_mistakes(value, programs, library.entries)


def _region_mistakes(profile: RegionProfile, rules: Rules) -> Iterator[tuple[str, str]]:
    for place, name in enumerate(profile.sectors):
        if name not in rules.sectors:
            yield f"sectors.{place}", f"le secteur « {name} » n’est pas dans sectors.yml"
    for field in ("colleges", "universities"):
        for place, name in enumerate(getattr(profile, field)):
            if not rules.resource(name):
                yield f"{field}.{place}", f"la ressource « {name} » n’existe pas"


def _with(library: Library, item: Item, value: object) -> Library:
    """The library with one value in its item's place; without the item when that is None."""

    def put(known: Mapping[str, object]) -> dict[str, object]:
        left = {name: each for name, each in known.items() if name != item.id}
        return left if value is None else {**left, item.id: value}

    changed: dict[Kind, tuple[str, Mapping[str, object]]] = {
        "entry": ("entries", library.entries),
        "parameter": ("parameters", library.parameters),
        "phrase": ("phrases", library.phrases),
        "place": ("profiles", library.profiles),
    }
    if item.kind not in changed:
        return library
    name, known = changed[item.kind]
    return replace(library, **{name: put(known)})  # type: ignore[arg-type]


def _distinct(mistakes: list[Mistake]) -> list[Mistake]:
    return list(dict.fromkeys(mistakes))


def candidate(library: Library, kind: Kind, item_id: str, content: Content) -> Library | None:
    """The library as it would be with this content; None when it cannot be read at all."""
    item = Item(kind=kind, id=item_id, content=content)
    value, _ = item.reading
    if not isinstance(value, (Entry, Parameter, Phrase, RegionProfile)):
        return None
    return _with(library, item, value)
