"""What administrators change besides answers and amounts: phrases, programmes, regions."""

from __future__ import annotations

import html

import pytest

from marie.guidance.eligibility import Program
from marie.knowledge.opened import Knowledge
from tests.staff import Member
from tests.web.test_editing import (  # noqa: F401 - fixtures
    fields,
    knowledge,
    nadia,
)

PHRASE = "/admin/phrases/place_in_region"
PROGRAM = "/admin/programmes/place-aux-jeunes"
PLACE = "/admin/lieux/01"


def program(knowledge: Knowledge) -> Program:  # noqa: F811
    value, wrong = knowledge.live.items["program"]["place-aux-jeunes"].reading
    assert wrong == []
    assert isinstance(value, Program)
    return value


async def test_phrase_is_found_changed_and_taken_back(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
) -> None:
    before = knowledge.live.current().phrases["place_in_region"]
    shown = await nadia.get("/admin/phrases?q=se trouve")
    assert PHRASE in shown.text
    typed = fields(await nadia.get(PHRASE))
    assert typed["text"] == before.text
    shown = await nadia.post(
        PHRASE + "/modifier", **typed | {"text": "{place}? C’est {region}.", "do": "publish"}
    )
    assert "C’est publié" in shown.text
    now = knowledge.live.current().phrases["place_in_region"]
    assert (now.text, now.placeholders) == ("{place}? C’est {region}.", before.placeholders)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{lieu} se trouve {region}.", "n’est pas dans ses placeholders"),
        ("<b>Ici</b>", "HTML"),
        ("", "le texte est vide"),
        ("{place", "des accolades"),
    ],
)
async def test_bad_phrase_is_refused_beside_its_field(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
    text: str,
    words: str,
) -> None:
    before = knowledge.live.current().phrases["place_in_region"]
    typed = fields(await nadia.get(PHRASE))
    shown = await nadia.post(PHRASE + "/modifier", **typed | {"text": text, "do": "publish"})
    assert shown.status == 422
    assert words in html.unescape(shown.text).lower() or words in html.unescape(shown.text)
    assert knowledge.live.current().phrases["place_in_region"] == before


@pytest.mark.parametrize("page", [PHRASE, PROGRAM, PLACE])
async def test_form_that_is_sent_unchanged_changes_nothing(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
    page: str,
) -> None:
    kind = {"phrases": "phrase", "programmes": "program", "lieux": "place"}[page.split("/")[2]]
    items = knowledge.live.items[kind]  # type: ignore[index]
    name = page.rsplit("/", 1)[1]
    before = items[name].content
    typed = fields(await nadia.get(page))
    shown = await nadia.post(page + "/modifier", **typed | {"do": "publish"})
    assert "C’est publié" in shown.text
    assert knowledge.live.items[kind][name].content == before  # type: ignore[index]


async def test_every_program_and_region_has_a_form_that_says_what_it_holds(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
) -> None:
    for name, item in knowledge.live.items["program"].items():
        shown = await nadia.get(f"/admin/programmes/{name}")
        assert shown.status == 200
        assert html.escape(item.content["name"]) in shown.text
        assert "Tous donnent le verdict attendu" in shown.text
    for code in knowledge.live.items["place"]:
        shown = await nadia.get(f"/admin/lieux/{code}")
        assert shown.status == 200
        assert "Aucune faute trouvée" in shown.text


