"""What the comparison of an uploaded file found: kept beside it by sort, to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from marie.guidance.matching import Opening
from marie.knowledge.importers.diff import Diff, shown
from marie.knowledge.importers.model import Rejected
from marie.knowledge.resources import Resource
from marie.services import openings
from marie.services.uploads import Upload, folder_of

LISTS = ("conflicts", "changed", "new", "gone", "rejected", "duplicates")
"""What a comparison found, each kept in a file of its own."""

MOST_LISTED = 20_000
"""Changes of a sort that are kept to be looked at."""


def read_list(data: Path, upload: Upload, name: str) -> list[dict[str, Any]]:
    """What a comparison found of one sort."""
    path = folder_of(data, upload.id) / f"{name}.json"
    try:
        found: list[dict[str, Any]] = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return []
    return found


def keep_lists(data: Path, upload: Upload, found: Mapping[str, list[dict[str, Any]]]) -> None:
    """Keep what a comparison found; a sort that was not found is empty."""
    folder = folder_of(data, upload.id)
    for name in LISTS:
        some = found.get(name, [])[:MOST_LISTED]
        (folder / f"{name}.json").write_bytes(msgspec.json.encode(some))


def card_lists(diff: Diff, edited: set[str]) -> dict[str, list[dict[str, Any]]]:
    """What a comparison of the directory found. `edited`: ids of cards that somebody changed."""
    named = {each.resource.id: each.resource.name for each in diff.new}
    return {
        "new": [_card(each.resource) for each in diff.new],
        "changed": [
            _card(each.before)
            | {
                "fields": [
                    [name, shown(each.before, name), shown(each.record.resource, name)]
                    for name in each.fields
                ],
                "edited": each.before.id in edited,
            }
            for each in diff.changed
        ],
        "gone": [_card(each.resource) for each in diff.gone],
        "rejected": [_rejected(each) for each in diff.rejected],
        "duplicates": [
            {
                "id": each.duplicate,
                "name": named.get(each.duplicate, each.duplicate),
                "kept": each.kept,
                "sure": each.sure,
                "score": round(each.score),
            }
            for each in diff.duplicates
        ],
    }


def opening_lists(
    diff: openings.Diff, rejected: Sequence[Rejected]
) -> dict[str, list[dict[str, Any]]]:
    """What a comparison of openings found."""
    return {
        "new": [_opening(each) for each in diff.new],
        "gone": [_opening(each) for each in diff.gone],
        "changed": [
            _opening(after)
            | {
                "fields": [
                    [name, _said(getattr(before, name)), _said(getattr(after, name))]
                    for name in Opening.__struct_fields__
                    if name not in ("read_on", "words")
                    and getattr(before, name) != getattr(after, name)
                ]
            }
            for before, after in diff.changed
        ],
        "rejected": [_rejected(each) for each in rejected],
    }


def _card(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "name": resource.name,
        "kind": resource.kind,
        "municipality": resource.municipality,
        "phone": resource.phone,
    }


def _opening(each: Opening) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.title,
        "kind": "",
        "municipality": each.municipality,
        "phone": each.employer,
    }


def _rejected(each: Rejected) -> dict[str, Any]:
    cells = [cell[:60] for cell in each.cells[:6] if cell]
    return {"row": each.row, "reason": each.reason, "cells": cells}


def _said(value: Any) -> str:
    return "–" if value in (None, (), "") else str(msgspec.to_builtins(value))
