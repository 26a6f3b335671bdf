"""In Rasa's environment: `python -m bot.evaluation MODEL QUESTIONS FOLDER`.

Reads the YAML questions of a folder with a model, prints the figures, and writes
`understanding.json`, `confusion.png`, `reliability.png`, and what it read to `messages.json`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path

from bot import rasa as our_rasa
from bot.evaluation.figures import OUTSIDE, as_lines, confusions, figures, reliability, topics
from bot.evaluation.pictures import draw
from bot.evaluation.reading import read_all
from marie import strict_yaml


def main(model: Path, questions: Path, folder: Path) -> None:
    """Read, print and save."""
    if not model.name.startswith("default-"):  # Rasa's own recipe needs it
        our_rasa.install()
    reads, messages = asyncio.run(read_all(str(model), questions_in(questions)))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    summary = {**figures(reads), "megabytes_at_most": megabytes}
    print(f"{len(reads)} questions, {model.name}\n")
    print("\n".join(as_lines(summary, reads)))
    folder.mkdir(parents=True, exist_ok=True)
    inside = [read for read in reads if read.topic != OUTSIDE]
    result = {
        "model": model.name,
        "questions": len(reads),
        "figures": summary,
        "topics": topics(reads),
        "confusions": confusions(reads),
        "reliability": reliability(inside),
    }
    (folder / "understanding.json").write_text(
        json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    (folder / "messages.json").write_text(
        json.dumps(messages, ensure_ascii=False), encoding="utf-8"
    )
    draw(reads, folder)


def questions_in(folder: Path) -> list[tuple[str, str]]:
    """Topic and text of every held-out question."""
    return [
        (question["topic"], question["text"])
        for path in sorted(folder.glob("*.yml"))
        for question in strict_yaml.read(path)
    ]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
