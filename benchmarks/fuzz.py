"""Ten thousand random and mutated inputs to every public route; prints counts and the slowest."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.fuzzing import Target, fuzz_api, fuzz_pages, fuzz_sockets, target

PARTS: dict[str, tuple[Callable[[Target, int], None], int]] = {
    "pages": (fuzz_pages, 5_800),
    "api": (fuzz_api, 4_600),
    "sockets": (fuzz_sockets, 1_000),
}


def main() -> None:
    """`INPUTS=2000` for fewer; an input that does harm stops it and is shown."""
    share = int(os.environ.get("INPUTS") or 10_000) / 10_000
    with tempfile.TemporaryDirectory() as folder, target(Path(folder)) as aim:
        for name, (fuzz, examples) in PARTS.items():
            began = time.perf_counter()
            fuzz(aim, max(1, round(examples * share)))
            aim.alive()
            counts: Counter[int] = Counter()
            for (kind, status), number in aim.counts.items():
                counts[status] += number if kind == name else 0
            said = ", ".join(
                f"{status or 'closed'}: {n}" for status, n in sorted(counts.items()) if n
            )
            seconds = time.perf_counter() - began
            print(f"{name:8} {counts.total():6} inputs in {seconds:.0f} s; {said}", flush=True)
        for seconds, what in aim.worst:
            print(f"{seconds * 1000:7.0f} ms  {what[:100]!r}")
        print("No failure but 503, none unseen in a log.")


if __name__ == "__main__":
    main()
