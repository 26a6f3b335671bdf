"""Rasa's RulePolicy for rules of one step: a topic's action, then wait for the next message.

All of Marie's rules say so (`bot/data/rules`), and nothing is remembered between messages, so the
next action is one look at a table. It is made from what RulePolicy learned; whatever the table does
not have is left to RulePolicy.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, True)
class OneActionPolicy(RulePolicy):
    """`RulePolicy` with a table for rules of one action."""

    _actions: dict[str, str] | None = None

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The topic's action after a message, listening after an action."""
        action = self._next_action(tracker)
        if action is None:
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        return self._rule_prediction(self._prediction_result(action, tracker, domain), action)

    def _next_action(self, tracker: DialogueStateTracker) -> str | None:
        if tracker.active_loop_name is not None or tracker.latest_message is None:
            return None
        if self._actions is None:
            self._actions = actions_by_intent(self.lookup.get(RULES, {}))
        action = self._actions.get(tracker.latest_message.intent.get("name") or "")
        if action is None or tracker.latest_action_name in (ACTION_LISTEN_NAME, None):
            return action
        return ACTION_LISTEN_NAME if tracker.latest_action_name == action else None


def actions_by_intent(rules: dict[str, str]) -> dict[str, str]:
    """What RulePolicy learned of rules of one step: the action after each intent.

    `rules`: by the states before it, as JSON, the action that follows.
    """
    found = {}
    for states, action in rules.items():
        last = json.loads(states)[-1]
        intent = last.get(USER, {}).get(INTENT)
        previous = last.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        if intent and previous == ACTION_LISTEN_NAME and action != ACTION_LISTEN_NAME:
            found[intent] = action
    return found
