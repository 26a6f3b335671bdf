"""`marie models` and `marie train --candidate`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from marie import clock
from marie.cli.evaluate import QUESTIONS, measured, played
from marie.rasa import models as files
from marie.rasa.model import TrainingFailed, fingerprint, train_into
from marie.rasa.models import Figures, Margin, Model, NothingBefore, NotPromoted, UnknownModel
from marie.settings import ROOT, Settings

MARGINS = ROOT / "bot" / "evaluation" / "margins.yml"
SHOWN = {
    "topic_right": "sujet",
    "family_right": "famille",
    "foreign_refused": "hors sujet refusé",
    "calibration_error": "écart de confiance",
    "dialogues_right": "dialogues",
}


def margins(path: Path = MARGINS) -> dict[str, Margin]:
    """How far each figure may fall."""
    return msgspec.yaml.decode(path.read_bytes(), type=dict[str, Margin])


def train_candidate(settings: Settings, *, dialogues: bool) -> int:
    """Train this tree's files apart, compare with the model in use; exit code 1: it was refused."""
    folder = settings.models
    using = files.model_before(folder)
    path = files.candidate_path(folder)
    if using is not None and using.name == path.name:
        print(f"{using.name} est déjà en service\u00a0: rien n’a changé dans les exemples.")
        return 0
    # A restart meanwhile must not take up these files by itself.
    files.pin(folder, now=clock.now())
    if not path.exists():
        print("Entraînement du modèle (deux à cinq minutes)…", flush=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            train_into(path, settings.data, dict(os.environ))
        except (TrainingFailed, OSError) as error:
            print(f"L’entraînement a échoué.\n{error}")
            return 1
    new = _figures(settings, path, dialogues=dialogues)
    old = None if using is None else _figures(settings, using, dialogues=dialogues)
    if new is None or (using is not None and old is None):
        print("L’évaluation a échoué\u00a0: le candidat reste de côté, sans chiffres.")
        return 1
    refused = [] if old is None else files.worse(new.figures, old.figures, margins())
    against = using.name.removesuffix(files.SUFFIX) if using else None
    files.write_figures(path, msgspec.structs.replace(new, against=against, refused=refused))
    _compare(new.figures, old.figures if old else {})
    if refused:
        path.unlink()
        print("\nRefusé\u00a0: moins bon que le modèle en service, au-delà de la marge permise.")
        for each in refused:
            name = SHOWN.get(each.figure, each.figure)
            print(f"  {name}\u00a0: {each.now:.3f} au lieu de {each.before:.3f}")
        print("Marie garde son modèle. Relisez les exemples ajoutés (git diff bot/data).")
        return 1
    name = path.name.removesuffix(files.SUFFIX)
    print(f"\nGardé. Pour le mettre en service\u00a0: marie models promote {name}")
    return 0


def _figures(settings: Settings, path: Path, *, dialogues: bool) -> Figures | None:
    """A model's figures: those beside it, or measured now if the questions changed since."""
    questions = files.fingerprint_of(QUESTIONS)
    known = files.read_figures(path)
    if known is None or known.questions != questions:
        print(f"Évaluation de {path.name}…", flush=True)
        figures = measured(settings, path)
        if figures is None:
            return None
        known = Figures(questions=questions, measured_at=clock.now(), figures=figures)
        files.write_figures(path, known)
    if dialogues and "dialogues_right" not in known.figures:
        share = played(path)
        if share is None:
            return None
        figures = {**known.figures, "dialogues_right": share}
        known = msgspec.structs.replace(known, figures=figures)
        files.write_figures(path, known)
    return known


def _compare(new: Mapping[str, float], old: Mapping[str, float]) -> None:
    for figure, name in SHOWN.items():
        if figure in new:
            before = f"  (en service\u00a0: {old[figure]:.3f})" if figure in old else ""
            print(f"{name:22}{new[figure]:.3f}{before}")


def list_models(settings: Settings) -> int:
    """Print every model with its figures."""
    using = files.model_in_use(settings.models)
    found = files.all_models(settings.models)
    for each in found:
        print(f"{each.name}  {each.trained_at.astimezone():%Y-%m-%d %H:%M}  {_state(each, using)}")
        figures = each.figures.figures if each.figures else {}
        said = [f"{name} {figures[key]:.3f}" for key, name in SHOWN.items() if key in figures]
        print(f"    {', '.join(said) or 'pas encore évalué'}")
    if not found:
        print("Aucun modèle. « marie train » en entraîne un.")
    return 0


def _state(model: Model, using: Path | None) -> str:
    said = []
    if model.path is None:
        said.append("refusé")
    elif model.path == using:
        said.append("en service")
    own = model.trained_from == fingerprint()
    said.append("ces fichiers-ci" if own else "d’autres fichiers d’exemples")
    return ", ".join(said)


def promote(settings: Settings, name: str) -> int:
    """Use a model from now on."""
    try:
        path = files.promote(settings.models, name.removesuffix(files.SUFFIX), now=clock.now())
    except UnknownModel:
        print(f"Il n’y a pas de modèle {name}. « marie models » les montre.")
        return 1
    except NotPromoted:
        print(f"{name} a été refusé\u00a0: il n’est pas mis en service.")
        return 1
    return _chosen(path)


def roll_back(settings: Settings) -> int:
    """Use the model before again."""
    try:
        path = files.roll_back(settings.models, now=clock.now())
    except NothingBefore:
        print("Il n’y a pas de modèle précédent.")
        return 1
    return _chosen(path)


def _chosen(path: Path) -> int:
    print(f"{path.name} est choisi. Marie le prend d’ici une minute, sans couper de conversation.")
    return 0
