"""Secrets come from the environment or from files, and are shown nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from marie.settings import ROOT, BadSetting, Settings

SECRET = "tres-secret"
URLS = {
    "MARIE_DATABASE_URL": f"postgresql+psycopg://marie:{SECRET}@base/marie",
    "MARIE_REDIS_URL": f"redis://:{SECRET}@redis:6379",
    "MARIE_SMTP_URL": f"smtps://marie:{SECRET}@courriel.exemple.org",
}


@pytest.mark.parametrize("name", URLS)
def test_secret_from_a_file_is_the_same_as_from_the_environment(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{URLS[name]}\n", encoding="utf-8")
    more = {"MARIE_MAIL_FROM": "marie@exemple.org", "MARIE_DATA": str(tmp_path)}
    there = Settings.from_env({name: URLS[name], **more})
    assert Settings.from_env({f"{name}_FILE": str(file), **more}) == there
    assert there != Settings.from_env(more)
    assert SECRET not in repr(there)


def test_secret_twice_or_in_no_file_is_a_mistake_that_is_named_without_it(tmp_path: Path) -> None:
    name = "MARIE_REDIS_URL"
    for env in (
        {name: URLS[name], f"{name}_FILE": str(tmp_path)},
        {f"{name}_FILE": str(tmp_path / "none")},
    ):
        with pytest.raises(BadSetting, match=name) as told:
            Settings.from_env(env)
        assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    ("host", "url", "warned"),
    [
        ("127.0.0.1", "", False),
        ("0.0.0.0", "", True),
        ("0.0.0.0", "http://marie.exemple.org", True),
        ("0.0.0.0", "https://marie.exemple.org", False),
    ],
)
def test_listening_to_the_network_without_tls_is_noticed(host: str, url: str, warned: bool) -> None:
    assert Settings.from_env({"MARIE_HOST": host, "MARIE_PUBLIC_URL": url}).in_the_open is warned


def test_every_setting_that_is_read_is_in_the_readme() -> None:
    read = re.findall(r'"(MARIE_[A-Z_]+)"', (ROOT / "marie" / "settings.py").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "MARIE_HOST" in read
    assert [name for name in set(read) if name not in readme] == []
