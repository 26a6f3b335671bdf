"""The organisations that leads go to: `knowledge/settings/organizations.yml`."""

from __future__ import annotations

from pathlib import Path

from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.organization import DAYS, Hour, Organization, Organizations

__all__ = ["DAYS", "Hour", "Organization", "Organizations", "load_organizations"]


def load_organizations(knowledge: Path) -> Organizations:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "settings" / "organizations.yml"
    found = read(path, Organizations)
    problems = [f"{path} : {place} : {text}." for place, text in found.mistakes()]
    if problems:
        raise KnowledgeErrors(problems)
    return found
