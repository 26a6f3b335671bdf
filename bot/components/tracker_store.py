"""A tracker store that keeps nothing between messages.

All that a turn depends on comes with it in `metadata` and leaves in the reply's `custom` payload
(DESIGN §1), so Rasa's own memory of a conversation would only be a second, slower and unerasable
copy. Without it a turn costs the same at message 5 and at message 500, a turn may be sent again
after a crash, any Rasa process can answer any conversation, and erasing a conversation has nothing
to reach here.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components import faster_rasa
from marie import logs

log = logging.getLogger(__name__)


class ForgetfulTrackerStore(TrackerStore):
    """Every message meets a new tracker."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        # Rasa passes the place of a database on; there is none.
        kwargs.pop("host", None)
        super().__init__(domain, event_broker, **kwargs)
        # Rasa builds its tracker store once: after it set its own logs, before it answers.
        faster_rasa.install()
        if logs.PROCESS in os.environ:
            logs.configure()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep nothing; say how the message was read, for whoever follows a turn in the logs."""
        message = tracker.latest_message
        if message is None or tracker.latest_action_name != ACTION_LISTEN_NAME:
            return
        metadata = message.metadata or {}
        intent = message.intent or {}
        with logs.about(
            request=metadata.get("request"), conversation=metadata.get("conversation_id")
        ):
            log.info("read", extra={"seq": metadata.get("seq"), "intent": intent.get("name")})

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """There is never anything."""
        return None
