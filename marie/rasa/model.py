"""Which trained model belongs to the files of this tree, and how it is trained.

A model's file name carries the fingerprint of all that training reads, so "missing or stale" is
one look at the folder. Answers, prices and places are not among it: they change without training.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from marie.settings import ROOT

OUR_RASA = "bot.rasa"
"""Rasa's command line for our recipe."""

LEARNING = (
    *("classifier", "topics", "likeness", "features", "meanings", "scope", "respelling"),
    "encoder",
)
"""The components that learn from the examples."""

KEPT = 3
"""Older models kept for going back."""


class TrainingFailed(Exception):
    """Rasa could not train; its last lines say why."""


def training_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file that a trained model depends on; the other components are read when Rasa loads."""
    yield from (root / name for name in ("config.yml", "domain.yml", "requirements/rasa.txt"))
    yield from sorted((root / "bot" / "data").rglob("*.yml"))
    yield from (root / "bot" / "components" / f"{name}.py" for name in LEARNING)
    yield root / "marie" / "rasa" / "words.py"
    yield from (
        root / "marie" / "language" / f"{name}.py"
        for name in ("folding", "sounds", "shorthand", "words")
    )


def fingerprint(root: Path = ROOT) -> str:
    """12 hexadecimal digits that change when a training file does."""
    digest = hashlib.sha256()
    for path in training_files(root):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def model_path(models: Path) -> Path:
    """Where the model of this tree is, or will be."""
    return models / f"marie-{fingerprint()}.tar.gz"


def rasa_python(root: Path = ROOT) -> Path:
    """The interpreter of Rasa's environment."""
    return root / ".venv-rasa" / "bin" / "python"


def rasa_environment(env: dict[str, str], data: Path) -> dict[str, str]:
    """The environment of every Rasa process: nothing is sent or written elsewhere."""
    return env | {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(data / "rasa-cache"),
        "MPLCONFIGDIR": str(data / "matplotlib"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # Threads of the mathematics libraries wait for one another on a busy machine.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }


def train(models: Path, data: Path, env: dict[str, str]) -> Path:
    """Train unless the model of this tree exists; its path."""
    path = model_path(models)
    if path.exists():
        return path
    train_into(path, data, env)
    _drop_old(models, keep=path)
    return path


def train_into(path: Path, data: Path, env: dict[str, str]) -> None:
    """Train this tree's files into an archive; `TrainingFailed`."""
    from marie.rasa.words import write_words  # spaCy takes seconds to import

    recipe = ("--config", "config.yml", "--domain", "domain.yml", "--data", "bot/data")
    words = write_words(data / "words.npz")
    _train((OUR_RASA, "train", *recipe), path, data, env | {"MARIE_WORDS": str(words)})


def default_recipe_model(data: Path, env: dict[str, str]) -> Path:
    """Rasa's own recipe trained on the same examples, to compare with; trained unless it exists.

    It takes hours, and gives way to everything else on the machine.
    """
    path = data / "evaluation" / f"default-{fingerprint()}.tar.gz"
    if not path.exists():
        recipe = ("--config", "bot/evaluation/default_recipe.yml", "--nlu", "bot/data/nlu")
        _train(("rasa", "train", "nlu", *recipe), path, data, env, first=("nice", "-n", "19"))
    return path


def _train(
    arguments: tuple[str, ...],
    path: Path,
    data: Path,
    env: dict[str, str],
    first: tuple[str, ...] = (),
) -> None:
    data.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(  # noqa: S603 - a fixed command line
        [
            *first,
            str(rasa_python()),
            # Rasa's own cache looks at a component's file, not at what that imports.
            *("-m", *arguments, "--force", "--out", str(path.parent)),
            *("--fixed-model-name", path.name.removesuffix(".tar.gz")),
        ],
        cwd=ROOT,
        env=rasa_environment(env, data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode or not path.exists():
        raise TrainingFailed("\n".join(result.stdout.splitlines()[-30:]))


def _drop_old(models: Path, *, keep: Path) -> None:
    # One that was chosen is not old, nor is one that the choice can be taken back to.
    choice = models / "current"
    chosen = choice.read_text(encoding="utf-8") if choice.exists() else ""
    others = [
        path
        for path in models.glob("marie-*.tar.gz")
        if path != keep and f'"{path.name}"' not in chosen
    ]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT:]:
        path.unlink()
        path.with_name(path.name.removesuffix(".tar.gz") + ".json").unlink(missing_ok=True)
