"""Random and mutated inputs: no failure but 503 with `Retry-After`, and answers as described."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzzing import Target, fuzz_api, fuzz_pages, fuzz_sockets, target


@pytest.fixture(scope="module")
def aim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A Marie of these tests."""
    with target(tmp_path_factory.mktemp("fuzz")) as running:
        yield running


def test_pages_take_whatever_is_sent(aim: Target) -> None:
    fuzz_pages(aim, 300)
    statuses = {status for kind, status in aim.counts if kind == "pages"}
    assert statuses >= {200, 303, 400, 404, 405}
    assert aim.counts["pages", 0] < 30, "most requests were not answered at all"


def test_api_answers_as_it_is_described_to_whatever_is_sent(aim: Target) -> None:
    fuzz_api(aim, 300)
    assert {status for kind, status in aim.counts if kind == "api"} >= {200, 201, 400, 404}


def test_sockets_take_whatever_is_sent(aim: Target) -> None:
    fuzz_sockets(aim, 100)
    assert aim.counts["sockets", 101] > 50


def test_failure_would_be_seen(aim: Target) -> None:
    aim.errors.append("something failed")
    try:
        with pytest.raises(AssertionError, match="something failed"):
            aim.alive()
    finally:
        aim.errors.clear()
