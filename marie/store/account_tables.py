"""The tables of the accounts beside `staff`: links by which people get in, codes, refused sign-ins.

Tokens and codes are stored hashed. Nothing here concerns a visitor.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

account_link = Table(
    "account_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), index=True),
    Column("name", Text),
    Column("email", Text),
    Column("role", String(16)),
    Column("organization", String(32), ForeignKey("organization.id")),
    Column("made_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
"""Links that let somebody in once. `kind`: `invitation`, which makes the account that `name`,
`email`, `role` and `organization` say, or `password`, a new password for `staff_id`."""

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", Moment),
)
"""What opens the account once when the telephone with the codes is lost."""

refused_sign_in = Table(
    "refused_sign_in",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_refused_sign_in_subject", "subject", "at"),
)
"""Attempts of the last hour that did not succeed, by account, address and browser: hashed."""