async def test_program_whose_examples_fail_is_refused_beside_them_by_line(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
) -> None:
    before = program(knowledge)
    page = await nadia.get(PROGRAM)
    typed = fields(page)
    (age,) = (
        name for name, value in typed.items() if name.endswith(".operator") and value == "at_most"
    )
    value = age.replace("operator", "value")
    assert int(typed[value]) > 20
    shown = await nadia.post(
        PROGRAM + "/modifier", **typed | {value: "20", "do": "publish", "why": "essai"}
    )
    assert shown.status == 422
    said = html.unescape(shown.text)
    assert "exemple «" in said
    assert ", pas eligible" in said
    assert "Ligne " in said
    assert program(knowledge) == before
    seen = await nadia.post(PROGRAM + "/apercu", **typed | {value: "20"})
    assert "on ne peut pas publier" in seen.text
    seen = await nadia.post(PROGRAM + "/apercu", **typed)
    assert "Tous donnent le verdict attendu" in seen.text
    assert "La suite" in seen.text


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ("- says: [", "Ligne "),
        ("- &a {says: x}\n- *a", "les renvois"),
        ("[" * 5000, "trop emboîtées"),
        ("- says: x\n  profil: {}\n  verdict: eligible", "la clé « profil » n’existe pas"),
        ("- says: x\n  profile: {age: -3}\n  verdict: eligible", "« age » ne peut pas valoir"),
    ],
)
async def test_unreadable_examples_stay_as_typed_and_are_said_by_line(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
    examples: str,
    words: str,
) -> None:
    before = program(knowledge)
    typed = fields(await nadia.get(PROGRAM)) | {"examples": examples}
    shown = await nadia.post(PROGRAM + "/modifier", **typed | {"do": "publish"})
    assert shown.status == 422
    said = html.unescape(shown.text)
    assert words in said
    assert "igne 1" in said or "igne 2" in said or "igne 3" in said
    assert program(knowledge) == before
    shown = await nadia.post(PROGRAM + "/modifier", **typed | {"do": "draft"})
    assert "Le brouillon est enregistré" in shown.text


async def test_new_program_is_drafted_filled_in_and_published(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
) -> None:
    typed = fields(await nadia.get("/admin/programmes/nouveau")) | {
        "id": "essai",
        "name": "Programme d’essai",
        "do": "draft",
    }
    filled = {
        "summary": "Une aide.",
        "source.title": "Page officielle",
        "source.url": "https://www.quebec.ca",
        "source.read_on": "2026-11-22",
        "next_step.eligible": "Appelez.",
        "next_step.to_confirm": "Appelez.",
        "next_step.not_eligible": "Appelez.",
        "conditions.0.id": "age",
        "conditions.0.field": "age",
        "conditions.0.operator": "at_most",
        "conditions.0.value": "35",
        "conditions.0.because_pass": "Vous avez {value} ans ou moins.",
        "conditions.0.because_fail": "C’est jusqu’à {value} ans.",
        "conditions.0.would_change": "Rien, hélas.",
        "conditions.0.missing": "Quel âge avez-vous?",
        "examples": "- {says: Trente ans, profile: {age: 30}, verdict: eligible}",
    }
    seen = await nadia.post("/admin/programmes/nouveau/apercu", **typed | filled)
    assert "Tous donnent le verdict attendu" in seen.text
    assert "Vous avez 35 ans ou moins." in seen.text
    seen = await nadia.post("/admin/programmes/nouveau/apercu", **typed | filled | {"id": ""})
    assert "il manque le nom" in seen.text
    shown = await nadia.post("/admin/programmes/nouveau", **typed)
    assert "Le brouillon est enregistré" in shown.text
    typed = fields(shown) | filled | {"do": "publish"}
    shown = await nadia.post("/admin/programmes/essai/modifier", **typed)
    assert "C’est publié" in shown.text
    value, wrong = knowledge.live.items["program"]["essai"].reading
    assert wrong == []
    assert value.conditions[0].value == 35


async def test_figure_of_a_region_is_changed_and_a_wrong_sector_is_refused(
    nadia: Member,  # noqa: F811
    knowledge: Knowledge,  # noqa: F811
) -> None:
    typed = fields(await nadia.get(PLACE))
    label = next(name for name, value in typed.items() if value == "Population en 2026")
    start = label.removesuffix("label")
    change = {start + "value": "205 000", start + "number": "205 000"}
    shown = await nadia.post(PLACE + "/modifier", **typed | change | {"do": "publish"})
    assert "C’est publié" in shown.text
    figure = knowledge.live.current().profiles["01"].figures[0]
    assert (figure.value, figure.number) == ("205 000", 205_000)
    typed = fields(await nadia.get(PLACE))
    wrong = typed | {
        "sectors": typed["sectors"] + "\nmagie",
        "colleges": "cegep-de-la-lune",
        "do": "publish",
    }
    shown = await nadia.post(PLACE + "/modifier", **wrong)
    assert shown.status == 422
    assert "le secteur « magie »" in html.unescape(shown.text).lower()
    assert "la ressource « cegep-de-la-lune » n’existe pas" in html.unescape(shown.text).lower()
