"""What administrators change by the pages: amounts, entries, their versions."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from marie import clock
from marie.clock import local_date
from marie.domain.people import Role
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.settings import Settings
from marie.store.engine import Database
from tests.conftest import Client
from tests.staff import Member, Shown, add_account, browser_of, open_session

AMOUNT = "/admin/montants/daycare_contribution"
ENTRY = "/admin/fiches/childcare-cost"
NEXT = f"{local_date(clock.now()).year + 1}-01-01"
NEW_PRICE = {
    "from": NEXT,
    "value": "9,95$",
    "source_title": "Ministère de la Famille",
    "source_url": "https://www.mfa.gouv.qc.ca",
    "do": "publish",
}


@pytest.fixture
def knowledge(settings: Settings) -> Knowledge:
    """What this Marie says: the files, and what is published in this test."""
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def nadia(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR)
    async with browser_of(client, "nadia") as member:
        member.carry(await open_session(database, staff))
        yield member


@pytest.fixture
async def samuel(client: Client, database: Database) -> AsyncIterator[Member]:
    """Another one."""
    staff = await add_account(database, "samuel", role=Role.ADMINISTRATOR)
    async with browser_of(client, "samuel") as member:
        member.carry(await open_session(database, staff))
        yield member


def fields(shown: Shown) -> dict[str, str]:
    """The fields of the page's long form as a browser would send them."""
    found: dict[str, str] = {}
    form = re.search(
        r'<form method="post"[^>]*class="(?:values|entry-form)".*?</form>', shown.text, re.S
    )
    assert form is not None
    for tag in re.findall(r"<input\b[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name_, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form[0], re.S
    ):
        found[name_] = html.unescape(text)
    for name_, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.S
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name_] = html.unescape(chosen[1]) if chosen else ""
    return found


async def test_price_from_a_later_day_is_said_from_that_day_on(
    nadia: Member, knowledge: Knowledge
) -> None:
    shown = await nadia.get(AMOUNT)
    assert shown.status == 200
    assert f'value="{NEXT}"' in shown.text
    shown = await nadia.post(AMOUNT + "/valeurs", **NEW_PRICE, ground=_ground(shown))
    assert "C’est publié" in shown.text
    library = knowledge.live.current()
    eve = local_date(clock.now()).replace(month=12, day=31)
    before = library.value("daycare_contribution", eve)
    assert (before.value, before.until) == ("9,65\u00a0$", eve)
    after = library.value("daycare_contribution", eve + timedelta(days=1))
    assert (after.value, after.number) == ("9,95\u00a0$", 9.95)
    assert after.source.read_on == local_date(clock.now())
    assert after.source.verified_on is None
    text = library.fill(library.entries["childcare-cost"].text, eve + timedelta(days=1))
    assert "9,95\u00a0$" in text


def _ground(shown: Shown) -> str:
    found = re.search(r'name="ground" value="([^"]*)"', shown.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"from": "2020-01-01"}, "Ce jour est déjà passé"),
        ({"from": ""}, "Choisissez le jour"),
        ({"from": "demain"}, "Cette date n’existe pas"),
        ({"value": ""}, "Écrivez ce que Marie doit dire"),
        ({"value": "gratuit"}, "Écrivez un nombre"),
        ({"value": "<b>9</b> $"}, "HTML"),
        ({"source_title": ""}, "Dites d’où vient cette valeur"),
        ({"source_url": "javascript:alert(1)"}, "Une adresse commence par https://"),
        ({"value": "9 $" + "!" * 300}, "caractères, 200 au plus"),
    ],
)
async def test_bad_value_is_said_in_french_and_what_was_typed_stays(
    nadia: Member, knowledge: Knowledge, changed: dict[str, str], words: str
) -> None:
    before = knowledge.live.current().parameters["daycare_contribution"]
    typed = NEW_PRICE | changed
    shown = await nadia.post(AMOUNT + "/valeurs", **typed)
    assert shown.status == 422
    assert words in html.unescape(shown.text)
    assert html.escape(typed["value"]).replace("&#x27;", "&#39;") in shown.text
    assert knowledge.live.current().parameters["daycare_contribution"] == before


