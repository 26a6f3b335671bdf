"""Cards edited by administrators: said in the next turn, logged, taken back, never lost."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
from msgspec.structs import replace

from marie.clock import local_date, now
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.settings import Settings
from marie.store import cards as store
from marie.store import directory as directory_store
from marie.store.engine import Database
from tests.conftest import Client, MakeClient
from tests.directories import (
    CPE,
    LONELY,
    TWIN,
    administrator,
    basis,
    fill,
    form_of,
    heard,
    plain,
    send,
    until_heard,
)
from tests.staff import Member, Shown, browser_of

HOME = "/admin/repertoire"
CARD = f"{HOME}/fiches/{CPE.id}"


@pytest.fixture
def knowledge(settings: Settings) -> Knowledge:
    """Knowledge that follows what is published."""
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def client(database: Database, make_client: MakeClient) -> Client:
    await fill(database, [CPE, LONELY])
    await fill(database, [TWIN], "autre")
    client = await make_client()
    await until_heard(client, CPE.id, phone=CPE.phone)
    return client


@pytest.fixture
async def member(client: Client, database: Database) -> AsyncIterator[Member]:
    async with browser_of(client, "chef") as member:
        await administrator(database, member)
        yield member


async def save(member: Member, **changed: str) -> Shown:
    """Open the card, change fields of the form, and send it."""
    form = form_of(await member.get(CARD), CARD)
    return await send(member, CARD, form | changed)


async def edits(database: Database) -> dict[str, object]:
    async with database.read() as connection:
        return dict(await store.read_edits(connection))


async def test_phone_that_a_person_changes_is_said_at_once_and_taken_back(
    client: Client, member: Member, database: Database
) -> None:
    shown = await save(member, phone="418-555-0199 poste 3", note="Leur page a changé")
    assert shown.status == 200
    assert "Enregistré." in plain(shown)
    assert "Téléphone : 418 555-0101 → 418 555-0199, poste 3" in plain(shown)
    assert "Leur page a changé" in plain(shown)
    await until_heard(client, CPE.id, phone="418 555-0199, poste 3", address=CPE.address)

    undone = await member.post(f"{HOME}/gestes/1/annuler", retour=CARD)
    assert "Annulé. Tout est comme avant." in plain(undone)
    await until_heard(client, CPE.id, phone=CPE.phone)
    assert await edits(database) == {}
    again = await member.post(f"{HOME}/gestes/1/annuler")
    assert again.status == 409


async def test_what_was_not_touched_is_no_edit(member: Member, database: Database) -> None:
    shown = await save(member)
    assert "Rien n’était à changer." in plain(shown)
    assert await edits(database) == {}


async def test_every_field_can_be_written_and_says_so(client: Client, member: Member) -> None:
    await save(
        member,
        name="CPE des Grands Essais",
        kind="other",
        organization="Les Essais",
        description="On y essaie.",
        keywords="essai, garderie; Essai",
        municipality="Matane",
        region="",
        address="2, rue des Preuves, Matane G4W 0A1",
        lat="48,85",
        lon="-67.53",
        phone="1 800 555 0100",
        other_phones="418 555 0103\n418 555 0104",
        email="essais@example.org",
        url="www.example.org/essais",
        hours="7 h à 18 h",
        cost="9,65 $",
        eligibility="Tous",
        languages="fr",
        capacity="1 200",
        infants="5",
        subsidized="yes",
        source_title="Leur page",
        source_url="https://example.org/leur-page",
        verified="oui",
    )
    said = await until_heard(client, CPE.id, name="CPE des Grands Essais")
    assert said is not None
    assert said["municipality"] == "Matane"
    assert said["region"] == "Bas-Saint-Laurent"
    assert said["phone"] == "1 800 555-0100"
    assert said["url"] == "http://www.example.org/essais"
    assert said["source"] == "Leur page"
    assert said["verified_on"] is not None
    text = plain(await member.get(CARD))
    assert "modifié à la main" in text
    assert "La source dit : CPE des Essais" in text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Il faut remplir ce champ."),
        ("name", "<script>alert(1)</script>", "texte simple"),
        ("name", "x" * 201, "trop long"),
        ("description", "=1+1", "ne commence pas par le signe ="),
        ("description", "cafÃ©", "accents"),
        ("url", "javascript:alert(1)", "commence par https://"),
        ("url", "data:text/html,x", "commence par https://"),
        ("source_url", "", "Il faut remplir ce champ."),
        ("source_url", "javascript:alert(1)", "commence par https://"),
        ("phone", "12345", "dix chiffres"),
        ("other_phones", "418 555-0101\nabc", "dix chiffres"),
        ("email", "a@b", "nom@exemple.org"),
        ("municipality", "Nulle-Part-Ville", "Aucune municipalité"),
        ("municipality", "", "Une adresse demande sa municipalité."),
        ("capacity", "beaucoup", "Un nombre entier"),
        ("capacity", "²", "Un nombre entier"),
        ("lat", "10", "pas au Québec"),
        ("lat", "", "vont ensemble"),
        ("kind", "autre chose", "catégorie de la liste"),
        ("region", "99", "région de la liste"),
        ("languages", "<b>", "deux ou trois lettres"),
        ("keywords", ",".join(map(str, range(40))), "Il y en a trop."),
    ],
)
async def test_bad_input_is_said_beside_its_field_and_nothing_changes(
    member: Member, database: Database, field: str, typed: str, said: str
) -> None:
    shown = await save(member, **{field: typed})
    assert shown.status == 422
    assert said in plain(shown)
    assert 'aria-invalid="true"' in shown.text or field == "languages"
    assert "<script>alert" not in shown.text
    assert await edits(database) == {}


async def test_enormous_paste_is_refused_in_words_and_nothing_changes(
    client: Client, member: Member, database: Database
) -> None:
    form = form_of(await member.get(CARD), CARD) | {"description": "x" * 300_000}
    shown = await send(member, CARD, form)
    assert shown.status == 413
    assert "beaucoup trop long" in plain(shown)
    assert await edits(database) == {}
    # Twenty megabytes are not even read to their end.
    huge = io.BytesIO(b"description=" + b"x" * 20_000_000)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with suppress(aiohttp.ClientError):
        async with member.session.post(client.make_url(CARD), data=huge, headers=kind) as answer:
            assert answer.status == 413
    assert await edits(database) == {}
    assert await heard(client, CPE.id) is not None


async def test_second_person_who_saves_a_card_is_told_and_shown_the_difference(
    client: Client, member: Member
) -> None:
    first = form_of(await member.get(CARD), CARD)
    second = dict(first)
    await send(member, CARD, first | {"phone": "418 555-0111"})
    shown = await send(member, CARD, second | {"hours": "8 h à 17 h"})
    assert shown.status == 409
    text = plain(shown)
    assert "Une autre personne vient de changer cette fiche" in text
    assert "Heures rien 8 h à 17 h" in text
    said = await until_heard(client, CPE.id, phone="418 555-0111")
    assert said is not None
    assert said["hours"] is None
    # What she wrote is still in the form; sent again with today's card, it is saved.
    kept = form_of(shown, CARD)
    assert kept["hours"] == "8 h à 17 h"
    again = await send(member, CARD, kept)
    assert again.status == 200
    await until_heard(client, CPE.id, hours="8 h à 17 h")


async def test_verified_today_is_one_click_and_holds_while_the_source_says_the_same(
    client: Client, member: Member, database: Database
) -> None:
    shown = await member.get(CARD)
    assert f'href="{CPE.source.url}"' in shown.text
    done = await member.post(f"{CARD}/verifier")
    assert "Vérifiée par une personne le" in plain(done)
    await until_heard(client, CPE.id, verified_on=local_date(now()).isoformat())
    await fill(database, [replace(CPE, phone="418 555-0177")])
    text = plain(await member.get(CARD))
    assert "Vérifiée par une personne le" not in text


async def test_retired_card_is_said_no_more_and_comes_back(client: Client, member: Member) -> None:
    await member.post(f"{CARD}/retirer", raison="Fermé")
    await until_heard(client, CPE.id)
    assert "CPE des Essais" not in plain(await member.get(HOME)).replace("Des", "x")
    assert "CPE des Essais" in plain(await member.get(f"{HOME}?etat=hidden"))
    shown = await member.post(f"{CARD}/remettre")
    assert "Fiche remise." in plain(shown)
    await until_heard(client, CPE.id, phone=CPE.phone)


async def test_card_added_by_hand_needs_its_source_and_is_taken_back(
    client: Client, member: Member
) -> None:
    path = f"{HOME}/fiches/nouvelle"
    form = form_of(await member.get(path), path) | {
        "name": "Maison des Essais",
        "municipality": "Gaspé",
        "phone": "418 555-0188",
        "kind": "settlement",
    }
    wrong = await send(member, path, form)
    assert wrong.status == 422
    assert plain(wrong).count("Il faut remplir ce champ.") == 2
    told = {"source_title": "Leur page", "source_url": "https://example.org/maison"}
    shown = await send(member, path, form | told)
    assert "Fiche ajoutée." in plain(shown)
    card_id = str(shown.url.path).rsplit("/", 1)[1]
    await until_heard(client, card_id, phone="418 555-0188", municipality="Gaspé")
    twice = await send(member, path, form | told)
    assert twice.url.path != shown.url.path
    await member.post(f"{HOME}/gestes/1/annuler")
    await until_heard(client, card_id)


async def test_cards_are_found_by_words_kind_place_source_and_state(member: Member) -> None:
    async def names(query: str) -> list[str]:
        text = plain(await member.get(f"{HOME}?{query}"))
        return [each.name for each in (CPE, TWIN, LONELY) if each.name in text]

    assert await names("") == [CPE.name, TWIN.name, LONELY.name]
    assert await names("q=comite+gaspe") == [LONELY.name]
    assert await names("q=4185550102") == [TWIN.name]
    assert await names("q=100%25") == []
    assert await names("genre=childcare&region=01") == [CPE.name, TWIN.name]
    assert await names("region=QC") == []
    assert await names("mrc=100") == [CPE.name, TWIN.name]
    assert await names("etat=no_contact") == [LONELY.name]
    assert await names("source=hand") == []
    assert await names("etat=edited") == []
    await save(member, hours="8 h")
    assert await names("etat=edited") == [CPE.name]
    assert "Aucune fiche ne correspond" in plain(await member.get(f"{HOME}?q=zzzz"))
    assert (await member.get(f"{HOME}?page=99&etat=%00&q=%00%ff")).status == 200


async def test_several_are_changed_after_their_number_was_seen_and_taken_back_as_one(
    client: Client, member: Member, database: Database
) -> None:
    nothing = await member.post(f"{HOME}/lot", geste="hide")
    assert "Aucune fiche n’est cochée" in plain(nothing)
    shown = await member.post(f"{HOME}/lot", geste="hide", tout="oui", genre="childcare")
    assert "Retirer : 2 fiches" in plain(shown)
    assert await heard(client, TWIN.id) is not None
    form = form_of(shown, f"{HOME}/lot/confirmer")
    await fill(database, [replace(LONELY, kind="childcare")])
    changed = await send(member, f"{HOME}/lot/confirmer", form)
    assert "La liste a changé entre-temps" in plain(changed)
    shown = await member.post(f"{HOME}/lot", geste="hide", tout="oui", genre="childcare")
    done = await send(member, f"{HOME}/lot/confirmer", form_of(shown, f"{HOME}/lot/confirmer"))
    assert "C’est fait pour toute la sélection." in plain(done)
    for each in (CPE, TWIN, LONELY):
        await until_heard(client, each.id)
    await member.post(f"{HOME}/gestes/1/annuler")
    for each in (CPE, TWIN, LONELY):
        await until_heard(client, each.id, name=each.name)


async def test_region_is_set_only_where_no_municipality_says_it(
    client: Client, member: Member, database: Database
) -> None:
    wide = replace(LONELY, municipality=None, municipality_code=None, region=None)
    await fill(database, [wide])
    fields = {"geste": "region", "nouvelle_region": "11"}
    await send(member, f"{HOME}/lot/confirmer", fields | {"id": wide.id})
    await until_heard(client, wide.id, region="Gaspésie–Îles-de-la-Madeleine")
    done = await send(member, f"{HOME}/lot/confirmer", fields | {"id": CPE.id})
    assert "Rien n’était à changer." in plain(done)
    kind = await member.post(f"{HOME}/lot/confirmer", geste="kind", nouveau_genre="x", id=CPE.id)
    assert "Choisissez d’abord" in plain(kind)


async def test_selection_is_exported_for_a_spreadsheet(member: Member) -> None:
    shown = await member.post(f"{HOME}/lot", geste="export", id=CPE.id)
    assert shown.headers["Content-Type"].startswith("text/csv")
    assert str(CPE.phone) in shown.text
    assert LONELY.name not in shown.text


async def test_duplicates_are_proposed_merged_field_by_field_and_the_old_id_still_answers(
    client: Client, member: Member
) -> None:
    listed = await member.get(f"{HOME}/doublons")
    assert "Un doublon proposé" in plain(listed)
    pair = await member.get(f"{HOME}/doublons/comparer?un={TWIN.id}&deux={CPE.id}")
    assert "Est-ce la même chose?" in plain(pair)
    assert "418 555-0102" in plain(pair)
    fields = {
        "garder": CPE.id,
        "autre": TWIN.id,
        "basis": basis(pair),
        "choix-phone": "autre",
        "choix-name": "garder",
    }
    done = await send(member, f"{HOME}/doublons/comparer", fields)
    assert "n’en font plus qu’une" in plain(done)
    said = await until_heard(client, CPE.id, phone="418 555-0102", email="essais@example.org")
    assert said is not None
    assert said["url"] == CPE.url
    assert await heard(client, TWIN.id) == said
    assert "Cette fiche est dite dans une autre" in plain(
        await member.get(f"{HOME}/fiches/{TWIN.id}")
    )
    again = await send(member, f"{HOME}/doublons/comparer", fields)
    assert "ne peuvent pas être fusionnées" in plain(again)

    await member.post(f"{HOME}/gestes/1/annuler")
    await until_heard(client, CPE.id, phone=CPE.phone)
    assert (await heard(client, TWIN.id) or {})["id"] == TWIN.id


async def test_what_is_two_is_not_proposed_again(member: Member) -> None:
    await member.get(f"{HOME}/doublons")
    await member.post(f"{HOME}/doublons/distincts", un=TWIN.id, deux=CPE.id)
    assert "Aucun doublon proposé" in plain(await member.get(f"{HOME}/doublons"))


async def test_merged_pair_that_changed_meanwhile_is_looked_at_again(member: Member) -> None:
    pair = await member.get(f"{HOME}/doublons/comparer?un={TWIN.id}&deux={CPE.id}")
    await save(member, hours="8 h")
    shown = await member.post(
        f"{HOME}/doublons/comparer", garder=CPE.id, autre=TWIN.id, basis=basis(pair)
    )
    assert shown.status == 409


async def test_map_and_list_tell_where_nothing_is_verified(member: Member) -> None:
    shown = await member.get(f"{HOME}/carte")
    assert "<svg" in shown.text
    text = plain(shown)
    assert "3 fiches n’ont pas été comparées" in text
    assert "Rimouski" in text
    one = plain(await member.get(f"{HOME}/carte?region=11"))
    assert "Gaspé" in one
    assert "Rimouski" not in one.split("Les mêmes, en liste")[1]


async def test_acts_are_in_the_audit_log_without_anything_of_the_card(
    member: Member, database: Database
) -> None:
    await save(member, phone="418 555-0190")
    async with database.read() as connection:
        rows = (
            await connection.exec_driver_sql("SELECT action, subject FROM audit ORDER BY id")
        ).all()
    assert ("directory_edit", CPE.id) in {tuple(row) for row in rows}
    assert (await member.get(f"{HOME}/gestes")).status == 200


async def test_unknown_cards_and_acts_answer_calmly(member: Member) -> None:
    assert (await member.get(f"{HOME}/fiches/rien")).status == 404
    assert (await member.post(f"{HOME}/fiches/rien/verifier")).status == 404
    assert (await member.post(f"{HOME}/gestes/99/annuler")).status == 409
    lost = await member.get(f"{HOME}/doublons/comparer?un=rien&deux={CPE.id}")
    assert "ne peuvent pas être fusionnées" in plain(lost)


async def test_copies_say_what_the_tables_of_the_specification_say(
    client: Client, database: Database
) -> None:
    assert client
    async with database.read() as connection:
        entries = await directory_store.read_entries(connection)
        told = store.decoded(await store.read_told(connection))
    assert {each.id: each for each in told} == {k: each.resource for k, each in entries.items()}
