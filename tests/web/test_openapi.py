"""The API's description is valid, whole, and what the server does."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import validate

from marie.web.openapi import document
from tests.conftest import Client, Visitor
from tests.described import Description, description


async def test_document_is_served_and_valid(client: Client) -> None:
    async with client.get("/api/v1/openapi.json") as response:
        assert response.status == 200
        assert response.content_type == "application/json"
        served = await response.json()
    assert served == document()
    assert served["openapi"].startswith("3.1")
    validate(served)


async def test_every_route_of_the_api_is_described_and_every_description_has_a_route(
    client: Client,
) -> None:
    assert client.app is not None
    routes = {
        (re.sub(r"\{(\w+)[^}]*\}", r"{\1}", resource.canonical), route.method)
        for resource in client.app.router.resources()
        for route in resource
        if resource.canonical.startswith("/api/v1") and route.method not in ("HEAD", "OPTIONS")
    }
    described = {
        (path, method.upper())
        for path, operations in document()["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert routes == described


async def test_described_answers_are_checked(visitor: Visitor) -> None:
    """The check of `conftest` would see a field too many, and a status that is not described."""
    reading = await visitor.log()
    path = f"{visitor.url}/messages"
    check = description().check_answer
    check("GET", path, 200, "application/json", reading)
    wrong = {**reading, "messages": [{**reading["messages"][0], "secret": 1}]}
    with pytest.raises(AssertionError, match="secret"):
        check("GET", path, 200, "application/json", wrong)
    with pytest.raises(AssertionError, match="not in the document"):
        check("GET", path, 418, "application/json", reading)


def test_literal_paths_win_over_templates() -> None:
    assert isinstance(description(), Description)
    assert description().path_of("/api/v1/directory/cegep-rimouski") == (
        "/api/v1/directory/{resource_id}"
    )
    assert description().path_of("/api/v1/directory") == "/api/v1/directory"
    assert description().path_of("/api/v1/nothing") is None


async def test_document_names_every_topic_free_kind_of_resource(client: Client) -> None:
    for kind in document()["components"]["schemas"]["Kind"]["enum"]:
        async with client.get("/api/v1/directory", params={"kind": kind}) as response:
            assert response.status == 200
            assert {each["kind"] for each in (await response.json())["resources"]} <= {kind}
