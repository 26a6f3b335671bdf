"""Holds answers of the API to its own description (`/api/v1/openapi.json`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from marie.web.openapi import document

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Description:
    """The document, ready to be asked."""

    root: dict[str, Any]
    paths: dict[str, re.Pattern[str]]
    validators: dict[str, Draft202012Validator] = field(default_factory=dict)
    """Those that were asked for, by pointer: making one takes longer than asking it."""

    def path_of(self, address: str) -> str | None:
        """The path template that an address belongs to; the literal ones come first."""
        for template, pattern in self.paths.items():
            if pattern.fullmatch(address):
                return template
        return None

    def faults(self, pointer: str, value: Any) -> list[str]:
        """What is wrong with `value` by the schema at `pointer` of the document."""
        validator = self._validator(pointer)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def _validator(self, pointer: str) -> Draft202012Validator:
        if pointer not in self.validators:
            schema = {**self.root, "$ref": f"#{pointer}"}
            made = Draft202012Validator(schema, format_checker=FormatChecker())
            self.validators[pointer] = made
        return self.validators[pointer]

    def check_answer(
        self, method: str, address: str, status: int, content_type: str, body: Any
    ) -> None:
        """Fail when this answer is not one that the document promises."""
        what = f"{method} {address} {status} {content_type}"
        template = self.path_of(address)
        operation = self.root["paths"].get(template, {}).get(method.lower())
        if operation is None:
            assert status in (404, 405), what
            assert content_type == PROBLEM, what
            assert not self.faults("/components/schemas/Problem", body), what
            return
        pointer = f"/paths/{escaped(template or '')}/{method.lower()}/responses/{status}"
        promised = operation["responses"].get(str(status))
        assert promised is not None, f"{what} is not in the document"
        if "$ref" in promised:
            pointer = promised["$ref"].removeprefix("#")
            promised = self.root["components"]["responses"][pointer.rsplit("/", 1)[1]]
        if "content" not in promised:
            assert body is None, what
            return
        assert content_type in promised["content"], what
        if "json" not in content_type:
            return  # a file or a page: only what it is was promised
        faults = self.faults(f"{pointer}/content/{escaped(content_type)}/schema", body)
        assert not faults, f"{what}: {faults}"


def escaped(part: str) -> str:
    """A key as a JSON pointer writes it."""
    return part.replace("~", "~0").replace("/", "~1")


@cache
def description() -> Description:
    """The document of this tree."""
    root = document()
    templates = sorted(root["paths"], key=lambda template: (template.count("{"), template))
    return Description(
        root=root,
        paths={
            template: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))
            for template in templates
        },
    )
