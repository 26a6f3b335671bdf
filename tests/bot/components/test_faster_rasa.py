"""What replaces parts of Rasa does the same, and only over the methods of Rasa that it knows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import TrackerStore, create_tracker_store
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.components import faster_rasa
from bot.components.tracker_store import ForgetfulTrackerStore
from bot.rasa import RASA_VERSION

GOOD = {"events": [], "responses": [{"custom": {"text": "Bonjour"}}]}
BAD = {"events": [{"event": "slot", "timestamp": "yesterday"}], "responses": "none"}


@pytest.fixture(autouse=True)
def rasas_own() -> Iterator[None]:
    """Rasa as it is before, and again after."""

    def restore() -> None:
        for name, (owner, method, _, _) in faster_rasa.CHANGES.items():
            setattr(owner, method, faster_rasa.RASA[name])

    restore()
    yield
    restore()


def test_rasa_is_the_one_that_this_module_knows() -> None:
    assert rasa.__version__ == RASA_VERSION
    for name, (_, _, _, known) in faster_rasa.CHANGES.items():
        assert faster_rasa.digest(name) == known, name


def test_a_method_that_changed_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, method, ours, _ = faster_rasa.CHANGES["graph"]
    monkeypatch.setitem(faster_rasa.CHANGES, "graph", (owner, method, ours, "another"))
    assert faster_rasa.install() == ["reply check", "call", "session", "emptiness"]
    assert DaskGraphRunner.run is faster_rasa.RASA["graph"]
    assert RemoteAction._validate_action_result is faster_rasa._validate_action_result


def test_the_compiled_check_agrees_with_rasas_own() -> None:
    action = RemoteAction("action_any", None)
    for check in (faster_rasa.RASA["reply check"], faster_rasa._validate_action_result):
        assert check(action, GOOD)
        with pytest.raises(jsonschema.ValidationError):
            check(action, BAD)


@pytest.mark.parametrize(("content", "empty"), [({"intents": ["greeting"]}, False), ({}, True)])
def test_a_domain_is_as_empty_as_rasa_says_and_is_asked_once(
    content: dict[str, Any], empty: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = Domain.from_dict(content)
    faster_rasa.install()
    assert domain.is_empty() is faster_rasa.RASA["emptiness"](domain) is empty
    monkeypatch.setitem(faster_rasa.RASA, "emptiness", lambda _domain: pytest.fail("again"))
    assert domain.is_empty() is empty


def test_a_call_is_rasas_own_but_for_the_domain() -> None:
    action = RemoteAction("action_any", None)
    tracker = DialogueStateTracker("someone", [])
    domain = Domain.from_dict({"intents": ["greeting"]})
    rasas = faster_rasa.RASA["call"](action, tracker, domain)
    assert rasas["domain"]["intents"] == ["greeting"]
    assert faster_rasa._call_format(action, tracker, domain) == rasas | {"domain": {}}


class Add(GraphComponent):  # type: ignore[misc]
    """Adds what it is given."""

    @classmethod
    def create(cls, **_arguments: Any) -> Add:
        return cls()

    def run(self, a: int, b: int) -> int:
        if a + b > 100:
            raise RuntimeError("too large")
        return a + b


def node(a: str, b: str, *, target: bool = False) -> SchemaNode:
    return SchemaNode(
        needs={"a": a, "b": b},
        uses=Add,
        fn="run",
        constructor_name="create",
        config={},
        is_target=target,
    )


def runner() -> DaskGraphRunner:
    # Written down before what they need, so that an order has to be found.
    schema = GraphSchema(
        {
            "third": node("second", "first", target=True),
            "second": node("first", "first"),
            "first": node("x", "y"),
            "aside": node("x", "third", target=True),
        }
    )
    return DaskGraphRunner(schema, None, ExecutionContext(graph_schema=schema))


@pytest.mark.parametrize("targets", [None, ["third"], ["second", "aside"], ["first"]])
def test_the_graph_gives_what_dask_gives(targets: list[str] | None) -> None:
    inputs = {"x": 2, "y": 3}
    expected = faster_rasa.RASA["graph"](runner(), inputs, targets)
    ours = runner()
    for _ in range(2):  # the second time by the order that was kept
        assert faster_rasa._run(ours, inputs, targets) == expected


@pytest.mark.parametrize("inputs", [{"x": 2}, {"x": 99, "y": 9}])
def test_the_graph_fails_as_dask_does(inputs: dict[str, int]) -> None:
    failures = []
    for run in (faster_rasa.RASA["graph"], faster_rasa._run):
        with pytest.raises((GraphRunError, GraphComponentException)) as failure:
            run(runner(), inputs, ["third"])
        failures.append(failure.type)
    assert failures[0] is failures[1]


async def connections_of(calls: int) -> int:
    """How many connections so many calls open."""
    opened = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2"
                writer.write(f"{head}\r\n\r\n{{}}".encode())

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    for _ in range(calls):
        assert await endpoint.request(json={}) == {}
    server.close()
    if kept := endpoint.__dict__.get("_marie_session"):
        await kept.close()
    return opened


def test_calls_share_a_connection() -> None:
    assert asyncio.run(connections_of(3)) == 3
    faster_rasa.install()
    assert asyncio.run(connections_of(3)) == 1


def test_the_tracker_store_installs_the_changes_and_keeps_nothing() -> None:
    endpoint = EndpointConfig(type="bot.components.tracker_store.ForgetfulTrackerStore")
    store: TrackerStore = create_tracker_store(endpoint, Domain.empty())
    assert isinstance(getattr(store, "_tracker_store", store), ForgetfulTrackerStore)
    assert RemoteAction._validate_action_result is faster_rasa._validate_action_result

    async def save_and_read() -> DialogueStateTracker | None:
        await store.save(DialogueStateTracker("someone", []))
        return await store.retrieve("someone")

    assert asyncio.run(save_and_read()) is None
