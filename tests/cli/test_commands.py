"""The `marie` command as an administrator types it: a process, its output, its exit code."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Marie = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def marie(tmp_path: Path) -> Marie:
    """Runs a command that writes under this test's folder."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "MARIE_DATA": str(tmp_path / "var")}
        return subprocess.run(
            [sys.executable, "-m", "marie", *arguments],
            cwd=ROOT,
            env={**env, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def migrated(marie: Marie, tmp_path: Path, prepared_database: Path) -> Marie:
    """The same, with a database."""
    (tmp_path / "var").mkdir()
    shutil.copy(prepared_database, tmp_path / "var" / "marie.sqlite3")
    return marie


def staff_of(tmp_path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(tmp_path / "var" / "marie.sqlite3") as connection:
        rows = connection.execute(
            "SELECT username, name, role, organization, must_change_password FROM staff"
            " ORDER BY created_at"
        ).fetchall()
    connection.close()
    return rows


def test_help_lists_every_command_and_writes_nothing(marie: Marie, tmp_path: Path) -> None:
    result = marie("--help")
    assert result.returncode == 0
    for command in (
        *("run", "serve", "migrate", "train", "evaluate", "say", "chat", "user", "import"),
        *("check-links", "check-program", "knowledge"),
    ):
        assert f"\n    {command}" in result.stdout
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    "command", ["run", "serve", "migrate", "train", "say", "chat", "user", "user add", "knowledge"]
)
def test_each_command_explains_itself(command: str) -> None:
    from marie.__main__ import _parser

    with pytest.raises(SystemExit) as end:
        _parser().parse_args([*command.split(), "--help"])
    assert end.value.code == 0


def test_unknown_command_is_refused(marie: Marie) -> None:
    result = marie("nothing")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_wrong_setting_is_named(marie: Marie) -> None:
    for name, value in (("PORT", "abc"), ("PORT", "70000"), ("MARIE_RATE_LIMIT", "maybe")):
        result = marie("migrate", **{name: value})
        assert result.returncode == 1
        assert f"{name}={value}" in result.stderr
        assert "Traceback" not in result.stderr


def test_migrating_twice_gives_one_administrator_and_tells_the_password_once(
    marie: Marie, tmp_path: Path
) -> None:
    first, second = marie("migrate"), marie("migrate")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "mot de passe" in first.stdout
    assert second.stdout == ""
    assert staff_of(tmp_path) == [("admin", "Administration", "administrator", None, 1)]
    password = first.stdout.rsplit(" ", 1)[1].strip()
    assert len(password) >= 12
    assert password.encode() not in (tmp_path / "var" / "marie.sqlite3").read_bytes()


def test_account_is_added_with_a_one_time_password(migrated: Marie, tmp_path: Path) -> None:
    result = migrated("user", "add", " Awa ", "--name", "Awa D.", "--organization", "promis")
    assert result.returncode == 0, result.stderr
    assert "Mot de passe à changer" in result.stdout
    assert staff_of(tmp_path)[1:] == [("awa", "Awa D.", "counsellor", "promis", 1)]


def test_account_with_a_chosen_password_does_not_print_it(migrated: Marie, tmp_path: Path) -> None:
    chosen = "une phrase assez longue"
    result = migrated("user", "add", "lea", "--role", "supervisor", "--password", chosen)
    assert result.returncode == 0, result.stderr
    assert chosen not in result.stdout
    assert staff_of(tmp_path)[1:] == [("lea", "lea", "supervisor", None, 0)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ADMIN"], "existe déjà"),
        (["lea", "--organization", "inconnue"], "n’existe pas"),
        (["lea", "--password", "onze lettre"], "12 caractères"),
        (["  "], "nom d’utilisateur"),
    ],
)
def test_account_that_cannot_be_added_is_refused_in_a_sentence(
    migrated: Marie, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    result = migrated("user", "add", *arguments)
    assert result.returncode == 1
    assert sentence in result.stdout
    assert "Traceback" not in result.stderr
    assert len(staff_of(tmp_path)) == 1


def test_account_before_the_first_migration_says_what_to_do(marie: Marie) -> None:
    result = marie("user", "add", "lea")
    assert result.returncode == 1
    assert "marie migrate" in result.stdout
    assert "Traceback" not in result.stderr


def test_chat_without_a_running_marie_says_so(marie: Marie) -> None:
    result = marie("chat", PORT="9")
    assert "make run" in result.stdout
    assert "Traceback" not in result.stderr


def test_what_marie_knows_is_in_order(marie: Marie) -> None:
    result = marie("knowledge", "check")
    assert result.returncode == 0, result.stdout
    assert result.stdout == "Tout est en ordre.\n"


def test_mistake_in_a_file_is_named_with_its_file(marie: Marie, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    entry = sorted((folder / "topics").rglob("*.yml"))[0]
    entry.write_text(entry.read_text(encoding="utf-8") + "\ninconnu: oui\n", encoding="utf-8")
    directory = folder / "directory" / "cegep.yml"
    directory.write_text(
        directory.read_text(encoding="utf-8").replace("id: cegep-rimouski\n", "id: Rimouski\n"),
        encoding="utf-8",
    )
    result = marie("knowledge", "check", MARIE_KNOWLEDGE=str(folder))
    assert result.returncode == 1
    assert entry.stem in result.stdout
    assert "cegep.yml" in result.stdout
    assert "problème" in result.stdout.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_damaged_archive_is_refused_in_words_and_nothing_is_restored(
    marie: Marie, tmp_path: Path
) -> None:
    archive = tmp_path / "marie-2026-11-22.tar.gz"
    archive.write_bytes(b"what is left of an archive")
    result = marie("restore", str(archive), "--into-data", str(tmp_path / "new"))
    assert result.returncode == 1
    assert "abîmée" in result.stdout
    assert "Rien n’a été restauré." in result.stdout
    assert result.stderr == ""
    assert not (tmp_path / "new").exists()


def test_unknown_key_of_a_knowledge_file_is_named(marie: Marie, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    entry = folder / "topics" / "childcare" / "childcare-cost.yml"
    entry.write_text(entry.read_text(encoding="utf-8") + "prix: 9\n", encoding="utf-8")
    result = marie("knowledge", "check", MARIE_KNOWLEDGE=str(folder))
    assert result.returncode == 1
    assert "childcare-cost" in result.stdout
    assert "la clé « prix » n’existe pas" in result.stdout
