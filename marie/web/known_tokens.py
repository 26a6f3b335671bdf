"""Tokens that were right a moment ago, so that not every message asks the database again.

A token never changes, and whoever takes a message in still looks for the conversation: one that was
erased meanwhile is not found there. Only the hash is kept, in memory, for a few minutes.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict

from marie.domain.conversation import ConversationId

LASTS = 300.0
"""Seconds."""

MOST = 20_000
"""Conversations remembered; the one not seen for longest goes first."""


class KnownTokens:
    """The tokens' hashes of this process, by conversation."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def find(self, conversation_id: str, token_hash: str) -> ConversationId | None:
        """The conversation if this token opened it within `LASTS` seconds."""
        known, at = self._known.get(conversation_id, ("", 0.0))
        if time.monotonic() - at > LASTS or not hmac.compare_digest(known, token_hash):
            return None
        self._known.move_to_end(conversation_id)
        return ConversationId(conversation_id)

    def add(self, conversation_id: ConversationId, token_hash: str) -> None:
        """This token was found right now."""
        self._known[conversation_id] = (token_hash, time.monotonic())
        self._known.move_to_end(conversation_id)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def forget(self, conversation_id: str) -> None:
        """Ask the database again."""
        self._known.pop(conversation_id, None)
