"""The forms of an amount: a value from a day on, and all of its values. Fields in, content out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from marie.knowledge.items import Content

NEW = "new"
"""What the fields of the value that is added begin with."""

SOURCE = ("title", "url", "published", "read_on", "verified_on")
_NUMBER = re.compile(r"\d[\d\s\u00a0\u202f]*(?:,\d+)?")


def added(content: Content, form: Mapping[str, str], today: date) -> tuple[Content, dict[str, str]]:
    """The content with one more value, and what is wrong by field name ("from": "past").

    The value before it ends on the eve; a later one, if there is one, ends the new one.
    """
    wrong: dict[str, str] = {}
    begins = _day(form, "from", wrong)
    if begins is None and "from" not in wrong:
        wrong["from"] = "empty"
    if begins is not None and begins < today:
        wrong["from"] = "past"
    values = [dict(each) for each in content.get("values", [])]
    if begins is not None and any(each.get("from") == begins.isoformat() for each in values):
        wrong["from"] = "same"
    value: Content = {"value": tidied(form.get("value", ""))}
    if not value["value"]:
        wrong["value"] = "empty"
    if any("number" in each for each in values):
        number = read_number(value["value"])
        if number is not None:
            value["number"] = number
        elif "value" not in wrong:
            wrong["value"] = "number"
    value["source"] = _source(form, today, wrong)
    if wrong or begins is None:
        return content, wrong
    value = {"from": begins.isoformat(), **value}
    eve = (begins - timedelta(days=1)).isoformat()
    later = [each["from"] for each in values if each.get("from", "") > value["from"]]
    if later:
        value["until"] = (date.fromisoformat(min(later)) - timedelta(days=1)).isoformat()
    for each in values:
        if (
            each.get("from", "") < value["from"]
            and each.get("until", value["from"]) >= value["from"]
        ):
            each["until"] = eve
    values.append(value)
    values.sort(key=lambda each: str(each.get("from", "")))
    return {**content, "values": values}, {}


def written(content: Content, form: Mapping[str, str]) -> Content:
    """The content with all of its fields as the long form has them; emptied values are left out."""
    values = []
    for place in range(_rows(form)):
        start = f"values.{place}."
        typed = {
            name: form.get(start + name, "").strip()
            for name in ("from", "until", "value", "number", *(f"source.{each}" for each in SOURCE))
        }
        if not any(typed.values()):
            continue
        value: Content = {}
        for name in ("from", "until"):
            if typed[name]:
                value[name] = typed[name]
        value["value"] = tidied(typed["value"])
        if typed["number"]:
            number = read_number(typed["number"])
            value["number"] = typed["number"] if number is None else number
        value["source"] = {
            name: typed[f"source.{name}"] for name in SOURCE if typed[f"source.{name}"]
        }
        values.append(value)
    known: Content = {
        **content,
        "label": form.get("label", "").strip(),
        "values": sorted(values, key=lambda each: str(each.get("from", ""))),
    }
    days = form.get("review_every", "").strip()
    known["review_every"] = int(days) if days.isdecimal() and len(days) < 6 else days
    return known


def tidied(text: str) -> str:
    """An amount as it is written in Québec: « 9,85 $ », « 12 % », with spaces that do not break."""
    text = " ".join(text.replace("\u00a0", " ").split())
    return re.sub(r"(?<=\d)\s*([$%])", "\u00a0\\1", text)


def read_number(text: str) -> float | int | None:
    """The first number of a text: « 9,85 $ » is 9.85, « 6 enfants » 6."""
    found = _NUMBER.search(text)
    if found is None:
        return None
    number = float(re.sub(r"[\s\u00a0\u202f]", "", found[0]).replace(",", "."))
    return int(number) if number == int(number) else number


def shown(value: Any) -> str:
    """A number as it is typed: with a comma."""
    return "" if value is None else f"{value:g}".replace(".", ",") if value != "" else ""


def _source(form: Mapping[str, str], today: date, wrong: dict[str, str]) -> Content:
    source: Content = {}
    for name in ("title", "url", "published"):
        if typed := form.get(f"source_{name}", "").strip():
            source[name] = typed
        elif name != "published":
            wrong[f"source_{name}"] = "empty"
    url = source.get("url", "")
    if url and not re.fullmatch(r"https?://[^\s<>\"/]+\.[^\s<>\"]+", url):
        wrong["source_url"] = "url"
    source["read_on"] = today.isoformat()
    if form.get("verified"):
        source["verified_on"] = today.isoformat()
    return source


def _day(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> date | None:
    typed = form.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        wrong[name] = "date"
        return None


def _rows(form: Mapping[str, str]) -> int:
    found = [re.match(r"values\.(\d{1,3})\.", name) for name in form]
    return max((int(each[1]) + 1 for each in found if each), default=0)
