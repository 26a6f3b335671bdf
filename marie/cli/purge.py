"""`marie purge`: what was kept long enough goes, or is counted."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from marie import clock
from marie.knowledge.live_settings import privacy_now
from marie.knowledge.waiting import load_terms
from marie.services import retention
from marie.settings import Settings
from marie.store.engine import Database, create_engine


async def purge(settings: Settings, *, dry_run: bool) -> int:
    """Print each limit and how many are beyond it; delete them unless `dry_run`. Exit code."""
    privacy = privacy_now(settings.knowledge, settings.data)
    hours = load_terms(settings.knowledge).hours
    data = settings.data
    database = Database(create_engine(settings.database_url))
    gone: dict[str, int] = {}
    try:
        before = await retention.overview(database, privacy, data=data, clock=clock.now)
        if not dry_run:
            gone = await retention.purge(database, privacy, data=data, hours=hours, clock=clock.now)
    except DBAPIError:
        print("La base de données n’est pas prête. Lancez d’abord «\u00a0marie migrate\u00a0».")
        return 1
    finally:
        await database.close()
    for over in before.over:
        limit = over.limit
        if limit.listed:
            print(f"{over.count:>7}  {limit.title}\u00a0: jamais effacé, à examiner")
        else:
            said = over.count if dry_run else gone[limit.id]
            print(f"{said:>7}  {limit.title} ({limit.days} jours après {limit.since})")
    print("Rien n’a été effacé (--dry-run)." if dry_run else "C’est effacé.")
    return 0
