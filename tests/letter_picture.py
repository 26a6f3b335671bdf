"""Draws a letter for the docs, from the paper itself: `python -m tests.letter_picture`."""

from __future__ import annotations

from datetime import datetime, timezone

import pypdfium2
from PIL import Image

from bot.actions.lease import TOPICS
from bot.actions.turn import Entity, Focus, Turn
from bot.actions.wiring import open_desk
from marie.papers import Origin, make
from marie.settings import ROOT

PICTURE = ROOT / "docs" / "images" / "letter.png"
AT = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
SCALE = 1.4
GAP = 24


def main() -> None:
    """Ask Marie for the letter of a lease that ends on 30 June 2027, and draw both of its pages."""
    turn = Turn(
        text="mon bail finit le 30 juin 2027",
        intent="lease.nonrenewal",
        confidence=1,
        ranking=(),
        entities=(Entity(entity="date", value="2027-06-30", grain="day"),),
        pressed=False,
        said_at=AT,
        state="marie",
        focus=Focus(),
        profile={},
    )
    reply = TOPICS[turn.intent](turn, open_desk(ROOT / "knowledge"))
    letter = next(each for each in reply.messages[0].documents if each["format"] == "pdf")
    file = make(letter, Origin(at=AT, seq=3, identity="picture"))
    pages = [page.render(scale=SCALE).to_pil() for page in pypdfium2.PdfDocument(file.body)]
    width = sum(page.width for page in pages) + GAP * (len(pages) + 1)
    picture = Image.new("RGB", (width, pages[0].height + 2 * GAP), "#d9d4cb")
    left = GAP
    for page in pages:
        picture.paste(page, (left, GAP))
        left += page.width + GAP
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(64).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
