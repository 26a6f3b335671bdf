"""`marie check-links`: which addresses that Marie gives are dead."""

from __future__ import annotations

from datetime import timedelta

from tqdm import tqdm

from marie import clock
from marie.cli.prepare import bring_up_to_date
from marie.knowledge.library import LiveLibrary
from marie.knowledge.opened import open_gazetteer, open_overlay
from marie.services import links
from marie.services.directory import publish_directory
from marie.services.link_requests import asking
from marie.settings import Settings
from marie.store.engine import create_engine


async def check_links(settings: Settings, every: int, *, delay: float = links.DELAY) -> int:
    """Ask for what was not asked for in `every` days, then say what is dead. Exit code: 1 when
    no host at all answered.
    """
    database = await bring_up_to_date(create_engine(settings.database_url), settings)
    mentions = await links.named(
        database, LiveLibrary(settings.knowledge, overlay=open_overlay(settings.data)).current()
    )
    bar = tqdm(unit="", leave=False, disable=None, delay=0.5)

    def progress(done: int, whole: int) -> None:
        bar.total = whole
        bar.update(done - bar.n)

    try:
        async with asking(f"Marie/check-links (+{settings.public_url})", delay=delay) as ask:
            run = await links.check(
                database,
                mentions,
                ask,
                clock=clock.now,
                again=timedelta(days=every),
                delay=delay,
                progress=progress,
            )
        report = await links.report(database, mentions)
    finally:
        bar.close()
        # Also when it was stopped half-way: what was found dead is given to nobody any more.
        gazetteer = open_gazetteer(settings.knowledge, settings.data)
        await publish_directory(database, gazetteer, settings.data)
        await database.close()
    if run.offline:
        print("Aucun site n’a répondu\u00a0: est-ce le réseau d’ici? Rien n’a été conclu.")
        return 1
    print(
        f"{run.asked} adresses vérifiées, {len(run.dead)} mortes de plus, "
        f"{len(run.revived)} revenues, {run.postponed} remises à plus tard."
    )
    for link, told in report.dead:
        print(f"  {link.status or link.problem}  {link.url}")
        for mention in told[:3]:
            print(f"      {mention.id}  {mention.title}")
    return 0
