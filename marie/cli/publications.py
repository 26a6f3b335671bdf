"""`marie knowledge push` and `pull`."""

from __future__ import annotations

from pathlib import Path

from marie import clock
from marie.cli.prepare import bring_up_to_date
from marie.knowledge.files import KnowledgeErrors
from marie.services import examples, knowledge_files
from marie.services.knowledge_files import Done, Line
from marie.settings import Settings
from marie.store.engine import create_engine

SAID: dict[Done, str] = {
    "drafted": "brouillon",
    "merged": "brouillon, avec ce qui a été publié depuis",
    "conflict": "brouillon à relire, le fichier et une publication changent tous deux",
    "written": "écrit",
    "removed": "retiré",
}

WHY_NOT = {
    "known": "déjà dans les exemples",
    "held_out": "refusé, presque une question d’évaluation",
    "topic": "refusé, ce sujet n’a pas d’exemples",
}


async def push(settings: Settings, folder: Path | None) -> int:
    """Make drafts of what the files of `folder` say otherwise. Exit code: 1 when they are wrong."""
    database = await bring_up_to_date(create_engine(settings.database_url), settings)
    try:
        lines = await knowledge_files.push(
            database, (folder or settings.knowledge).absolute(), settings.knowledge, clock=clock.now
        )
    except KnowledgeErrors as error:
        print("\n".join(error.problems))
        return 1
    finally:
        await database.close()
    _print(lines, "Rien à pousser.", "Les brouillons attendent dans /admin/fiches?etat=cours.")
    return 0


async def pull(settings: Settings, folder: Path | None) -> int:
    """Write what is published into the files of `folder`; exit code: 1 when they are wrong.

    The examples that were accepted go into `bot/data` beside it.
    """
    knowledge = (folder or settings.knowledge).absolute()
    database = await bring_up_to_date(create_engine(settings.database_url), settings)
    try:
        lines = await knowledge_files.pull(database, knowledge, clock=clock.now)
        pulled = await examples.pull(database, knowledge.parent, clock=clock.now)
    except KnowledgeErrors as error:
        print("\n".join(error.problems))
        return 1
    finally:
        await database.close()
    _print(lines, "Les fichiers disent déjà ce qui est publié.", "À relire avec git diff.")
    for each in pulled:
        where = each.file or WHY_NOT.get(each.reason or "", each.reason)
        print(f"{each.proposal.topic} : {each.proposal.text} → {where}")
    if any(each.file for each in pulled):
        print("À relire avec git diff, puis «\u00a0marie train --candidate\u00a0».")
    return 0


def _print(lines: list[Line], nothing: str, after: str) -> None:
    for each in lines:
        more = f" : {', '.join(each.fields)}" if each.fields else ""
        print(f"{each.name} : {SAID[each.done]}{more}")
    print(after if lines else nothing)
