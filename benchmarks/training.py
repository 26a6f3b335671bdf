"""How long the model takes to train from nothing."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from marie.rasa.model import train


def main() -> None:
    """Train into an empty folder, without Rasa's cache."""
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        started = time.perf_counter()
        train(models, Path(folder) / "data", dict(os.environ))
        print(f"training: {time.perf_counter() - started:.0f} s (at most 180)")


if __name__ == "__main__":
    main()
