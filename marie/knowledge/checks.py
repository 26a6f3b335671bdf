"""What is wrong in what editors write, item by item: the one place for these rules.

`marie knowledge check` says them of every file, the library before it speaks, the pages of the
administration beside each field. All of it is pure: items and values in, mistakes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from marie.knowledge.items import Item, Mistake
from marie.knowledge.model import (
    GROUPS,
    PLACEHOLDER,
    TOPICS,
    Entry,
    Parameter,
    Phrase,
)

MAX_TEXT = 900
"""Longest `text` of an entry, in characters: what a phone shows without scrolling twice."""

MAX_LINE = 200
"""Longest title, label, button or question."""

MAX_LONG = 4_000
"""Longest of anything else that is said."""

MAX_ADDRESS = 1_000

MOST = 100
"""Elements in one list."""

_LINES = frozenset({"title", "label", "name", "value", "questions", "placeholders"})
_DAYS = frozenset({"read_on", "verified_on"})
_TAG = re.compile(r"<\s*[A-Za-z/!?]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")


def checked(item: Item) -> list[Mistake]:
    """`content_mistakes`, found once for an item that stays."""
    known: list[Mistake] | None = item.__dict__.get("checked")
    if known is None:
        known = list(content_mistakes(item))
        item.__dict__["checked"] = known
    return known


def content_mistakes(item: Item, today: date | None = None) -> Iterator[Mistake]:
    """What no content may hold, whatever its kind: markup, addresses that are none, novels.

    `today`: pages cannot have been read on a later day; None when that is not looked at.
    """
    for path, name, value in _leaves(item.content):
        for text in _leaf_mistakes(path, name, value, today):
            yield Mistake(kind=item.kind, item=item.id, field=path, text=text)
    if _is_stated(item) and not item.content.get("sources"):
        yield Mistake(
            kind=item.kind,
            item=item.id,
            field="sources",
            text="il faut au moins une source, avec le jour où elle a été lue",
        )


def _is_stated(item: Item) -> bool:
    """Whether it states facts: courtesy needs no source."""
    if item.kind == "entry":
        return item.content.get("topic") not in GROUPS["general"]
    return item.kind == "place"


def _leaf_mistakes(path: str, name: str, value: Any, today: date | None) -> Iterator[str]:
    if isinstance(value, list):
        if len(value) > MOST:
            yield f"la liste a {len(value)} éléments, {MOST} au plus"
        return
    if not isinstance(value, str):
        return
    if not value.strip():
        yield "le texte est vide"
    if has_markup(value):
        yield "le texte contient du HTML; écrivez du texte simple"
    if has_invisible(value):
        yield "le texte contient un caractère invisible; retapez-le"
    if name == "url":
        if not is_address(value):
            yield f"l’adresse « {value[:80]} » n’est pas une adresse web (https://…)"
        return
    most = MAX_LINE if name in _LINES else MAX_LONG
    if len(value) > most:
        yield f"le texte a {len(value)} caractères, {most} au plus"
    if name in _DAYS and today is not None and value > today.isoformat():
        yield "ce jour est dans l’avenir"


def has_markup(value: str) -> bool:
    """Whether it holds something that a browser would read as HTML."""
    return _TAG.search(value) is not None


def has_invisible(value: str) -> bool:
    """Whether it holds characters that nobody sees, but tabs and ends of lines."""
    return _INVISIBLE.search(value) is not None


def is_address(value: str) -> bool:
    """Whether it is a page's address: `http` or `https`, and a host."""
    if len(value) > MAX_ADDRESS or not re.fullmatch(r"https?://[^\s<>\"]+", value):
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def _leaves(content: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value with its path and the key that it stands under; a list, then its elements."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key), str(key))
    else:
        yield path, name, content
        if isinstance(content, list):
            for place, value in enumerate(content):
                yield from _leaves(value, f"{path}.{place}", name)


def library_mistakes(
    entries: Mapping[str, Entry],
    parameters: Mapping[str, Parameter],
    phrases: Mapping[str, Phrase],
) -> Iterator[Mistake]:
    """What is wrong among items that name each other."""
    for entry in entries.values():
        for path, text in _entry_mistakes(entry, entries, parameters):
            yield Mistake(kind="entry", item=entry.id, field=path, text=text)
    yield from default_mistakes(entries)
    for name, phrase in phrases.items():
        for path, text in _phrase_mistakes(phrase):
            yield Mistake(kind="phrase", item=name, field=path, text=text)
    for parameter in parameters.values():
        for path, text in _parameter_mistakes(parameter):
            yield Mistake(kind="parameter", item=parameter.id, field=path, text=text)


def default_mistakes(entries: Mapping[str, Entry]) -> Iterator[Mistake]:
    """Topics that have no entry of their own, or several."""
    defaults: dict[str, list[str]] = {topic: [] for topic in sorted(TOPICS)}
    for entry in entries.values():
        if entry.default and entry.topic in defaults:
            defaults[entry.topic].append(entry.id)
    for topic, found in defaults.items():
        if len(found) != 1:
            text = (
                "il faut exactement une fiche avec « default: true », "
                f"il y en a {len(found)} ({', '.join(sorted(found)) or 'aucune'})"
            )
            for item in found or [""]:
                yield Mistake(
                    kind="entry",
                    item=item,
                    field="default",
                    text=text,
                    about=f"Sujet « {topic} »",
                )


def _entry_mistakes(
    entry: Entry, entries: Mapping[str, Entry], parameters: Mapping[str, Parameter]
) -> Iterator[tuple[str, str]]:
    if entry.topic not in TOPICS:
        yield "topic", f"le sujet « {entry.topic} » n’existe pas"
    for path in ("text", "simple", "details", "found"):
        text: str | None = getattr(entry, path)
        if text is None:
            continue
        for name in dict.fromkeys(PLACEHOLDER.findall(text)):
            if name not in parameters:
                yield path, f"le paramètre « {{{name}}} » n’existe pas"
        yield from ((path, said) for said in _brace_mistakes(text))
    if len(entry.text) > MAX_TEXT:
        yield "text", f"le texte a {len(entry.text)} caractères, {MAX_TEXT} au plus"
    if entry.review_every < 1:
        yield "review_every", "il faut un nombre de jours"
    for place, reply in enumerate(entry.quick_replies):
        path = f"quick_replies.{place}"
        if (reply.topic is None) == (reply.entry is None):
            yield path, f"la réponse rapide « {reply.title} » nomme un sujet OU une fiche"
        if reply.topic is not None and reply.topic not in TOPICS:
            yield path, f"réponse rapide vers un sujet inconnu, « {reply.topic} »"
        if reply.entry is not None and reply.entry not in entries:
            yield path, f"réponse rapide vers une fiche inconnue, « {reply.entry} »"


def _phrase_mistakes(phrase: Phrase) -> Iterator[tuple[str, str]]:
    for path, text in (("text", phrase.text), ("simple", phrase.simple or "")):
        for name in dict.fromkeys(PLACEHOLDER.findall(text)):
            if name not in phrase.placeholders:
                yield path, f"« {{{name}}} » n’est pas dans ses placeholders"
        yield from ((path, said) for said in _brace_mistakes(text))


def _parameter_mistakes(parameter: Parameter) -> Iterator[tuple[str, str]]:
    if not parameter.values:
        yield "values", "il faut au moins une valeur"
    if parameter.review_every < 1:
        yield "review_every", "il faut un nombre de jours"
    begun: dict[date, int] = {}
    for place, value in enumerate(parameter.values):
        if value.until is not None and value.until < value.from_:
            yield f"values.{place}.until", "« until » précède « from »"
        if value.from_ in begun:
            yield f"values.{place}.from", "deux valeurs commencent le même jour"
        begun[value.from_] = place


def _brace_mistakes(text: str) -> Iterator[str]:
    left = PLACEHOLDER.sub("", text)
    if "{" in left or "}" in left:
        yield "des accolades n’entourent pas un paramètre, par exemple « {daycare_contribution} »"
