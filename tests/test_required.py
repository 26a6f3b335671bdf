"""Where everything is required, a test that does not run is not green."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marie.settings import ROOT

TESTS = """
import pytest

@pytest.fixture
def server():
    pytest.skip("needs Redis")

def test_with_a_server(server): pass

@pytest.mark.skipif(True, reason="needs gpg")
def test_with_a_program(): pass

@pytest.mark.skipif(True, reason="needs systemd")
def test_of_units(): pass

@pytest.mark.xfail
def test_that_is_known_to_fail(): assert False

def test_that_runs(): pass
"""


@pytest.mark.parametrize(
    ("required", "code", "said"),
    [
        ("", 0, "1 passed, 3 skipped, 1 xfailed"),
        ("all", 1, "1 passed, 1 skipped, 1 xfailed, 2 errors"),
    ],
)
def test_what_is_missing_fails_only_where_everything_is_required(
    tmp_path: Path, required: str, code: int, said: str
) -> None:
    file = tmp_path / "test_missing.py"
    file.write_text(TESTS, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.required", "--rootdir", tmp_path, file],
        cwd=ROOT,
        env=os.environ | {"MARIE_TEST_REQUIRE": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout
    assert said in run.stdout
