"""Inputs that nobody sends by hand, and a Marie to send them to.

The target is the real application on a loopback port, in a thread of its own, with a Rasa that
repeats what is said. Requests are written byte by byte: what a client library would refuse to send
is sent. `tests/web/test_fuzz.py` sends some in every run, `make bench NAME=fuzz` ten thousand.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import re
import secrets
import socket
import struct
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote_from_bytes, urlencode, urlsplit

import hypothesis
import requests
import schemathesis
from aiohttp import web
from hypothesis import strategies as st

from marie import clock
from marie.domain.messages import Content
from marie.domain.people import Role
from marie.domain.replies import Reply
from marie.services import accounts, masking
from marie.settings import Settings
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate
from marie.web.app import create_app
from marie.web.connections import public_runner, slow_clients_cut
from marie.web.keys import DATABASE, SIGNER
from marie.web.openapi import document
from tests.described import description
from tests.fakes import FakeRasa, echo
from tests.staff import COOKIE, add_account, open_session

PLAN = {
    "title": "Votre plan",
    "made_on": "2026-11-22",
    "introduction": [],
    "steps": [{"id": "a", "title": "Avis", "day": "2027-03-31", "text": "Envoyer."}],
}
NASTY = (
    *("", " ", "\x00", "\ud800", "é\u0301", "\u202e", "\ufeff", "%00", "..", "../../etc/passwd"),
    *("'", '"', "<script>", "{{7*7}}", "${x}", "' OR 1=1--", "\r\nSet-Cookie: a=b", "/restart"),
    *("-1", "0", "1e309", "NaN", "9" * 400, "٣", "²", "2026-02-30", "true", "null", "[]", "{}"),
    *("[" * 3000, '{"a":' * 3000, "a" * 4001, "😀" * 900, "0" * 32, "\\", "%", ";", "=", "&"),
)
_PUNCTURED = ("POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "MARIE")
FIELDS = (
    *("text", "payload", "client_id", "consent", "simple", "seq", "resource", "username"),
    *("password", "suite", "code", "document", "at", "state", "reason", "page", "fait", "token"),
)
HEADERS = (
    *("Content-Type", "Accept", "Cookie", "Origin", "Referer", "Sec-Fetch-Site", "If-None-Match"),
    *("X-Forwarded-For", "X-Request-Id", "Authorization", "Range", "Accept-Encoding", "Upgrade"),
    *("Content-Encoding", "User-Agent", "Expect", "If-Modified-Since", "Accept-Language"),
)
KINDS = (
    *("application/x-www-form-urlencoded", "application/json", "multipart/form-data", "text/plain"),
    *("multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=nothing", ";"),
    *("application/x-www-form-urlencoded; charset=utf-16", "a/b; charset=idna", "text/html"),
)


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: nothing, the connection was closed."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass
class Target:
    """A running Marie, what was sent to her, and what she said."""

    port: int
    session: str
    document: str = ""
    appointment: str = ""
    kept: str = ""
    visitor: tuple[str, str] = ("", "")
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    worst: list[tuple[float, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def settle(self) -> None:
        """A visitor with a plan, and links of every kind."""
        base = f"{self.url}/api/v1/conversations"
        started = requests.post(base, json={"consent": True}, timeout=30).json()
        self.visitor = (started["conversation_id"], started["token"])
        answer = requests.post(
            f"{base}/{self.visitor[0]}/messages?wait=25",
            json={"client_id": str(uuid.uuid4()), "text": "Mon plan"},
            headers={"Authorization": f"Bearer {self.visitor[1]}"},
            timeout=30,
        ).json()
        self.document = answer["messages"][-1]["documents"][0]["url"]
        shown = requests.get(self.url + self.document, timeout=30).text
        found = re.search(r'name="document" value="([^"]+)"', shown)
        assert found is not None, shown
        form = {"document": html.unescape(found[1])}
        kept = requests.post(f"{self.url}/papers/", form, timeout=30, allow_redirects=False)
        self.kept = kept.headers["Location"]

    def paths(self) -> list[tuple[str, str]]:
        """Public addresses outside the API that lead somewhere, with their methods."""
        orientation = "/orientation/" + "a" * 43
        posts = ("commencer", "envoyer", "francais-simple", "signaler", "effacer", "quitter")
        gets = ("/", "/chat", "/chat/mes-donnees", "/console/connexion", "/robots.txt", "/healthz")
        return [
            *(("GET", path) for path in gets),
            *(("POST", f"/chat/{each}") for each in posts),
            *((method, "/console/connexion") for method in ("GET", "POST")),
            *((method, "/console/connexion/code") for method in ("GET", "POST")),
            *((method, "/console/lien/" + "a" * 43) for method in ("GET", "POST")),
            *((method, orientation) for method in ("GET", "POST")),
            *((method, self.document) for method in ("GET", "POST")),
            *(("GET", self.appointment + more) for more in ("", "/rendez-vous.ics")),
            *(("POST", self.appointment + more) for more in ("/deplacer", "/annuler")),
            *(("GET", self.kept + more) for more in ("", "/plan.pdf", "/plan.ics", "/plan.txt")),
            ("POST", "/papers/"),
            ("POST", self.kept + "/effacer"),
            ("GET", "/widget/marie.js"),
            ("GET", "/static/pages/marie.css"),
            ("GET", "/.well-known/security.txt"),
        ]

    def send(self, kind: str, raw: bytes) -> Answer:
        """Send a request as it stands; count and judge what comes back."""
        began = time.perf_counter()
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(ConnectionError):
                connection.sendall(raw)
            with suppress(ConnectionError):
                while piece := connection.recv(65_536):
                    received += piece
        answer = _read(received, time.perf_counter() - began)
        self.judge(kind, raw[:300].decode("latin-1"), answer)
        return answer

    def judge(self, kind: str, what: str, answer: Answer) -> None:
        """Fail for what no input may cause."""
        self.counts[kind, answer.status] += 1
        self.worst = sorted([*self.worst, (answer.seconds, what)], reverse=True)[:5]
        said = (what, answer.status, answer.body[:300], self.errors)
        if answer.status >= 500:
            assert answer.status == 503, said
            assert "retry-after" in answer.headers, said
        assert not self.errors, said
        if answer.headers.get("content-type", "").startswith("text/"):
            answer.body.decode("utf-8")

    def alive(self) -> None:
        """She still answers, and nothing failed unseen."""
        assert requests.get(f"{self.url}/livez", timeout=30).status_code == 200
        assert not self.errors, self.errors


def _read(received: bytes, seconds: float) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    found = re.fullmatch(r"HTTP/1\.[01] (\d{3}) .*", first)
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    return Answer(int(found[1]) if found else 0, headers, body, seconds)


class _Unseen(logging.Handler):
    """Errors that a log tells of, and no answer."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.name == "asyncio":
            self._errors.append(logging.Formatter().format(record)[-3000:])


