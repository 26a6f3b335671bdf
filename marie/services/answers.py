"""What an answer changes: Marie's words in the log, a lead, a seat, an appointment, a miss.

All of it in the transaction of who calls, so that an answer and what it decided are there together
or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock, local_date
from marie.domain.appointments import AppointmentRequest
from marie.domain.conversation import Conversation, ConversationId
from marie.domain.events import EventRequest
from marie.domain.following import Outcome
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import Content, Message, Turn
from marie.domain.replies import Reply
from marie.knowledge.waiting import Terms
from marie.rasa.client import TurnRequest
from marie.services import appointments, assignment, events, following, notifications, visitor
from marie.services.appointments import Voice
from marie.store import consents, conversations, holes, leads

HANDOFF_PAYLOAD = "/handoff"


class Answers:
    """Writes answers.

    `notice` gives what Marie says to a text when she cannot think, `handed_over` what she says when
    the visitor then asks for a person, `terms` is what is known of the organisations that get leads
    and how long these may wait, `voice` says so and makes appointments' files.
    """

    def __init__(
        self,
        *,
        marie: str,
        notice: Callable[[str], Content],
        handed_over: Callable[[], Content],
        clock: Clock,
        terms: Terms = following.TERMS,
        voice: Voice = appointments.SILENT,
    ) -> None:
        self._marie = marie
        self._notice = notice
        self._handed_over = handed_over
        self._clock = clock
        self._terms = terms
        self._voice = voice

    async def still_owed(
        self, connection: AsyncConnection, conversation_id: ConversationId, seq: int
    ) -> Conversation | None:
        """The conversation if the turn is still Marie's; it then counts as answered."""
        conversation = await conversations.load(connection, conversation_id, lock=True)
        turn = Turn.ANSWERED if conversation.marie_answers() else Turn.COUNSELLOR
        owed = await conversations.take_turn(connection, conversation_id, seq, turn)
        return conversation if owed and turn is Turn.ANSWERED else None

    async def save(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        turn: TurnRequest,
        reply: Reply,
    ) -> tuple[Message, ...]:
        """Write what the reply decided; Marie's messages as they stand in the log."""
        told: list[Message] = []
        said = reply.messages
        if reply.handover is not None:
            conversation = await self._hand_over(connection, conversation, reply.handover)
            said = await self._with_wait(connection, conversation, said)
        if reply.event is not None:
            said = (*said, await self._decide(connection, conversation, reply.event))
        if reply.appointment is not None:
            said = (*said, await self._arrange(connection, conversation, reply.appointment))
        for content in said:
            conversation, message = await self._say(
                connection, conversation, content, answers=turn.seq
            )
            told.append(message)
        profile = visitor.kept_profile(conversation.profile, turn.profile, reply.profile)
        conversation = replace(conversation, focus=reply.focus, profile=profile)
        if reply.withdraw and visitor.is_waiting(conversation):
            now = self._clock()
            await assignment.give_back(connection, conversation, now=now)
            await appointments.give_up(
                connection, conversation, now=now, terms=self._terms, voice=self._voice
            )
            await following.settled(connection, conversation.id, outcome=Outcome.WITHDREW, now=now)
            conversation = conversation.withdraw()
        if reply.miss is not None:
            await leads.add_miss(
                connection,
                miss_id=secrets.token_hex(16),
                conversation_id=conversation.id,
                at=self._clock(),
                text=reply.miss.text,
                place=reply.miss.place,
                nearest=reply.miss.nearest,
            )
        if reply.looked_up is not None:
            await holes.count(connection, reply.looked_up, day=local_date(self._clock()))
        await conversations.save(connection, conversation)
        return tuple(told)

    async def _arrange(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        request: AppointmentRequest,
    ) -> Content:
        """What Marie says of a wait, a call-back or an appointment, once it is known."""
        now, voice = self._clock(), self._voice
        decided = await appointments.decide(
            connection, conversation, request, now=now, terms=self._terms, voice=voice
        )
        return voice.say(decided, bool(conversation.profile.get(visitor.SIMPLE)))

    async def _with_wait(
        self, connection: AsyncConnection, conversation: Conversation, said: Sequence[Content]
    ) -> tuple[Content, ...]:
        """What Marie says of a hand-over, with how long she who asked may wait."""
        decided = await appointments.welcome(
            connection, conversation, now=self._clock(), terms=self._terms
        )
        if decided is None or not said:
            return tuple(said)
        wait = self._voice.say(decided, bool(conversation.profile.get(visitor.SIMPLE)))
        buttons = (*said[-1].quick_replies, *wait.quick_replies)
        last = replace(
            said[-1], text=f"{said[-1].text}\n\n{wait.text}".strip(), quick_replies=buttons
        )
        return (*said[:-1], last)

    async def _decide(
        self, connection: AsyncConnection, conversation: Conversation, request: EventRequest
    ) -> Content:
        """What Marie says of a registration, once it is known who has the seat."""
        now = self._clock()
        outcome, rank = await events.decide(connection, conversation.id, request, now=now)
        if outcome in ("seat", "waiting"):
            await consents.give(
                connection, conversation.id, purpose="event", text=request.consent, at=now
            )
        content = request.outcomes[outcome]
        return replace(content, text=content.text.replace("{rank}", str(rank)))

    async def _say(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        content: Content,
        *,
        answers: int,
    ) -> tuple[Conversation, Message]:
        conversation = replace(conversation, last_seq=conversation.last_seq + 1)
        message = Message(
            seq=conversation.last_seq,
            author="marie",
            name=self._marie,
            at=self._clock(),
            answers=answers,
            content=content,
        )
        await conversations.append(connection, conversation.id, message)
        return conversation, message

    async def _hand_over(
        self, connection: AsyncConnection, conversation: Conversation, request: HandoverRequest
    ) -> Conversation:
        now = self._clock()
        lead = Lead(
            id=secrets.token_hex(16),
            conversation_id=conversation.id,
            created_at=now,
            request=request,
        )
        await leads.add(connection, lead)
        await consents.give(
            connection, conversation.id, purpose="lead", text=request.consent, at=now
        )
        organization = await assignment.assign(
            connection, lead, organizations=self._terms.organizations
        )
        await following.opened(connection, conversation.id, now=now, terms=self._terms)
        await notifications.notify_organization(
            connection,
            organization,
            "new_lead",
            path=f"/console/conversations/{conversation.id}",
            key=f"new_lead {lead.id}",
            now=now,
            conversation_id=conversation.id,
        )
        return conversation.ask_for_person(now)

    async def say_that_rasa_is_away(
        self, connection: AsyncConnection, conversation_id: ConversationId
    ) -> bool:
        """Once per message: an honest sentence; a pressed « parler à une personne » is obeyed.

        Whether there was anything to say.
        """
        conversation = await conversations.load(connection, conversation_id, lock=True)
        if not conversation.marie_answers():
            return False
        said = False
        for message in await conversations.messages_after(connection, conversation_id):
            if message.turn is not Turn.PENDING:
                continue
            if message.payload == HANDOFF_PAYLOAD:
                notice = self._handed_over()
                conversation, _ = await self._say(
                    connection, conversation, notice, answers=message.seq
                )
                request = HandoverRequest(
                    name=None,
                    email=None,
                    phone=None,
                    need=message.content.text,
                    regions=(),
                    profile=conversation.profile,
                    consent=notice.text,
                )
                conversation = await self._hand_over(connection, conversation, request)
                await conversations.mark_turn(
                    connection, conversation_id, message.seq, Turn.ANSWERED
                )
                said = True
            elif not await conversations.answers_to(connection, conversation_id, message.seq):
                notice = self._notice(message.content.text)
                conversation, _ = await self._say(
                    connection, conversation, notice, answers=message.seq
                )
                said = True
        await conversations.save(connection, conversation)
        return said