@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        ("text", "C’est {tarif} par jour.", "le paramètre « {tarif} » n’existe pas"),
        ("text", "<script>alert(1)</script>", "le texte contient du HTML"),
        ("simple", "<b>9 $</b> par jour.", "le texte contient du HTML"),
        ("sources.0.url", "javascript:alert(1)", "n’est pas une adresse web"),
        ("links.0.url", "javascript:alert(1)", "n’est pas une adresse web"),
    ],
)
async def test_bad_answer_is_said_beside_its_field_and_what_is_published_stays(
    nadia: Member, knowledge: Knowledge, path: str, typed: str, words: str
) -> None:
    before = knowledge.live.current().entries["childcare-cost"]
    form = fields(await nadia.get(ENTRY + "/modifier"))
    shown = await nadia.post(ENTRY + "/modifier", **form | {path: typed, "do": "publish"})
    assert shown.status == 422
    beside = re.search(rf'id="{re.escape(path)}-about">(.*?)</div>', shown.text, re.S)
    assert beside is not None
    assert words.casefold() in html.unescape(beside[1]).casefold()
    assert fields(shown)[path] == typed
    assert typed not in shown.text or "<" not in typed
    assert knowledge.live.current().entries["childcare-cost"] == before


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_paste_of_twenty_megabytes_is_a_calm_page(
    nadia: Member, knowledge: Knowledge
) -> None:
    shown = await nadia.post(AMOUNT + "/valeurs", **NEW_PRICE | {"value": "9" * 20_000_000})
    assert shown.status == 413
    assert "trop grande" in shown.text
    assert "9,65\u00a0$" in (await nadia.get(AMOUNT)).text


async def test_values_are_corrected_in_the_long_form(nadia: Member, knowledge: Knowledge) -> None:
    typed = fields(await nadia.get(AMOUNT + "/modifier"))
    assert typed["values.1.number"] == "9,65"
    shown = await nadia.post(
        AMOUNT + "/modifier",
        **typed | {"values.1.value": "9,66 $", "do": "publish", "why": "faute"},
    )
    assert "C’est publié" in shown.text
    values = knowledge.live.current().parameters["daycare_contribution"].values
    assert [each.value for each in values] == ["9,35\u00a0$", "9,66\u00a0$"]
    shown = await nadia.get(AMOUNT + "/historique")
    assert "faute" in shown.text
    assert "dit maintenant" in shown.text


async def test_second_of_two_who_publish_sees_the_text_of_the_first(
    nadia: Member, samuel: Member, knowledge: Knowledge
) -> None:
    mine = fields(await nadia.get(AMOUNT + "/modifier"))
    theirs = fields(await samuel.get(AMOUNT + "/modifier"))
    assert "a aussi cette page ouverte" in (await nadia.get(AMOUNT + "/modifier")).text
    await samuel.post(AMOUNT + "/modifier", **theirs | {"label": "De Samuel", "do": "publish"})
    shown = await nadia.post(AMOUNT + "/modifier", **mine | {"review_every": "30", "do": "publish"})
    assert "pendant que vous écriviez" in shown.text
    assert "De Samuel" in re.sub(r"</?(?:ins|del)>", "", shown.text)
    assert knowledge.live.current().parameters["daycare_contribution"].review_every == 365
    number = re.search(r"/revisions/(\d+)/reprendre", shown.text)
    assert number is not None
    shown = await nadia.post(f"{AMOUNT}/revisions/{number[1]}/reprendre")
    typed = fields(shown)
    assert (typed["label"], typed["review_every"]) == ("De Samuel", "30")
    await nadia.post(AMOUNT + "/modifier", **typed | {"do": "publish"})
    parameter = knowledge.live.current().parameters["daycare_contribution"]
    assert (parameter.label, parameter.review_every) == ("De Samuel", 30)


