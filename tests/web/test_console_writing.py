"""What a counsellor writes with: canned answers, entries and cards, the summary, the outcome."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from marie.domain.people import Role
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.staff import waiting_visitor
from tests.web.console import Colleague, MakeColleague, Talk, colleagues, page_of, read, texts

PAGE = "/console/reponses"


@pytest.fixture
async def make_colleague(client: Client, database: Database) -> AsyncIterator[MakeColleague]:
    async with colleagues(client, database) as make:
        yield make


@pytest.fixture
async def nadia(make_colleague: MakeColleague) -> Colleague:
    return await make_colleague("nadia")


async def send(member: Colleague, visitor: Visitor, **fields: str) -> int:
    text, attach = fields.get("text", ""), fields.get("attach", "")
    shown = await member.post(
        f"{page_of(visitor)}/ecrire", text=text, attach=attach, client_id=str(uuid.uuid4())
    )
    return shown.status


async def test_a_canned_answer_is_filled_in_the_field_and_nothing_is_sent(
    client: Client, nadia: Colleague
) -> None:
    shown = await nadia.post(
        PAGE,
        title="Accueil",
        text="Bonjour {prenom}, ici {conseillere} ({organisme}), pour {region}.",
    )
    assert "Accueil" in shown.text
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    before = await visitor.log()
    listed = (await nadia.get(f"{page_of(visitor)}/reponses")).text
    words = "Bonjour [prenom], ici Nadia (PROMIS), pour Mauricie."
    assert words in listed
    answer_id = listed.partition('name="reponse" value="')[2][:32]
    assert (
        f">{words}</textarea>" in (await nadia.get(f"{page_of(visitor)}?reponse={answer_id}")).text
    )
    assert await visitor.log() == before
    assert words in (await nadia.get(f"{page_of(visitor)}/reponses/liste?q=accueil")).text
    assert words not in (await nadia.get(f"{page_of(visitor)}/reponses/liste?q=zzz")).text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Bonjour {prénom}", "{prénom}"),
        ("Bonjour {}", "{}"),
        ("Bonjour {prenom", ""),
        ("a } b", ""),
    ],
)
async def test_a_word_between_braces_that_means_nothing_is_refused_and_the_text_stays(
    nadia: Colleague, text: str, named: str
) -> None:
    shown = await nadia.post(PAGE, title="Accueil", text=text)
    assert shown.status == 400
    assert f">{text}</textarea>" in shown.text
    assert named in shown.text


async def test_what_a_visitor_told_is_put_in_and_never_read_as_a_placeholder(
    client: Client, nadia: Colleague, database: Database
) -> None:
    await nadia.post(PAGE, title="Accueil", text="Pour {besoin}.")
    visitor = await waiting_visitor(client)
    async with database.write() as connection:
        await connection.execute(
            tables.lead.update().values(need="{organisme} <img src=x onerror=alert(1)>")
        )
    listed = (await nadia.get(f"{page_of(visitor)}/reponses/liste")).text
    assert "Pour {organisme} &lt;img src=x onerror=alert(1)&gt;." in listed
    assert "<img src=x" not in listed


async def test_supervisors_write_for_their_organisation_and_counsellors_for_themselves(
    nadia: Colleague, make_colleague: MakeColleague
) -> None:
    chief = await make_colleague("chef", role=Role.SUPERVISOR)
    karim = await make_colleague("karim", organization="inici", role=Role.SUPERVISOR)
    await chief.post(PAGE, title="Commune", text="Pour tout PROMIS", shared="1")
    await nadia.post(PAGE, title="Personnelle", text="Pour Nadia", shared="")
    assert (await nadia.post(PAGE, title="Forcée", text="Non", shared="1")).status == 404
    seen = {each.username: (await each.get(PAGE)).text for each in (nadia, chief, karim)}
    assert ["Pour tout PROMIS" in seen[each] for each in ("nadia", "chef", "karim")] == [
        True,
        True,
        False,
    ]
    assert ["Pour Nadia" in seen[each] for each in ("nadia", "chef", "karim")] == [
        True,
        False,
        False,
    ]
    (common,) = re.findall(r'name="id" value="(\w{32})"', seen["chef"])
    for other in (nadia, karim):
        assert (await other.post(PAGE, id=common, title="A", text="B")).status == 404
        assert (await other.post(f"{PAGE}/{common}/supprimer")).status == 404
    assert "Autre texte" in (await chief.post(PAGE, id=common, title="A", text="Autre texte")).text
    await chief.post(f"{PAGE}/{common}/supprimer")
    assert "Autre texte" not in (await nadia.get(PAGE)).text


async def test_an_entry_goes_with_its_source_and_as_marie_says_it(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    found = (await nadia.get(f"{page_of(visitor)}/inserer/liste?q=prix+garderie")).text
    assert 'value="entry:childcare-cost"' in found
    assert await send(nadia, visitor, text="Voici.", attach="entry:childcare-cost") == 200
    message = (await visitor.log())["messages"][-1]
    assert (message["author"], message["entry"], message["topic"]) == (
        "counsellor",
        "childcare-cost",
        "childcare.cost",
    )
    assert message["text"].startswith("Voici.\n\n")
    assert "{" not in message["text"]
    assert message["sources"]


async def test_cards_go_as_marie_s_and_are_drawn_on_the_page(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    found = (await nadia.get(f"{page_of(visitor)}/inserer?q=cégep+de+Rimouski")).text
    assert 'value="resource:cegep-rimouski"' in found
    assert await send(nadia, visitor, attach="resource:cegep-rimouski") == 200
    message = (await visitor.log())["messages"][-1]
    assert message["text"] == "Cégep de Rimouski"
    (card,) = message["resources"]
    assert card["url"] == "https://www.cegep-rimouski.qc.ca"
    assert [each["title"] for each in message["sources"]] == [card["source"]]
    assert 'href="https://www.cegep-rimouski.qc.ca"' in (await nadia.get(page_of(visitor))).text


@pytest.mark.parametrize(
    "attach",
    [
        "entry:inconnue",
        "resource:inconnue",
        "autre:childcare-cost",
        "entry:childcare-cost,entry:childcare-register",
        ",".join(f"resource:a{number}" for number in range(9)),
        "<img src=x onerror=alert(1)>",
    ],
)
async def test_what_cannot_be_attached_is_refused_and_the_words_stay(
    client: Client, nadia: Colleague, attach: str
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    before = await visitor.log()
    path = f"{page_of(visitor)}/ecrire"
    shown = await nadia.post(path, text="Voici", attach=attach, client_id=str(uuid.uuid4()))
    assert shown.status == 400
    assert ">Voici</textarea>" in shown.text
    assert "<img src=x" not in shown.text
    assert await visitor.log() == before


async def test_an_attachment_over_the_socket_is_sent_once(client: Client, nadia: Colleague) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    client_id = str(uuid.uuid4())
    for _ in range(2):
        async with nadia.socket(f"{page_of(visitor)}/socket?after=99") as ws:
            talk = Talk(ws)
            await talk.send("", client_id, attach=["resource:cegep-rimouski"])
            await talk.until("sent")
    said = [text for author, text in await texts(visitor) if author == "counsellor"]
    assert said == ["Cégep de Rimouski"]


async def test_marie_knows_the_summary_and_the_next_counsellor_reads_it(
    client: Client, nadia: Colleague, make_colleague: MakeColleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    proposed = read((await nadia.get(page_of(visitor))).text)
    assert "Besoin : Bail" in proposed
    assert "Région : Mauricie" in proposed
    summary = "Visite prévue le 12 janvier. <script>"
    await nadia.post(f"{page_of(visitor)}/rendre", summary=summary)
    async with database.read() as connection:
        profile = await connection.scalar(select(tables.conversation.c.profile))
    assert profile is not None
    assert (profile["summary"]["text"], profile["summary"]["by"]) == (summary, "Nadia")
    assert "Qu’est-ce qu’on a dit?" in (await texts(visitor))[-1][1]
    samuel = await make_colleague("samuel")
    shown = (await samuel.get(page_of(visitor))).text
    assert "Laissé à Marie" in shown
    assert "12 janvier. &lt;script&gt;" in shown


async def test_without_a_summary_an_older_one_is_taken_away(
    client: Client, nadia: Colleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    for summary in ("Une visite", ""):
        await nadia.claim(visitor)
        await nadia.post(f"{page_of(visitor)}/rendre", summary=summary)
        await visitor.post({"client_id": str(uuid.uuid4()), "payload": "/handoff"}, wait=25)
    async with database.read() as connection:
        profile = json.dumps(await connection.scalar(select(tables.conversation.c.profile)))
    assert "Une visite" not in profile


async def test_a_conversation_ends_with_an_outcome(
    client: Client, nadia: Colleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    path = f"{page_of(visitor)}/fermer"
    for outcome in ("", "inconnue"):
        shown = await nadia.post(path, outcome=outcome, note="Une note")
        assert shown.status == 400
        assert "Dites comment la conversation se termine" in shown.text
        assert ">Une note</textarea>" in shown.text
    await nadia.post(path, outcome="exploratory_stay", note="Partie à Rimouski")
    async with database.read() as connection:
        assert await connection.scalar(select(tables.lead.c.outcome)) == "exploratory_stay"
    shown = await nadia.get(page_of(visitor))
    assert "Partie à Rimouski" in shown.text
    assert "Rimouski" not in (await texts(visitor))[-1][1]
