"""Workbooks (XLSX) that no spreadsheet runs: a cell that looks like a formula is text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 48


def to_xlsx(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """A workbook: each sheet's rows by its name, the first row its header."""
    # A tenth of every start of a process, for what is rarely asked.
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:31])
        widths: dict[int, int] = {}
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                cell = sheet.cell(number, column)
                if isinstance(value, str):
                    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                    # What begins with « = » would be a formula, also once somebody edits it.
                    cell.data_type = "s"
                    cell.quotePrefix = value.startswith(tuple("=+-@\t\r"))
                else:
                    cell.value = value
                if number == 1:
                    cell.font = Font(bold=True)
                widths[column] = max(widths.get(column, 0), len(str(value or "")))
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, width + 2)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
