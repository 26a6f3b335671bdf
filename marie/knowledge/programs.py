"""The programmes of `knowledge/programs/`: read, checked, read again when an editor saves one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from marie.guidance.eligibility import Program
from marie.guidance.program_mistakes import mistakes
from marie.knowledge.checks import checked
from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.items import Folder, Item, Mistake, overlaid
from marie.knowledge.overlay import LiveOverlay, Published
from marie.knowledge.rules import Field, load_profile_fields

QUESTION = "eligibility_ask_{field}"
"""The phrase that asks for a field."""

_WHERE = re.compile(r"Programme « .+? »(?:, (?P<part>condition|exemple) « (?P<name>.+?) »)? : ")
_PARTS = {"condition": "conditions", "exemple": "examples"}


def program_mistakes(program: Program) -> Iterator[Mistake]:
    """What is wrong in a programme by itself, its own examples run."""
    for sentence in mistakes(program):
        where = _WHERE.match(sentence)
        field, text = "", sentence
        if where is not None:
            text = sentence[where.end() :]
            field = _PARTS.get(where["part"] or "", "")
            if where["name"]:
                text = f"{where['part']} « {where['name']} » : {text}"
                names = _names(program, field)
                if where["name"] in names:
                    field = f"{field}.{names.index(where['name'])}"
        yield Mistake(kind="program", item=program.id, field=field, text=text.removesuffix("."))


def _names(program: Program, field: str) -> list[str]:
    if field == "conditions":
        return [each.id for each in program.conditions]
    return [each.says for each in program.examples]


def asked_mistakes(
    program: Program, fields: Mapping[str, Field], phrases: Mapping[str, object]
) -> Iterator[Mistake]:
    """Conditions of which nobody asks what they need; `fields`, `phrases`: how one is asked."""
    asked = {each.field: place for place, each in enumerate(program.conditions) if each.ask}
    for field, place in asked.items():
        if field not in fields or QUESTION.format(field=field) not in phrases:
            yield Mistake(
                kind="program",
                item=program.id,
                field=f"conditions.{place}.field",
                text=f"aucune question ne demande « {field} » (profile.yml et phrases.yml)",
            )


def named_mistakes(
    program: Program, programs: Mapping[str, object], entries: Mapping[str, object]
) -> Iterator[Mistake]:
    """What a programme names that is not there."""
    other = program.confused_with
    if other is not None and other not in programs:
        text = f"le programme « {other} » n’existe pas"
        yield Mistake(kind="program", item=program.id, field="confused_with", text=text)
    if program.entry is not None and program.entry not in entries:
        text = f"la fiche « {program.entry} » n’existe pas"
        yield Mistake(kind="program", item=program.id, field="entry", text=text)


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
    yield from (each.sentence for each in program_mistakes(program))
    yield from (each.sentence for each in asked_mistakes(program, fields, phrases))


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
    """The programmes of a folder with what was published over them, as they are now.

    The publications are looked at at each call, the files no more than once in `every` seconds. A
    programme with a mistake is not taken: its last good version stays, the others change, and
    `problems` says why.
    """

    def __init__(
        self, knowledge: Path, *, overlay: LiveOverlay | None = None, every: float = 1.0
    ) -> None:
        self._folder = Folder(knowledge)
        self._overlay = overlay or LiveOverlay(None)
        self._every = every
        self._state: object = None
        self._published: Published | None = None
        self._looked_at = float("-inf")
        self._known: dict[str, Program] = {}
        self._programs: tuple[Program, ...] = ()
        self.problems: list[str] = []

    def current(self) -> tuple[Program, ...]:
        """The newest programmes that pass the checks, in the order in which they are said."""
        changed = False
        if time.monotonic() - self._looked_at >= self._every:
            self._looked_at = time.monotonic()
            state = self._folder.stamp("program")
            changed = state != self._state
            self._state = state
        published = self._overlay.current()
        if changed or published is not self._published:
            self._published = published
            self._read(published)
        return self._programs

    def _read(self, published: Published) -> None:
        items, problems = self._folder.items("program")
        files = items["program"]
        found: dict[str, Program] = {}
        for item in overlaid(items, published.items)["program"].values():
            program, said = _good(item)
            problems += said
            if program is None:
                # What ships is good where what was published is not.
                program = self._known.get(item.id) or _good(files.get(item.id, item))[0]
            if program is not None:
                found[item.id] = program
        # A file that cannot be read any more does not take its programme away.
        broken = {Path(each.split(" : ", 1)[0]).stem for each in problems if ".yml : " in each}
        found |= {name: self._known[name] for name in broken & self._known.keys() - found.keys()}
        self.problems = problems
        self._known = found
        ordered = sorted(found.values(), key=lambda program: (program.order, program.id))
        self._programs = tuple(ordered)


def _good(item: Item) -> tuple[Program | None, list[str]]:
    """The programme, or None and why not."""
    program, mistaken = item.reading
    wrong = [*mistaken, *checked(item)]
    if program is not None:
        wrong += program_mistakes(program)
    return (None, [each.sentence for each in wrong]) if wrong else (program, [])