def _script(turn: dict[str, Any]) -> Reply | None:
    if turn["message"] != "Mon plan":
        return echo(turn)
    paper = {"title": "Mon plan", "format": "html", "paper": "moving-plan", "of": "plan"}
    content = Content(text="Voici.", topic="moving.plan", documents=(paper,), data={"plan": PLAN})
    return Reply(messages=(content,))


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """A Marie that writes under `folder`, without rate limits, until the block ends."""
    ready: list[Target] = []
    started, stop = threading.Event(), threading.Event()

    async def run() -> None:
        rasa = FakeRasa(script=_script).server()
        async with AsyncExitStack() as stack:
            await rasa.start_server()
            stack.push_async_callback(rasa.close)
            assert rasa.port is not None
            settings = replace(
                Settings.from_env({"MARIE_DATA": str(folder), "MARIE_RATE_LIMIT": "off"}),
                rasa_port=rasa.port,
                actions_port=rasa.port,
            )
            engine = create_engine(settings.database_url)
            await migrate(engine)
            await accounts.prepare(Database(engine), clock=clock.now)
            await engine.dispose()
            # As `marie serve` does: the first opinion would wait for it.
            await asyncio.to_thread(masking.load)
            runner = public_runner(app := create_app(settings))
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            await stack.enter_async_context(slow_clients_cut(runner))
            staff = await add_account(app[DATABASE], "ada", role=Role.ADMINISTRATOR)
            session = await open_session(app[DATABASE], staff)
            sealed = app[SIGNER].seal("appointment", secrets.token_hex(16))
            port = runner.addresses[0][1]
            ready.append(Target(port, session, appointment=f"/rendez-vous/{sealed}"))
            started.set()
            while not stop.is_set():
                await asyncio.sleep(0.05)

    def thread() -> None:
        try:
            asyncio.run(run())
        finally:
            started.set()

    running = threading.Thread(target=thread, daemon=True)
    running.start()
    started.wait(120)
    assert ready, "the target did not start"
    handler = _Unseen(ready[0].errors)
    logging.getLogger().addHandler(handler)
    try:
        ready[0].settle()
        yield ready[0]
    finally:
        logging.getLogger().removeHandler(handler)
        stop.set()
        running.join(60)


