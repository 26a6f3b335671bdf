"""One look at a table gives what RulePolicy would find."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.one_action import OneActionPolicy, actions_by_intent

ROOT = Path(__file__).resolve().parents[3]


def rules() -> dict[str, str]:
    """Intent → action, as the rules say."""
    found = {}
    for path in sorted((ROOT / "bot" / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intent, action = rule["steps"]
            found[intent["intent"]] = action["action"]
    return found


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(ROOT / "domain.yml")


@pytest.fixture(scope="module")
def policies(
    domain: Domain, tmp_path_factory: pytest.TempPathFactory
) -> tuple[OneActionPolicy, RulePolicy]:
    """Ours and Rasa's own, trained on the same rules."""
    trackers = []
    for intent, action in rules().items():
        tracker = TrackerWithCachedStates.from_events(
            intent,
            evts=[
                ActionExecuted(ACTION_LISTEN_NAME),
                UserUttered(intent={"name": intent}),
                ActionExecuted(action),
                ActionExecuted(ACTION_LISTEN_NAME),
            ],
            domain=domain,
            slots=domain.slots,
            is_rule_tracker=True,
        )
        trackers.append(tracker)
    storage = LocalModelStorage(tmp_path_factory.mktemp("model"))
    made = []
    for kind in (OneActionPolicy, RulePolicy):
        config = kind.get_default_config() | {"core_fallback_action_name": "action_fallback"}
        context = ExecutionContext(GraphSchema({}))
        policy = kind.create(config, storage, Resource(kind.__name__), context)
        policy.train(trackers, domain)
        made.append(policy)
    return made[0], made[1]


def after(domain: Domain, *events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", list(events), slots=domain.slots)


def test_table_has_every_rule(policies: tuple[OneActionPolicy, RulePolicy]) -> None:
    assert actions_by_intent(policies[0].lookup["rules"]) == rules()


def test_next_action_is_the_one_that_rasas_policy_takes(
    policies: tuple[OneActionPolicy, RulePolicy], domain: Domain
) -> None:
    ours, rasas = policies
    for intent, action in [*rules().items(), ("unheard_of", "action_fallback")]:
        said = (ActionExecuted(ACTION_LISTEN_NAME), UserUttered(intent={"name": intent}))
        for events in (said, (*said, ActionExecuted(action))):
            tracker = after(domain, *events)
            expected = rasas.predict_action_probabilities(tracker, domain)
            found = ours.predict_action_probabilities(tracker, domain)
            assert found.probabilities == expected.probabilities, intent
            assert found.events == expected.events
