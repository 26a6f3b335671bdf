"""One or two failed tests of a layer run once more; those that pass then are named as unstable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.layers import RUN_AGAIN, Layer, run

MOODY = """
from pathlib import Path
mark = Path(__file__).with_name("been-here-{number}")
def test_moody_{number}():
    there = mark.exists()
    mark.touch()
    assert there
"""
GREEN = "def test_green(): pass"
RED = "def test_red(): assert False"


def layer(folder: Path, *files: str) -> Layer:
    for number, text in enumerate(files):
        (folder / f"test_{number}.py").write_text(text.replace("{number}", str(number)))
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = (sys.executable, "-m", "pytest", "-q", "-c", str(folder / "pytest.ini"), str(folder))
    return Layer("some", command)


@pytest.mark.parametrize(
    ("files", "green", "unstable"),
    [
        ((GREEN,), True, []),
        ((), True, []),
        ((GREEN, RED), False, []),
        ((GREEN, MOODY), True, ["test_1.py::test_moody_1"]),
        ((MOODY, RED), False, []),
        ((MOODY,) * RUN_AGAIN, True, ["test_0.py::test_moody_0", "test_1.py::test_moody_1"]),
        ((MOODY,) * (RUN_AGAIN + 1), False, []),
        (("syntax error",), False, []),
    ],
)
def test_failures_are_run_once_more_when_they_are_few(
    tmp_path: Path, files: tuple[str, ...], green: bool, unstable: list[str]
) -> None:
    assert run(layer(tmp_path, *files), tmp_path / "cache") == (green, unstable)
