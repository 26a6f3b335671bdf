"""What Marie works out for a visitor: pure functions, rules as data, a reason for every answer.

Nothing here reads a file or a clock. Rules come in as values that `marie.knowledge` read from
`knowledge/lease/` and `knowledge/programs/`; no formula contains a number of the law.
"""

from __future__ import annotations

from datetime import date

import msgspec


class RuleSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a rule comes from: the same fields as the source of an entry.

    `read_on`: the day the page was read; `verified_on`: the day a person compared the rule with the
    official page; `published`: the page's own date, as precise as it gives it.
    """

    title: str
    url: str
    published: str | None = None
    read_on: date | None = None
    verified_on: date | None = None
