"""The imported figures of the regions, as Marie says them (`knowledge/imports/figures.yml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from marie.knowledge.files import read
from marie.knowledge.importers.model import Figure as Published
from marie.knowledge.model import Figure
from marie.knowledge.places import Gazetteer
from marie.language.folding import fold
from marie.language.typography import MONTHS, french_list

_MONTHS = [fold(month) for month in MONTHS]


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an indicator is said; the file's header explains each key."""

    id: str
    label: str
    together: str
    value: str
    scale: float = 1
    decimals: int = 0


Wordings = Mapping[str, Wording]


def load_wordings(knowledge: Path) -> Wordings:
    """`imports/figures.yml` by indicator; `KnowledgeErrors` says what is wrong in the file."""
    path = knowledge / "imports" / "figures.yml"
    if not path.exists():
        return {}
    return read(path, dict[str, Wording])


def spoken_figures(
    published: Iterable[Published], wordings: Wordings, gazetteer: Gazetteer
) -> dict[str, dict[str, Figure]]:
    """Figures by region code ("01" to "17") and then by id, each of the latest period.

    An indicator that has no wording is not said; a region without a figure has no key.
    """
    found: dict[str, dict[str, Figure]] = {}
    for each in sorted(published, key=lambda one: _order(one.period)):
        wording = wordings.get(each.indicator)
        if wording is None or each.region == "QC":
            continue
        codes = each.region.split("-")
        for code in codes:
            said = _said(each, wording, codes, gazetteer)
            found.setdefault(code, {})[said.id or each.indicator] = said
    return found


def _said(each: Published, wording: Wording, codes: list[str], gazetteer: Gazetteer) -> Figure:
    period = each.period.replace("_", " ")
    number = round(each.value * wording.scale, 3)
    regions = [region.name for code in codes if (region := gazetteer.get(f"region:{code}"))]
    label = wording.label if len(codes) == 1 else wording.together
    return Figure(
        id=wording.id.format(period=period),
        label=label.format(period=period, regions=french_list(regions)),
        value=wording.value.format(number=_french(number, wording.decimals)),
        number=number,
        source=each.source,
    )


def _french(number: float, decimals: int) -> str:
    """« 99 100 », « 4,2 »."""
    text = f"{number:,.{decimals}f}"
    return text.replace(",", "\u00a0").replace(".", ",")


def _order(period: str) -> tuple[int, int]:
    """« avril 2026 » → (2026, 4); a whole year comes before its months."""
    *month, year = period.split()
    told = fold(month[0]) if month else ""
    return int(year), _MONTHS.index(told) + 1 if told in _MONTHS else 0
