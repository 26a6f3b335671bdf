"""The public directory over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from marie.knowledge.resources import KINDS
from tests.conftest import Client


async def search(client: Client, **query: str) -> tuple[int, dict[str, Any]]:
    async with client.get("/api/v1/directory", params=query) as response:
        found: dict[str, Any] = await response.json()
        return response.status, found


async def names(client: Client, **query: str) -> list[str]:
    status, found = await search(client, **query)
    assert status == 200, found
    return [resource["name"] for resource in found["resources"]]


@pytest.mark.parametrize("near", ["Rimouski", " rimouski ", "RIMOUSKY", "à Rimouski"])
async def test_cegep_near_rimouski_is_the_cegep_de_rimouski_however_it_is_typed(
    client: Client, near: str
) -> None:
    _, found = await search(client, near=near, kind="cegep")
    first = found["resources"][0]
    assert (first["name"], first["municipality"]) == ("Cégep de Rimouski", "Rimouski")
    assert 0 <= first["distance_km"] < 2
    assert first["map_url"].startswith("https://www.openstreetmap.org/")


async def test_what_is_nearer_comes_first(client: Client) -> None:
    _, found = await search(client, near="Rimouski", kind="cegep", limit="50")
    distances = [each["distance_km"] for each in found["resources"] if each["distance_km"]]
    near = [distance for distance in distances if distance <= 60]
    assert near == sorted(near)
    assert len(near) >= 2


async def test_every_kind_of_the_contract_can_be_asked_and_holds_only_itself(
    client: Client,
) -> None:
    for kind in sorted(KINDS):
        status, found = await search(client, kind=kind, limit="50")
        assert status == 200
        assert {each["kind"] for each in found["resources"]} <= {kind}
        assert found["total"] >= len(found["resources"])


async def test_words_find_by_name_without_accents(client: Client) -> None:
    assert (await names(client, q="cegep de sept iles"))[0] == "Cégep de Sept-Îles"
    assert await names(client, q="asdfghjkl") == []


async def test_region_gives_what_is_in_it_first(client: Client) -> None:
    _, found = await search(client, near="la Côte-Nord", kind="cegep", limit="2")
    assert {each["region"] for each in found["resources"]} == {"Côte-Nord"}


async def test_pages_join_into_the_whole_without_doubles(client: Client) -> None:
    _, whole = await search(client, kind="cegep", limit="50")
    ids: list[str] = []
    for offset in range(0, 50, 7):
        _, page = await search(client, kind="cegep", limit="7", offset=str(offset))
        assert page["total"] == whole["total"]
        ids += [each["id"] for each in page["resources"]]
    assert ids[:50] == [each["id"] for each in whole["resources"]][: len(ids)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("limit", "count"), [("0", 0), ("1", 1), ("50", 50), ("51", 50)])
async def test_limit_is_kept_and_at_most_fifty(client: Client, limit: str, count: int) -> None:
    _, found = await search(client, limit=limit)
    assert len(found["resources"]) == count


async def test_without_limit_there_are_ten(client: Client) -> None:
    assert len(await names(client)) == 10


async def test_past_the_end_there_is_nothing_but_the_total(client: Client) -> None:
    _, found = await search(client, kind="cegep", offset="99999999999999999999")
    assert found["resources"] == []
    assert found["total"] >= 48


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"kind": "crèche"}, 400),
        ({"kind": "CEGEP"}, 400),
        ({"near": "Atlantide"}, 404),
        ({"near": "Paris"}, 404),
        ({"near": "🦫"}, 404),
        ({"near": "<script>alert(1)</script>"}, 404),
        ({"limit": "-1"}, 400),
        ({"limit": "dix"}, 400),
        ({"offset": "1.5"}, 400),
        ({"offset": "٣"}, 400),
    ],
)
async def test_what_cannot_be_served_is_a_problem_in_french(
    client: Client, query: dict[str, str], status: int
) -> None:
    got, problem = await search(client, **query)
    assert (got, problem["status"]) == (status, status)
    assert problem["detail"].endswith((".", ")."))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "'; DROP TABLE conversation; --",
        '"',
        "%",
        "_",
        "*" * 500,
        "a" * 5_000,
        "🦫" * 500,
        "\u202e\u0007\x7f",
        "é\u0301" * 200,
        "{0.__class__}",
        "$where",
        "NEAR( OR AND NOT",
    ],
)
async def test_hostile_words_find_or_do_not_find_and_nothing_breaks(
    client: Client, text: str
) -> None:
    for query in ({"q": text}, {"q": text, "near": "Gaspé"}):
        status, found = await search(client, **query)
        assert status == 200
        assert found["total"] >= len(found["resources"])
    status, _ = await search(client, near=text)
    assert status in (200, 404)


@pytest.mark.parametrize("raw", ["q=%00", "near=%00", "q=%ff%fe", "near=%ed%a0%80", "q=%", "&&=&="])
async def test_address_that_is_not_utf_8_breaks_nothing(client: Client, raw: str) -> None:
    async with client.get(URL(f"/api/v1/directory?{raw}", encoded=True)) as response:
        assert response.status in (200, 404)
        assert (await response.json()) is not None


async def test_one_resource_by_its_id(client: Client) -> None:
    async with client.get("/api/v1/directory/cegep-rimouski") as response:
        resource = await response.json()
    assert (resource["id"], resource["name"]) == ("cegep-rimouski", "Cégep de Rimouski")
    assert resource["distance_km"] is None
    assert resource["verified_on"] is None


@pytest.mark.parametrize("resource_id", ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "a" * 3_000])
async def test_unknown_resource_is_a_problem(client: Client, resource_id: str) -> None:
    async with client.get(URL(f"/api/v1/directory/{resource_id}", encoded=True)) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"


@pytest.mark.usefixtures("no_time_passes")
async def test_searching_without_end_is_slowed_down(client: Client) -> None:
    for _ in range(200):
        async with client.get("/api/v1/directory?limit=0") as response:
            if response.status == 429:
                assert int(response.headers["Retry-After"]) >= 1
                return
    pytest.fail("no limit")
