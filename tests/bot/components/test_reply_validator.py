"""The reply check is compiled once, and only over the method of Rasa that it knows."""

from __future__ import annotations

import asyncio

import jsonschema
import pytest

pytest.importorskip("rasa")

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import TrackerStore, create_tracker_store
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.components import reply_validator
from bot.components.tracker_store import ForgetfulTrackerStore

GOOD = {"events": [], "responses": [{"custom": {"text": "Bonjour"}}]}
BAD = {"events": [{"event": "slot", "timestamp": "yesterday"}], "responses": "none"}


def test_rasa_is_the_one_that_this_module_knows() -> None:
    assert rasa.__version__ == reply_validator.RASA_VERSION
    assert reply_validator.source_digest() == reply_validator.SOURCE


def test_the_compiled_check_agrees_with_rasas_own() -> None:
    action = RemoteAction("action_any", None)
    for check in (reply_validator._RASA_METHOD, reply_validator._validate_action_result):
        assert check(action, GOOD)
        with pytest.raises(jsonschema.ValidationError):
            check(action, BAD)


def test_another_rasa_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", reply_validator._RASA_METHOD)
    monkeypatch.setattr(reply_validator, "SOURCE", "another")
    assert reply_validator.install() is False
    assert RemoteAction._validate_action_result is reply_validator._RASA_METHOD


def test_the_tracker_store_installs_the_check_and_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", reply_validator._RASA_METHOD)
    endpoint = EndpointConfig(type="bot.components.tracker_store.ForgetfulTrackerStore")
    store: TrackerStore = create_tracker_store(endpoint, Domain.empty())
    assert isinstance(getattr(store, "_tracker_store", store), ForgetfulTrackerStore)
    assert RemoteAction._validate_action_result is reply_validator._validate_action_result

    async def save_and_read() -> DialogueStateTracker | None:
        await store.save(DialogueStateTracker("someone", []))
        return await store.retrieve("someone")

    assert asyncio.run(save_and_read()) is None
