"""The form of a region: its fields in, its content out, and back."""

from __future__ import annotations

from collections.abc import Mapping

from marie.knowledge.items import Content
from marie.web.form_fields import lines, number, places, put, row_of, source, text
from marie.web.parameter_form import tidied

LISTS = ("towns", "sectors", "colleges", "universities", "strengths", "cautions")


def written(content: Content, form: Mapping[str, str]) -> Content:
    """`content` with what the form says."""
    found: Content = {**content}
    for name in ("text", "simple"):
        found[name] = text(form, name, content.get(name))
    for name in LISTS:
        found[name] = lines(form, name)
    known = content.get("figures")
    rows = [_figure(row_of(known, each), form, each) for each in places(form, "figures")]
    found["figures"] = [each for each in rows if each]
    found["sources"] = [
        row for each in places(form, "sources") if (row := source(form, f"sources.{each}."))
    ]
    return found


def _figure(before: Content, form: Mapping[str, str], place: int) -> Content:
    """One figure; {} when all of its fields were emptied."""
    start = f"figures.{place}."
    label, value = form.get(start + "label", "").strip(), form.get(start + "value", "").strip()
    told = source(form, start + "source.")
    if not (label or value):
        return {}
    found: Content = {**before, "label": label, "value": _as_said(value, before.get("value"))}
    put(found, "number", number(form.get(start + "number", "")))
    put(found, "id", form.get(start + "id", "").strip())
    return {**found, "source": told}


def _as_said(typed: str, before: object) -> str:
    """With the spaces that do not break, unless only those differ."""
    if isinstance(before, str) and before.replace("\u00a0", " ") == typed.replace("\u00a0", " "):
        return before
    return tidied(typed)


def listed(content: Content, name: str) -> str:
    """A list as the form shows it, one value a line."""
    values = content.get(name)
    return "\n".join(map(str, values)) if isinstance(values, list) else ""


def rows(content: Content, name: str) -> list[Content]:
    """Figures or sources as the form shows them, and an empty one at their end."""
    values = content.get(name)
    known = [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
    return [*known, {}]
