"""A letter of the lease: its wording filled in, as PDF and as plain text.

`templates/letters/<paper>.yml` holds the wording, with `{fields}`. A field comes from the data that
an action stored; one that is missing is a line to write on. `when` and `unless` name a field on
which a paragraph depends.
"""

from __future__ import annotations

import re
import string
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from marie import strict_yaml
from marie.language.typography import french_day
from marie.papers.spacing import spaced
from marie.papers.typesetting import pdf as set_pdf

FOLDER = Path(__file__).parent / "templates" / "letters"

NAMES = (
    "lease-nonrenewal",
    "lease-assignment",
    "lease-sublet",
    "lease-agreement",
    "lease-special",
    "lease-increase",
)
"""The letters that can be written."""

WIDTHS = {
    "dwelling": 9.0,
    "assignee_address": 7.5,
    "subtenant_address": 7.5,
    "tenant_address": 5.4,
    "landlord_address": 5.4,
    "tenant": 5.9,
    "landlord": 5.9,
    "compensation": 4.0,
}
"""Length of the line to write on, in centimetres, where the usual one would not do."""

WIDTH = 5.0
LINE = 76
"""Characters in a line of the plain text."""

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A paragraph, or boxes to tick, said when a field is there (`when`) or is not (`unless`)."""

    text: str = ""
    choices: tuple[str, ...] = ()
    when: str | None = None
    unless: str | None = None

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Whether the data asks for it."""
        return (self.when is None or bool(data.get(self.when))) and (
            self.unless is None or not data.get(self.unless)
        )


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the page that stays with the visitor; `include` names a common one."""

    heading: str = ""
    items: tuple[str | Part, ...] = ()
    doors: bool = False
    include: str | None = None


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of `templates/letters/`."""

    title: str
    file: str
    subject: str
    body: tuple[str | Part, ...]
    closing: str
    signatures: tuple[str, ...]
    acknowledgement: bool
    guide: tuple[Section, ...]
    parties: bool = True
    """Whether sender and recipient stand above it."""


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all letters share."""

    sections: dict[str, Section]
    labels: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A piece of a line: words (a day stands out), or `blank` centimetres to write on."""

    text: str = ""
    blank: float = 0.0
    strong: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; `tick`: with a box to tick before it."""

    runs: Line
    tick: bool = False


@dataclass(frozen=True, kw_only=True)
class Guide:
    """A section of the page that stays with the visitor."""

    heading: str
    items: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter with everything in its place, before it has a form."""

    title: str
    file: str
    subject: str
    sender: tuple[Line, ...]
    recipient: tuple[Line, ...]
    place_and_date: Line
    body: tuple[Paragraph, ...]
    closing: str
    signatures: tuple[str, ...]
    acknowledgement: tuple[Line, ...]
    guide: tuple[Guide, ...]
    source: Line
    information: str
    labels: dict[str, str]


@cache
def wording(paper: str) -> Wording:
    """The wording of a letter."""
    return msgspec.convert(_yaml(paper), Wording)


@cache
def common() -> Common:
    """What all letters share."""
    return msgspec.convert(_yaml("_common"), Common)


def _yaml(name: str) -> Any:
    return strict_yaml.read(FOLDER / f"{name}.yml")


def write(paper: str, data: Mapping[str, Any], *, at: datetime) -> Letter:
    """The letter for what is known; `KeyError` never: a missing field is a line to fill in.

    `data` may hold `tenant`, `tenant_address`, `landlord`, `landlord_address`, `dwelling`, days as
    ISO dates, flags, `doors` (`name`, `phone`, `url`) and `source` (`title`, `url`, `read_on`).
    """
    known = wording(paper)
    shared = common()
    labels = {name: spaced(text) for name, text in shared.labels.items()}
    values = {**data, "made_on": data.get("made_on") or at.date().isoformat()}
    sections = [shared.sections[each.include] if each.include else each for each in known.guide]
    return Letter(
        title=spaced(known.title),
        file=known.file,
        subject=spaced(known.subject),
        sender=_party("tenant", values) if known.parties else (),
        recipient=_party("landlord", values) if known.parties else (),
        place_and_date=_line(shared.labels["place_and_date"], values),
        body=tuple(_paragraphs(known.body, values)),
        closing=spaced(known.closing),
        signatures=tuple(spaced(each) for each in known.signatures),
        acknowledgement=(
            (
                _line(shared.labels["acknowledgement_text"], {}),
                _line(shared.labels["acknowledgement_signature"], {}),
            )
            if known.acknowledgement
            else ()
        ),
        guide=tuple(guide for each in sections if (guide := _guide(each, values)).items),
        source=_source(values, labels),
        information=_plain(_line(shared.labels["information"], values)),
        labels=labels,
    )


