"""Changes what Marie knows: drafts, second looks, publications, and the way back.

A revision is written once and its state moves on; the database has them all. What is published is
laid over `knowledge/` for every process (`marie.knowledge.overlay`) as soon as the transaction that
publishes it is committed. Nobody publishes over what they did not see: a revision says on which one
it is based, and when another is spoken by then it is refused and shown (`ChangedMeanwhile`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock, local_date
from marie.domain.people import Staff
from marie.knowledge.checking import Rules, check_item, check_withdrawal
from marie.knowledge.items import Content, Item, Mistake, Versioned
from marie.knowledge.library import LiveLibrary
from marie.knowledge.overlay import (
    OVERLAY,
    Published,
    Stamp,
    overlay_stamp,
    overlay_version,
    write_overlay,
)
from marie.knowledge.revisions import Origin, Revision, State, merged
from marie.store import revisions as store
from marie.store import staff as accounts
from marie.store.engine import Database

OPEN_FOR = timedelta(minutes=3)
"""Whoever did not say for this long that a form is open has left it."""

SEEN_FOR = timedelta(seconds=30)
"""A form that says again within this that it is open is not written down again."""

MAX_WHY = 500
AHEAD = timedelta(days=3 * 366)
"""The furthest day for which something may be scheduled."""


class UnknownRevision(Exception):
    """There is no such revision, or not of this item."""


class NotOpen(Exception):
    """The revision was published, replaced or set aside meanwhile."""


class ChangedMeanwhile(Exception):
    """Somebody else published, or wrote on: `theirs` (None: what ships), `ours` was kept."""

    def __init__(self, theirs: Revision | None, ours: int | None = None) -> None:
        self.theirs = theirs
        self.ours = ours
        super().__init__(theirs and theirs.id)


class HasMistakes(Exception):
    """It cannot be said like this: `mistakes`, by field."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(each.sentence for each in mistakes))


class BadMoment(Exception):
    """A publication cannot begin or end then: `field` ("publish_at", "expires_at"), `reason`
    ("past", "far", "before")."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(field, reason)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An item now. `content`: what is said, None when nothing is; `ground`: what a form that is
    opened now is based on; `revision`: the publication that is said, None for what ships."""

    content: Content | None
    ground: str
    revision: Revision | None


