"""`marie knowledge check`: every file that editors write, one sentence a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from marie.knowledge.asked import load_asked
from marie.knowledge.cards import load_card_words
from marie.knowledge.criteria import criteria_problems
from marie.knowledge.figures import load_wordings as load_figure_words
from marie.knowledge.files import KnowledgeErrors, unreadable_files
from marie.knowledge.library import Library
from marie.knowledge.notices import load_notices
from marie.knowledge.opened import open_knowledge
from marie.knowledge.openings import load_matching
from marie.knowledge.organizations import load_organizations
from marie.knowledge.places import Gazetteer
from marie.knowledge.plan_rules import plan_problems
from marie.knowledge.privacy import load_privacy
from marie.knowledge.programs import all_problems
from marie.knowledge.qualification import load_qualification
from marie.knowledge.readability import load_simple_rules, readability_problems
from marie.knowledge.resources import load_resources
from marie.knowledge.rules import rule_problems
from marie.knowledge.talk import load_talk_words
from marie.knowledge.waiting import load_waiting
from marie.settings import Settings


def check(settings: Settings) -> int:
    """Print what is wrong; exit code 1 when something is."""
    found = problems(settings)
    for problem in found:
        print(problem)
    if found:
        print(f"{len(found)} problème(s).")
        return 1
    print("Tout est en ordre.")
    return 0


def problems(settings: Settings) -> list[str]:
    """What is wrong in `knowledge/`, each once."""
    unreadable = list(unreadable_files(settings.knowledge))
    return unreadable or list(dict.fromkeys(_problems(settings)))


def _problems(settings: Settings) -> Iterator[str]:
    folder = settings.knowledge
    phrases: Mapping[str, object] = {}
    try:
        library = Library.load(folder)
        phrases = library.phrases
        yield from criteria_problems(folder, library.profiles)
        yield from readability_problems(library, load_simple_rules(folder))
    except KnowledgeErrors as error:
        yield from error.problems
    try:
        known = {resource.id for resource in load_resources(folder / "directory")}
        for entry in library.entries.values() if phrases else ():
            for name in entry.resources.only if entry.resources else ():
                if name not in known:
                    yield f"Fiche « {entry.id} » : la ressource « {name} » n’existe pas."
    except KnowledgeErrors as error:
        yield from error.problems
    yield from rule_problems(folder)
    if phrases:
        yield from all_problems(folder, phrases)
        try:
            opened = open_knowledge(folder)
            yield from plan_problems(folder, opened.live.current(), opened.directory)
        except KnowledgeErrors as error:
            yield from error.problems
    for load in (
        load_asked,
        load_card_words,
        load_figure_words,
        load_matching,
        load_notices,
        load_organizations,
        load_privacy,
        load_qualification,
        load_talk_words,
        load_waiting,
    ):
        try:
            load(folder)
        except KnowledgeErrors as error:
            yield from error.problems
    Gazetteer.load(folder / "places")
