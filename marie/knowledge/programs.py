"""The programmes of `knowledge/programs/`: read, checked, read again when an editor saves one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from marie.guidance.eligibility import Program
from marie.guidance.program_mistakes import mistakes
from marie.knowledge.library import KnowledgeErrors
from marie.knowledge.rules import Field, load_profile_fields, read

QUESTION = "eligibility_ask_{field}"
"""The phrase that asks for a field."""


def load_programs(folder: Path) -> tuple[Program, ...]:
    """Every programme of a folder, in the order in which they are said."""
    programs = [read(path, Program) for path in sorted(folder.glob("*.yml"))]
    return tuple(sorted(programs, key=lambda program: (program.order, program.id)))


def program_problems(
    path: Path, fields: Mapping[str, Field], phrases: Mapping[str, object]
) -> Iterator[str]:
    """What is wrong in one programme's file, one French sentence each.

    `fields` and `phrases`: how a visitor is asked for what a condition needs.
    """
    try:
        program = read(path, Program)
    except KnowledgeErrors as error:
        yield from error.problems
        return
    if program.id != path.stem:
        yield f"{path} : « id » vaut « {program.id} », pas le nom du fichier."
    yield from mistakes(program)
    asked = dict.fromkeys(each.field for each in program.conditions if each.ask)
    for field in asked:
        if field not in fields or QUESTION.format(field=field) not in phrases:
            yield (
                f"Programme « {program.id} » : aucune question ne demande « {field} » "
                "(profile.yml et phrases.yml)."
            )


def all_problems(knowledge: Path, phrases: Mapping[str, object]) -> Iterator[str]:
    """What is wrong in any programme's file."""
    try:
        fields = load_profile_fields(knowledge)
    except KnowledgeErrors:
        return  # said by `rule_problems`
    ids = set()
    for path in sorted((knowledge / "programs").glob("*.yml")):
        yield from program_problems(path, fields, phrases)
        ids.add(path.stem)
    for path in sorted((knowledge / "programs").glob("*.yml")):
        try:
            other = read(path, Program).confused_with
        except KnowledgeErrors:
            continue
        if other is not None and other not in ids:
            yield f"Programme « {path.stem} » : le programme « {other} » n’existe pas."


class LivePrograms:
    """The programmes of a folder as they are now.

    The files are looked at no more than once in `every` seconds. A file with a mistake is not
    taken: its last good version stays, the others change, and `problems` says why.
    """

    def __init__(self, knowledge: Path, *, every: float = 1.0) -> None:
        self._knowledge = knowledge
        self._folder = knowledge / "programs"
        self._every = every
        self._state: frozenset[tuple[Path, int, int]] = frozenset()
        self._looked_at = float("-inf")
        self._known: dict[Path, Program] = {}
        self._programs: tuple[Program, ...] = ()
        self.problems: list[str] = []

    def current(self) -> tuple[Program, ...]:
        """The newest programmes that pass the checks, in the order in which they are said."""
        if time.monotonic() - self._looked_at >= self._every:
            self._looked_at = time.monotonic()
            stats = {path: path.stat() for path in sorted(self._folder.glob("*.yml"))}
            state = frozenset(
                (path, each.st_mtime_ns, each.st_size) for path, each in stats.items()
            )
            if state != self._state:
                self._state = state
                self._read(list(stats))
        return self._programs

    def _read(self, paths: list[Path]) -> None:
        self.problems = []
        found: dict[Path, Program] = {}
        for path in paths:
            try:
                program = read(path, Program)
                problems = list(mistakes(program))
            except KnowledgeErrors as error:
                problems = error.problems
            if not problems:
                found[path] = program
            elif path in self._known:
                found[path] = self._known[path]
            self.problems += problems
        self._known = found
        ordered = sorted(found.values(), key=lambda program: (program.order, program.id))
        self._programs = tuple(ordered)