# Requests of pages.

values = st.one_of(
    st.sampled_from(NASTY).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
)
header_values = values.map(lambda value: re.sub(rb"[\r\n]", b"", value)[:2000])
pairs = st.tuples(st.sampled_from(FIELDS), values)
forms = st.lists(pairs, max_size=8).map(lambda found: urlencode(found).encode())
bodies = st.one_of(
    forms,
    st.just(b""),
    st.binary(max_size=400),
    st.sampled_from(NASTY).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.just(140_000).map(lambda size: b"a=" + b"b" * size),
)


@st.composite
def page_requests(draw: st.DrawFn, aim: Target) -> bytes:
    """A request to a page: often nearly right, sometimes nothing like one."""
    method, path = draw(st.sampled_from(aim.paths()))
    raw_path = path.encode()
    match draw(st.sampled_from(("right", "right", "query", "segment", "cut", "raw"))):
        case "query":
            found = draw(st.lists(pairs, min_size=1, max_size=4))
            raw_path += (b"&" if b"?" in raw_path else b"?") + urlencode(found).encode()
        case "segment":
            parts = raw_path.split(b"/")
            at = draw(st.integers(1, len(parts) - 1))
            parts[at] = quote_from_bytes(draw(values)[:300], safe="").encode()
            raw_path = b"/".join(parts)
        case "cut":
            raw_path = raw_path[: draw(st.integers(1, len(raw_path)))]
        case "raw":
            raw_path += re.sub(rb"[\r\n ]", b"", draw(values)[:300])
    if draw(st.integers(0, 9)) == 0:
        method = draw(st.sampled_from(_PUNCTURED))
    body = draw(bodies) if method not in ("GET", "HEAD") or draw(st.booleans()) else b""
    lines = [b"Host: 127.0.0.1", b"Connection: close", b"Content-Length: %d" % len(body)]
    if draw(st.integers(0, 3)):
        known = ".".join(aim.visitor)
        lines.append(f"Cookie: marie_chat={known}; {COOKIE}=x".encode())
    lines.append(b"Content-Type: " + draw(st.sampled_from(KINDS[:1] * 8 + KINDS)).encode())
    for name in draw(st.lists(st.sampled_from(HEADERS), max_size=3)):
        lines += [name.encode() + b": " + draw(header_values)] * draw(st.sampled_from((1, 1, 2)))
    head = method.encode() + b" " + raw_path + b" HTTP/1.1"
    return b"\r\n".join([head, *lines, b"", body])


def fuzz_pages(aim: Target, examples: int) -> None:
    """Mutated requests to every public page."""

    @hypothesis.settings(_settings(examples))
    @hypothesis.given(page_requests(aim))
    def once(raw: bytes) -> None:
        answer = aim.send("pages", raw)
        if raw.startswith((b"POST /chat/effacer", b"POST /papers/")) and answer.status < 400:
            aim.settle()

    once()


