"""E-mails as they leave: written by RFC 5322, then to a server (SMTP) or into files.

Every failure is a `MailProblem` that says whether the server or this one e-mail is the reason, and
whether trying again is of any use.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import ssl
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from marie.domain.notices import Attachment
from marie.knowledge.notices import Written
from marie.settings import SmtpServer

TIMEOUT = 15.0
"""Seconds that a server may take for each of its answers."""

_POLICY = SMTP.clone(max_line_length=998)


class MailProblem(Exception):
    """It was not sent. `server`: every other e-mail would fail as well; `lasting`: so would this
    one, whenever it is tried."""

    def __init__(self, problem: str, *, server: bool = False, lasting: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.server = server
        self.lasting = lasting


class Transport(Protocol):
    """Takes e-mails away."""

    async def send(self, message: EmailMessage) -> None:
        """Returns when the other side has it; `MailProblem`. May deliver twice after a failure."""


def compose(
    written: Written,
    *,
    message_id: str,
    sender: tuple[str, str],
    to: str,
    at: datetime,
    attachment: Attachment | None = None,
) -> EmailMessage:
    """The e-mail. `message_id`: the same at each try, so that a second delivery is recognised;
    `sender`: name and address. `MailProblem` when `to` is no address."""
    name, address = sender
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = Address(display_name=name, addr_spec=address)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = written.subject
    except (ValueError, IndexError, MessageError) as error:
        raise MailProblem("address", lasting=True) from error
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = "fr-CA"
    message.set_content(written.text)
    if attachment is not None:
        main, _, sub = attachment.kind.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )
    return message


class Outbox:
    """Keeps each e-mail as a file, for an installation without a server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write it; the same e-mail again replaces the file."""
        await asyncio.to_thread(self._write, message)

    def _write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        draft = self.folder / f".{name}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        draft.replace(self.folder / f"{name}.eml")


class Smtp:
    """Sends by a server, each e-mail on a connection of its own, in a thread."""

    def __init__(
        self, server: SmtpServer, *, timeout: float = TIMEOUT, context: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._context = context

    async def send(self, message: EmailMessage) -> None:
        """Give it to the server; what is between here and there is encrypted."""
        await asyncio.to_thread(self._send, message)

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connect() as smtp:
                self._greet(smtp)
                smtp.send_message(message)
        except MailProblem:
            raise
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refused(min(codes, default=550)) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code) from error
        except smtplib.SMTPAuthenticationError as error:
            raise MailProblem("credentials", server=True) from error
        except smtplib.SMTPSenderRefused as error:
            raise MailProblem("sender", server=True) from error
        except smtplib.SMTPServerDisconnected as error:
            timed_out = isinstance(error.__context__, TimeoutError)
            raise MailProblem("timeout" if timed_out else "dropped", server=timed_out) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailProblem("address", lasting=True) from error
        except TimeoutError as error:
            raise MailProblem("timeout", server=True) from error
        except ssl.SSLError as error:
            raise MailProblem("certificate", server=True) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise MailProblem("unreachable", server=True) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout, context=self._tls()
            )
        return smtplib.SMTP(server.host, server.port, timeout=self._timeout)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._server.tls and not self._server.loopback:
            if not smtp.has_extn("starttls"):
                raise MailProblem("no_encryption", server=True)
            smtp.starttls(context=self._tls())
            smtp.ehlo()
        if self._server.user:
            smtp.login(self._server.user, self._server.password)

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def _refused(code: int) -> MailProblem:
    if code >= 500:
        return MailProblem("refused", lasting=True)
    return MailProblem("later")
