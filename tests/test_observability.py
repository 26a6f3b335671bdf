"""The dashboard and the alerts ask for metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from marie.settings import ROOT
from marie.web.metrics import Metrics

FOLDER = ROOT / "deploy" / "observability"
NAME = re.compile(r"marie_[a-z_]+")


def metrics() -> set[str]:
    """Every name that `/metrics` may write."""
    names = set()
    for family in Metrics().registry.collect():
        names |= {family.name, *(f"{family.name}_{end}" for end in ("total", "bucket", "count"))}
    return names


def asked_for(path: Path) -> set[str]:
    return set(NAME.findall(path.read_text(encoding="utf-8")))


def test_dashboard_and_alerts_name_only_metrics_that_exist() -> None:
    for path in (FOLDER / "grafana.json", FOLDER / "alerts.yml"):
        assert asked_for(path) - metrics() == set(), path.name
    # `metrics` does find what is not there.
    assert "marie_unheard_of" not in metrics()


def test_every_alert_says_what_to_do() -> None:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) >= 8
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert len(rule["annotations"]["description"]) > 60, rule["alert"]
        assert "{{" not in rule["annotations"]["summary"].replace("{{ $value", "")


def test_dashboard_has_a_panel_for_each_question() -> None:
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    titles = [panel["title"] for panel in board["panels"]]
    assert len(titles) == len(set(titles)) >= 8
    assert all(panel["targets"][0]["expr"] for panel in board["panels"])