def _settings(examples: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def fuzz_api(aim: Target, examples: int) -> None:
    """Right and wrong requests made from the API's description, and answers held to it."""
    schema = schemathesis.openapi.from_dict(document())
    operations: list[Any] = [found.ok() for found in cast(Any, schema.get_all_operations())]
    ours = [each for each in operations if not each.path.endswith(("/socket", "export.hsds.zip"))]
    with requests.Session() as session:
        for operation in ours:
            for mode in schemathesis.GenerationMode:
                with suppress(hypothesis.errors.Unsatisfiable):
                    _fuzz_operation(aim, session, operation, mode, examples // (2 * len(ours)) + 1)


def _fuzz_operation(
    aim: Target, session: requests.Session, operation: Any, mode: Any, examples: int
) -> None:
    @hypothesis.settings(_settings(examples))
    @hypothesis.given(operation.as_strategy(generation_mode=mode), st.integers(0, 4))
    def once(case: Any, known: int) -> None:
        if known and "conversation_id" in (case.path_parameters or {}):
            case.path_parameters["conversation_id"] = aim.visitor[0]
        if known > 1:
            case.headers["Authorization"] = f"Bearer {aim.visitor[1]}"
        began = time.perf_counter()
        try:
            response = case.call(base_url=aim.url, session=session, timeout=60)
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError):
            hypothesis.reject()
        headers = {name.lower(): value[0] for name, value in response.headers.items()}
        answer = Answer(
            response.status_code, headers, response.content, time.perf_counter() - began
        )
        path = urlsplit(response.request.url).path
        aim.judge("api", f"{case.method} {response.request.url[:200]}", answer)
        if answer.status not in (400, 405) or path.startswith("/api/v1/"):
            _hold_to_description(response.request.method, path, answer)
        if case.method.upper() == "DELETE" and answer.status == 204:
            aim.settle()

    once()


def _hold_to_description(method: str, path: str, answer: Answer) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if not path.startswith("/api/v1/") or (answer.status == 400 and kind == "text/plain"):
        return  # not a request that reached the API: its head could not be read
    body = json.loads(answer.body) if "json" in kind and answer.body else None
    if method.upper() not in ("HEAD", "OPTIONS", "TRACE"):
        description().check_answer(method, path, answer.status, kind, body)


# Frames of sockets.

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9

loose_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(NASTY)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
sends = st.fixed_dictionaries(
    {},
    optional={
        "client_id": st.one_of(st.uuids().map(str), loose_json),
        "text": st.one_of(st.text(max_size=50), loose_json),
        "payload": loose_json,
        "note": loose_json,
        "attach": loose_json,
        "seen": loose_json,
    },
)
frames = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={"send": sends, "ack": loose_json, "typing": loose_json, "token": loose_json},
    ).map(lambda frame: (TEXT, json.dumps(frame).encode())),
    loose_json.map(lambda value: (TEXT, json.dumps(value).encode())),
    values.map(lambda value: (TEXT, value)),
    values.map(lambda value: (BINARY, value)),
    st.tuples(st.integers(0, 15), st.binary(max_size=140)),
    st.just(140_000).map(lambda size: (TEXT, b"a" * size)),
    st.just((CLOSE, b"\x00")),
    st.just((PING, b"")),
)
endings = st.sampled_from(("close", "cut", "half"))


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = bytes([0x80 | 126]) + struct.pack("!H", size)
    else:
        length = bytes([0x80 | 127]) + struct.pack("!Q", size)
    # A mask of zeros changes nothing.
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def fuzz_sockets(aim: Target, examples: int) -> None:
    """Random and mutated frames on the visitor's socket and the counsellor's."""

    @hypothesis.settings(_settings(examples))
    @hypothesis.given(st.booleans(), st.booleans(), st.lists(frames, max_size=6), endings)
    def once(staff: bool, known: bool, said: list[tuple[int, bytes]], ending: str) -> None:
        conversation = f"conversations/{aim.visitor[0]}/socket"
        path = f"/console/{conversation}" if staff else f"/api/v1/{conversation}"
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        head = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade"
            f"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            + (f"Cookie: {COOKIE}={aim.session}\r\n" if staff else "")
        )
        if known and not staff:
            said = [(TEXT, json.dumps({"token": aim.visitor[1]}).encode()), *said]
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", aim.port), timeout=30) as connection:
            connection.sendall(head.encode() + b"\r\n")
            status = int(connection.recv(65_536)[9:12])
            connection.settimeout(0.02)
            with suppress(OSError):
                for opcode, payload in said:
                    connection.sendall(_frame(opcode, payload))
                    with suppress(TimeoutError):
                        connection.recv(65_536)
                if ending == "close":
                    connection.sendall(_frame(CLOSE, struct.pack("!H", 1000)))
                elif ending == "half":
                    connection.sendall(_frame(TEXT, b"abcdef")[:4])
        aim.judge("sockets", f"{path} {said}"[:300], Answer(status, {}, b"", 0.0))
        aim.worst = sorted([*aim.worst, (time.perf_counter() - began, path)], reverse=True)[:5]

    once()
    aim.alive()
