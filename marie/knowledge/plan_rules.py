"""Reads `knowledge/plan/`: the steps of the moving plan, and how a message speaks of a move.

The guide for editors is in `knowledge/plan/README.md`. Mistakes are French sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from marie.guidance.plan import StepRule
from marie.knowledge.directory import Directory
from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.library import Library
from marie.knowledge.model import PLACEHOLDER, Source

WORDS = "words.yml"

VALUES = frozenset(
    {
        *("place", "town", "move", "lease_end", "months_owed", "first", "last"),
        *("round", "term", "next_round", "next_term", "because", "next_step", "assumed"),
    }
)
"""What a step's text may say besides parameters."""


class PlanWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Folded words: `begin` asks where to begin, `gone` says that one has moved already, `nowhere`
    that one does not know where to, `lease` that a date is the lease's; `leave` cancels a
    registration, `sessions` and `trips` ask for one kind of event."""

    gone: tuple[str, ...]
    begin: tuple[str, ...]
    nowhere: tuple[str, ...]
    lease: tuple[str, ...]
    leave: tuple[str, ...]
    sessions: tuple[str, ...]
    trips: tuple[str, ...]


class LivePlanRules:
    """The steps of a folder, read again when a file of it changes and passes the checks."""

    def __init__(self, knowledge: Path) -> None:
        self._folder = knowledge / "plan"
        self._seen = _seen(self._folder)
        self._rules = load_plan_rules(knowledge)

    def current(self) -> tuple[StepRule, ...]:
        """The steps as they are now; the last good ones while there is a mistake."""
        seen = _seen(self._folder)
        if seen != self._seen:
            self._seen = seen
            try:
                self._rules = load_plan_rules(self._folder.parent)
            except KnowledgeErrors:
                return self._rules
        return self._rules


def load_plan_rules(knowledge: Path) -> tuple[StepRule, ...]:
    """Every step of `knowledge/plan/`."""
    found: dict[str, StepRule] = {}
    for path in _files(knowledge / "plan"):
        for rule in read(path, tuple[StepRule, ...]):
            if rule.id in found:
                raise KnowledgeErrors([f"{path} : l’étape « {rule.id} » existe deux fois."])
            found[rule.id] = rule
    return tuple(found.values())


def load_plan_words(knowledge: Path) -> PlanWords:
    """`knowledge/plan/words.yml`."""
    return read(knowledge / "plan" / WORDS, PlanWords)


def step_source(rule: StepRule, library: Library) -> Source:
    """Where a step comes from: its own source, or the first of its entry."""
    if rule.source is not None:
        return msgspec.convert(msgspec.to_builtins(rule.source), Source)
    return library.entries[rule.entry or ""].sources[0]


def fill_step(text: str, values: Mapping[str, str], library: Library, today: date) -> str:
    """A step's text with its values and the parameters of `today`."""
    said = PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
    return library.fill(said, today)


def plan_problems(knowledge: Path, library: Library, directory: Directory) -> Iterator[str]:
    """What is wrong in `knowledge/plan/`, one sentence each."""
    try:
        rules = load_plan_rules(knowledge)
        load_plan_words(knowledge)
    except KnowledgeErrors as error:
        yield from error.problems
        return
    for rule in rules:
        for problem in _problems(rule, library, directory):
            yield f"Étape « {rule.id} » : {problem}."


def _problems(rule: StepRule, library: Library, directory: Directory) -> Iterator[str]:
    for text in filter(None, (rule.title, rule.text, rule.late)):
        for name in PLACEHOLDER.findall(text):
            if name not in VALUES and name not in library.parameters:
                yield f"« {{{name}}} » n’est ni un paramètre ni une valeur du plan"
    if rule.entry is not None and rule.entry not in library.entries:
        yield f"la fiche « {rule.entry} » n’existe pas"
    if rule.entry is None and rule.source is None:
        yield "il faut une source (« source »), ou une fiche (« entry ») qui en a une"
    yield from _timing_problems(rule)
    for contact in rule.contacts:
        if contact.resource is not None and directory.get(contact.resource) is None:
            yield f"la ressource « {contact.resource} » n’est pas au répertoire"
        if contact.phone is not None and contact.phone not in library.parameters:
            yield f"le paramètre « {contact.phone} » n’existe pas"
        if sum(map(bool, (contact.resource, contact.nearest, contact.name))) != 1:
            yield "un contact a « resource », « nearest » ou « name », un seul des trois"


def _timing_problems(rule: StepRule) -> Iterator[str]:
    timing = rule.timing
    if (timing.anchor == "round") != bool(timing.rounds):
        yield "des tours (« rounds ») vont avec « anchor: round », et seulement là"
    if timing.anchor == "notice" and not set(rule.when.notice) & {"ahead", "passed"}:
        yield "« anchor: notice » demande la condition « notice: [ahead] » ou « [passed] »"
    if timing.anchor == "answer" and not set(rule.when.notice) & {"increase", "increase_passed"}:
        yield "« anchor: answer » demande la condition « notice: [increase] »"
    if timing.anchor == "lease_end" and rule.when.lease_outlasts is None:
        yield "« anchor: lease_end » demande la condition « lease_outlasts »"
    probe = date(2027, 1, 31)
    if timing.last.after(probe) < timing.first.after(probe):
        yield "« last » tombe avant « first »"


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.yml")) if path.name != WORDS]


def _seen(folder: Path) -> tuple[Any, ...]:
    return tuple((path.name, path.stat().st_mtime_ns) for path in _files(folder))
