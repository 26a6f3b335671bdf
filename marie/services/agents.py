"""The list of the territories' agents, which an administrator imports: nobody is invented."""

from __future__ import annotations

from dataclasses import dataclass

from marie.clock import Clock
from marie.domain.people import Staff
from marie.knowledge.importers.agents import AgentList
from marie.store import referrals
from marie.store import staff as accounts
from marie.store.engine import Database


class NoAgents(Exception):
    """Not one line of the list can be used: the one that was there stays."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What an import did."""

    came: int
    changed: int
    gone: int


async def replace_list(database: Database, new: AgentList, *, by: Staff, clock: Clock) -> Changed:
    """The agents are these from now on. `NoAgents`."""
    if not new.agents:
        raise NoAgents
    async with database.write() as connection:
        now = clock()
        came, changed, gone = await referrals.replace_agents(connection, new.agents, now=now)
        await accounts.record(
            connection,
            at=now,
            staff_id=by.id,
            action="agents_import",
            subject=str(len(new.agents)),
        )
    return Changed(came=came, changed=changed, gone=gone)
