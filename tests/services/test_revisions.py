"""What Marie knows is changed: drafts, publications, the way back."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import open_desk
from marie import clock
from marie.domain.people import Role, Staff
from marie.knowledge.checking import load_rules
from marie.knowledge.items import Content, Kind
from marie.knowledge.library import LiveLibrary
from marie.knowledge.opened import open_overlay
from marie.knowledge.overlay import CURRENT, OVERLAY
from marie.knowledge.revisions import State
from marie.services.revisions import (
    BadMoment,
    ChangedMeanwhile,
    HasMistakes,
    NotOpen,
    Revisions,
)
from marie.settings import ROOT
from marie.store.engine import Database
from tests.staff import add_account

ENTRY = "childcare-cost"
PRICE = "daycare_contribution"


@dataclass
class Time:
    """A clock that tests set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """Two administrators, and what they change."""

    revisions: Revisions
    live: LiveLibrary
    nadia: Staff
    samuel: Staff
    time: Time
    knowledge: Path
    data: Path

    async def draft(self, content: Content | None, *, by: Staff | None = None) -> int:
        """A draft of the entry, based on what is said."""
        standing = await self.revisions.standing("entry", ENTRY)
        return await self.revisions.save(
            "entry", ENTRY, content, by=by or self.nadia, why="prix", ground=standing.ground
        )

    async def entry(self, **changed: Any) -> Content:
        """What is said of the entry, with some fields changed."""
        content = (await self.revisions.standing("entry", ENTRY)).content
        assert content is not None
        return {**content, **changed}

    def said(self) -> str:
        """The text of the entry as the next turn says it."""
        return self.live.current().entries[ENTRY].text


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder)
    data = tmp_path / "var"
    live = LiveLibrary(folder, overlay=open_overlay(data), every=0.0)
    time = Time(clock.now())
    return Office(
        revisions=Revisions(database, live, load_rules(folder, lambda _: True), data, clock=time),
        live=live,
        nadia=await add_account(database, "nadia", role=Role.ADMINISTRATOR),
        samuel=await add_account(database, "samuel", role=Role.ADMINISTRATOR),
        time=time,
        knowledge=folder,
        data=data,
    )


async def test_published_text_is_said_in_the_next_turn_by_a_process_that_runs(
    office: Office,
) -> None:
    desk = open_desk(office.knowledge, office.data)
    before = desk.library.entries[ENTRY].text
    number = await office.draft(await office.entry(text="Nouveau texte."))
    assert (office.said(), desk.library.entries[ENTRY].text) == (before, before)
    assert await office.revisions.publish(number, by=office.nadia) is State.PUBLISHED
    assert office.said() == "Nouveau texte."
    assert desk.library.entries[ENTRY].text == "Nouveau texte."
    assert open_desk(office.knowledge, office.data).library.entries[ENTRY].text == "Nouveau texte."


async def test_new_programme_text_is_said_in_the_next_turn(office: Office) -> None:
    desk = open_desk(office.knowledge, office.data)
    names = {each.id: each.name for each in desk.programs}
    standing = await office.revisions.standing("program", "place-aux-jeunes")
    assert standing.content is not None
    content = {**standing.content, "name": "Place aux jeunes, autrement"}
    number = await office.revisions.save(
        "program", "place-aux-jeunes", content, by=office.nadia, why="", ground=standing.ground
    )
    await office.revisions.publish(number, by=office.nadia)
    found = {each.id: each.name for each in desk.programs}
    assert found == {**names, "place-aux-jeunes": "Place aux jeunes, autrement"}


async def test_publication_over_one_that_was_not_seen_is_refused_and_shows_it(
    office: Office,
) -> None:
    mine = await office.draft(await office.entry(text="De Nadia."))
    theirs = await office.draft(await office.entry(simple="De Samuel."), by=office.samuel)
    await office.revisions.publish(theirs, by=office.samuel)
    with pytest.raises(ChangedMeanwhile) as refused:
        await office.revisions.publish(mine, by=office.nadia)
    assert refused.value.theirs is not None
    assert refused.value.theirs.id == theirs
    assert office.said() != "De Nadia."
    number, conflicts = await office.revisions.rebase(mine, by=office.nadia)
    assert conflicts == []
    await office.revisions.publish(number, by=office.nadia)
    entry = office.live.current().entries[ENTRY]
    assert (entry.text, entry.simple) == ("De Nadia.", "De Samuel.")


