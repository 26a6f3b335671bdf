"""What e-mails say: `knowledge/notifications.yml`. Only {link} and {organization} fit in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from marie.domain.notices import KINDS, Kind
from marie.knowledge.files import KnowledgeErrors, read

_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

Words = Annotated[str, msgspec.Meta(min_length=1)]


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A subject and a text, with placeholders."""

    subject: Words
    text: Words


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of e-mail. `outside`: for people without an account, where it differs.

    `every_minutes` with `path`: one e-mail a person in that time, which leads to that page.
    """

    title: Words
    why: Words
    optional: bool
    subject: Words
    text: Words
    outside: Letter | None = None
    every_minutes: Annotated[int, msgspec.Meta(ge=1)] | None = None
    path: Annotated[str, msgspec.Meta(pattern="^/")] | None = None

    @property
    def every(self) -> timedelta | None:
        """The least time between two of them for one person; None: each is sent."""
        return None if self.every_minutes is None else timedelta(minutes=self.every_minutes)


@dataclass(frozen=True, kw_only=True)
class Written:
    """What an e-mail says."""

    subject: str
    text: str


class Notices(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file. `someone`: said where the organisation is not known."""

    from_name: Words
    someone: Words
    footer: Words
    kinds: dict[str, Notice]

    def write(self, kind: Kind, *, link: str, organization: str | None, outside: bool) -> Written:
        """The e-mail of a kind, for a member of the staff or for somebody `outside`."""
        notice = self.kinds[kind]
        letter = notice.outside if outside and notice.outside else notice
        who = organization or self.someone

        def value(match: re.Match[str]) -> str:
            if match[1] == "link":
                return link
            before = match.string[: match.start()].rstrip(" ")
            first = not before or before.endswith("\n\n")
            return who[:1].upper() + who[1:] if first else who

        def filled(text: str) -> str:
            return _PLACEHOLDER.sub(value, text)

        # A paragraph is one line: phones break it where their screen ends.
        paragraphs = _LINE_END.sub(" ", filled(letter.text).strip())
        footer = _LINE_END.sub(" ", self.footer.strip())
        return Written(
            subject=filled(letter.subject).strip(),
            text=f"{paragraphs}\n\n-- \n{footer}\n",
        )


def load_notices(knowledge: Path) -> Notices:
    """The file; `KnowledgeErrors` says what is wrong in it."""
    path = knowledge / "notifications.yml"
    found = read(path, Notices)
    problems = [f"{path} : {each}." for each in _problems(found)]
    if problems:
        raise KnowledgeErrors(problems)
    return found


def _problems(notices: Notices) -> Iterator[str]:
    known: set[str] = set(KINDS)
    for kind in sorted(known - notices.kinds.keys()):
        yield f"il manque l’avis « {kind} »"
    for kind in sorted(notices.kinds.keys() - known):
        yield f"l’avis « {kind} » n’existe pas"
    for kind, notice in notices.kinds.items():
        if (notice.every_minutes is None) != (notice.path is None):
            yield f"« {kind} » : « every_minutes » et « path » vont ensemble"
        for letter in _letters(notice):
            for each in _PLACEHOLDER.findall(letter.subject):
                if each != "organization":
                    yield f"« {kind} » : « {{{each}}} » n’a pas sa place dans un objet"
            found = _PLACEHOLDER.findall(letter.text)
            for each in sorted(set(found) - {"link", "organization"}):
                yield f"« {kind} » : « {{{each}}} » n’a pas sa place dans un courriel"
            if found.count("link") != 1:
                yield f"« {kind} » : il faut un « {{link}} », un seul"
            if "\n" in letter.subject.strip():
                yield f"« {kind} » : un objet tient sur une ligne"


def _letters(notice: Notice) -> Iterator[Letter | Notice]:
    yield notice
    if notice.outside is not None:
        yield notice.outside
