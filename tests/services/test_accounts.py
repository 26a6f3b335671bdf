"""Links that let somebody in, second factors, slowed attempts, and who leaves the team."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta, timezone

import pyotp
import pytest
from sqlalchemy import func, select

from marie.domain.messages import Content
from marie.domain.people import BadAccount, BadCredentials, Role, Staff, UsernameTaken, WeakPassword
from marie.domain.slowing import ACCOUNT, DEVICE, SlowedDown
from marie.domain.team import LastAdministrator, NotYours, Yourself
from marie.services import accounts, invitations, second_factor, slowing, team
from marie.services.invitations import LinkOver
from marie.services.live import Hub
from marie.store import staff as store
from marie.store.account_tables import account_link, recovery_code, refused_sign_in
from marie.store.engine import Database
from tests.staff import PASSWORD, add_account

START = datetime(2026, 11, 22, 12, 0, 5, tzinfo=timezone.utc)


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def chief(database: Database) -> Staff:
    return await add_account(database, "chief", role=Role.ADMINISTRATOR)


def derive(seed: str) -> bytes:
    return (seed * 2).encode()[:32]


async def invite(database: Database, by: Staff, clock: Watch, **changed: object) -> str:
    fields = {
        "name": "",
        "email": "",
        "role": Role.COUNSELLOR,
        "organization": "promis",
        **changed,
    }
    return await invitations.invite(database, by=by, clock=clock, **fields)  # type: ignore[arg-type]


async def join(database: Database, token: str, clock: Watch, username: str = "lea") -> Staff:
    return await invitations.join(
        database, token, username=username, name="Léa", password=PASSWORD, clock=clock
    )


# Links


async def test_invitation_makes_one_account_and_then_is_over(
    database: Database, chief: Staff, watch: Watch
) -> None:
    token = await invite(database, chief, watch, email="lea@example.org")
    opened = await invitations.open_link(database, token, clock=watch)
    assert (opened.organization, opened.link.role) == ("PROMIS", Role.COUNSELLOR)
    lea = await join(database, token, watch, username=" Lea@Example.org ")
    assert (lea.username, lea.organization, lea.email) == (
        "lea@example.org",
        "promis",
        "lea@example.org",
    )
    found = await accounts.check_password(database, username=lea.username, password=PASSWORD)
    assert found.id == lea.id
    with pytest.raises(LinkOver):
        await join(database, token, watch, username="autre")
    with pytest.raises(LinkOver):
        await invitations.open_link(database, token, clock=watch)


async def test_of_two_who_use_a_link_at_once_one_gets_in(
    database: Database, chief: Staff, watch: Watch
) -> None:
    token = await invite(database, chief, watch)
    came = await asyncio.gather(
        *(join(database, token, watch, username=f"lea{n}") for n in range(4)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in came) == ["LinkOver"] * 3 + ["Staff"]


async def test_link_is_good_for_seven_days_and_only_its_hash_is_kept(
    database: Database, chief: Staff, watch: Watch
) -> None:
    token = await invite(database, chief, watch)
    async with database.read() as connection:
        rows = (await connection.execute(select(account_link))).all()
    assert token not in str(rows)
    watch.later(days=7, seconds=-1)
    await invitations.open_link(database, token, clock=watch)
    watch.later(seconds=1)
    for attempt in (token, "", "x" * 5000, "\ud800"):
        with pytest.raises(LinkOver):
            await invitations.open_link(database, attempt, clock=watch)


async def test_what_is_wrong_with_an_account_leaves_the_link_good(
    database: Database, chief: Staff, watch: Watch
) -> None:
    token = await invite(database, chief, watch)
    for username, name, password, error in (
        ("chief", "Léa", PASSWORD, UsernameTaken),
        ("a", "Léa", PASSWORD, BadAccount),
        ("<img src=x>", "Léa", PASSWORD, BadAccount),
        ("lea\x00", "Léa", PASSWORD, BadAccount),
        ("lea", "  ", PASSWORD, BadAccount),
        ("lea", "L" * 101, PASSWORD, BadAccount),
        ("lea", "Léa", "court", WeakPassword),
    ):
        with pytest.raises(error):
            await invitations.join(
                database, token, username=username, name=name, password=password, clock=watch
            )
    await join(database, token, watch)


@pytest.mark.parametrize(
    "email", ["lea", "lea@example", "a b@example.org", "lea@example.org\nBcc: x@y.z", "é" * 300]
)
async def test_address_that_is_none_is_refused(
    database: Database, chief: Staff, watch: Watch, email: str
) -> None:
    with pytest.raises(BadAccount):
        await invite(database, chief, watch, email=email)


async def test_supervisor_invites_counsellors_of_her_own_organisation_only(
    database: Database, watch: Watch
) -> None:
    sol = await add_account(database, "sol", role=Role.SUPERVISOR)
    await invite(database, sol, watch)
    for changed in (
        {"organization": "inici"},
        {"organization": None},
        {"role": Role.SUPERVISOR},
        {"role": Role.ADMINISTRATOR, "organization": None},
    ):
        with pytest.raises(NotYours):
            await invite(database, sol, watch, **changed)
    nadia = await add_account(database, "nadia")
    with pytest.raises(NotYours):
        await invite(database, nadia, watch)


async def test_new_password_ends_every_session_and_the_links_before(
    database: Database, chief: Staff, watch: Watch
) -> None:
    nadia = await add_account(database, "nadia")
    session = await accounts.open_session(database, nadia, clock=watch)
    first = await invitations.give_password_link(database, nadia.id, by=chief, clock=watch)
    second = await invitations.give_password_link(database, nadia.id, by=chief, clock=watch)
    with pytest.raises(LinkOver):
        await invitations.replace_password(database, first, password="x" * 20, clock=watch)
    with pytest.raises(WeakPassword):
        await invitations.replace_password(database, second, password="court", clock=watch)
    assert await accounts.who(database, session, clock=watch)
    await invitations.replace_password(
        database, second, password="un tout autre mot de passe", clock=watch
    )
    assert await accounts.who(database, session, clock=watch) is None
    with pytest.raises(BadCredentials):
        await accounts.check_password(database, username="nadia", password=PASSWORD)
    with pytest.raises(Yourself):
        await invitations.give_password_link(database, chief.id, by=chief, clock=watch)


async def test_link_of_somebody_who_was_disabled_is_over(
    database: Database, chief: Staff, watch: Watch
) -> None:
    nadia = await add_account(database, "nadia")
    token = await invitations.give_password_link(database, nadia.id, by=chief, clock=watch)
    await disable(database, nadia, chief, watch)
    with pytest.raises(LinkOver):
        await invitations.replace_password(database, token, password="x" * 20, clock=watch)


# The second factor


@pytest.fixture
async def guarded(database: Database, watch: Watch) -> tuple[Staff, pyotp.TOTP]:
    """Somebody with a second factor, and what makes her codes."""
    nadia = await add_account(database, "nadia")
    secret = await second_factor.begin(database, nadia, derive=derive)
    totp = pyotp.TOTP(secret)
    await second_factor.confirm(database, nadia, totp.at(watch.now), derive=derive, clock=watch)
    watch.later(seconds=60)
    return nadia, totp


async def check(database: Database, staff: Staff, code: str, clock: Watch) -> None:
    await second_factor.check(database, staff, code, derive=derive, clock=clock)


async def test_each_code_opens_once_and_within_its_half_minute(
    database: Database, guarded: tuple[Staff, pyotp.TOTP], watch: Watch
) -> None:
    nadia, totp = guarded
    code = totp.at(watch.now)
    await check(database, nadia, f" {code[:3]} {code[3:]} ", watch)
    for late in (0, 29):
        with pytest.raises(BadCredentials):
            await check(database, nadia, code, watch)
        watch.later(seconds=late)
    watch.later(minutes=5)
    early, now = totp.at(watch.now - timedelta(seconds=30)), totp.at(watch.now)
    stale = totp.at(watch.now - timedelta(seconds=90))
    with pytest.raises(BadCredentials):
        await check(database, nadia, stale, watch)
    await check(database, nadia, now, watch)
    with pytest.raises(BadCredentials):  # a newer one was used: an older one is a replay
        await check(database, nadia, early, watch)


async def test_same_code_at_the_same_moment_opens_once(
    database: Database, guarded: tuple[Staff, pyotp.TOTP], watch: Watch
) -> None:
    nadia, totp = guarded
    came = await asyncio.gather(
        *(check(database, nadia, totp.at(watch.now), watch) for _ in range(5)),
        return_exceptions=True,
    )
    assert came.count(None) == 1


@pytest.mark.parametrize(
    "code", ["", "000000", "\uff11\uff12\uff13\uff14\uff15\uff16", "abcd", "9" * 400, "\x00", "-1"]
)
async def test_what_is_no_code_opens_nothing(
    database: Database, guarded: tuple[Staff, pyotp.TOTP], watch: Watch, code: str
) -> None:
    with pytest.raises(BadCredentials):
        await check(database, guarded[0], code, watch)


async def test_recovery_codes_open_once_each_and_new_ones_replace_them(
    database: Database, guarded: tuple[Staff, pyotp.TOTP], watch: Watch
) -> None:
    nadia, _ = guarded
    codes = await second_factor.new_codes(database, nadia, PASSWORD, clock=watch)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", each) for each in codes)
    await check(database, nadia, codes[0].upper().replace("-", " "), watch)
    with pytest.raises(BadCredentials):
        await check(database, nadia, codes[0], watch)
    async with database.read() as connection:
        kept = str((await connection.execute(select(recovery_code))).all())
    assert not any(each in kept for each in codes)
    others = await second_factor.new_codes(database, nadia, PASSWORD, clock=watch)
    with pytest.raises(BadCredentials):
        await check(database, nadia, codes[1], watch)
    await check(database, nadia, others[1], watch)
    with pytest.raises(BadCredentials):
        await second_factor.new_codes(database, nadia, "pas le bon", clock=watch)


async def test_second_factor_is_asked_for_only_after_a_first_right_code(
    database: Database, watch: Watch
) -> None:
    nadia = await add_account(database, "nadia")
    secret = await second_factor.begin(database, nadia, derive=derive)
    assert await second_factor.begin(database, nadia, derive=derive) == secret
    with pytest.raises(BadCredentials):
        await second_factor.confirm(database, nadia, "000000", derive=derive, clock=watch)
    found = await accounts.check_password(database, username="nadia", password=PASSWORD)
    assert not found.second_factor
    code = pyotp.TOTP(secret).at(watch.now)
    await second_factor.confirm(database, nadia, code, derive=derive, clock=watch)
    found = await accounts.check_password(database, username="nadia", password=PASSWORD)
    assert found.second_factor
    with pytest.raises(BadCredentials):  # the first code was used up
        await check(database, nadia, code, watch)
    with pytest.raises(second_factor.AlreadyOn):
        await second_factor.begin(database, nadia, derive=derive)
    with pytest.raises(BadCredentials):
        await second_factor.switch_off(database, nadia, "pas le bon", clock=watch)
    await second_factor.switch_off(database, nadia, PASSWORD, clock=watch)
    assert await second_factor.begin(database, nadia, derive=derive) != secret


# Slowing down


async def fail(database: Database, clock: Watch, *, device: str | None = None) -> None:
    who = slowing.subjects("nadia", device=device, address="192.0.2.1")
    with pytest.raises(BadCredentials):
        async with slowing.attempt(database, who, clock=clock):
            raise BadCredentials


async def succeed(
    database: Database, clock: Watch, *, device: str | None = None, address: str = "192.0.2.9"
) -> None:
    who = slowing.subjects("nadia", device=device, address=address)
    async with slowing.attempt(database, who, clock=clock):
        pass


async def test_strangers_failures_do_not_slow_a_known_browser_down(
    database: Database, watch: Watch
) -> None:
    for _ in range(ACCOUNT.free):
        await fail(database, watch)
    with pytest.raises(SlowedDown) as slowed:
        await succeed(database, watch)
    assert slowed.value.wait == ACCOUNT.first
    await succeed(database, watch, device="hers")
    await succeed(database, watch, device="hers", address="192.0.2.1")
    watch.later(seconds=ACCOUNT.first.total_seconds())
    await succeed(database, watch)


async def test_known_browser_has_a_count_of_its_own_that_begins_again_when_she_gets_in(
    database: Database, watch: Watch
) -> None:
    for _ in range(DEVICE.free - 1):
        await fail(database, watch, device="hers")
    await succeed(database, watch, device="hers")
    for _ in range(DEVICE.free):
        await fail(database, watch, device="hers")
    with pytest.raises(SlowedDown):
        await succeed(database, watch, device="hers")
    await succeed(database, watch)


async def test_attempts_that_come_at_once_are_counted_one_by_one(
    database: Database, watch: Watch
) -> None:
    tried = 0

    async def guess(address: str) -> None:
        nonlocal tried
        who = slowing.subjects("nadia", device=None, address=address)
        async with slowing.attempt(database, who, clock=watch):
            tried += 1
            await asyncio.sleep(0.05)
            raise BadCredentials

    await asyncio.gather(*(guess(f"192.0.2.{n}") for n in range(12)), return_exceptions=True)
    assert tried == ACCOUNT.free


async def test_what_is_counted_is_forgotten_after_an_hour_and_names_nobody(
    database: Database, watch: Watch
) -> None:
    await fail(database, watch)
    async with database.read() as connection:
        rows = str((await connection.execute(select(refused_sign_in))).all())
    assert "nadia" not in rows
    assert "192.0.2" not in rows
    watch.later(hours=1)
    await succeed(database, watch)
    async with database.read() as connection:
        left = await connection.scalar(select(func.count()).select_from(refused_sign_in))
    assert left == 0


# The team


async def disable(database: Database, other: Staff, by: Staff, clock: Watch) -> None:
    await team.disable(
        database, Hub(), other.id, by=by, said=lambda name: Content(text=name), clock=clock
    )


async def test_of_two_administrators_who_disable_each_other_one_remains(
    database: Database, chief: Staff, watch: Watch
) -> None:
    async with database.write() as connection:
        first = await store.by_username(connection, "admin")
        assert first is not None
        await store.set_disabled(connection, first.id, at=watch.now)
    other = await add_account(database, "autre", role=Role.ADMINISTRATOR)
    await asyncio.gather(
        disable(database, chief, other, watch),
        disable(database, other, chief, watch),
        return_exceptions=True,
    )
    async with database.read() as connection:
        assert len(await store.administrators(connection)) == 1


async def test_nobody_disables_herself_nor_the_last_who_may_do_everything(
    database: Database, chief: Staff, watch: Watch
) -> None:
    with pytest.raises(Yourself):
        await disable(database, chief, chief, watch)
    async with database.write() as connection:
        first = await store.by_username(connection, "admin")
        assert first is not None
        await store.set_disabled(connection, first.id, at=watch.now)
    other = await add_account(database, "autre", role=Role.ADMINISTRATOR)
    await disable(database, chief, other, watch)
    bound = await add_account(database, "liee", role=Role.ADMINISTRATOR, organization="promis")
    with pytest.raises(NotYours):
        await disable(database, other, bound, watch)
    with pytest.raises((LastAdministrator, Yourself)):
        await disable(database, other, other, watch)
