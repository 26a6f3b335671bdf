"""The examples of `deploy/` hang together; what could not be run here says so itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from marie.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"


def compose() -> dict[str, Any]:
    text = (DEPLOY / "compose" / "compose.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_service_is_bounded_and_cannot_gain_rights(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "restart", "logging"} <= service.keys()
    # The image of Marie has its own health check.
    assert "healthcheck" in service or name == "marie"


def test_marie_s_settings_in_the_examples_are_settings_that_there_are() -> None:
    read_me = (ROOT / "README.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`(MARIE_[A-Z_]+|PORT)`", read_me))
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file():
            named = set(re.findall(r"\bMARIE_[A-Z_]+", path.read_text(encoding="utf-8")))
            assert named <= known, path.name


def test_settings_of_the_compose_file_are_accepted() -> None:
    environment = compose()["services"]["marie"]["environment"]
    settings = Settings.from_env(environment)
    assert (settings.web_processes, settings.rasa_processes) == (2, 2)


def test_only_nginx_is_reached_from_outside() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert compose()["networks"]["back"] == {"internal": True}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
@pytest.mark.parametrize("unit", ["marie.service", "marie-backup.service", "marie-backup.timer"])
def test_systemd_understands_the_unit(unit: str) -> None:
    checked = subprocess.run(
        ["systemd-analyze", "verify", DEPLOY / "systemd" / unit],
        capture_output=True,
        text=True,
        check=False,
    )
    # The program is not installed there on this machine; nothing else may be wrong.
    wrong = [line for line in checked.stderr.splitlines() if "is not executable" not in line]
    assert wrong == []
