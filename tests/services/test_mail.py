"""E-mails at real servers that take, refuse, hang and break off; headers; files."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from marie.knowledge.notices import Written
from marie.services.mail import MailProblem, Outbox, Smtp, compose
from marie.settings import BadSetting, Settings, SmtpServer

AT = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
FAST = 0.4


class Remote(SmtpServer):
    """A server that is somewhere else, as far as encryption is concerned."""

    @property
    def loopback(self) -> bool:
        """It is not."""
        return False


class Box:
    """A server's handler that keeps what it takes, and answers as it is told."""

    def __init__(self, *, rcpt: str = "250 OK", data: str | None = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take or refuse an address."""
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep the e-mail; None: break off without a word."""
        self.taken.append(envelope.content)
        if self.data is None:
            server.transport.abort()
            return "421 gone"
        if self.data == "hang":
            await asyncio.sleep(2)
            return "250 late"
        return self.data


@contextmanager
def serving(box: Box, **options: Any) -> Iterator[int]:
    """An SMTP server on loopback; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def server(port: int, *, remote: bool = False, user: str = "", password: str = "") -> SmtpServer:
    kind = Remote if remote else SmtpServer
    return kind(host="127.0.0.1", port=port, user=user, password=password, tls=False)


def mail(to: str = "awa@promis.example") -> EmailMessage:
    return compose(
        Written(
            subject="Une demande attend une réponse", text="Bonjour,\n\nhttps://marie.example\n"
        ),
        message_id="0123456789abcdef",
        sender=("Marie", "marie@marie.example"),
        to=to,
        at=AT,
    )


async def problem_of(smtp: Smtp) -> MailProblem:
    with pytest.raises(MailProblem) as caught:
        await smtp.send(mail())
    return caught.value


async def test_server_gets_what_was_written() -> None:
    box = Box()
    with serving(box) as port:
        await Smtp(server(port)).send(mail())
    (taken,) = box.taken
    read = message_from_bytes(taken, policy=default)
    assert read["Subject"] == "Une demande attend une réponse"
    assert read["Message-ID"] == "<0123456789abcdef@marie.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == AT
    assert str(read["From"]) == "Marie <marie@marie.example>"
    assert read.get_content().replace("\r\n", "\n") == "Bonjour,\n\nhttps://marie.example\n"
    # RFC 5322: no line of a header is longer than 998 octets, and all are ASCII.
    assert taken.isascii()


@pytest.mark.parametrize(
    ("box", "problem", "lasting"),
    [
        (Box(rcpt="550 no such user"), "refused", True),
        (Box(rcpt="450 busy"), "later", False),
        (Box(data="554 spam"), "refused", True),
        (Box(data="451 later"), "later", False),
        (Box(data=None), "dropped", False),
    ],
    ids=["unknown", "busy", "rejected", "try-later", "breaks-off"],
)
async def test_refusal_says_whether_trying_again_is_of_use(
    box: Box, problem: str, lasting: bool
) -> None:
    with serving(box) as port:
        found = await problem_of(Smtp(server(port)))
    assert (found.problem, found.lasting, found.server) == (problem, lasting, False)


async def test_server_that_hangs_after_the_text_is_left() -> None:
    with serving(Box(data="hang")) as port:
        found = await problem_of(Smtp(server(port), timeout=FAST))
    assert (found.problem, found.server, found.lasting) == ("timeout", True, False)


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """A server that takes connections and never says a word."""
    done = asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    listening = await asyncio.start_server(wait, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        done.set()
        listening.close()
        await asyncio.sleep(0)


async def test_server_that_says_nothing_is_left() -> None:
    async with silent() as port:
        found = await problem_of(Smtp(server(port), timeout=FAST))
    assert (found.problem, found.server) == ("timeout", True)


async def test_nobody_listening_is_no_reason_to_give_up() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = await problem_of(Smtp(server(port), timeout=FAST))
    assert (found.problem, found.server, found.lasting) == ("unreachable", True, False)


async def test_nothing_goes_unencrypted_to_another_machine() -> None:
    box = Box()
    with serving(box) as port:
        found = await problem_of(Smtp(server(port, remote=True)))
    assert (found.problem, found.server) == ("no_encryption", True)
    assert box.taken == []


async def test_wrong_password_is_the_servers_affair() -> None:
    with serving(Box(), authenticator=lambda *_: _denied(), auth_require_tls=False) as port:
        found = await problem_of(Smtp(server(port, user="marie", password="no")))
    assert (found.problem, found.server) == ("credentials", True)


def _denied() -> Any:
    return AuthResult(success=False, handled=False)


async def test_outbox_keeps_one_file_however_often_it_is_sent(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    await outbox.send(mail())
    await outbox.send(mail())
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "0123456789abcdef.eml"
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == "awa@promis.example"
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://u:p%40ss@mail.example:2525", ("mail.example", 2525, "u", "p@ss", False)),
        ("smtp://mail.example", ("mail.example", 587, "", "", False)),
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", True)),
    ],
)
def test_server_is_read_from_its_address(
    url: str, expected: tuple[str, int, str, str, bool]
) -> None:
    smtp = Settings.from_env({"MARIE_SMTP_URL": url, "MARIE_MAIL_FROM": "a@b.example"}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.user, smtp.password, smtp.tls) == expected


@pytest.mark.parametrize(
    "env",
    [
        {"MARIE_SMTP_URL": "mail.example", "MARIE_MAIL_FROM": "a@b.example"},
        {"MARIE_SMTP_URL": "smtp://:sesame@", "MARIE_MAIL_FROM": "a@b.example"},
        {"MARIE_SMTP_URL": "smtp://u:sesame@mail.example:x", "MARIE_MAIL_FROM": "a@b.example"},
        {"MARIE_SMTP_URL": "smtp://u:sesame@mail.example"},
        {"MARIE_MAIL_FROM": "Marie <a@b.example>"},
        {
            "MARIE_SMTP_URL": "smtp://u@mail.example",
            "MARIE_MAIL_FROM": "a@b.example",
            "MARIE_SMTP_PASSWORD_FILE": "/nowhere/at/all",
        },
    ],
)
def test_bad_setting_is_named_and_its_password_is_not(env: dict[str, str]) -> None:
    with pytest.raises(BadSetting) as caught:
        Settings.from_env(env)
    assert "sesame" not in str(caught.value)


def test_password_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("sesame\n", encoding="utf-8")
    settings = Settings.from_env(
        {
            "MARIE_SMTP_URL": "smtp://u@mail.example",
            "MARIE_MAIL_FROM": "a@b.example",
            "MARIE_SMTP_PASSWORD_FILE": str(file),
        }
    )
    assert settings.smtp is not None
    assert settings.smtp.password == "sesame"
    assert "sesame" not in repr(settings)
