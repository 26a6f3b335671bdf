"""`/admin/phrases`: Marie's own sentences, between the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from marie.domain.messages import Content as Said
from marie.domain.people import Role
from marie.knowledge.checking import candidate
from marie.knowledge.items import Content
from marie.knowledge.model import PLACEHOLDER, Phrase
from marie.language.folding import fold
from marie.web import item_forms
from marie.web.editing import PAGES, today_of
from marie.web.form_fields import put, text
from marie.web.item_forms import Form
from marie.web.keys import CLOCK, LIBRARY, REVISIONS
from marie.web.pages import page
from marie.web.phrase_labels import PARTS, example, meaning
from marie.web.previews import Shown, drawn
from marie.web.revision_pages import ITEM
from marie.web.sign_in import signed_in

PAGE = PAGES["phrase"]
A_PAGE = 80
"""Phrases on one page of the list."""

MAX_QUERY = 200

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class PhraseLine:
    """A phrase in the list."""

    id: str
    phrase: Phrase


@routes.get(PAGE)
async def phrases(request: web.Request) -> web.StreamResponse:
    """All of them in the order of their file: `?q=` words, `?etat=`, `?page=`."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    library = request.app[LIBRARY].current()
    query = request.query.get("q", "")[:MAX_QUERY].strip()
    wanted = request.query.get("etat", "")
    drafts = {each.item: each for each in await request.app[REVISIONS].open_ones("phrase")}
    words = fold(query.replace("_", " ")).split()
    found = [
        PhraseLine(id=name, phrase=phrase)
        for name, phrase in library.phrases.items()
        if _has_words(name, phrase, words) and _is_in_state(name, phrase, wanted, drafts)
    ]
    number = request.query.get("page", "")
    place = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    return page(
        request,
        "admin_phrases.html",
        staff=staff,
        today=today_of(request),
        query=query,
        wanted=wanted,
        lines=found[(place - 1) * A_PAGE : place * A_PAGE],
        count=len(found),
        number=place,
        pages=max(1, -(-len(found) // A_PAGE)),
        drafts=drafts,
    )


def _has_words(name: str, phrase: Phrase, words: list[str]) -> bool:
    said = fold(" ".join((name.replace("_", " "), phrase.text, phrase.simple or "")))
    return all(word in said for word in words)


def _is_in_state(name: str, phrase: Phrase, wanted: str, drafts: Mapping[str, object]) -> bool:
    match wanted:
        case "questions":
            return phrase.why is not None
        case "simple":
            return phrase.simple is not None
        case "cours":
            return name in drafts
    return True


def written(content: Content, form: Mapping[str, str]) -> Content:
    """The phrase with what was typed; its words between braces stay those of the software."""
    found = {**content, "text": text(form, "text", content.get("text"))}
    for name in ("simple", "why"):
        put(found, name, text(form, name, content.get(name)))
    return found


def shown(
    request: web.Request, name: str, content: Content, form: Mapping[str, str]
) -> dict[str, Any]:
    """The words between braces, and the phrase as Marie says it."""
    names = [str(each) for each in content.get("placeholders") or []]
    return {
        "words": [(each, meaning(each), example(each)) for each in names],
        "messages": _messages(request, name, content),
    }


def _messages(request: web.Request, name: str, content: Content) -> list[Shown]:
    changed = candidate(request.app[LIBRARY].current(), "phrase", name, content)
    if changed is None:
        return []
    now = request.app[CLOCK]()
    found = []
    for part, label in PARTS:
        if said := getattr(changed.phrases[name], part):
            filled = PLACEHOLDER.sub(lambda match: example(match[1]), said).strip()
            found.append(drawn(label, Said(text=filled), now))
    return found


FORM = Form(kind="phrase", template="admin_phrase.html", written=written, shown=shown)


@routes.get(PAGE + ITEM)
@routes.get(PAGE + ITEM + "/modifier")
async def phrase_page(request: web.Request) -> web.StreamResponse:
    """One phrase."""
    return await item_forms.show(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/modifier")
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what was written."""
    return await item_forms.change(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/apercu")
async def preview(request: web.Request) -> web.StreamResponse:
    """What Marie would say."""
    await signed_in(request, Role.ADMINISTRATOR)
    return await item_forms.preview(request, FORM)
