"""How a lead's file is scored and said: `knowledge/qualification.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from marie.domain.qualification import BadPoints, check_points
from marie.guidance.eligibility import FIELDS
from marie.knowledge.files import KnowledgeErrors, read
from marie.language.folding import words


class Withheld(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Fields, and the folded words that name them."""

    fields: tuple[str, ...]
    says: tuple[str, ...]


class Withhold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What asks to leave something out of the file."""

    says: tuple[str, ...]
    ends: tuple[str, ...]
    fields: tuple[Withheld, ...]
    contact: dict[Literal["phone", "email"], tuple[str, ...]]


class Qualification(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file. `points` make 100; `languages`: names by ISO code."""

    points: dict[str, int]
    soon_months: Annotated[int, msgspec.Meta(ge=1)]
    languages: dict[str, str]
    withhold: Withhold

    def withholds(self, text: str) -> bool:
        """Whether a message asks to leave something out, whatever it may be."""
        said = f" {' '.join(word.text for word in words(text))} "
        return any(f" {each} " in said for each in self.withhold.says)

    def withheld(self, text: str) -> Sequence[str]:
        """The fields that a message asks to leave out."""
        rest = self.left_out(text)
        return [
            field
            for each in self.withhold.fields
            if any(f" {name} " in rest for name in each.says)
            for field in each.fields
        ]

    def withheld_contact(self, text: str) -> Sequence[str]:
        """« phone », « email »: the ways to reach her that a message asks to leave out."""
        rest = self.left_out(text)
        said = self.withhold.contact.items()
        return [way for way, names in said if any(f" {name} " in rest for name in names)]

    def left_out(self, text: str) -> str:
        """The folded words that follow such a request; empty when there is none."""
        said = f" {' '.join(word.text for word in words(text))} "
        starts = [
            said.find(f" {each} ") + len(each) for each in self.withhold.says if f" {each} " in said
        ]
        if not starts:
            return ""
        # « Ne transmettez pas mon âge, plutôt la ville de Gaspé » keeps the town.
        rest = said[min(starts) :]
        ends = [at for each in self.withhold.ends if (at := rest.find(f" {each} ")) >= 0]
        return rest[: min(ends, default=len(rest)) + 1]


def load_qualification(knowledge: Path) -> Qualification:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "qualification.yml"
    found = read(path, Qualification)
    problems = []
    try:
        check_points(found.points)
    except BadPoints:
        problems.append(f"{path} : « points » doit donner 100 points en tout aux cinq critères.")
    for each in found.withhold.fields:
        for name in each.fields:
            if name not in {*FIELDS, "spouse"}:
                problems.append(f"{path} : le champ « {name} » n’existe pas.")
    if problems:
        raise KnowledgeErrors(problems)
    return found
