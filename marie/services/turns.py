"""Marie's turns: every visitor's message that is owed an answer gets exactly one, in order.

One worker a conversation takes its pending messages one after the other: ask Rasa, then append the
answer, the lead and the new state in one transaction. That transaction first checks that the
message is still Marie's to answer: somebody may have claimed the conversation meanwhile (the reply
is then discarded and never replayed), the visitor may have erased it, or another process may have
answered. So running a turn twice is harmless, and a start after a crash simply takes up what is
pending.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, TypeVar

from marie import logs
from marie.clock import Clock
from marie.domain.conversation import Conversation, ConversationId
from marie.domain.messages import Message, Turn
from marie.domain.replies import Reply
from marie.rasa.client import RasaClient, RasaUnavailable, TurnRequest
from marie.services.answers import Answers
from marie.services.live import Answered, Changed, Hub, Signal, Typing
from marie.services.masking import NOTHING_KEPT
from marie.services.visitor import Received
from marie.store import conversations
from marie.store.engine import Database

log = logging.getLogger(__name__)

GRACE = 4.0
"""Seconds during which Rasa may be away (a restart) before Marie says so."""

LATE = 12.0
"""Seconds after which she says so although Rasa may still answer, or be asked in the end."""

RETRY = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
"""Seconds between attempts; the last one repeats."""

MASKED_WITHIN = 5.0
"""Seconds that an answer may wait until names in a miss are hidden; then none of it is kept."""

AT_ONCE = 16
"""Turns that Rasa works on at the same time; more only make each slower."""

T = TypeVar("T")


TurnOutcome = Literal[
    "answered", "asked_back", "missed", "out_of_scope", "handed_over", "discarded"
]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a turn went.

    `seconds` by stage: "queue" until Rasa is asked, "rasa" with its actions, "actions" alone,
    "save" for the transaction that answers, "whole" from the visitor's message to Marie's.
    """

    outcome: TurnOutcome
    topic: str
    seconds: Mapping[str, float]


class _Closing(Exception):
    """The process stops."""


