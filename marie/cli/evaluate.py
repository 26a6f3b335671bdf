"""`marie evaluate`: how well Marie understands questions that training never saw.

Rasa's environment reads them (`bot.evaluation`); the figures, their JSON and pictures go to
MARIE_DATA/evaluation, in a folder named after the recipe. Then Marie's actions answer what was read
(`bot.answered`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from defusedxml.ElementTree import parse

from marie.cli.run import trained_model
from marie.rasa.model import default_recipe_model, rasa_environment, rasa_python
from marie.settings import ROOT, Settings

QUESTIONS = ROOT / "tests" / "questions"


def evaluate(settings: Settings, *, recipe: str, model: Path | None, dialogues: bool) -> int:
    """Print and save the figures of `model`, or of the recipe's, trained if it is missing."""
    if model is None and recipe == "default":
        print("Recette par défaut de Rasa\u00a0: son entraînement prend des heures…", flush=True)
        model = default_recipe_model(settings.data, dict(os.environ))
    folder = settings.data / "evaluation" / recipe
    code = _read(settings, model or trained_model(settings), folder) or _answer(folder)
    if code == 0:
        print(f"\n{folder}")
    return code or (_talk(model)[0] if dialogues else 0)


def measured(settings: Settings, model: Path) -> dict[str, float] | None:
    """A model's figures; None when it cannot be read."""
    folder = settings.data / "evaluation" / model.name.removesuffix(".tar.gz")
    if _read(settings, model, folder, quiet=True):
        return None
    saved = json.loads((folder / "understanding.json").read_text(encoding="utf-8"))
    return {name: float(figure) for name, figure in saved["figures"].items()}


def played(model: Path) -> float | None:
    """The share of tests/dialogues that go as they should with a model; None: none was played."""
    _, share = _talk(model)
    return share


def _read(settings: Settings, model: Path, folder: Path, *, quiet: bool = False) -> int:
    """Read the held-out questions in Rasa's environment; exit code."""
    return subprocess.run(  # noqa: S603 - a fixed command line
        [
            str(rasa_python()),
            *("-m", "bot.evaluation"),
            *map(str, (model, QUESTIONS, folder)),
        ],
        cwd=ROOT,
        env=rasa_environment(dict(os.environ), settings.data),
        stdout=subprocess.DEVNULL if quiet else None,
        # TensorFlow says there what it did not find.
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode


def _answer(folder: Path) -> int:
    """Answer what was read into a folder; exit code."""
    answer = [sys.executable, "-m", "bot.answered", str(folder)]
    return subprocess.run(answer, cwd=ROOT, check=False).returncode  # noqa: S603 - a fixed command line


def _talk(model: Path | None) -> tuple[int, float | None]:
    """Play tests/dialogues through the gateway; exit code, and which share went as they should."""
    share = None
    env = os.environ | ({"MARIE_MODEL": str(model)} if model else {})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "dialogues.xml"
        tests = [sys.executable, "-m", "pytest", "-q", "tests/dialogues", f"--junitxml={report}"]
        code = subprocess.run(tests, cwd=ROOT, env=env, check=False).returncode  # noqa: S603 - as above
        if report.exists():
            suites = list(parse(report).iter("testsuite"))
            whole = sum(int(each.get("tests", 0)) for each in suites)
            failed = sum(int(each.get(k, 0)) for each in suites for k in ("failures", "errors"))
            print(f"dialogues               {whole - failed}/{whole}")
            share = (whole - failed) / whole if whole else None
    return code, share
