"""`docs/security.md` names tests and files that exist."""

from __future__ import annotations

import ast
import hashlib
import json
import re

from marie.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 60
    missing = []
    for path, name in sorted(set(named)):
        file = ROOT / path
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        functions = {
            node.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        if not file.exists() or (name and name not in functions):
            missing.append(f"{path}::{name}")
    assert missing == []


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:docs|deploy|knowledge|marie)/[\w./-]+|[A-Z]+\.md)`", PAGE)
    assert "deploy/nginx/marie.conf" in named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_chapter_of_the_standard_is_there() -> None:
    assert re.findall(r"(?m)^### V(\d+) ", PAGE) == [str(number) for number in range(1, 15)]


def test_files_of_others_are_the_ones_that_are_listed() -> None:
    listed = json.loads((ROOT / "requirements" / "vendored.cdx.json").read_text(encoding="utf-8"))
    found = {
        each["properties"][0]["value"]: each["hashes"][0]["content"]
        for each in listed["components"]
    }
    there = [
        *(ROOT / "marie" / "web" / "static" / "vendor").glob("*.js"),
        *(ROOT / "marie" / "papers" / "fonts").glob("*.ttf"),
    ]
    assert found == {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in there
    }
