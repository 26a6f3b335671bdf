"""`marie check-program FILE`: what an editor wrote, explained in French sentences."""

from __future__ import annotations

from pathlib import Path

from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.library import Library
from marie.knowledge.programs import program_problems
from marie.knowledge.rules import load_profile_fields
from marie.settings import Settings


def check_program(settings: Settings, path: Path) -> int:
    """Print what is wrong, one sentence a mistake; exit code 1 when something is."""
    try:
        phrases = Library.load(settings.knowledge).phrases
        fields = load_profile_fields(settings.knowledge)
    except KnowledgeErrors as error:
        print("\n".join(error.problems))
        return 1
    problems = list(program_problems(path, fields, phrases))
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{path.name}\u00a0: en ordre, ses exemples donnent les verdicts attendus.")
    return 1 if problems else 0
