"""`marie` with a clock that a file moves: `python -m tests.stepping_clock FILE serve`.

The file holds the seconds by which the time is off; it is read whenever the time is.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from marie import clock


def install(offset: Path) -> None:
    """Before anything else of Marie's is imported: defaults take the clock that they find."""
    now, seconds = clock.now, time.time

    def off() -> float:
        return float(offset.read_text(encoding="utf-8") or 0)

    def stepped() -> datetime:
        return now() + timedelta(seconds=off())

    clock.now = stepped
    time.time = lambda: seconds() + off()


if __name__ == "__main__":
    install(Path(sys.argv.pop(1)))
    from marie.__main__ import main

    main()
