"""The tables. Schema changes are migrations in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as milliseconds since 1970 (UTC): the same in both engines."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("consented_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(32), ForeignKey("staff.id")),
    Column("waiting_since", Moment),
    Column("last_seq", Integer, nullable=False),
    Column("profile", JSON, nullable=False),
    Column("focus", JSON, nullable=False),
    Column("read_visitor", Integer, nullable=False),
    Column("read_counsellor", Integer, nullable=False),
    Column("source", String(100)),
    Index("ix_conversation_state", "state", "waiting_since"),
)
"""`source`: the host name of the site on which she began, as her browser told it; no address of a
page."""

message = Table(
    "message",
    metadata,
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("author", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answers", Integer),
    Column("client_id", String(36)),
    Column("payload", Text),
    Column("turn", String(16)),
    Column("text", Text, nullable=False),
    Column("topic", String(40)),
    Column("entry", Text),
    Column("body", JSON, nullable=False),
    UniqueConstraint("conversation_id", "client_id"),
    Index("ix_message_turn", "turn", "conversation_id", "seq"),
    Index("ix_message_at", "at"),
)

offer = Table(
    "offer",
    metadata,
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("payload", String(500), primary_key=True),
    Column("title", Text, nullable=False),
)
"""What Marie offered as quick replies: the only payloads that a visitor may send back."""

erased = Table(
    "erased",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("conversation_id", String(32), nullable=False),
    Column("erased_at", Moment, nullable=False),
)
"""Erased conversations answer 410 for 30 days; nothing else of them remains."""

lead = Table(
    "lead",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("created_at", Moment, nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("need", Text, nullable=False),
    Column("regions", JSON, nullable=False),
    Column("profile", JSON, nullable=False),
    Column("consent", Text, nullable=False),
    Column("organization", String(32), ForeignKey("organization.id")),
    Column("file", JSON),
    Column("owner", String(32), ForeignKey("staff.id")),
    Column("due_at", Moment, index=True),
    Column("due_what", String(32)),
    Column("shared_at", Moment),
    Column("answered_at", Moment),
    Column("outcome", String(32)),
    Column("settled_at", Moment),
)
"""`file`: what was passed on, field by field (`marie.domain.qualification`).

`owner`: the counsellor who follows it, None while only its organisation has it. `due_at`,
`due_what`: what must happen next, and by when; None once it is settled. `shared_at`: since when
every organisation may take it. `answered_at`: a person's first words. `settled_at`, `outcome`: how
it ended.
"""


def newest_lead_first(of: FromClause = lead) -> tuple[ColumnElement[Any], ...]:
    """How the leads of one conversation are ordered. At most one is open, and that one is the
    newest, also after the clock stepped back or where two were made at one instant."""
    return (of.c.settled_at.is_not(None), of.c.created_at.desc(), of.c.settled_at.desc(), of.c.id)


job = Table(
    "job",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("leased_by", String(32)),
    Column("leased_until", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("problem", Text),
)
"""Timed work, a row each: who is at it, and when it is due again (`marie.services.jobs`)."""

miss = Table(
    "miss",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("place", Text),
    Column("nearest", JSON, nullable=False),
)
"""What Marie did not understand, personal data masked, for the administrators."""

report = Table(
    "report",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("seq", Integer, nullable=False),
    Column("resource", String(200)),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment, index=True),
    Column("settled_by", String(32), ForeignKey("staff.id")),
)
"""Errors that visitors report in what Marie said (message `seq`, or one card of it)."""

organization = Table(
    "organization",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(100), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("organization", String(32), ForeignKey("organization.id")),
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("totp_seed", String(32)),
    Column("totp_since", Moment),
    Column("totp_step", Integer),
)
"""`totp_seed`: what the second factor's secret is derived from, with this installation's key;
`totp_since`: since when it is asked for; `totp_step`: the newest 30 seconds whose code was used."""

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("browser", Text),
    Column("address", Text),
)
"""`browser`: which one, by its family and system; `address`: the first parts of its address."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("staff_id", String(32)),
    Column("action", String(60), nullable=False),
    Column("subject", Text, nullable=False),
)
"""Who did what to which conversation or account: never what was said."""
