"""« Vérifié aujourd’hui » : somebody compared a statement with its official page.

It is a publication like any other: the same content, whose sources say the day. So it has an
author, stands in the history, and can be taken back. One statement at a time: who says so has
looked at it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from marie.clock import Clock, local_date
from marie.domain.people import Staff
from marie.knowledge.items import Content
from marie.services.revisions import Revisions

Kind = Literal["entry", "parameter", "program"]


class NotAsSeen(Exception):
    """It says something else by now than what was looked at, or nothing."""


def seen_mark(content: Content) -> str:
    """What somebody looked at, in few letters; the days of earlier looks do not count."""
    plain = json.dumps(_without_days(content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def verified(kind: Kind, content: Content, today: date) -> Content:
    """The content with `today` as the day on which its sources were compared.

    Of an amount, the source of the value that is said today, or else of the first one to come.
    """
    day = today.isoformat()
    match kind:
        case "entry":
            return {**content, "sources": [_on(each, day) for each in content["sources"]]}
        case "parameter":
            values = list(content["values"])
            begun = [place for place, each in enumerate(values) if _from(each) <= day]
            place = max(begun, key=lambda at: _from(values[at]), default=0)
            values[place] = {**values[place], "source": _on(values[place]["source"], day)}
            return {**content, "values": values}
        case "program":
            conditions = [
                {**each, "source": _on(each["source"], day)} if each.get("source") else each
                for each in content["conditions"]
            ]
            return {**content, "source": _on(content["source"], day), "conditions": conditions}


async def verify(
    revisions: Revisions,
    kind: Kind,
    item_id: str,
    *,
    mark: str,
    why: str,
    by: Staff,
    clock: Clock,
) -> None:
    """Say from now on that it was compared today; twice on a day changes nothing.

    `mark`: of what was looked at; `NotAsSeen` when another text is said by now. `HasMistakes` and
    `ChangedMeanwhile` as for every publication.
    """
    standing = await revisions.standing(kind, item_id)
    if standing.content is None or seen_mark(standing.content) != mark:
        raise NotAsSeen(item_id)
    content = verified(kind, standing.content, local_date(clock()))
    if content == standing.content:
        return
    number = await revisions.save(kind, item_id, content, by=by, why=why, ground=standing.ground)
    await revisions.publish_or_discard(number, by=by)


def _on(source: Content, day: str) -> Content:
    return {**source, "verified_on": day}


def _from(value: Content) -> str:
    return str(value.get("from") or "")


def _without_days(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_days(each) for name, each in value.items() if name != "verified_on"}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_without_days(each) for each in value]
    return value
