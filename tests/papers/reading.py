"""Reads a PDF as a person, and as a screen reader, would."""

from __future__ import annotations

import pypdfium2


def text_of(pdf: bytes) -> str:
    """All that is written in it; no-break spaces as plain ones, lines joined."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())
