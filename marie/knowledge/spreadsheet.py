"""CSV files that spreadsheets open rightly, and that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

FORMULA = tuple("=+-@\t\r")
"""What a spreadsheet reads as the beginning of a formula."""


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]], *, guarded: bool = True) -> str:
    """Rows as CSV; `guarded`: an apostrophe keeps a cell from being read as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n" if guarded else "\n")
    writer.writerow(header)
    for row in rows:
        cells = ["" if cell is None else cell for cell in row]
        writer.writerow([guard(cell) for cell in cells] if guarded else cells)
    return out.getvalue()


def guard(cell: object) -> object:
    """A cell that no spreadsheet runs; numbers and phone numbers stay as they are."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA):
        return cell
    return cell if _is_number(cell) else f"'{cell}"


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    guarded: bool = False,
) -> None:
    """Write a CSV whole or not at all; with the mark that spreadsheets need when `guarded`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = to_csv(header, rows, guarded=guarded)
    written = path.with_name(f".{path.name}.new")
    written.write_text(text, encoding="utf-8-sig" if guarded else "utf-8", newline="")
    written.replace(path)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