def _party(who: str, values: Mapping[str, Any]) -> tuple[Line, ...]:
    labels = common().labels
    return tuple(
        _line(f"{label}\u00a0: {{{field}}}", values)
        for label, field in ((labels["name"], who), (labels["address"], f"{who}_address"))
    )


def _paragraphs(parts: Sequence[str | Part], values: Mapping[str, Any]) -> Iterator[Paragraph]:
    for part in parts:
        if isinstance(part, str):
            yield Paragraph(runs=_line(part, values))
        elif part.holds(values):
            if part.text:
                yield Paragraph(runs=_line(part.text, values))
            for choice in part.choices:
                yield Paragraph(runs=_line(choice, values), tick=True)


def _guide(section: Section, values: Mapping[str, Any]) -> Guide:
    items = [paragraph.runs for paragraph in _paragraphs(section.items, values)]
    if section.doors:
        for door in values.get("doors") or ():
            told = [str(door[name]) for name in ("name", "phone", "url") if door.get(name)]
            items.append((Run(text=spaced(", ".join(told))),))
    return Guide(heading=spaced(section.heading), items=tuple(items))


def _source(values: Mapping[str, Any], labels: Mapping[str, str]) -> Line:
    source = values.get("source")
    if not source:
        return ()
    read_on = source.get("read_on")
    read = labels["read_on"].format(day=said(read_on)) if read_on else labels["unread"]
    return (Run(text=f"{source['title']}, {source['url']} ({read})"),)


def _line(text: str, values: Mapping[str, Any]) -> Line:
    """`text` with its fields filled in; what is unknown is a line to write on."""
    runs: list[Run] = []
    written = ""
    for literal, field, _, _ in string.Formatter().parse(spaced(text)):
        # « art. 1946 C.c.Q. » at the end of a sentence brings its own full stop.
        written += literal[1:] if written.endswith(".") and literal.startswith(".") else literal
        if field is None:
            continue
        value = values.get(field)
        if value in (None, "", ()):
            runs += [Run(text=written)] if written else []
            runs.append(Run(blank=WIDTHS.get(field, WIDTH)))
            written = ""
        elif _ISO_DAY.fullmatch(str(value)):
            runs += [Run(text=written)] if written else []
            runs.append(Run(text=said(value), strong=True))
            written = ""
        else:
            written += said(value)
    return (*runs, Run(text=written)) if written else tuple(runs)


def said(value: object) -> str:
    """A value as a letter says it: an ISO day as « 30 juin 2027 », the rest as it is."""
    text = " ".join(str(value).split())
    if _ISO_DAY.fullmatch(text):
        text = french_day(date.fromisoformat(text))
        return spaced(text)
    return text


def pdf(letter: Letter, *, at: datetime) -> bytes:
    """The letter as a tagged PDF: its own page, then a page that stays with the visitor."""
    return set_pdf("letter", asdict(letter), at=at)


def text(letter: Letter) -> bytes:
    """The letter as plain text in UTF-8, to copy into a message or a word processor."""
    labels = letter.labels
    blocks = [
        *_parties(letter),
        [_plain(letter.place_and_date)],
        [f"{labels['subject']}\u00a0: {letter.subject}"],
        *([("[ ] " if each.tick else "") + _plain(each.runs)] for each in letter.body),
        [letter.closing],
        *([f"{each}\u00a0: {BLANK}"] for each in letter.signatures),
    ]
    if letter.acknowledgement:
        received, signature = map(_plain, letter.acknowledgement)
        blocks += [
            ["-" * LINE],
            [labels["acknowledgement"]],
            [received],
            [f"{signature}\u00a0: {BLANK}"],
        ]
    blocks += [["=" * LINE], [labels["guide_title"], labels["guide_note"]]]
    for section in letter.guide:
        blocks.append([section.heading, *(f"- {_plain(item)}" for item in section.items)])
    if letter.source:
        blocks.append([f"{labels['source']}\u00a0: {_plain(letter.source)}"])
    blocks.append([letter.information])
    said_blocks = ("\n".join(map(_wrapped, block)) for block in blocks if any(block))
    return ("\n\n".join(said_blocks) + "\n").encode()


BLANK = "_" * 24


def _parties(letter: Letter) -> Iterator[list[str]]:
    for label, lines in (("from", letter.sender), ("to", letter.recipient)):
        if lines:
            yield [letter.labels[label], *map(_plain, lines)]


def _plain(line: Line) -> str:
    return "".join(run.text or BLANK for run in line)


def _wrapped(line: str) -> str:
    indent = "  " if line.startswith("- ") else ""
    return textwrap.fill(
        line, LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
