"""A mistake in a file that an editor wrote, as one French sentence that names the place."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from marie.strict_yaml import RepeatedKey

_PATH = re.compile(r"(?: - at `(?P<path>\$[^`]*)`)?$")
_SENTENCES = (
    (r"Object contains unknown field `(.+?)`", "la clé « {0} » n’existe pas"),
    (r"Object missing required field `(.+?)`", "il manque la clé « {0} »"),
    (r"Invalid enum value (.+)", "{0} n’est pas une des valeurs permises"),
    (r"Expected `(.+?)`, got `null`", "il manque une valeur ({0})"),
    (r"Expected `(.+?)`, got `(.+?)`", "il faut {0}, pas {1}"),
    (r"Invalid RFC3339 .*", "il faut une date (AAAA-MM-JJ)"),
)
_KINDS = {
    "str": "un texte",
    "int": "un nombre entier",
    "float": "un nombre",
    "bool": "oui ou non (true, false)",
    "array": "une liste",
    "object": "des clés et des valeurs",
    "date": "une date (AAAA-MM-JJ)",
    "null": "rien",
}


def place_of(error: msgspec.ValidationError) -> tuple[str, str]:
    """Where in a content an error lies ("sources.0.url", "" for the whole), and what it says."""
    said = str(error)
    path = _PATH.search(said)
    steps: list[str] = []
    if path is not None and path["path"]:
        for name, place in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path["path"]):
            steps.append(name or place)
        said = said[: path.start()]
    if named := re.fullmatch(r"Object (?:contains unknown|missing required) field `(.+?)`", said):
        steps.append(named[1])
    return ".".join(steps), _said(said)


def in_french(error: Exception, raw: Any = None) -> str:
    """What `error` says of a file whose content was read as `raw`, without a full stop."""
    if isinstance(error, RepeatedKey) and error.problem_mark and error.context_mark:
        line, first = error.problem_mark.line + 1, error.context_mark.line + 1
        return f"ligne {line}, la clé « {error.key} » est déjà à la ligne {first}"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"ligne {mark.line + 1}, colonne {mark.column + 1}, le YAML est mal formé"
    if isinstance(error, yaml.YAMLError):
        return "le YAML est mal formé"
    if isinstance(error, OSError):
        return f"le fichier est illisible ({error.strerror})"
    if not isinstance(error, msgspec.ValidationError):
        return " ".join(str(error).split())
    said = str(error)
    path = _PATH.search(said)
    where = _place(path["path"], raw) if path and path["path"] else ""
    return f"{where}{_said(said[: path.start()] if path else said)}"


def _said(said: str) -> str:
    for pattern, sentence in _SENTENCES:
        if match := re.fullmatch(pattern, said):
            return sentence.format(*(_kind(each) for each in match.groups()))
    return said


def _place(path: str, raw: Any) -> str:
    """`$.conditions[1].value` as « conditions », « age », « value » : (ids where there are)."""
    steps: list[str] = []
    here = raw
    for name, place in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path):
        if name:
            here = here.get(name) if isinstance(here, dict) else None
            steps.append(f"« {name} »")
        elif place.isdigit():
            number = int(place)
            there = isinstance(here, (list, tuple)) and number < len(here)
            here = here[number] if there else None
            known = (here.get("id") or here.get("says")) if isinstance(here, dict) else None
            steps.append(f"« {known} »" if known else f"n° {number + 1}")
    return f"{', '.join(steps)} : " if steps else ""


def _kind(name: str) -> str:
    parts = [part.strip() for part in name.split("|")]
    return " ou ".join(_KINDS.get(part, part) for part in parts if part != "null") or "rien"
