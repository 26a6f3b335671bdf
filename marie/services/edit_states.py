"""The state of an entry that edits change, as the log keeps it, and how one is put back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.knowledge.edits import NONE, Edits
from marie.store import card_batches, cards


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies over an entry, and in which other one it is told."""

    edits: Edits = NONE
    merged: str | None = None

    def kept(self) -> Any:
        """As the log keeps it."""
        return msgspec.to_builtins(self)

    @classmethod
    def of(cls, telling: cards.Telling) -> State:
        """An entry's state now."""
        return cls(edits=telling.edits or NONE, merged=telling.merged)

    @classmethod
    def read(cls, kept: Any) -> State:
        """A state of the log."""
        return cls() if kept is None else msgspec.convert(kept, State)


async def write_states(connection: AsyncConnection, states: dict[str, State]) -> None:
    """Make these the states of entries."""
    tellings = await cards.read_tellings(connection, list(states))
    before = {key: State.of(each) for key, each in tellings.items()}
    merged = {
        key: each.merged
        for key, each in states.items()
        if key in before and each.merged != before[key].merged
    }
    await cards.write_merges(connection, merged)
    await cards.write_edits(
        connection,
        {key: None if each.edits == NONE else each.edits for key, each in states.items()},
    )


async def put_back(connection: AsyncConnection, batch_id: int, *, at: datetime) -> int:
    """Undo what a batch did; to how many entries. Whoever asks knows that nothing came after."""
    changes = await card_batches.read_edit_changes(connection, batch_id)
    await write_states(connection, {each.entry_id: State.read(each.before) for each in changes})
    await card_batches.mark_edit_undone(connection, batch_id, at)
    return len(changes)
