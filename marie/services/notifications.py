"""Who is told of what: by e-mail, and by webhook. Nothing personal is in either, only a link.

These functions write what is to be sent in the caller's transaction, so that what is told happened
and what happened is told; `mailing` and `webhooks` send it. The same `key` again sends nothing
again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId
from marie.domain.notices import SECRET, Attachment, Kind
from marie.store import notifications as mails
from marie.store import webhooks

__all__ = ["Attachment", "Kind", "notify_address", "notify_organization", "notify_staff"]


@dataclass(frozen=True, kw_only=True)
class _Event:
    kind: Kind
    path: str
    key: str
    now: datetime
    conversation_id: ConversationId | None


async def notify_staff(
    connection: AsyncConnection,
    staff_id: StaffId,
    kind: Kind,
    *,
    path: str,
    key: str,
    now: datetime,
    conversation_id: ConversationId | None = None,
    attachment: Attachment | None = None,
) -> None:
    """Tell one member of the staff, if she has an address and did not refuse this kind.

    `path`: of the link, on this host. With `conversation_id` what was not sent yet goes with it
    when the visitor erases.
    """
    event = _Event(kind=kind, path=path, key=key, now=now, conversation_id=conversation_id)
    await _mail(connection, staff_id, event, attachment)
    await _tell_webhooks(connection, event)


async def notify_organization(
    connection: AsyncConnection,
    organization: str | None,
    kind: Kind,
    *,
    path: str,
    key: str,
    now: datetime,
    conversation_id: ConversationId | None = None,
) -> None:
    """Tell every active member of an organisation; everybody for None, the common queue."""
    event = _Event(kind=kind, path=path, key=key, now=now, conversation_id=conversation_id)
    for staff_id in await mails.members(connection, organization):
        await _mail(connection, staff_id, event)
    await _tell_webhooks(connection, event)


async def notify_address(
    connection: AsyncConnection,
    address: str,
    kind: Kind,
    *,
    path: str,
    key: str,
    now: datetime,
    conversation_id: ConversationId | None = None,
    attachment: Attachment | None = None,
) -> None:
    """Tell somebody who has no account, at an e-mail address. Webhooks hear nothing of it: the
    link may let whoever has it in."""
    await mails.add(
        connection,
        notification_id=made_id(key, address),
        kind=kind,
        address=address,
        conversation_id=conversation_id,
        path=path,
        attachment=attachment,
        now=now,
    )


def made_id(key: str, recipient: str) -> str:
    """Always the same for one key and recipient, and says nothing of either."""
    return hashlib.sha256(f"{key}\n{recipient}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def _mail(
    connection: AsyncConnection,
    staff_id: StaffId,
    event: _Event,
    attachment: Attachment | None = None,
) -> None:
    if await mails.wants(connection, staff_id, event.kind):
        await mails.add(
            connection,
            notification_id=made_id(event.key, staff_id),
            kind=event.kind,
            staff_id=staff_id,
            conversation_id=event.conversation_id,
            path=event.path,
            attachment=attachment,
            now=event.now,
        )


async def _tell_webhooks(connection: AsyncConnection, event: _Event) -> None:
    if event.kind in SECRET:
        return
    for each in await webhooks.listed(connection):
        if event.kind in each.kinds:
            await webhooks.add_delivery(
                connection,
                delivery_id=made_id(event.key, each.id),
                webhook_id=each.id,
                kind=event.kind,
                conversation_id=event.conversation_id,
                path=event.path,
                now=event.now,
            )
