"""What is wrong in a programme that an editor wrote: French sentences, its own examples run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from marie.guidance.eligibility import FIELDS, BadProfile, Condition, Program, evaluate, fits

_COMPARISONS: Mapping[str, frozenset[str]] = {
    "bool": frozenset({"is"}),
    "number": frozenset({"at_least", "at_most", "less_than", "more_than"}),
    "numbers": frozenset({"any_at_most", "any_at_least"}),
    "text": frozenset(),
}


def mistakes(program: Program) -> Iterator[str]:
    """What is wrong in a programme's file, one French sentence each, its own examples included."""
    if not program.conditions:
        yield f"Programme « {program.id} » : il n’a aucune condition."
    if not program.examples:
        yield f"Programme « {program.id} » : il n’a aucun exemple."
    yield from (f"Programme « {program.id} » : {each}" for each in _repeated(program))
    for condition in program.conditions:
        where = f"Programme « {program.id} », condition « {condition.id} »"
        problems = list(_condition_mistakes(condition))
        yield from (f"{where} : {problem}" for problem in problems)
        if problems:
            return
    if program.at_best == "to_confirm" and not program.confirm_notes:
        yield f"Programme « {program.id} » : dites dans confirm_notes ce qu’il faut confirmer."
    for example in program.examples:
        where = f"Programme « {program.id} », exemple « {example.says} »"
        try:
            verdict = evaluate(program, example.profile, on=example.on)
        except BadProfile as error:
            if error.field in FIELDS:
                yield f"{where} : « {error.field} » ne peut pas valoir « {error.value} »."
            else:
                yield f"{where} : le champ « {error.field} » n’existe pas."
            continue
        if verdict.verdict != example.verdict:
            yield f"{where} : le verdict est {verdict.verdict}, pas {example.verdict}."
        if example.missing is not None and set(verdict.missing_fields) != set(example.missing):
            found = ", ".join(verdict.missing_fields) or "rien"
            yield f"{where} : il manque {found}, pas {', '.join(example.missing) or 'rien'}."


def _repeated(program: Program) -> Iterator[str]:
    """Periods of one condition that overlap, and examples that have one name."""
    for one, other in combinations(program.conditions, 2):
        if one.id != other.id:
            continue
        if one.holds_on(other.first or other.last) or other.holds_on(one.first or one.last):
            yield f"deux versions de la condition « {one.id} » valent le même jour."
    for says, count in Counter(example.says for example in program.examples).items():
        if count > 1:
            yield f"deux exemples s’appellent « {says} »."


def _condition_mistakes(condition: Condition) -> Iterator[str]:
    if condition.field not in FIELDS:
        yield f"le champ « {condition.field} » n’existe pas."
        return
    kind = FIELDS[condition.field]
    if condition.first and condition.last and condition.last < condition.first:
        yield "« until » précède « from »."
    if isinstance(kind, str):
        if condition.operator not in _COMPARISONS[kind]:
            yield f"« {condition.operator} » ne va pas avec « {condition.field} »."
        elif not fits("bool" if kind == "bool" else "number", condition.value):
            yield f"« {condition.value} » n’est pas une valeur de « {condition.field} »."
    elif condition.operator != "in" or not isinstance(condition.value, tuple):
        yield f"« {condition.field} » se compare par « in » et une liste de valeurs."
    else:
        for value in (*condition.value, *condition.refused):
            if value not in kind:
                yield f"« {value} » n’est pas une valeur de « {condition.field} »."
    needed = {
        "because_fail": condition.can_fail,
        "would_change": condition.can_fail,
        "because_unsure": condition.can_be_unsure,
        "missing": condition.ask,
        "because_unknown": not condition.ask,
    }
    for name, is_needed in needed.items():
        if is_needed and not getattr(condition, name):
            yield f"il manque la phrase « {name} »."
    if condition.refused and condition.otherwise != "to_confirm":
        yield "avec « refused », les autres valeurs sont à confirmer : otherwise: to_confirm."
