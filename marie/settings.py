"""Marie's settings, read once from the environment (`Settings.from_env`). README lists them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder: `bot/`, `knowledge/`, `migrations/` stand in it."""


STEP = 10
"""Between the ports of processes of one kind."""

MAX_PROCESSES = 64


ROLES = frozenset({"counsellor", "supervisor", "administrator"})


class BadSetting(Exception):
    """A setting has a value that Marie cannot use."""


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """A mail server. `tls`: encrypted from the first byte; else STARTTLS, except on loopback."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool

    @property
    def loopback(self) -> bool:
        """Whether nothing leaves this machine on the way there."""
        return _is_loopback(self.host)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. Ports are TCP; `host` is the address that the public listener binds."""

    host: str
    port: int
    private_port: int
    rasa_port: int
    rasa_processes: int
    web_processes: int
    actions_port: int
    data: Path
    knowledge: Path
    model: Path | None
    database_url: str = field(repr=False)
    rate_limit: bool
    redis_url: str | None = field(repr=False)
    public_url: str
    trusted_proxies: int
    second_factor_for: frozenset[str]
    smtp: SmtpServer | None
    mail_from: str
    security_contact: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Settings from environment variables; `BadSetting` names the variable that is wrong."""
        data = Path(env.get("MARIE_DATA") or "var").absolute()
        port = _port(env, "PORT", 8080)
        settings = cls(
            host=env.get("MARIE_HOST") or "127.0.0.1",
            port=port,
            private_port=_port(env, "MARIE_PRIVATE_PORT", port + 1),
            rasa_port=_port(env, "MARIE_RASA_PORT", port + 2),
            rasa_processes=_processes(env, "MARIE_RASA_PROCESSES"),
            web_processes=_processes(env, "MARIE_WEB_PROCESSES"),
            actions_port=_port(env, "MARIE_ACTIONS_PORT", port + 3),
            data=data,
            knowledge=Path(env.get("MARIE_KNOWLEDGE") or ROOT / "knowledge").absolute(),
            model=Path(env["MARIE_MODEL"]).absolute() if env.get("MARIE_MODEL") else None,
            database_url=_secret(env, "MARIE_DATABASE_URL")
            or f"sqlite+aiosqlite:///{data / 'marie.sqlite3'}",
            rate_limit=_switch(env, "MARIE_RATE_LIMIT", default=True),
            redis_url=_secret(env, "MARIE_REDIS_URL") or None,
            public_url=env.get("MARIE_PUBLIC_URL") or f"http://localhost:{port}",
            trusted_proxies=_count(env, "MARIE_TRUSTED_PROXIES", 0),
            second_factor_for=_roles(env, "MARIE_SECOND_FACTOR"),
            smtp=_smtp(env),
            mail_from=_mail_from(env),
            security_contact=_security_contact(env),
        )
        if settings.web_processes > 1 and not settings.on_postgresql:
            raise BadSetting("MARIE_WEB_PROCESSES: more than one needs PostgreSQL")
        return settings

    @property
    def on_postgresql(self) -> bool:
        """Whether other processes may share the database."""
        return self.database_url.startswith("postgresql")

    @property
    def on_loopback(self) -> bool:
        """Whether people reach Marie from this machine only, as on a developer's."""
        try:
            return _is_loopback(urlsplit(self.public_url).hostname or "")
        except ValueError:
            return False

    @property
    def in_the_open(self) -> bool:
        """Whether other machines reach Marie without TLS, as far as she knows."""
        return not _is_loopback(self.host) and urlsplit(self.public_url).scheme != "https"

    @property
    def rasa_ports(self) -> tuple[int, ...]:
        """The port of each Rasa process: `rasa_port`, and ten further for each one more."""
        return tuple(self.rasa_port + STEP * each for each in range(self.rasa_processes))

    @property
    def rasa_urls(self) -> tuple[str, ...]:
        """Where the Rasa processes listen: loopback only."""
        return tuple(f"http://127.0.0.1:{port}" for port in self.rasa_ports)

    @property
    def spare_rasa_port(self) -> int:
        """Where a Rasa process stands in while the others change their model."""
        return self.rasa_port + STEP * self.rasa_processes

    @property
    def spare_rasa_url(self) -> str:
        """Its address: loopback only."""
        return f"http://127.0.0.1:{self.spare_rasa_port}"

    @property
    def actions_url(self) -> str:
        """Where the action server listens: loopback only."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def models(self) -> Path:
        """Trained models: `marie-<fingerprint>.tar.gz`."""
        return ROOT / "bot" / "models"


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    number = _count(env, name, default)
    if not 0 < number < 65_536:
        raise BadSetting(f"{name}={number}: a port between 1 and 65535")
    return number


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal():
        raise BadSetting(f"{name}={text}: a whole number")
    return int(text)


def _processes(env: Mapping[str, str], name: str) -> int:
    number = _count(env, name, 1)
    if not 0 < number <= MAX_PROCESSES:
        raise BadSetting(f"{name}={number}: between 1 and {MAX_PROCESSES}")
    return number


def _roles(env: Mapping[str, str], name: str) -> frozenset[str]:
    roles = frozenset(each.strip() for each in (env.get(name) or "").split(",") if each.strip())
    if not roles <= ROLES:
        raise BadSetting(f"{name}={env[name]}: {', '.join(sorted(ROLES))}, or nothing")
    return roles


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = (env.get(name) or ("on" if default else "off")).lower()
    if text not in {"on", "off"}:
        raise BadSetting(f"{name}={text}: on or off")
    return text == "on"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _smtp(env: Mapping[str, str]) -> SmtpServer | None:
    """The password is in no error: these are printed."""
    name = "MARIE_SMTP_URL"
    url = _secret(env, name)
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"{name}: smtp://user:password@host:587 or smtps://…:465") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting(f"{name}: smtp://user:password@host:587 or smtps://…:465")
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=_secret(env, "MARIE_SMTP_PASSWORD") or unquote(parts.password or ""),
        tls=tls,
    )


def _mail_from(env: Mapping[str, str]) -> str:
    address = env.get("MARIE_MAIL_FROM") or ""
    if address and not re.fullmatch(r"[^@\s<>]+@[A-Za-z0-9.-]+", address):
        raise BadSetting(f"MARIE_MAIL_FROM={address}: an e-mail address, without a name")
    if _secret(env, "MARIE_SMTP_URL") and not address:
        raise BadSetting("MARIE_MAIL_FROM: the address that e-mails come from is missing")
    return address or "marie@localhost"


def _security_contact(env: Mapping[str, str]) -> str | None:
    contact = env.get("MARIE_SECURITY_CONTACT") or None
    if contact and not re.fullmatch(r"(?:mailto:|https://)[^\s\x00-\x1f]+", contact):
        raise BadSetting(f"MARIE_SECURITY_CONTACT={contact}: mailto:… or https://…")
    return contact


def _secret(env: Mapping[str, str], name: str) -> str:
    """The value of `name`, or what stands in the file that `name`_FILE names; "" without either."""
    path = env.get(f"{name}_FILE")
    if path and env.get(name):
        raise BadSetting(f"{name} and {name}_FILE: one of the two")
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else env.get(name) or ""
    except (OSError, UnicodeError) as error:
        raise BadSetting(f"{name}_FILE={path}: cannot be read") from error