async def test_new_amount_is_made_and_withdrawn(nadia: Member, knowledge: Knowledge) -> None:
    typed = fields(await nadia.get("/admin/montants/nouveau"))
    typed |= {
        "id": "essai_de_prix",
        "label": "Un prix d’essai",
        "values.0.value": "12%",
        "values.0.from": "2026-01-01",
        "values.0.source.title": "Québec",
        "values.0.source.url": "https://www.quebec.ca",
        "do": "publish",
    }
    for name in ("Essai", "", "daycare_contribution", "a b"):
        shown = await nadia.post("/admin/montants/nouveau", **typed | {"id": name})
        assert shown.status == 422, name
    await nadia.post("/admin/montants/nouveau", **typed)
    assert knowledge.live.current().parameters["essai_de_prix"].values[0].value == "12\u00a0%"
    shown = await nadia.post("/admin/montants/essai_de_prix/retirer", why="essai fini")
    assert shown.status == 200
    assert "essai_de_prix" not in knowledge.live.current().parameters
    assert (await nadia.get("/admin/montants/essai_de_prix")).status == 404
    shown = await nadia.post(AMOUNT + "/retirer")
    assert shown.status == 409
    assert "s’en sert encore" in shown.text


async def test_scheduled_draft_can_be_seen_given_back_and_set_aside(
    nadia: Member, knowledge: Knowledge
) -> None:
    typed = fields(await nadia.get(AMOUNT + "/modifier"))
    shown = await nadia.post(
        AMOUNT + "/modifier", **typed | {"label": "Plus tard", "do": "schedule", "publish_on": ""}
    )
    assert "Choisissez le jour" in shown.text
    shown = await nadia.post(
        AMOUNT + "/modifier",
        **typed | {"label": "Plus tard", "do": "schedule", "publish_on": "2020-01-01"},
    )
    assert "Ce jour est déjà passé" in shown.text
    shown = await nadia.post(
        AMOUNT + "/modifier", **typed | {"label": "Plus tard", "do": "schedule", "publish_on": NEXT}
    )
    assert "C’est planifié" in shown.text
    number = re.search(r"/revisions/(\d+)/rendre", shown.text)
    assert number is not None
    assert "brouillon" in (await nadia.post(f"{AMOUNT}/revisions/{number[1]}/rendre")).text
    shown = await nadia.post(f"{AMOUNT}/revisions/{number[1]}/ecarter")
    assert "Le texte est écarté" in shown.text
    assert knowledge.live.current().parameters["daycare_contribution"].label != "Plus tard"


async def test_history_shows_how_any_two_versions_differ_and_restores_one(
    nadia: Member, knowledge: Knowledge
) -> None:
    typed = fields(await nadia.get(AMOUNT + "/modifier"))
    await nadia.post(AMOUNT + "/modifier", **typed | {"label": "Autre libellé", "do": "publish"})
    shown = await nadia.get(AMOUNT + "/historique")
    first, second = sorted(map(int, set(re.findall(r"historique/(\d+)", shown.text))))
    shown = await nadia.get(f"{AMOUNT}/historique?de={first}&a={second}")
    assert "<ins>Autre libellé</ins>" in shown.text or "<ins>Autre" in shown.text
    shown = await nadia.post(f"{AMOUNT}/revisions/{first}/retablir")
    assert "C’est publié" in shown.text
    label = knowledge.live.current().parameters["daycare_contribution"].label
    assert label == "Contribution réduite, par jour et par enfant"
    assert (await nadia.get(f"{AMOUNT}/historique/999999")).status == 404
    assert (await nadia.get(f"/admin/montants/meq_phone/historique/{first}")).status == 404


async def test_preview_is_the_message_that_marie_would_say_on_that_day(nadia: Member) -> None:
    shown = await nadia.post(AMOUNT + "/apercu-valeur", **NEW_PRICE)
    text = html.unescape(shown.text)
    assert '"author":"marie"' in text
    assert "9,95\u00a0$" in text
    assert "En français simple" in text
    shown = await nadia.post(AMOUNT + "/apercu-valeur", **{"from": "", "value": ""})
    assert shown.status == 200
