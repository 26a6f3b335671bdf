"""What the widget costs a visitor's telephone plan."""

from __future__ import annotations

import gzip

from tests.widget.fake_server import WEB

WIDGET = WEB / "static" / "widget"
FIRST_ANSWER = 15_000
EVERYTHING = 25_000


def weight(*names: str) -> int:
    """Bytes of these files of the widget, as gzip sends them."""
    return sum(len(gzip.compress((WIDGET / name).read_bytes(), 6)) for name in names)


def test_all_that_the_widget_can_ever_load_is_light() -> None:
    assert weight(*(path.name for path in WIDGET.iterdir())) <= EVERYTHING
