"""The form of a programme: its fields in, its content out, and back. What it has not stays.

Its examples are typed as YAML: a person and the verdict that is expected for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marie.guidance.eligibility import FIELDS
from marie.knowledge.items import Content
from marie.knowledge.typed_yaml import BadYaml, line_of, read_yaml, written_yaml
from marie.web.editing import Refused
from marie.web.form_fields import SOURCE, lines, number, places, put, row_of, source, text, whole
from marie.web.parameter_form import shown as shown_number

TEXTS = ("name", "summary", "entry", "confused_with")
LISTS = ("says", "confused", "also_known_as", "confirm_notes")
STEPS = ("eligible", "to_confirm", "not_eligible")
SENTENCES = (
    "because_pass",
    "because_fail",
    "because_unsure",
    "because_unknown",
    "missing",
    "would_change",
)
OPERATORS = (
    "is",
    "in",
    "at_least",
    "at_most",
    "less_than",
    "more_than",
    "any_at_least",
    "any_at_most",
)
YES, NO = "oui", "non"
ORDER = 100
REVIEW = 180


def written(content: Content, form: Mapping[str, str]) -> Content:
    """`content` with what the form says. Examples that cannot be read stay as they were typed."""
    found: Content = {**content}
    for name in TEXTS:
        put(found, name, text(form, name, content.get(name)))
    found["name"] = found.get("name", "")
    found["summary"] = found.get("summary", "")
    for name in LISTS:
        put(found, name, lines(form, name))
    found["next_step"] = {
        name: text(form, f"next_step.{name}", (content.get("next_step") or {}).get(name))
        for name in STEPS
    }
    found["source"] = source(form, "source.")
    put(found, "at_best", form.get("at_best", "eligible"), default="eligible")
    put(found, "order", whole(form, "order"), default=ORDER)
    put(found, "review_every", whole(form, "review_every"), default=REVIEW)
    known = content.get("conditions")
    rows = [_condition(row_of(known, each), form, each) for each in places(form, "conditions")]
    found["conditions"] = [each for each in rows if each is not None]
    found["examples"] = _examples(content.get("examples"), form.get("examples", ""))
    return found


def _condition(before: Content, form: Mapping[str, str], place: int) -> Content | None:
    """One condition; None when it is taken out, or was never filled in."""
    start = f"conditions.{place}."
    typed = {name: form[start + name].strip() for name in _CONDITION if start + name in form}
    told = [value for name, value in typed.items() if name not in ("operator", "otherwise", "ask")]
    if form.get(start + "remove") or not (any(told) or before):
        return None
    found: Content = {**before}
    for name in ("id", "field", "operator"):
        found[name] = typed.get(name, "")
    put(found, "from", typed.get("from"))
    put(found, "until", typed.get("until"))
    put(found, "otherwise", typed.get("otherwise") or "fail", default="fail")
    put(found, "refused", _words(typed.get("refused", "")))
    if typed.get("ask") == NO:
        found["ask"] = False
    else:
        found.pop("ask", None)
    found["value"] = value_of(found["field"], typed.get("value", ""))
    for name in SENTENCES:
        put(found, name, text(form, start + name, before.get(name)))
    put(found, "source", source(form, start + "source."))
    return found


_CONDITION = (
    *("id", "field", "operator", "value", "refused", "otherwise", "ask", "from", "until"),
    *SENTENCES,
    *(f"source.{name}" for name in SOURCE),
)


def value_of(field: str, typed: str) -> Any:
    """What a condition compares with, as its field has it: yes or no, a number, words."""
    kind = FIELDS.get(field)
    if kind == "bool" and typed.lower() in (YES, NO):
        return typed.lower() == YES
    if isinstance(kind, tuple):
        return _words(typed)
    return number(typed) if kind in ("number", "numbers") else typed


def shown_value(value: Any) -> str:
    """A condition's value as it is typed."""
    match value:
        case bool():
            return YES if value else NO
        case int() | float():
            return shown_number(value)
        case list():
            return ", ".join(map(str, value))
    return "" if value is None else str(value)


def shown_lines(content: Content, name: str) -> str:
    """A list as the form shows it, one value a line."""
    values = content.get(name)
    return "\n".join(map(str, values)) if isinstance(values, list) else ""


def conditions(content: Content) -> list[Content]:
    """The conditions as the form shows them, and an empty one at their end."""
    known = content.get("conditions")
    rows = [each for each in known if isinstance(each, dict)] if isinstance(known, list) else []
    return [*rows, {}]


def examples(content: Content) -> str:
    """The examples as the form shows them."""
    known = content.get("examples")
    return known if isinstance(known, str) else written_yaml(known)


def _examples(before: Any, typed: str) -> Any:
    if typed == examples({"examples": before}):
        return before
    try:
        return read_yaml(typed) or []
    except BadYaml:
        return typed


def placed(content: Content, wrong: Refused) -> Refused:
    """Mistakes in the examples by the line that was typed."""
    typed = examples(content)
    fields: dict[str, list[str]] = {}
    for path, said in wrong.fields.items():
        name, _, rest = path.partition(".")
        if name != "examples":
            fields.setdefault(path, []).extend(said)
        elif rest:
            line = line_of(typed, rest.split("."))
            fields.setdefault("examples", []).extend(f"ligne {line}, {each}" for each in said)
        else:
            fields.setdefault("examples", []).extend(said)
    if isinstance(content.get("examples"), str):
        try:
            read_yaml(typed)
        except BadYaml as error:
            fields["examples"] = [str(error)]
    return Refused(fields=fields, others=wrong.others, moments=wrong.moments)


def _words(typed: str) -> list[str]:
    return [each for each in re.split(r"[\s,;]+", typed) if each]
