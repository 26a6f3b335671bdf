"""Counsellors at the console: the list, the claim, the talk, the file, giving back."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from sqlalchemy import select

from marie.domain.leads import HandoverRequest
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa, echo
from tests.staff import Member, add_account, browser_of, open_session, waiting_visitor

MakeMember = Callable[..., Awaitable[Member]]
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def make_member(client: Client, database: Database) -> AsyncIterator[MakeMember]:
    """Signed-in counsellors."""
    async with AsyncExitStack() as stack:

        async def make(username: str = "nadia", **account: Any) -> Member:
            staff = await add_account(database, username, **account)
            member = await stack.enter_async_context(browser_of(client, username))
            member.carry(await open_session(database, staff))
            return member

        yield make


@pytest.fixture
async def nadia(make_member: MakeMember) -> Member:
    """A signed-in counsellor."""
    return await make_member()


def page_of(visitor: Visitor) -> str:
    return f"/console/conversations/{visitor.id}"


async def texts(visitor: Visitor, after: int = 0) -> list[tuple[str, str]]:
    return [(each["author"], each["text"]) for each in (await visitor.log(after))["messages"]]


async def said(visitor: Visitor, text: str) -> None:
    status, _ = await visitor.post({"client_id": str(uuid.uuid4()), "text": text})
    assert status == 202


# The list


async def test_list_shows_who_waits_and_what_for(client: Client, nadia: Member) -> None:
    assert "Personne n’attend" in (await nadia.get("/console/")).text
    visitor = await waiting_visitor(client, "Je dois quitter mon logement")
    shown = await nadia.get("/console/")
    assert "1 personne attend" in shown.text
    assert "Mauricie" in shown.text
    assert "Bail" in shown.text
    assert page_of(visitor) in shown.text


async def test_list_tells_mine_from_what_others_have(
    client: Client, nadia: Member, make_member: MakeMember
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await said(visitor, "Êtes-vous là?")
    assert "Mes conversations" in (await nadia.get("/console/")).text
    assert "à lire" in (await nadia.get("/console/")).text
    samuel = await make_member("samuel")
    shown = await samuel.get("/console/")
    assert "Prises par d’autres" in shown.text
    assert "Nadia" in shown.text
    assert "Mes conversations" not in shown.text
    await nadia.get(page_of(visitor))
    assert "à lire" not in (await nadia.get("/console/")).text


async def test_list_shows_ten_of_her_colleagues_and_all_when_asked(
    client: Client, nadia: Member, make_member: MakeMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marie.services.lists.COLLEAGUES", 1)
    samuel = await make_member("samuel")
    visitors = [await waiting_visitor(client) for _ in range(3)]
    for each in visitors:
        await samuel.post(f"{page_of(each)}/prendre")
    shown = (await nadia.get("/console/")).text
    assert sum(each.id in shown for each in visitors) == 1
    assert "Montrer les 2 autres" in shown
    shown = (await nadia.get("/console/?tous=oui")).text
    assert all(each.id in shown for each in visitors)
    assert "Montrer les" not in shown


async def test_live_list_says_when_somebody_begins_to_wait(client: Client, nadia: Member) -> None:
    async with nadia.socket("/console/live") as ws:
        assert await ws.receive_json(timeout=5) == {"changed": True}
        await waiting_visitor(client)
        assert await ws.receive_json(timeout=5) == {"changed": True}
        assert "1 personne attend" in (await nadia.get("/console/liste")).text


async def test_live_list_is_silent_while_marie_talks_with_others(
    client: Client, nadia: Member
) -> None:
    async with nadia.socket("/console/live") as ws:
        await ws.receive_json(timeout=5)
        visitor = await Visitor.arrive(client)
        for _ in range(3):
            await visitor.post({"client_id": str(uuid.uuid4()), "text": "Bonjour"}, wait=25)
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.6)


# The claim


async def test_claimed_conversation_is_the_counsellor_s_and_the_visitor_reads_it(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    shown = await nadia.claim(visitor)
    assert (shown.status, shown.url.path) == (200, page_of(visitor))
    assert "Vous avez la conversation" in shown.text
    log = await visitor.log()
    assert log["state"] == "counsellor"
    assert log["messages"][-1]["author"] == "system"
    assert "Nadia" in log["messages"][-1]["text"]


async def test_of_two_who_claim_at_the_same_time_one_wins_and_the_other_is_told_who(
    client: Client, nadia: Member, make_member: MakeMember
) -> None:
    samuel = await make_member("samuel")
    members = {"Nadia": nadia, "Samuel": samuel}
    for _ in range(5):
        visitor = await waiting_visitor(client)
        shown = dict(
            zip(
                members,
                await asyncio.gather(*(each.claim(visitor) for each in members.values())),
                strict=True,
            )
        )
        (winner,) = [name for name, page in shown.items() if page.status == 200]
        (loser,) = [name for name, page in shown.items() if page.status == 409]
        assert (
            f"<bdi>{winner}</bdi> a pris cette conversation juste avant vous." in shown[loser].text
        )
        joined = [text for author, text in await texts(visitor) if author == "system"]
        assert len(joined) == 1
        assert winner in joined[0]


async def test_claiming_twice_is_harmless(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    assert (await nadia.claim(visitor)).status == 200
    assert [author for author, _ in await texts(visitor)].count("system") == 1


async def test_nobody_is_claimed_who_does_not_wait(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await nadia.post(f"{page_of(visitor)}/rendre")
    shown = await nadia.claim(visitor)
    assert shown.status == 409
    assert "n’attend plus" in shown.text
    assert (await visitor.log())["state"] == "marie"


async def test_reply_under_way_never_enters_a_claimed_conversation_nor_is_it_played_again(
    client: Client, nadia: Member, rasa: FakeRasa
) -> None:
    visitor = await waiting_visitor(client)
    rasa.hold = asyncio.Event()
    await said(visitor, "Question sans réponse")
    async with asyncio.timeout(5):
        while rasa.turns[-1]["message"] != "Question sans réponse":
            await asyncio.sleep(0.01)
    await nadia.claim(visitor)
    rasa.hold.set()
    rasa.hold = None
    await asyncio.sleep(0.3)
    await said(visitor, "Et celle-ci?")
    await nadia.write(visitor, "Bonjour!")
    await nadia.post(f"{page_of(visitor)}/rendre")
    await asyncio.sleep(0.3)
    assert [author for author, _ in await texts(visitor, 5)] == [
        "visitor",
        "system",
        "visitor",
        "counsellor",
        "system",
    ]
    assert [turn["message"] for turn in rasa.turns].count("Question sans réponse") == 1
    assert "Et celle-ci?" not in [turn["message"] for turn in rasa.turns]
    await visitor.post({"client_id": str(uuid.uuid4()), "text": "Marie?"}, wait=25)
    assert (await texts(visitor))[-1] == ("marie", "Vous dites\u00a0: Marie?")


# Writing


async def test_counsellor_s_message_arrives_once_though_the_form_is_sent_twice(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    form = str(uuid.uuid4())
    first, second = (
        await nadia.write(visitor, "Bonjour,\r\n<b>Awa</b> & cie!", form),
        await nadia.write(visitor, "Bonjour,\r\n<b>Awa</b> & cie!", form),
    )
    assert first.status == second.status == 200
    assert (await texts(visitor))[-1] == ("counsellor", "Bonjour,\n<b>Awa</b> & cie!")
    assert [author for author, _ in await texts(visitor)].count("counsellor") == 1
    assert (await visitor.log())["messages"][-1]["name"] == "Nadia"


async def test_form_gone_back_to_and_changed_says_something_new(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    form = str(uuid.uuid4())
    await nadia.write(visitor, "Demain", form)
    await nadia.write(visitor, "Après-demain", form)
    assert [text for _, text in (await texts(visitor))[-2:]] == ["Demain", "Après-demain"]


async def test_text_that_cannot_be_sent_stays_in_the_field(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    for text, status in (("", 400), (" \n ", 400), ("a" * 4_001, 413), ("nul\x00", 400)):
        shown = await nadia.write(visitor, text)
        assert shown.status == status
        assert 'role="alert"' in shown.text
        assert text.strip().replace("\x00", "") in shown.text.replace("\x00", "")
    assert (await nadia.write(visitor, "a", "pas un uuid")).status == 400
    assert "counsellor" not in [author for author, _ in await texts(visitor)]


async def test_only_who_has_the_conversation_writes_hands_back_or_ends_it(
    client: Client, nadia: Member, make_member: MakeMember
) -> None:
    samuel = await make_member("samuel")
    visitor = await waiting_visitor(client)
    for nobody_has_it in (True, False):
        if not nobody_has_it:
            await nadia.claim(visitor)
        before = await visitor.log()
        shown = await samuel.write(visitor, "Un mot de trop")
        assert shown.status == 409
        assert "Vous n’avez pas cette conversation" in shown.text
        assert "Un mot de trop" in shown.text
        for action in ("rendre", "fermer"):
            shown = await samuel.post(f"{page_of(visitor)}/{action}", outcome="answered")
            assert shown.status == 409
        assert await visitor.log() == before


async def test_handed_back_conversation_is_marie_s_again(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    shown = await nadia.post(f"{page_of(visitor)}/rendre")
    assert "Marie répond" in shown.text
    log = await visitor.log()
    assert log["state"] == "marie"
    assert "Nadia" in log["messages"][-1]["text"]


async def test_ended_conversation_is_closed_until_the_visitor_writes(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    shown = await nadia.post(f"{page_of(visitor)}/fermer", outcome="answered")
    assert "Conversation terminée" in shown.text
    assert (await visitor.log())["state"] == "closed"
    assert "Personne n’attend" in (await nadia.get("/console/")).text
    status, answer = await visitor.post({"client_id": str(uuid.uuid4()), "text": "Encore"}, wait=25)
    assert (status, answer["messages"][0]["author"]) == (200, "marie")


# The file


async def test_file_shows_what_the_visitor_agreed_to_pass_on(
    client: Client, nadia: Member, rasa: FakeRasa
) -> None:
    rasa.script = lambda turn: _lead(turn, need="Bail", told="permanent_resident")
    shown = await nadia.get(page_of(await waiting_visitor(client)))
    for words in (
        "Bail",
        "tel:+14185550123",
        "visiteuse%40example.org",
        "résidence permanente",
        "30 juin 2027",
        "12&nbsp;mois",
        "2,5, 7&nbsp;ans",
        "Bas-Saint-Laurent",
        "le travail",
        "ne sait pas",
        "J’accepte que Bail soit transmis.",
    ):
        assert words in shown.text, words


def _lead(turn: dict[str, Any], *, need: str, told: str) -> Reply | None:
    if turn["message"] != "/handoff":
        return echo(turn)
    return Reply(
        messages=(Content(text="Une personne vient.", topic="handoff"),),
        handover=HandoverRequest(
            name=told if told == XSS else None,
            email="visiteuse@example.org" if told != XSS else XSS,
            phone="418 555-0123" if told != XSS else XSS,
            need=need,
            regions=(told,),
            profile={
                "situation": {
                    "status": told,
                    "child_ages": [2.5, 7],
                    "target_region": "01",
                    "has_job_offer": None,
                    told: told,
                },
                "lease": {"end": "2027-06-30" if told != XSS else XSS, "length_months": 12},
                "weights": {"work": 3.0, "town": 1.0},
                "simple": True,
                "matches": [
                    {"title": told, "employer": told, "municipality": told, "because": [told]}
                ],
                "other": told,
            },
            consent=f"J’accepte que {need} soit transmis.",
        ),
    )


async def test_html_in_any_field_is_shown_as_text(
    client: Client, make_member: MakeMember, rasa: FakeRasa
) -> None:
    def script(turn: dict[str, Any]) -> Reply | None:
        if turn["message"] == "/handoff":
            return _lead(turn, need=XSS, told=XSS)
        card = {
            "id": XSS, "name": XSS, "kind": "other", "municipality": XSS, "region": XSS,
            "address": XSS, "phone": XSS, "url": "javascript:alert(1)", "distance_km": None,
            "read_on": None, "verified_on": None, "source": XSS, "map_url": "//evil.example",
        }  # fmt: skip
        return Reply(
            messages=(
                Content(
                    text=f'{XSS} https://a.example/"onmouseover=alert(1)',
                    topic="clarify",
                    resources=(card,),
                    sources=(
                        {
                            "title": XSS,
                            "url": "javascript:alert(1)",
                            "read_on": None,
                            "verified_on": None,
                        },
                    ),
                    documents=(
                        {"title": XSS, "paper": XSS, "format": "pdf", "data": {"name": XSS}},
                        {"title": XSS, "paper": XSS, "format": "txt", "data": {}},
                    ),
                    quick_replies=({"title": XSS, "payload": "/handoff"},),
                ),
            )
        )

    rasa.script = script
    member = await make_member(name=XSS)
    visitor = await waiting_visitor(client, XSS)
    await member.claim(visitor)
    await member.write(visitor, XSS)
    pages = [await member.get(page_of(visitor)), await member.get("/console/")]
    async with member.socket(f"{page_of(visitor)}/socket") as ws:
        frames = [await ws.receive_json(timeout=5) for _ in range(8)]
    drawn = [frame.get("html", "") + frame.get("controls", "") for frame in frames]
    for html in [*(page.text for page in pages), *drawn]:
        assert "<img src=x" not in html
        assert 'href="javascript:' not in html
        assert 'href="data:' not in html
        assert 'href="//' not in html
        assert '"onmouseover' not in html
    assert pages[0].text.count("&lt;img src=x onerror=alert(1)&gt;") > 15
    assert sum("&lt;img src=x" in html for html in drawn) >= 4


async def test_opening_a_file_is_kept_in_the_audit_log(
    client: Client, nadia: Member, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.get(page_of(visitor))
    await nadia.claim(visitor)
    async with database.read() as connection:
        rows = await connection.execute(
            select(tables.audit.c.action, tables.staff.c.username)
            .join(tables.staff, tables.staff.c.id == tables.audit.c.staff_id)
            .where(tables.audit.c.subject == visitor.id)
            .order_by(tables.audit.c.id)
        )
        assert [tuple(row) for row in rows] == [
            ("open", "nadia"),
            ("claim", "nadia"),
            ("open", "nadia"),  # the page that follows the claim
        ]


async def test_unknown_and_erased_conversations_are_said_to_be_gone(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    async with client.delete(visitor.url, headers=visitor.headers):
        pass
    for path in (page_of(visitor), "/console/conversations/x", "/console/conversations/%00"):
        shown = await nadia.get(path)
        assert shown.status == 404
        assert "n’est plus là" in shown.text
    for action in ("prendre", "ecrire", "rendre", "fermer"):
        assert (await nadia.post(f"{page_of(visitor)}/{action}")).status == 404


# The socket


class Talk:
    """A counsellor's open socket; each frame is given once, by its kind."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    async def say(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def send(self, text: str, client_id: str | None = None) -> None:
        await self.say(send={"client_id": client_id or str(uuid.uuid4()), "text": text})

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame with this key and these fields in it."""
        while True:
            frame: dict[str, Any] = await self.ws.receive_json(timeout=5)
            found = frame.get(kind)
            if found is not None and (
                not fields or all(found.get(name) == value for name, value in fields.items())
            ):
                return frame


async def test_socket_replays_what_follows_and_goes_on_live(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    async with nadia.socket(f"{page_of(visitor)}/socket?after=3") as ws:
        talk = Talk(ws)
        assert [(await talk.until("message"))["message"]["seq"] for _ in range(2)] == [4, 5]
        frame = await talk.until("state")
        assert (frame["state"], frame["mine"]) == ("waiting", False)
        await said(visitor, "Encore moi")
        frame = await talk.until("message", seq=6)
        assert frame["message"]["text"] == "Encore moi"
        assert 'id="m6"' in frame["html"]
        await nadia.claim(visitor)
        frame = await talk.until("state")
        assert (frame["state"], frame["mine"]) == ("counsellor", True)
        assert "Rendre à Marie" in frame["controls"]
        assert "Dossier" in frame["file"]


async def test_message_sent_twice_over_the_socket_is_in_the_log_once(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    client_id = str(uuid.uuid4())
    for _ in range(2):
        async with nadia.socket(f"{page_of(visitor)}/socket?after=99") as ws:
            talk = Talk(ws)
            await talk.send("Bonjour", client_id)
            frame = await talk.until("sent")
            assert frame["sent"] == {"client_id": client_id, "seq": 7}
    log = (await visitor.log(6))["messages"]
    assert [(each["author"], each["text"], each["client_id"]) for each in log] == [
        ("counsellor", "Bonjour", client_id)
    ]


async def test_both_sides_see_each_other_typing_and_reading(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    url = client.make_url(f"{visitor.url}/socket?after=0")
    async with (
        nadia.socket(f"{page_of(visitor)}/socket") as ws,
        client.session.ws_connect(url, protocols=("marie.v1",)) as visitor_ws,
    ):
        counsellor, other = Talk(ws), Talk(visitor_ws)
        await other.say(token=visitor.token)
        await other.until("state")
        await counsellor.until("state")
        await counsellor.say(typing=True)
        frame = await other.until("typing")
        assert frame["typing"] == {"author": "counsellor", "name": "Nadia"}
        await other.say(typing=True)
        assert (await counsellor.until("typing"))["typing"]["author"] == "visitor"
        await counsellor.send("Lisez-vous?")
        seq = (await other.until("message", text="Lisez-vous?"))["message"]["seq"]
        await other.say(ack=seq)
        await counsellor.until("read", visitor=seq)
        await other.say(send={"client_id": str(uuid.uuid4()), "text": "Oui"})
        await counsellor.until("message", text="Oui")
        await counsellor.say(ack=seq + 1)
        await other.until("read", counsellor=seq + 1)


async def test_who_does_not_have_the_conversation_only_looks_on(
    client: Client, nadia: Member, make_member: MakeMember
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    samuel = await make_member("samuel")
    url = client.make_url(f"{visitor.url}/socket?after=0")
    async with (
        samuel.socket(f"{page_of(visitor)}/socket") as ws,
        client.session.ws_connect(url, protocols=("marie.v1",)) as visitor_ws,
    ):
        talk, other = Talk(ws), Talk(visitor_ws)
        await other.say(token=visitor.token)
        await other.until("read")
        assert not (await talk.until("state"))["mine"]
        client_id = str(uuid.uuid4())
        await talk.say(typing=True)
        await talk.say(ack=6)
        await talk.send("Un mot de trop", client_id)
        frame = await talk.until("error")
        assert frame["error"] == {
            "type": "/problems/not_owner",
            "status": 409,
            "client_id": client_id,
        }
        with pytest.raises(TimeoutError):
            await other.ws.receive(timeout=0.3)


async def test_bad_frames_are_refused_and_the_socket_stays_open(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    async with nadia.socket(f"{page_of(visitor)}/socket") as ws:
        talk = Talk(ws)
        for raw in (
            "pas du json",
            "[]",
            '{"send": {"text": "a"}}',
            '{"inconnu": 1}',
            '{"ack": "a"}',
        ):
            await ws.send_str(raw)
            assert (await talk.until("error"))["error"]["status"] == 400
        await ws.send_bytes(b"\xff")
        for text, client_id, status in (
            ("", str(uuid.uuid4()), 400),
            ("a" * 4_001, str(uuid.uuid4()), 413),
            ("a", "pas un uuid", 400),
        ):
            await talk.send(text, client_id)
            error = (await talk.until("error"))["error"]
            assert (error["status"], error["client_id"]) == (status, client_id)
        await talk.send("Toujours là")
        await talk.until("message", text="Toujours là")


async def test_sockets_open_from_our_own_pages_only(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    for path in ("/console/live", f"{page_of(visitor)}/socket"):
        url = client.make_url(path)
        with pytest.raises(WSServerHandshakeError) as refused:
            await nadia.session.ws_connect(url, origin="https://ailleurs.example")
        assert refused.value.status == 403
        async with nadia.session.ws_connect(url, origin=str(url.origin())):
            pass


async def test_sockets_close_when_the_session_ends_though_nobody_says_a_word(
    client: Client, nadia: Member
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    async with (
        nadia.socket("/console/live") as live,
        nadia.socket(f"{page_of(visitor)}/socket?after=99") as talk,
    ):
        await live.receive_json(timeout=5)
        await Talk(talk).until("read")
        await nadia.post("/console/deconnexion")
        for ws in (live, talk):
            message = await ws.receive(timeout=5)
            assert message.type is WSMsgType.CLOSE
            assert message.data == 4401


async def test_socket_of_an_erased_conversation_closes(client: Client, nadia: Member) -> None:
    visitor = await waiting_visitor(client)
    async with nadia.socket(f"{page_of(visitor)}/socket?after=99") as ws:
        await Talk(ws).until("read")
        async with client.delete(visitor.url, headers=visitor.headers):
            pass
        assert (await ws.receive(timeout=5)).data == 4404
    async with nadia.socket("/console/conversations/x/socket") as ws:
        assert (await ws.receive(timeout=5)).data == 4404
