"""The imported figures of the regions: which one is said, and how."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from marie.knowledge.figures import load_wordings, spoken_figures
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.freshness import DEFAULT_PERIODS
from marie.knowledge.importers.model import Figure as Published
from marie.knowledge.model import Figure, Source
from marie.knowledge.opened import Knowledge
from marie.knowledge.published import LiveDirectory, publish
from marie.settings import ROOT

SOURCE = Source(title="Une table", url="https://example.org", read_on=date(2026, 11, 22))


def published(region: str, indicator: str, period: str, value: float) -> Published:
    return Published(region, indicator, period, value, SOURCE)


def said(knowledge: Knowledge, *figures: Published) -> dict[str, dict[str, Figure]]:
    wordings = load_wordings(ROOT / "knowledge")
    return spoken_figures(figures, wordings, knowledge.gazetteer)


def test_figure_is_said_in_french_with_its_period_and_source(knowledge: Knowledge) -> None:
    figures = said(knowledge, published("01", "taux_chomage_mm3m", "avril 2026", 4.2))
    found = figures["01"]["unemployment"]
    assert (found.label, found.value) == ("Taux de chômage, avril 2026", "4,2\u00a0%")
    assert found.source == SOURCE


def test_thousands_are_written_out(knowledge: Knowledge) -> None:
    figures = said(knowledge, published("01", "emploi_milliers_mm3m", "avril 2026", 99.1))
    assert figures["01"]["employment"].value == "99\u00a0100"
    assert figures["01"]["employment"].number == 99_100


def test_latest_period_is_said_in_whatever_order_they_come(knowledge: Knowledge) -> None:
    spring = published("01", "taux_chomage_mm3m", "avril 2026", 4.2)
    autumn = published("01", "taux_chomage_mm3m", "octobre 2026", 4.9)
    for given in ((spring, autumn), (autumn, spring)):
        assert said(knowledge, *given)["01"]["unemployment"].number == 4.9


def test_two_regions_told_together_say_so(knowledge: Knowledge) -> None:
    figures = said(knowledge, published("09-10", "emploi_milliers_annuel", "2025", 51.6))
    label = "Emplois, Côte-Nord et Nord-du-Québec ensemble, 2025"
    assert figures["09"]["employment_2025"].label == label
    assert figures["10"]["employment_2025"].label == label


def test_what_was_not_published_is_absent(knowledge: Knowledge) -> None:
    figures = said(
        knowledge, published("03", "inconnu", "2025", 1), published("QC", "x", "2025", 1)
    )
    assert figures == {}


def test_figures_are_heard_from_the_snapshot(knowledge: Knowledge, tmp_path: Path) -> None:
    live = LiveDirectory(
        [],
        knowledge.gazetteer,
        periods=DEFAULT_PERIODS,
        folder=tmp_path,
        wordings=load_wordings(ROOT / "knowledge"),
    )
    assert live.figures("01") == {}
    figure = published("01", "taux_chomage", "2025", 5.0)
    publish(tmp_path, [], knowledge.gazetteer, 1, [figure])
    assert live.figures("01")["unemployment_2025"].value == "5,0\u00a0%"
    assert live.figures("02") == {}


def test_mistake_in_the_wording_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "figures.yml").write_text("taux: {id: 3}")
    with pytest.raises(KnowledgeErrors, match=r"figures\.yml"):
        load_wordings(tmp_path)
