"""What a person types in a card's form, checked as an import checks its cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marie.knowledge.importers import fields
from marie.knowledge.resources import KINDS, Resource
from marie.language.folding import fold_key

LINES = {
    "name": 200,
    "organization": 200,
    "municipality": 100,
    "address": 300,
    "source_title": 200,
}
"""Texts of one line, and their most characters."""

TEXTS = {"description": 1000, "hours": 500, "cost": 500, "eligibility": 500}
"""Longer texts, and their most characters."""

NUMBERS = {"capacity": 10_000, "infants": 1000}

FORM = (
    *LINES,
    *TEXTS,
    *NUMBERS,
    *("kind", "region", "phone", "other_phones", "email", "url", "subsidized"),
    *("lat", "lon", "keywords", "source_url"),
)
"""The fields of the form, but for the languages, of which there may be several."""

MAX_URL = 500
MAX_KEYWORDS = 30
MAX_PHONES = 5

_REGION = re.compile(r"0[1-9]|1[0-7]")
_TAG = re.compile(r"<[a-zA-Z/!]|&(?:[a-z]+|#\d+);")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Checked:
    """The values of a card by field, as JSON has them, or what is wrong with which."""

    values: dict[str, Any]
    problems: dict[str, str]


def shown(resource: Resource) -> dict[str, str]:
    """A card as its form shows it."""
    said = {name: getattr(resource, name, None) for name in FORM}
    said |= {
        "source_title": resource.source.title,
        "source_url": resource.source.url,
        "other_phones": "\n".join(resource.other_phones),
        "keywords": ", ".join(resource.keywords),
        "subsidized": {None: "", True: "yes", False: "no"}[resource.subsidized],
    }
    return {name: "" if value is None else str(value) for name, value in said.items()}


def check(
    form: Mapping[str, str],
    languages: Sequence[str],
    towns: fields.Towns,
    now: Resource | None = None,
) -> Checked:
    """Read the form; `now`: the card as it is, of which what was not touched is kept as it is."""
    reading = _Form(form, towns, now)
    reading.texts()
    reading.kind()
    reading.place()
    reading.contacts()
    reading.numbers()
    reading.words(languages)
    return Checked({} if reading.problems else reading.values, reading.problems)


class _Form:
    def __init__(self, form: Mapping[str, str], towns: fields.Towns, now: Resource | None) -> None:
        self.form = {name: form.get(name, "").strip() for name in FORM}
        self.before = shown(now) if now else dict.fromkeys(FORM, "")
        self.now = now
        self.towns = towns
        self.values: dict[str, Any] = {}
        self.problems: dict[str, str] = {}

    def _plain(self, name: str, most: int) -> str | None:
        """A text without markup, formulas or damaged accents; None when it is empty or wrong."""
        said = self.form[name]
        if len(said) > most:
            self.problems[name] = "too_long"
            return None
        if _TAG.search(said):
            self.problems[name] = "markup"
            return None
        if said.startswith("="):
            self.problems[name] = "formula"
            return None
        try:
            return fields.optional(said, name)
        except fields.BadCell:
            self.problems[name] = "accents"
            return None

    def _same(self, name: str) -> bool:
        return self.now is not None and self.form[name] == self.before[name].strip()

    def texts(self) -> None:
        for name, most in (LINES | TEXTS).items():
            if name == "municipality":
                continue
            if self._same(name):
                continue
            value = self._plain(name, most)
            needed = name in ("name", "source_title")
            if needed and value is None and name not in self.problems:
                self.problems[name] = "empty"
            self.values[name] = value
        for name in ("url", "source_url"):
            self._url(name)

    def _url(self, name: str) -> None:
        said = self.form[name]
        if self._same(name):
            return
        if not said and name == "url":
            self.values[name] = None
        elif not said:
            self.problems[name] = "empty"
        elif len(said) > MAX_URL:
            self.problems[name] = "too_long"
        elif (found := fields.url(said)) is None or _TAG.search(said):
            self.problems[name] = "url"
        else:
            self.values[name] = found

    def kind(self) -> None:
        if self.form["kind"] not in KINDS:
            self.problems["kind"] = "kind"
        else:
            self.values["kind"] = self.form["kind"]

    def place(self) -> None:
        region = self.form["region"] or None
        if region is not None and not _REGION.fullmatch(region):
            self.problems["region"] = "region"
            return
        if self.form["address"] and not self.form["municipality"]:
            self.problems["municipality"] = "address_needs_town"
            return
        if self._same("municipality") and self._same("region"):
            return
        said = self._plain("municipality", LINES["municipality"])
        if "municipality" in self.problems:
            return
        if said is None:
            self.values |= {"municipality": None, "municipality_code": None, "region": region}
            return
        # A region left as it was says nothing of another town.
        asked = None if self._same("region") and not self._same("municipality") else region
        town = self.towns.named(said, asked)
        if town is None or (town.municipality is None):
            elsewhere = self.towns.named(said)
            self.problems["municipality"] = "town" if elsewhere is None else "town_elsewhere"
            return
        self.values |= {
            "municipality": town.name,
            "municipality_code": town.municipality,
            "region": town.region,
        }

    def contacts(self) -> None:
        if not self._same("phone"):
            said = self.form["phone"]
            found = self._phone(said) if said else None
            if said and found is None:
                self.problems["phone"] = "phone"
            self.values["phone"] = found
        if not self._same("other_phones"):
            lines = [each.strip() for each in self.form["other_phones"].splitlines()]
            numbers = [self._phone(each) for each in lines if each]
            if len(numbers) > MAX_PHONES:
                self.problems["other_phones"] = "too_many"
            elif None in numbers:
                self.problems["other_phones"] = "phone"
            else:
                self.values["other_phones"] = numbers
        if not self._same("email"):
            said = self.form["email"]
            address = self._email(said) if said else None
            if said and address is None:
                self.problems["email"] = "email"
            self.values["email"] = address

    def _phone(self, said: str) -> str | None:
        try:
            return fields.phone(said) if len(said) <= 60 else None
        except fields.BadCell:
            return None

    def _email(self, said: str) -> str | None:
        try:
            found = fields.email(said) if len(said) <= 200 else None
        except fields.BadCell:
            return None
        return found if found == said else None

    def numbers(self) -> None:
        for name, most in NUMBERS.items():
            said = re.sub(r"[\s\u00a0]", "", self.form[name])
            if not said:
                self.values[name] = None
            elif not said.isascii() or not said.isdecimal() or int(said[:9]) > most:
                self.problems[name] = "number"
            else:
                self.values[name] = int(said)
        self.values["subsidized"] = {"yes": True, "no": False}.get(self.form["subsidized"])
        if self._same("lat") and self._same("lon"):
            return
        lat, lon = self.form["lat"], self.form["lon"]
        if bool(lat) != bool(lon):
            self.problems["lat" if lon else "lon"] = "both"
            return
        try:
            spot = fields.point(lat, lon)
        except (fields.BadCell, OverflowError):
            self.problems["lat"] = "point"
            return
        self.values |= {"lat": spot[0] if spot else None, "lon": spot[1] if spot else None}

    def words(self, languages: Sequence[str]) -> None:
        if not self._same("keywords"):
            said = self._plain("keywords", 1000) or ""
            words = [" ".join(each.split()) for each in re.split(r"[,;]", said)]
            distinct = list({fold_key(each): each for each in words if each}.values())
            if len(distinct) > MAX_KEYWORDS:
                self.problems["keywords"] = "too_many"
            self.values["keywords"] = distinct
        codes = list(dict.fromkeys(languages))
        known = self.now.languages if self.now else ()
        if len(codes) > 40 or not all(_LANGUAGE.fullmatch(each) or each in known for each in codes):
            self.problems["languages"] = "language"
        elif self.now is None or set(codes) != set(self.now.languages):
            self.values["languages"] = codes
