"""`marie evaluate`: how well Marie understands questions that training never saw.

Rasa's environment reads them (`bot.evaluation`); the figures, their JSON and pictures go to
MARIE_DATA/evaluation, in a folder named after the recipe.
"""

from __future__ import annotations

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
    code = subprocess.run(  # noqa: S603 - a fixed command line
        [
            str(rasa_python()),
            *("-m", "bot.evaluation"),
            *map(str, (model or trained_model(settings), QUESTIONS, folder)),
        ],
        cwd=ROOT,
        env=rasa_environment(dict(os.environ), settings.data),
        # TensorFlow says there what it did not find.
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode
    if code == 0:
        print(f"\n{folder}")
    return code or (_talk() if dialogues else 0)


def _talk() -> int:
    """Play tests/dialogues through the gateway; how many went as they should."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "dialogues.xml"
        tests = [sys.executable, "-m", "pytest", "-q", "tests/dialogues", f"--junitxml={report}"]
        code = subprocess.run(tests, cwd=ROOT, check=False).returncode  # noqa: S603 - as above
        if report.exists():
            suites = list(parse(report).iter("testsuite"))
            played = sum(int(each.get("tests", 0)) for each in suites)
            failed = sum(int(each.get(k, 0)) for each in suites for k in ("failures", "errors"))
            print(f"dialogues               {played - failed}/{played}")
    return code
