"""Reads a dialogue file, plays it through the running gateway, and says in sentences what differed.

A file is a `name` and `turns`. A turn is what the visitor does, `say: words` or `press: a quick
reply's title, or its topic`, and what she must get (`Expect`). Expectations name topics, entries
and facts, not wording: an editor may rewrite every answer without touching them.
"""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from marie.knowledge.model import TOPICS

Message = dict[str, Any]


class BrokenDialogue(Exception):
    """A file that is no dialogue; the message says where and why."""


class WrongAnswer(Exception):
    """What was expected and did not come, with the talk so far."""


class Expect(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What must be in the answer, whatever else is.

    `topic`, `entry`: of one of its messages; `text_has`: each stands in its text; `text_lacks`:
    none does; `resources_first`: stands in the first card's name; `data`: is part of a message's
    data; `state`: the conversation's, after the answer.
    """

    topic: str | None = None
    entry: str | None = None
    text_has: list[str] = []
    text_lacks: list[str] = []
    resources_first: str | None = None
    data: dict[str, Any] = {}
    state: Literal["marie", "waiting", "counsellor", "closed"] | None = None


class Step(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One turn: exactly one of `say` and `press`."""

    expect: Expect
    say: str | None = None
    press: str | None = None


class Dialogue(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A whole conversation; `name` says what is shown by it."""

    name: str
    turns: list[Step]


def read_dialogue(path: Path) -> Dialogue:
    """The dialogue in `path`; `BrokenDialogue` when it is none."""
    try:
        dialogue = msgspec.convert(yaml.safe_load(path.read_bytes()), Dialogue)
    except yaml.YAMLError as error:
        raise BrokenDialogue(f"{path.name}: not YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise BrokenDialogue(f"{path.name}: {error}") from error
    for wrong in _mistakes(dialogue):
        raise BrokenDialogue(f"{path.name}: {wrong}")
    return dialogue


def _mistakes(dialogue: Dialogue) -> Iterator[str]:
    if not dialogue.name.strip():
        yield "it has no name"
    if not dialogue.turns:
        yield "it has no turns"
    for number, step in enumerate(dialogue.turns, start=1):
        if (step.say is None) == (step.press is None):
            yield f"turn {number}: either `say` or `press`"
        if step.expect == Expect():
            yield f"turn {number}: it expects nothing"
        if step.expect.topic is not None and step.expect.topic not in TOPICS:
            yield f"turn {number}: `{step.expect.topic}` is no topic"


@dataclass
class Visitor:
    """A visitor at the public door of the running Marie."""

    base: str
    offered: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    token: str = ""

    def arrive(self) -> None:
        """Consent; the greeting's quick replies are on offer."""
        self.url = f"{self.base}/api/v1/conversations"
        started = self._call("POST", "", {"consent": True})
        self.url += f"/{started['conversation_id']}"
        self.token = started["token"]
        self._see(started["messages"])

    def do(self, step: Step) -> list[Message]:
        """Say or press; every message that answers."""
        body = {"client_id": str(uuid.uuid4()), "text": step.say}
        if step.press is not None:
            body = {"client_id": body["client_id"], "payload": self._payload(step.press)}
        answer = self._call("POST", "/messages?wait=25", body)
        if "messages" not in answer:
            raise WrongAnswer("no answer within 25 seconds")
        self._see(answer["messages"])
        messages: list[Message] = answer["messages"]
        return messages

    def state(self) -> str:
        """Who has the conversation."""
        return str(self._call("GET", "/messages?after=1000000")["state"])

    def _payload(self, wanted: str) -> str:
        topic = re.compile(rf"/{re.escape(wanted)}(\{{.*)?", re.DOTALL)
        for reply in self.offered:
            if reply["title"] == wanted or topic.fullmatch(reply["payload"]):
                return reply["payload"]
        offered = ", ".join(f"« {reply['title']} » {reply['payload']}" for reply in self.offered)
        raise WrongAnswer(f"`{wanted}` is not on offer, but {offered or 'nothing'}")

    def _see(self, messages: list[Message]) -> None:
        self.offered = [reply for message in messages for reply in message["quick_replies"]]

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=40) as response:
            return json.load(response)


def play(dialogue: Dialogue, base: str) -> None:
    """Every turn in order; `WrongAnswer` tells all that differed, with the talk."""
    visitor = Visitor(base)
    visitor.arrive()
    talk: list[str] = []
    differences: list[str] = []
    for number, step in enumerate(dialogue.turns, start=1):
        talk.append(f"{number}. visitor: {step.say or f'[{step.press}]'}")
        try:
            messages = visitor.do(step)
        except WrongAnswer as error:
            differences.append(f"turn {number}: {error}")
            break
        talk += [f"   marie: {described(message)}" for message in messages]
        state = visitor.state() if step.expect.state else None
        differences += [f"turn {number}: {wrong}" for wrong in differing(step, messages, state)]
    if differences:
        raise WrongAnswer("\n".join([dialogue.name, *differences, "", *talk]))


def differing(step: Step, messages: list[Message], state: str | None) -> Iterator[str]:
    """A sentence for each expectation that the answer does not meet."""
    expect = step.expect
    for name in ("topic", "entry"):
        wanted = getattr(expect, name)
        got = [message[name] for message in messages]
        if wanted is not None and wanted not in got:
            yield f"{name} is {', '.join(map(str, got)) or 'missing'}, expected {wanted}"
    text = "\n".join(message["text"] for message in messages)
    for part in expect.text_has:
        if part not in text:
            yield f"« {part} » is not in the text"
    for part in expect.text_lacks:
        if part in text:
            yield f"« {part} » is in the text"
    if expect.resources_first is not None:
        names = [resource["name"] for message in messages for resource in message["resources"]]
        if not names or expect.resources_first not in names[0]:
            yield f"the first card is {names[:1] or 'missing'}, expected {expect.resources_first}"
    if expect.data and not any(is_part(expect.data, message["data"]) for message in messages):
        got = [message["data"] for message in messages]
        yield f"data is {json.dumps(got, ensure_ascii=False)}, expected {expect.data}"
    if expect.state is not None and state != expect.state:
        yield f"the conversation is {state}, expected {expect.state}"


def is_part(part: Any, whole: Any) -> bool:
    """Whether every key and every item of `part` is in `whole`, at any depth."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and is_part(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and all(
            any(is_part(wanted, item) for item in whole) for wanted in part
        )
    return bool(part == whole)


def described(message: Message) -> str:
    """A message in one line."""
    words = " ".join(message["text"].split())
    return f"[{message['topic']} {message['entry'] or ''}] {words[:160]}"
