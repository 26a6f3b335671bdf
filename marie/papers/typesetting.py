"""Sets a paper as PDF with Typst: tagged (PDF/UA-1), French, fonts embedded.

What a visitor wrote reaches Typst as JSON in `sys.inputs`, never as source: it is drawn as it is,
whatever it looks like. The fonts are Typst's own and those beside this module; the machine's are
not looked at, so that a paper is the same everywhere.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
STANDARD: typst.PDFStandard = "ua-1"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


@cache
def _source(template: str) -> bytes:
    return (HERE / "templates" / f"{template}.typ").read_bytes()


def pdf(template: str, paper: dict[str, Any], *, at: datetime) -> bytes:
    """The paper as the template (`templates/<template>.typ`) draws it, dated `at`.

    A writing that no font of ours has cannot be read aloud, so the standard refuses it: such a
    paper is set without the standard's mark, and still tagged.
    """
    try:
        return _set(template, paper, at, [STANDARD])
    except typst.TypstError as error:
        log.warning("a paper does not meet %s: %s", STANDARD, error.message)
        return _set(template, paper, at, [])


def _set(
    template: str, paper: dict[str, Any], at: datetime, standards: list[typst.PDFStandard]
) -> bytes:
    made = typst.compile(
        _source(template),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        pdf_standards=standards,
        timestamp=at.astimezone(timezone.utc).replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # noqa: S101 (a PDF is one file)
    return made