class Revisions:
    """What may be done with the items of one Marie."""

    def __init__(
        self, database: Database, live: LiveLibrary, rules: Rules, data: Path, *, clock: Clock
    ) -> None:
        """`live`: what is said, by this process; `data`: MARIE_DATA."""
        self.database = database
        self.live = live
        self.rules = rules
        self._folder = data / OVERLAY
        self._clock = clock
        self._writing = asyncio.Lock()
        self._written: tuple[int, Stamp | None] | None = None

    def item(self, kind: Versioned, item_id: str) -> Item | None:
        """What is said of an item now; None for an event, which `marie.services.events` knows."""
        return None if kind == "event" else self.live.items[kind].get(item_id)

    def check(self, kind: Versioned, item_id: str, content: Content | None) -> list[Mistake]:
        """What is wrong with an item, among all others as they are now; `content` None: without
        it. An event is checked where it is changed, with the seats that are taken."""
        if kind == "event":
            return []
        library = self.live.current()
        items = self.live.items
        if content is None:
            return check_withdrawal(kind, item_id, library=library, items=items, rules=self.rules)
        return check_item(
            Item(kind=kind, id=item_id, content=content),
            library=library,
            items=items,
            rules=self.rules,
            today=local_date(self._clock()),
        )

    async def standing(self, kind: Versioned, item_id: str) -> Standing:
        """An item now, for a form."""
        async with self.database.read() as connection:
            revision = await store.spoken(connection, kind, item_id)
        if revision is not None:
            content, ground = revision.content, str(revision.id)
        else:
            content = self._shipped(kind, item_id)
            ground = content_mark(content)
        return Standing(content=content, ground=ground, revision=revision)

    async def save(
        self,
        kind: Versioned,
        item_id: str,
        content: Content | None,
        *,
        by: Staff | None,
        why: str,
        ground: str,
        draft: int | None = None,
        origin: Origin = "form",
    ) -> int:
        """Keep a draft, right or wrong; its number.

        `ground`: what the form was based on; `draft`: the open revision that this one goes on from.
        When somebody else went on from that one, this one is kept beside it and `ChangedMeanwhile`
        says both.
        """
        now = self._clock()
        theirs: Revision | None = None
        async with self.database.write() as connection:
            await store.lock(connection)
            before = await store.read(connection, draft) if draft is not None else None
            if before is not None and (before.kind, before.item) != (kind, item_id):
                raise UnknownRevision
            if before is not None and not before.is_open:
                newest = await store.history(connection, kind, item_id)
                theirs = next((each for each in newest if each.id > before.id), before)
            based_on = await self._based_on(connection, kind, item_id, ground, now)
            number = await store.add(
                connection,
                kind=kind,
                item=item_id,
                content=content,
                state=State.DRAFT,
                origin=origin,
                why=why[:MAX_WHY],
                based_on=before.based_on if before is not None else based_on,
                staff_id=by.id if by else None,
                at=now,
            )
            if before is not None and before.is_open:
                await store.move(
                    connection, before.id, State.REPLACED, by=by.id if by else None, at=now
                )
            await self._record(connection, "draft", (kind, item_id), by, now)
        if theirs is not None:
            raise ChangedMeanwhile(theirs, number)
        return number

    async def publish(
        self,
        revision_id: int,
        *,
        by: Staff,
        at: datetime | None = None,
        until: datetime | None = None,
    ) -> State:
        """Say a revision from the next question on, or from `at`; until `until`, if that is set.

        `HasMistakes`, `BadMoment`, `ChangedMeanwhile` or `NotOpen`: then nothing changed.
        """
        now = self._clock()
        _check_moments(now, at, until)
        async with self.database.write() as connection:
            await store.lock(connection)
            revision = await self._open_one(connection, revision_id)
            if revision.kind == "event":
                raise UnknownRevision  # its row is changed with it, by `marie.services.events`
            self._check(revision)
            ground = await self._ground(connection, revision.kind, revision.item, now)
            if revision.based_on != ground:
                theirs = None if ground is None else await store.read(connection, ground)
                raise ChangedMeanwhile(theirs, revision.id)
            if at is not None:
                await store.move(
                    connection,
                    revision.id,
                    State.SCHEDULED,
                    by=by.id,
                    at=now,
                    publish_at=at,
                    expires_at=until,
                )
                await self._record(connection, "schedule", revision.key, by, now)
                return State.SCHEDULED
            await self._say(connection, revision, by=by, now=now, until=until)
        await self.write()
        return State.PUBLISHED

    async def ask_review(self, revision_id: int, *, by: Staff) -> None:
        """Ask for a second look before it is said."""
        await self._move(revision_id, State.REVIEW, "ask_review", by)

    async def give_back(self, revision_id: int, *, by: Staff, note: str) -> None:
        """Back to its author, with a note; what was scheduled is no longer."""
        await self._move(revision_id, State.DRAFT, "give_back", by, note)

    async def publish_or_discard(self, revision_id: int, *, by: Staff) -> None:
        """Publish what was written in one go; what cannot be published leaves no draft behind."""
        try:
            await self.publish(revision_id, by=by)
        except Exception:
            await self.discard(revision_id, by=by)
            raise

    async def discard(self, revision_id: int, *, by: Staff) -> None:
        """Set an open revision aside; it stays in the history."""
        await self._move(revision_id, State.DISCARDED, "discard", by)

    async def restore(self, revision_id: int, *, by: Staff, why: str) -> int:
        """A draft with what an earlier revision said; its number."""
        async with self.database.read() as connection:
            revision = await store.read(connection, revision_id)
        if revision is None:
            raise UnknownRevision
        standing = await self.standing(revision.kind, revision.item)
        return await self.save(
            revision.kind,
            revision.item,
            revision.content,
            by=by,
            why=why,
            ground=standing.ground,
            origin="restore",
        )

    async def rebase(self, revision_id: int, *, by: Staff) -> tuple[int, list[str]]:
        """Put an open revision over what is said by now: a new draft, and the fields that both
        wrote (in which this revision stands)."""
        now = self._clock()
        async with self.database.write() as connection:
            await store.lock(connection)
            ours = await self._open_one(connection, revision_id)
            content, conflicts, ground = await self._rebased(connection, ours, now)
            number = await store.add(
                connection,
                kind=ours.kind,
                item=ours.item,
                content=content,
                state=State.DRAFT,
                origin="merge",
                why=ours.why,
                based_on=ground,
                staff_id=by.id,
                at=now,
            )
            await store.move(connection, ours.id, State.REPLACED, by=by.id, at=now)
        return number, conflicts

    async def history(self, kind: Versioned, item_id: str) -> list[Revision]:
        """Every revision of an item, the newest first."""
        async with self.database.read() as connection:
            return await store.history(connection, kind, item_id)

    async def read(self, revision_id: int) -> Revision:
        """One revision; `UnknownRevision`."""
        async with self.database.read() as connection:
            revision = await store.read(connection, revision_id)
        if revision is None:
            raise UnknownRevision
        return revision

    async def open_ones(
        self, kind: Versioned | None = None, item_id: str | None = None
    ) -> list[Revision]:
        """Drafts, what waits for a second look and what is scheduled."""
        async with self.database.read() as connection:
            return await store.open_ones(connection, kind, item_id)

    async def see(self, kind: Versioned, item_id: str, *, by: Staff) -> list[store.Opened]:
        """Say that the form is open; who else has it open."""
        now = self._clock()
        async with self.database.read() as connection:
            found = await store.opened(connection, kind, item_id, since=now - OPEN_FOR)
        if not any(each.staff_id == by.id and each.seen_at > now - SEEN_FOR for each in found):
            async with self.database.write() as connection:
                await store.see(connection, kind, item_id, by.id, at=now)
        return [each for each in found if each.staff_id != by.id]

    async def leave(self, kind: Versioned, item_id: str, *, by: Staff) -> None:
        """The form is closed."""
        async with self.database.write() as connection:
            await store.leave(connection, kind, item_id, by.id)

    async def run_due(self) -> None:
        """Publish what is scheduled and take back what expired, each in its own transaction."""
        async with self.database.read() as connection:
            due = await store.due(connection, self._clock())
        for revision_id in due:
            await self._run_one(revision_id)
        await self.write()

    async def write(self) -> bool:
        """Lay what the database says over the files, unless it lies there already."""
        async with self._writing:
            async with self.database.read() as connection:
                version = await store.version(connection)
                if self._written == (version, overlay_stamp(self._folder)):
                    return False
                found = await store.all_spoken(connection)
            changed = version != (await asyncio.to_thread(overlay_version, self._folder) or 0)
            if changed:
                items: dict[str, dict[str, Content | None]] = {}
                for each in found:
                    items.setdefault(each.kind, {})[each.item] = each.content
                published = Published(version=version, items=items)
                await asyncio.to_thread(write_overlay, self._folder, published)
            self._written = (version, overlay_stamp(self._folder))
        return changed

    async def _run_one(self, revision_id: int) -> None:
        now = self._clock()
        async with self.database.write() as connection:
            await store.lock(connection)
            revision = await store.read(connection, revision_id)
            if revision is None:
                return
            if revision.state is State.PUBLISHED:
                await store.move(connection, revision.id, State.EXPIRED, by=None, at=now)
                await store.grow_version(connection)
                await self._record(connection, "expire", revision.key, None, now)
                return
            if revision.state is not State.SCHEDULED:
                return
            ground = await self._ground(connection, revision.kind, revision.item, now)
            conflicts: list[str] = []
            if revision.based_on != ground:
                # Something else was published since: what both say is put together, and where both
                # say something else a person decides.
                content, conflicts, ground = await self._rebased(connection, revision, now)
                if not conflicts:
                    number = await store.add(
                        connection,
                        kind=revision.kind,
                        item=revision.item,
                        content=content,
                        state=State.SCHEDULED,
                        origin="merge",
                        why=revision.why,
                        based_on=ground,
                        staff_id=revision.staff_id,
                        at=now,
                    )
                    await store.move(connection, revision.id, State.REPLACED, by=None, at=now)
                    until = revision.expires_at
                    revision = replace(revision, id=number, content=content, expires_at=until)
            wrong = self.check(revision.kind, revision.item, revision.content)
            if conflicts or wrong:
                note = f"conflict:{','.join(conflicts)}" if conflicts else "mistakes"
                await store.move(connection, revision.id, State.REVIEW, by=None, at=now, note=note)
                return
            await self._say(connection, revision, by=None, now=now, until=revision.expires_at)

    async def _say(
        self,
        connection: AsyncConnection,
        revision: Revision,
        *,
        by: Staff | None,
        now: datetime,
        until: datetime | None,
    ) -> None:
        await store.move(
            connection,
            revision.id,
            State.PUBLISHED,
            by=by.id if by else None,
            at=now,
            expires_at=until,
            published_at=now,
            published_by=by.id if by else revision.changed_by,
            publication=await store.next_publication(connection),
        )
        await store.grow_version(connection)
        await self._record(connection, "publish", revision.key, by, now)

    async def _move(
        self, revision_id: int, state: State, action: str, by: Staff, note: str = ""
    ) -> None:
        now = self._clock()
        async with self.database.write() as connection:
            await store.lock(connection)
            revision = await self._open_one(connection, revision_id)
            await store.move(
                connection,
                revision_id,
                state,
                by=by.id,
                at=now,
                note=note[:MAX_WHY],
                publish_at=None,
                expires_at=None,
            )
            await self._record(connection, action, revision.key, by, now)

    async def _open_one(self, connection: AsyncConnection, revision_id: int) -> Revision:
        revision = await store.read(connection, revision_id)
        if revision is None:
            raise UnknownRevision
        if not revision.is_open:
            raise NotOpen
        return revision

    def _check(self, revision: Revision) -> None:
        if mistakes := self.check(revision.kind, revision.item, revision.content):
            raise HasMistakes(mistakes)

    async def _rebased(
        self, connection: AsyncConnection, ours: Revision, now: datetime
    ) -> tuple[Content | None, list[str], int | None]:
        """`ours` over what is said now: the content, the fields in conflict, and the new ground."""
        ground = await self._ground(connection, ours.kind, ours.item, now)
        theirs = None if ground is None else await store.read(connection, ground)
        base = None if ours.based_on is None else await store.read(connection, ours.based_on)
        if ours.content is None or theirs is None or theirs.content is None:
            return ours.content, ["id"] if theirs is not None else [], ground
        was = (base.content if base is not None else None) or {}
        content, conflicts = merged(was, theirs.content, ours.content)
        return content, conflicts, ground

    async def _ground(
        self, connection: AsyncConnection, kind: Versioned, item_id: str, now: datetime
    ) -> int | None:
        """The revision that is said now; what ships is written down as one first. None: nothing."""
        said = await store.spoken(connection, kind, item_id)
        if said is not None:
            return said.id
        shipped = self._shipped(kind, item_id)
        if shipped is None:
            return None
        known = await store.newest_file(connection, kind, item_id)
        if known is not None and known.content == shipped:
            return known.id
        return await store.add(
            connection,
            kind=kind,
            item=item_id,
            content=shipped,
            state=State.FILE,
            origin="file",
            why="",
            based_on=None,
            staff_id=None,
            at=now,
        )

    async def _based_on(
        self, connection: AsyncConnection, kind: Versioned, item_id: str, ground: str, now: datetime
    ) -> int | None:
        """The revision that a form's `ground` means; None when it is not known any more."""
        if ground.isdecimal():
            revision = await store.read(connection, int(ground))
            known = revision is not None and (revision.kind, revision.item) == (kind, item_id)
            return int(ground) if known else None
        await self._ground(connection, kind, item_id, now)
        # Written down when somebody first wrote over it, maybe while this form was open.
        shipped = await store.newest_file(connection, kind, item_id)
        same = shipped is not None and content_mark(shipped.content) == ground
        return shipped.id if shipped is not None and same else None

    def _shipped(self, kind: Versioned, item_id: str) -> Content | None:
        item = None if kind == "event" else self.live.shipped()[kind].get(item_id)
        return None if item is None else item.content

    async def _record(
        self,
        connection: AsyncConnection,
        action: str,
        item: tuple[Versioned, str],
        by: Staff | None,
        now: datetime,
    ) -> None:
        await accounts.record(
            connection,
            at=now,
            staff_id=by.id if by else None,
            action=f"knowledge_{action}",
            subject=":".join(item),
        )


def content_mark(content: Content | None) -> str:
    """What names a content that is no revision yet; "" for none."""
    if content is None:
        return ""
    return "file-" + hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]


def _check_moments(now: datetime, at: datetime | None, until: datetime | None) -> None:
    if at is not None and at <= now:
        raise BadMoment("publish_at", "past")
    if at is not None and at > now + AHEAD:
        raise BadMoment("publish_at", "far")
    if until is not None and until <= now:
        raise BadMoment("expires_at", "past")
    if until is not None and at is not None and until <= at:
        raise BadMoment("expires_at", "before")