class Turns:
    """The workers of this process.

    `answers` writes what Rasa said, `mask` hides personal data in what is kept of a miss (in a
    thread), `seats_changed` hears that somebody registered for an event or left one.
    """

    def __init__(
        self,
        database: Database,
        rasa: RasaClient,
        hub: Hub,
        answers: Answers,
        *,
        marie: str,
        mask: Callable[[str], str],
        clock: Clock,
        grace: float = GRACE,
        seats_changed: Callable[[], None] = lambda: None,
        report: Callable[[Report], None] = lambda _report: None,
    ) -> None:
        self._database = database
        self._seats_changed = seats_changed
        self._report = report
        self._rasa = rasa
        self._hub = hub
        self._answers = answers
        self._marie = marie
        self._mask = mask
        self._clock = clock
        self._grace = grace
        self._workers: dict[ConversationId, asyncio.Task[None]] = {}
        self._woken: set[ConversationId] = set()
        self._closing = asyncio.Event()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    def wake(
        self,
        conversation_id: ConversationId,
        next_turn: tuple[Conversation, Message] | None = None,
    ) -> None:
        """See to it that the conversation's pending messages are answered.

        `next_turn`: the first of them with its conversation, when the caller just wrote both.
        """
        if conversation_id in self._workers:
            self._woken.add(conversation_id)
        elif not self._closing.is_set():
            turn = None if next_turn is None else _request(*next_turn)
            task = asyncio.create_task(self._work(conversation_id, turn))
            self._workers[conversation_id] = task

    async def recover(self, *, owed_for: timedelta = timedelta(0)) -> int:
        """Take up every turn that another process left unanswered; how many conversations.

        `owed_for`: only those that are owed so long, for another process may be at the others; and
        those from the future, which a clock that was set back left: nobody knows how long ago.
        """
        now = self._clock()
        async with self._database.read() as connection:
            waiting = await conversations.conversations_with_pending(
                connection, before=now - owed_for, after=now + owed_for
            )
        for conversation_id in waiting:
            self.wake(conversation_id)
        return len(waiting)

    async def close(self) -> None:
        """Stop; what is pending stays pending in the log. No transaction is cut in the middle."""
        self._closing.set()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    @property
    def running(self) -> int:
        """How many conversations are being answered."""
        return len(self._workers)

    async def wait_answered(
        self, conversation_id: ConversationId, received: Received, seconds: float
    ) -> Sequence[Message] | None:
        """Wake; what Marie says to the message, once she has said it, within `seconds`.

        None when a counsellor has the conversation or the time ran out. An answer may also be that
        she cannot answer yet.
        """
        seq, deadline = received.seq, time.monotonic() + seconds
        with self._hub.listen(conversation_id) as signals:
            if received.owed:
                self.wake(conversation_id, received.next_turn)
            answered = await self._heard(signals, seq, deadline) if received.next_turn else None
            while answered is None:
                async with self._database.read() as connection:
                    asked, answers = await conversations.exchange(connection, conversation_id, seq)
                if asked is None or asked.turn is Turn.COUNSELLOR:
                    return None
                if answers or asked.turn is Turn.ANSWERED:
                    return answers
                answered = await self._heard(signals, seq, deadline)
            return answered.messages if isinstance(answered, Answered) else None

    async def _heard(
        self, signals: asyncio.Queue[Signal], seq: int, deadline: float
    ) -> Answered | Literal["late"] | None:
        """The answer to message `seq` if this process gives it; None: something changed, look."""
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                while True:
                    signal = await signals.get()
                    if isinstance(signal, Changed):
                        return None
                    if isinstance(signal, Answered) and signal.seq == seq:
                        return signal
        except TimeoutError:
            return "late"

    async def _work(self, conversation_id: ConversationId, known: TurnRequest | None) -> None:
        """Answer until nothing is owed; `known`: the first turn, when it need not be read."""
        attempts, asking_since = 0, time.monotonic()
        try:
            while True:
                self._woken.discard(conversation_id)
                try:
                    turn = known or await self._next(conversation_id)
                    if turn is None:
                        break
                    with logs.about(request=turn.request, conversation=turn.conversation_id):
                        async with self._honest(conversation_id):
                            await self._answer(turn)
                    if known is not None and conversation_id not in self._woken:
                        break  # it was all that was owed, and nobody has called since
                    known, attempts, asking_since = None, 0, time.monotonic()
                    continue
                except RasaUnavailable as error:
                    log.warning("no answer from Rasa for a turn: %s", error)
                    # A server that hangs fails after a long time: no grace comes on top of it.
                    if time.monotonic() - asking_since >= self._grace:
                        await self._say_that_rasa_is_away(conversation_id)
                except (conversations.UnknownConversation, _Closing):
                    raise
                except Exception:
                    log.exception("a turn failed; it stays pending and is tried again")
                known = None  # what else came in meanwhile is owed too
                await self._unless_closing(asyncio.sleep(RETRY[min(attempts, len(RETRY) - 1)]))
                attempts += 1
        except (conversations.UnknownConversation, _Closing):
            pass  # erased meanwhile: nothing is owed any more; or taken up at the next start
        except Exception:
            log.exception("a conversation's worker stopped")
        finally:
            del self._workers[conversation_id]
        # A message may have come in after the last look: its `wake` found this worker.
        if conversation_id in self._woken:
            self._woken.discard(conversation_id)
            self.wake(conversation_id)

    @asynccontextmanager
    async def _honest(self, conversation_id: ConversationId) -> AsyncIterator[None]:
        """Who waits `LATE` seconds during the block is told that it takes long."""
        telling: list[asyncio.Task[None]] = []

        def tell() -> None:
            telling.append(asyncio.create_task(self._say_that_rasa_is_away(conversation_id)))

        timer = asyncio.get_running_loop().call_later(LATE, tell)
        try:
            yield
        finally:
            timer.cancel()
            # Not cancelled: a transaction would be cut. What it raises, the turn itself meets too.
            await asyncio.gather(*telling, return_exceptions=True)

    async def _unless_closing(self, wait: Coroutine[Any, Any, T]) -> T:
        """What `wait` returns; `_Closing` as soon as this process stops."""
        task = asyncio.create_task(wait)
        closing = asyncio.create_task(self._closing.wait())
        await asyncio.wait((task, closing), return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if task.done():
            return task.result()
        task.cancel()
        raise _Closing

    async def _next(self, conversation_id: ConversationId) -> TurnRequest | None:
        async with self._database.read() as connection:
            message = await conversations.next_pending(connection, conversation_id)
            if message is None:
                return None
            conversation = await conversations.load(connection, conversation_id)
        return _request(conversation, message)

    async def _answer(self, turn: TurnRequest) -> None:
        conversation_id = ConversationId(turn.conversation_id)
        self._hub.send(conversation_id, Typing("marie", self._marie))
        async with self._at_once:
            asked = time.perf_counter()
            # Clocks step: a time before nothing is none.
            queued = max(0.0, (self._clock() - turn.said_at).total_seconds())
            reply = await self._unless_closing(self._rasa.ask(turn))
        answered = time.perf_counter()
        if reply.miss is not None:
            masked = await self._masked(reply.miss.text)
            reply = replace(reply, miss=replace(reply.miss, text=masked))
        async with self._database.write() as connection:
            conversation = await self._answers.still_owed(connection, conversation_id, turn.seq)
            said = None
            if conversation is not None:
                said = await self._answers.save(connection, conversation, turn, reply)
        if said is not None:
            self._hub.send(conversation_id, Answered(turn.seq, said))
        self._hub.changed(conversation_id)
        if reply.event is not None:
            self._seats_changed()
        saved = time.perf_counter()
        self._tell_how_it_went(
            turn,
            reply,
            discarded=conversation is None,
            seconds={
                "queue": queued,
                "rasa": answered - asked,
                "actions": float(reply.understood.get("seconds", 0.0)),
                "save": saved - answered,
                "whole": queued + saved - asked,
            },
        )

    async def _masked(self, text: str) -> str:
        """Off the loop: recognising names takes a language model, which may still be loading."""
        try:
            async with asyncio.timeout(MASKED_WITHIN):
                return await asyncio.to_thread(self._mask, text)
        except TimeoutError:
            return NOTHING_KEPT

    def _tell_how_it_went(
        self, turn: TurnRequest, reply: Reply, *, discarded: bool, seconds: Mapping[str, float]
    ) -> None:
        topic = reply.messages[-1].topic or "" if reply.messages else ""
        outcome: TurnOutcome = "discarded" if discarded else _outcome(reply, topic)
        whole = round(seconds["whole"], 4)
        extra = {"seq": turn.seq, "topic": topic, "outcome": outcome, "seconds": whole}
        log.info("answered", extra=extra)
        self._report(Report(outcome=outcome, topic=topic, seconds=seconds))

    async def _say_that_rasa_is_away(self, conversation_id: ConversationId) -> None:
        async with self._database.write() as connection:
            said = await self._answers.say_that_rasa_is_away(connection, conversation_id)
        if said:
            self._hub.changed(conversation_id)


def _request(conversation: Conversation, message: Message) -> TurnRequest:
    return TurnRequest(
        conversation_id=conversation.id,
        seq=message.seq,
        said_at=message.at,
        text=message.content.text,
        payload=message.payload,
        profile=conversation.profile,
        focus=conversation.focus,
        state=conversation.state.value,
        request=secrets.token_hex(8),
    )


def _outcome(reply: Reply, topic: str) -> TurnOutcome:
    if reply.handover is not None:
        return "handed_over"
    if topic == "out_of_scope":
        return "out_of_scope"
    if reply.miss is not None:
        return "missed"
    return "asked_back" if topic == "clarify" else "answered"
