"""`/admin/programmes`: what a visitor may be entitled to, its conditions, its examples run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from marie.domain.messages import Content as Said
from marie.domain.people import Role
from marie.guidance.eligibility import FIELDS, BadProfile, Example, Program, Verdict, evaluate
from marie.knowledge.items import Content, Item
from marie.knowledge.library import Library
from marie.knowledge.programs import program_mistakes
from marie.knowledge.saying import as_source
from marie.knowledge.verdicts import verdict_sources, verdict_text
from marie.language.folding import fold
from marie.web import item_forms, program_form
from marie.web.editing import PAGES, today_of
from marie.web.item_forms import Form
from marie.web.keys import CLOCK, LIBRARY, REVISIONS
from marie.web.pages import page
from marie.web.previews import Shown, drawn
from marie.web.revision_pages import ITEM
from marie.web.sign_in import signed_in
from marie.web.standing import SOON, Standing, standing

PAGE = PAGES["program"]
UNNAMED = "nouveau-programme"
NEW: Content = {
    "name": "",
    "summary": "",
    "conditions": [],
    "next_step": {},
    "source": {},
    "examples": [],
}

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class ProgramLine:
    """A programme in the list."""

    program: Program
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Run:
    """An example that was run. `found`: None when it is not a profile at all."""

    place: int
    example: Example
    found: Verdict | None

    @property
    def as_expected(self) -> bool:
        """Whether the programme gives what the example expects."""
        if self.found is None or self.found.verdict != self.example.verdict:
            return False
        missing = self.example.missing
        return missing is None or set(missing) == set(self.found.missing_fields)


@routes.get(PAGE)
async def programs(request: web.Request) -> web.StreamResponse:
    """All of them, in the order in which Marie goes through them."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    drafts = {each.item: each for each in await app[REVISIONS].open_ones("program")}
    found = [
        ProgramLine(program=program, standing=_standing(program))
        for program in map(_program, app[LIBRARY].items["program"].values())
        if program is not None
    ]
    found.sort(key=lambda each: (each.program.order, each.program.id))
    known = {each.program.id for each in found}
    return page(
        request,
        "admin_programs.html",
        staff=staff,
        today=today_of(request),
        soon=today_of(request) + SOON,
        lines=found,
        drafts=drafts,
        new=[each for name, each in drafts.items() if name not in known],
    )


def _program(item: Item) -> Program | None:
    value, _ = item.reading
    return value if isinstance(value, Program) else None


def _standing(program: Program) -> Standing:
    sources = [program.source, *(each.source for each in program.conditions if each.source)]
    return standing(tuple(as_source(each) for each in sources), program.review_every)


def shown(
    request: web.Request, name: str, content: Content, form: Mapping[str, str]
) -> dict[str, Any]:
    """The rows of the form, the examples as they were run, and one as Marie says its verdict."""
    app = request.app
    library = app[LIBRARY].current()
    content = content if name else {**content, "id": UNNAMED}
    program = _program(Item(kind="program", id=name or UNNAMED, content=content))
    runs = list(_runs(program, today_of(request)))
    chosen = form.get("dans", "")
    run = next((each for each in runs if str(each.place) == chosen and each.found), None)
    run = run or next((each for each in runs if each.found), None)
    return {
        "conditions": program_form.conditions(content),
        "examples": program_form.examples(content),
        "listed": {each: program_form.shown_lines(content, each) for each in program_form.LISTS},
        "shown_value": program_form.shown_value,
        "allowed": {field: kind for field, kind in FIELDS.items() if kind != "text"},
        "operators": program_form.OPERATORS,
        "entries": sorted(library.entries.values(), key=lambda each: fold(each.title)),
        "programs": sorted(app[LIBRARY].items["program"]),
        "runs": runs,
        "chosen": run.place if run else None,
        "messages": [] if run is None else [_said(request, run, library)],
    }


def _runs(program: Program | None, today: date) -> Iterator[Run]:
    """Every example, run as `marie check-program` does; none while a condition cannot be read."""
    if program is None:
        return
    wrong = [each for each in program_mistakes(program) if each.field.startswith("conditions")]
    if wrong:
        return
    for place, example in enumerate(program.examples):
        try:
            found = evaluate(program, example.profile, on=example.on)
        except BadProfile:
            found = None
        yield Run(place=place, example=example, found=found)


def _said(request: web.Request, run: Run, library: Library) -> Shown:
    assert run.found is not None  # noqa: S101 - only such a run is chosen
    said = Said(
        text=verdict_text(run.found, library),
        topic="eligibility",
        entry=library.default_entry("eligibility").id,
        sources=verdict_sources([run.found]),
    )
    return drawn(run.example.says, said, request.app[CLOCK]())


FORM = Form(
    kind="program",
    template="admin_program.html",
    written=program_form.written,
    shown=shown,
    placed=program_form.placed,
    preview="_program_preview.html",
)


@routes.get(PAGE + "/nouveau")
async def new_form(request: web.Request) -> web.StreamResponse:
    """A programme that does not exist yet."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await item_forms.show_new(request, staff, FORM, NEW)


@routes.post(PAGE + "/nouveau")
async def add_new(request: web.Request) -> web.StreamResponse:
    """Keep or publish it under the name that was typed."""
    return await item_forms.add(request, await signed_in(request, Role.ADMINISTRATOR), FORM, NEW)


@routes.post(PAGE + "/nouveau/apercu")
async def preview_new(request: web.Request) -> web.StreamResponse:
    """The examples of a programme that does not exist yet, run."""
    await signed_in(request, Role.ADMINISTRATOR)
    return await item_forms.preview_new(request, FORM, NEW)


@routes.get(PAGE + ITEM)
@routes.get(PAGE + ITEM + "/modifier")
async def program_page(request: web.Request) -> web.StreamResponse:
    """One programme."""
    return await item_forms.show(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/modifier")
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what was written."""
    return await item_forms.change(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/apercu")
async def preview(request: web.Request) -> web.StreamResponse:
    """The examples run, and a verdict as Marie would say it."""
    await signed_in(request, Role.ADMINISTRATOR)
    return await item_forms.preview(request, FORM)
