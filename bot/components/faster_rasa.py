"""What of Rasa is replaced to make a turn cheaper, and nothing else of it.

Each change holds for one method of Rasa 3.6.21, named with the digest of its source: a test fails
when Rasa's own changes, and `install` then leaves that one as it is. What each is worth is in
docs/measurements.md.

- A reply of the action server is checked with a validator compiled once. Rasa's check checks the
  *schema itself* anew at every call.
- The graph of components is put in order once for each target. Rasa builds a Dask graph, and orders
  it, at every message.
- A call of the action server does not carry the domain, which no action of ours asks for. (Rasa's
  own `enable_selective_domain` leaves it out too; this rasa_sdk then answers that it is missing.)
- Calls of the action server share connections that stay open. Rasa opens a client for each.
- Whether the domain is empty is found out once. Rasa writes the whole of it down, and an empty one,
  at every message, before it looks whether the intent is in it.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import aiohttp
import jsonschema
import rasa
from jsonschema.protocols import Validator
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

logger = logging.getLogger(__name__)


def _validate_action_result(_action: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or `jsonschema.ValidationError`, as Rasa's own."""
    _validator().validate(result)
    return True


@cache
def _validator() -> Validator:
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _run(
    runner: DaskGraphRunner,
    inputs: dict[str, Any] | None = None,
    targets: list[str] | None = None,
) -> dict[str, Any]:
    """Each component that the targets need, one after the other; the targets' outputs by name."""
    wanted = tuple(targets or runner._graph_schema.target_names)
    orders = runner.__dict__.setdefault("_marie_orders", {})
    if wanted not in orders:
        orders[wanted] = _order(runner, wanted)
    done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, needs in orders[wanted]:
            # A name that stands for itself is an input that nobody gave: the component says so.
            done[name] = runner._instantiated_nodes[name](*(done.get(each, each) for each in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(done[name] for name in wanted)


def _order(
    runner: DaskGraphRunner, targets: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The components that the targets need, each after those that it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    ordered: dict[str, tuple[str, ...]] = {}

    def add(name: str) -> None:
        if name in nodes and name not in ordered:
            needs = tuple(nodes[name].needs.values())
            for each in needs:
                add(each)
            ordered[name] = needs

    for name in nodes:
        add(name)
    return tuple(ordered.items())


def _call_format(
    action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain
) -> dict[str, Any]:
    """The request to the action server, with an empty domain."""
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(EventVerbosity.ALL),
        "version": rasa.__version__,
        "domain": {},
    }


class _Kept:
    """A client that stays open when the block ends."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_error: object) -> None:
        pass


def _session(endpoint: EndpointConfig) -> _Kept:
    """The endpoint's one client, made at its first call."""
    kept = endpoint.__dict__.get("_marie_session")
    if kept is None or kept.closed:
        kept = endpoint.__dict__["_marie_session"] = RASA["session"](endpoint)
    return _Kept(kept)


def _is_empty(domain: Domain) -> bool:
    """As Rasa's own; a domain that was read never changes."""
    kept = domain.__dict__
    if "_marie_empty" not in kept:
        kept["_marie_empty"] = RASA["emptiness"](domain)
    return bool(kept["_marie_empty"])


CHANGES: dict[str, tuple[type, str, Callable[..., Any], str]] = {
    "reply check": (
        RemoteAction,
        "_validate_action_result",
        _validate_action_result,
        "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42",
    ),
    "graph": (
        DaskGraphRunner,
        "run",
        _run,
        "45f0f52f574f3aa9546a552bf671183e171092c18b66e97f5771a7fa295de37e",
    ),
    "call": (
        RemoteAction,
        "_action_call_format",
        _call_format,
        "428795b944f22edba142d278ec47a30098975b01463ba337ec447dade52a0492",
    ),
    "session": (
        EndpointConfig,
        "session",
        _session,
        "e55aa13d9d4fb4bc440ac33b870a97ee162b76dda7ccb6bf68433567475fdffb",
    ),
    "emptiness": (
        Domain,
        "is_empty",
        _is_empty,
        "884be90ef485f1d2c0f140657a47f106a7d2785b63b03e46cd699b4072e95369",
    ),
}
"""By name: Rasa's class, its method, ours, and the digest of the source that ours stands for."""

RASA: dict[str, Callable[..., Any]] = {
    name: getattr(owner, method) for name, (owner, method, _, _) in CHANGES.items()
}
"""Rasa's own methods."""


def digest(name: str) -> str:
    """The digest of Rasa's own method."""
    return hashlib.sha256(inspect.getsource(RASA[name]).encode()).hexdigest()


def install() -> list[str]:
    """Make the changes whose method is the one that this module knows; which ones."""
    made = []
    for name, (owner, method, ours, known) in CHANGES.items():
        if digest(name) == known:
            setattr(owner, method, ours)
            made.append(name)
        else:
            logger.warning("Rasa's %s has changed: it stays as it is, and turns are slower.", name)
    return made