async def test_who_goes_on_from_a_draft_that_another_changed_is_told_and_loses_nothing(
    office: Office,
) -> None:
    standing = await office.revisions.standing("entry", ENTRY)
    first = await office.draft(await office.entry(text="Un."))
    second = await office.revisions.save(
        "entry",
        ENTRY,
        await office.entry(text="Deux."),
        by=office.samuel,
        why="",
        ground=standing.ground,
        draft=first,
    )
    with pytest.raises(ChangedMeanwhile) as told:
        await office.revisions.save(
            "entry",
            ENTRY,
            await office.entry(text="Trois."),
            by=office.nadia,
            why="",
            ground=standing.ground,
            draft=first,
        )
    assert told.value.theirs is not None
    assert told.value.theirs.id == second
    assert told.value.ours is not None
    kept = await office.revisions.read(told.value.ours)
    assert kept.content is not None
    assert kept.content["text"] == "Trois."


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"text": "C’est {tarif_inconnu}."}, "text", "n’existe pas"),
        ({"text": "<b>gratuit</b>"}, "text", "HTML"),
        ({"details": "<script>alert(1)"}, "details", "HTML"),
        ({"prix": "9 $"}, "prix", "la clé « prix » n’existe pas"),
        ({"links": [{"title": "a", "url": "javascript:alert(1)"}]}, "links.0.url", "adresse web"),
        ({"text": "a" * 901}, "text", "901 caractères, 900 au plus"),
        ({"sources": []}, "sources", "au moins une source"),
        ({"simple": "Anticonstitutionnellement."}, "simple", "est long"),
        (
            {"sources": [{"title": "a", "url": "https://a.ca", "read_on": "2999-01-01"}]},
            "sources.0.read_on",
            "dans l’avenir",
        ),
        ({"default": False}, "default", "il y en a 0"),
        (
            {"quick_replies": [{"title": "a", "entry": "nulle-part"}]},
            "quick_replies.0",
            "fiche inconnue",
        ),
    ],
)
async def test_mistake_is_said_beside_its_field_and_nothing_changes(
    office: Office, changed: Content, field: str, words: str
) -> None:
    before = office.said()
    number = await office.draft(await office.entry(**changed))
    with pytest.raises(HasMistakes) as refused:
        await office.revisions.publish(number, by=office.nadia)
    found = [each for each in refused.value.mistakes if words in each.text]
    assert field in [each.field for each in found] or (
        field == "default" and refused.value.mistakes[0].field == "default"
    )
    assert office.said() == before
    assert not (office.data / OVERLAY / CURRENT).exists()


async def test_scheduled_text_is_said_from_its_moment_and_taken_back_at_its_end(
    office: Office,
) -> None:
    before, now = office.said(), office.time.now
    number = await office.draft(await office.entry(text="En janvier."))
    for at, until, reason in (
        (now - timedelta(seconds=1), None, "past"),
        (now + timedelta(days=2_000), None, "far"),
        (now + timedelta(days=2), now + timedelta(days=1), "before"),
        (None, now - timedelta(seconds=1), "past"),
    ):
        with pytest.raises(BadMoment) as refused:
            await office.revisions.publish(number, by=office.nadia, at=at, until=until)
        assert refused.value.reason == reason
    await office.revisions.publish(
        number, by=office.nadia, at=now + timedelta(days=1), until=now + timedelta(days=2)
    )
    office.time.now = now + timedelta(days=1) - timedelta(seconds=1)
    await office.revisions.run_due()
    assert office.said() == before
    office.time.now = now + timedelta(days=1)
    await office.revisions.run_due()
    assert office.said() == "En janvier."
    office.time.now = now + timedelta(days=2)
    await office.revisions.run_due()
    assert office.said() == before
    assert (await office.revisions.read(number)).state is State.EXPIRED


async def test_what_was_scheduled_keeps_what_was_published_since(office: Office) -> None:
    now = office.time.now
    scheduled = await office.draft(await office.entry(text="En janvier."))
    await office.revisions.publish(scheduled, by=office.nadia, at=now + timedelta(days=1))
    since = await office.draft(await office.entry(simple="Dit avant."), by=office.samuel)
    await office.revisions.publish(since, by=office.samuel)
    office.time.now = now + timedelta(days=1)
    await office.revisions.run_due()
    entry = office.live.current().entries[ENTRY]
    assert (entry.text, entry.simple) == ("En janvier.", "Dit avant.")


async def test_what_two_people_wrote_in_one_field_is_decided_by_a_person(office: Office) -> None:
    now = office.time.now
    scheduled = await office.draft(await office.entry(text="En janvier."))
    await office.revisions.publish(scheduled, by=office.nadia, at=now + timedelta(days=1))
    since = await office.draft(await office.entry(text="Avant."), by=office.samuel)
    await office.revisions.publish(since, by=office.samuel)
    office.time.now = now + timedelta(days=1)
    await office.revisions.run_due()
    assert office.said() == "Avant."
    revision = await office.revisions.read(scheduled)
    assert (revision.state, revision.note) == (State.REVIEW, "conflict:text")


