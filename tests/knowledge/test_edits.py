"""What a person says over what a source says: hers, until the source says something new."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec.structs import replace

from marie.knowledge.edits import (
    NONE,
    Edits,
    Verified,
    conflicts,
    edited,
    settled,
    told_mark,
    with_values,
)
from tests.directories import CPE


def kept(edits: Edits) -> Edits:
    """Edits as they come back from where they are kept."""
    return msgspec.json.decode(msgspec.json.encode(edits), type=Edits)


def test_lists_that_are_kept_and_read_again_are_no_conflict() -> None:
    edits = kept(with_values(CPE, NONE, {"keywords": ["essai"], "other_phones": ["418 555-0103"]}))
    assert conflicts(CPE, edits) == ()
    assert edited(CPE, edits).keywords == ("essai",)
    assert with_values(CPE, edits, {"keywords": [], "other_phones": []}) == NONE


def test_source_that_says_something_new_is_a_conflict_until_somebody_settles_it() -> None:
    edits = kept(with_values(CPE, NONE, {"phone": "418 555-0199"}))
    newer = replace(CPE, phone="418 555-0102", hours="8 h")
    (conflict,) = conflicts(newer, edits)
    assert (conflict.mine, conflict.before, conflict.theirs) == (
        "418 555-0199",
        "418 555-0101",
        "418 555-0102",
    )
    assert edited(newer, edits).phone == "418 555-0199"
    assert edited(newer, edits).hours == "8 h"
    assert conflicts(newer, settled(newer, edits, "phone", keep=True)) == ()
    assert edited(newer, settled(newer, edits, "phone", keep=False)) == newer
    assert conflicts(replace(CPE, phone="418 555-0199"), edits) == ()


def test_check_holds_while_the_source_says_the_same() -> None:
    day = date(2026, 11, 22)
    edits = Edits(verified=Verified(on=day, telling=told_mark(CPE)))
    assert edited(CPE, edits).source.verified_on == day
    assert edited(replace(CPE, phone="418 555-0102"), edits).source.verified_on is None
    read = replace(CPE, source=replace(CPE.source, read_on=day))
    assert edited(read, edits).source.verified_on == day
