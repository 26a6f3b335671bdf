"""What administrators set: how the widget looks and where it may stand, the languages in which
Marie welcomes, closed days, how long what is kept, and the organisations. Each is an item of the
kind « setting » (`knowledge/settings/*.yml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, get_args

import msgspec

from marie.knowledge.organization import Organizations
from marie.language.tongues import Tongue

Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$")]
Host = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$",
        max_length=100,
    ),
]

LEAST_CONTRAST = 4.5
"""WCAG 2.1, AA, for text of ordinary size."""

WHITE = "#ffffff"
LIGHT = {"blanc": WHITE, "fond": "#faf6ef", "survol": "#fdeedd"}
"""The light backgrounds on which links and buttons are written, in the widget's style sheet."""


class Widget(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="widget",
):
    """How the widget looks. `main`: its header and its own buttons; `link`: what is written on
    light; `action`: the button that sends; `logo`: a picture's number."""

    main: Colour = "#0d4a50"
    link: Colour = "#0b5c63"
    action: Colour = "#b5481b"
    logo: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class Sites(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="sites",
):
    """Which sites may show the widget; none: all."""

    hosts: tuple[Host, ...] = ()

    def allows(self, host: str) -> bool:
        """Whether a page of `host` (with its port, if it has one) may show it."""
        bare = host.lower().rsplit(":", 1)[0] if ":" in host else host.lower()
        return not self.hosts or any(_matches(each, host.lower(), bare) for each in self.hosts)


def _matches(known: str, host: str, bare: str) -> bool:
    asked = host if ":" in known else bare
    return asked.endswith(known[1:]) if known.startswith("*.") else asked == known


class Closure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Days on which nobody answers, both included."""

    from_: date = msgspec.field(name="from")
    until: date
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Closures(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="closures",
):
    """Closed days beyond the public holidays."""

    days: tuple[Closure, ...] = ()

    def holds(self, day: date) -> bool:
        """Whether nobody answers on that day."""
        return any(each.from_ <= day <= each.until for each in self.days)


class Retention(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="retention",
):
    """Days by limit of `knowledge/privacy.yml`, in place of those it says."""

    days: dict[str, Annotated[int, msgspec.Meta(ge=1, le=36_500)]] = {}


class Languages(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag_field="id",
    tag="languages",
):
    """In which languages Marie says a sentence (the phrase `language_…`) before simple French."""

    welcomed: tuple[Tongue, ...] = get_args(Tongue)


Setting = Widget | Sites | Languages | Closures | Retention | Organizations


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Between which days a limit may be set."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Configured:
    """All settings, as they are now."""

    organizations: Organizations
    widget: Widget
    sites: Sites
    languages: Languages
    closures: Closures
    retention: Retention


def configured(values: Sequence[object], organizations: Organizations) -> Configured:
    """The settings among `values`; what is missing is as shipped."""
    found = Configured(
        organizations=organizations,
        widget=Widget(),
        sites=Sites(),
        languages=Languages(),
        closures=Closures(),
        retention=Retention(),
    )
    for value in values:
        match value:
            case Widget():
                found = replace(found, widget=value)
            case Sites():
                found = replace(found, sites=value)
            case Languages():
                found = replace(found, languages=value)
            case Closures():
                found = replace(found, closures=value)
            case Retention():
                found = replace(found, retention=value)
            case Organizations():
                found = replace(found, organizations=value)
    return found


def setting_mistakes(value: object, bounds: Mapping[str, Bounds]) -> Iterator[tuple[str, str]]:
    """What is wrong with a setting, as path and French sentence."""
    match value:
        case Widget():
            yield from _colour_mistakes(value)
        case Closures():
            for place, each in enumerate(value.days):
                if each.until < each.from_:
                    yield f"days.{place}.until", "la fin doit venir après le début"
        case Retention():
            for name, days in value.days.items():
                known = bounds.get(name)
                if known is None:
                    yield f"days.{name}", "cette durée ne se règle pas"
                elif not known.least <= days <= known.most:
                    yield f"days.{name}", f"entre {known.least} et {known.most} jours"
        case Organizations():
            yield from value.mistakes()


def _colour_mistakes(widget: Widget) -> Iterator[tuple[str, str]]:
    for field in ("main", "link", "action"):
        worst = worst_contrast(field, getattr(widget, field))
        if worst < LEAST_CONTRAST:
            said = f"{worst:.1f}".replace(".", ",")
            yield field, f"le contraste est de {said} pour 1, il en faut 4,5; prenez plus foncé"


def worst_contrast(field: str, colour: str) -> float:
    """The least contrast of one of the widget's colours with what it meets, from 1 to 21."""
    meets = LIGHT.values() if field == "link" else (WHITE,)
    return min(contrast(colour, each) for each in meets)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`), as WCAG 2.1 computes it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