async def test_earlier_text_comes_back_as_a_new_revision(office: Office) -> None:
    before = office.said()
    await office.revisions.publish(
        await office.draft(await office.entry(text="Deux.")), by=office.nadia
    )
    (first,) = [
        each for each in await office.revisions.history("entry", ENTRY) if each.state is State.FILE
    ]
    number = await office.revisions.restore(first.id, by=office.samuel, why="erreur")
    await office.revisions.publish(number, by=office.samuel)
    assert office.said() == before
    with pytest.raises(NotOpen):
        await office.revisions.publish(number, by=office.samuel)
    states = [each.state for each in await office.revisions.history("entry", ENTRY)]
    assert states == [State.PUBLISHED, State.PUBLISHED, State.FILE]


async def test_entry_is_withdrawn_only_when_nothing_needs_it(office: Office) -> None:
    with pytest.raises(HasMistakes):
        await office.revisions.publish(await office.draft(None), by=office.nadia)
    content = {**await office.entry(), "id": "essai", "default": False}
    number = await office.revisions.save(
        "entry", "essai", content, by=office.nadia, why="", ground=""
    )
    await office.revisions.publish(number, by=office.nadia)
    assert "essai" in office.live.current().entries
    standing = await office.revisions.standing("entry", "essai")
    number = await office.revisions.save(
        "entry", "essai", None, by=office.nadia, why="", ground=standing.ground
    )
    await office.revisions.publish(number, by=office.nadia)
    assert "essai" not in office.live.current().entries
    assert (await office.revisions.standing("entry", "essai")).content is None


async def test_two_publications_at_once_say_one_and_refuse_the_other(office: Office) -> None:
    one = await office.draft(await office.entry(text="Un."))
    other = await office.draft(await office.entry(text="Deux."), by=office.samuel)
    done = await asyncio.gather(
        office.revisions.publish(one, by=office.nadia),
        office.revisions.publish(other, by=office.samuel),
        return_exceptions=True,
    )
    assert sorted(type(each) is ChangedMeanwhile for each in done) == [False, True]
    assert office.said() == ("Un." if done[0] is State.PUBLISHED else "Deux.")


async def test_damaged_publication_never_silences_marie(office: Office) -> None:
    await office.revisions.publish(
        await office.draft(await office.entry(text="Un.")), by=office.nadia
    )
    await office.revisions.publish(
        await office.draft(await office.entry(text="Deux.")), by=office.nadia
    )
    assert office.said() == "Deux."
    path = office.data / OVERLAY / CURRENT
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert office.said() == "Deux."
    anew = open_desk(office.knowledge, office.data)
    assert anew.library.entries[ENTRY].text == "Un."
    assert anew.overlay.damaged
    assert await office.revisions.write()
    assert path.read_bytes() == whole
    assert anew.library.entries[ENTRY].text == "Deux."
    assert not anew.overlay.damaged


async def test_publication_that_no_longer_fits_is_left_out_and_the_others_are_said(
    office: Office,
) -> None:
    await office.revisions.publish(
        await office.draft(await office.entry(text="Un.")), by=office.nadia
    )
    standing = await office.revisions.standing("entry", "childcare-types")
    assert standing.content is not None
    content = {**standing.content, "text": "C’est {essai}."}
    values = [{"from": "2026-01-01", "value": "1 $", "source": content["sources"][0]}]
    written: list[tuple[Kind, str, Content, str]] = [
        ("parameter", "essai", {"id": "essai", "label": "Essai", "values": values}, ""),
        ("entry", "childcare-types", content, standing.ground),
    ]
    for kind, name, value, ground in written:
        number = await office.revisions.save(
            kind,
            name,
            value,
            by=office.nadia,
            why="",
            ground=ground,
        )
        await office.revisions.publish(number, by=office.nadia)
    # The file of a later version of Marie is laid under it.
    overlay = office.data / OVERLAY / CURRENT
    body = overlay.read_bytes().partition(b"\n")[2].replace(b'"parameter"', b'"nothing"')
    overlay.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    library = office.live.current()
    assert library.entries[ENTRY].text == "Un."
    assert library.entries["childcare-types"].text != "C’est {essai}."
    assert office.live.problems == [
        "Fiche « childcare-types » : le paramètre « {essai} » n’existe pas."
    ]


async def test_who_has_a_form_open_is_told_to_who_opens_it(office: Office) -> None:
    assert await office.revisions.see("entry", ENTRY, by=office.nadia) == []
    (found,) = await office.revisions.see("entry", ENTRY, by=office.samuel)
    assert found.name == office.nadia.name
    office.time.now += timedelta(minutes=4)
    assert await office.revisions.see("entry", ENTRY, by=office.samuel) == []
