"""Proposed training examples: what may be one, and its way into the files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from marie import clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import Content
from marie.domain.people import Staff
from marie.knowledge.examples import Examples, NotAnExample
from marie.services import examples, visitor
from marie.services.examples import NLU, QUESTIONS
from marie.store import conversations
from marie.store import examples as store
from marie.store import staff as accounts
from marie.store.engine import Database
from marie.store.examples import State

LEASE = """\
version: "3.1"
nlu:
- intent: lease.end
  examples: |
    - casser mon bail
    - sortir de mon bail comment

- intent: lease.notice
  examples: |
    - un modèle de lettre
"""
HELD_OUT = "Je veux quitter mon appartement avant la fin du bail"
BETTER = "mon logement me tient jusqu’en juin, je fais quoi"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with two topics and one held-out question."""
    root = tmp_path / "tree"
    for folder in (NLU, QUESTIONS):
        (root / folder).mkdir(parents=True)
    (root / NLU / "lease.yml").write_text(LEASE, encoding="utf-8")
    asked = [{"topic": "lease.end", "text": HELD_OUT}]
    (root / QUESTIONS / "lease.yml").write_text(
        yaml.safe_dump(asked, allow_unicode=True), encoding="utf-8"
    )
    return root


@pytest.fixture
async def known(tree: Path) -> Examples:
    """What the tree says."""
    return await examples.known_examples(tree)


@pytest.fixture(autouse=True)
def masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are masked without a language model."""
    monkeypatch.setattr(examples, "mask", lambda text: text.replace("Awa", "[nom]"))


async def administrator(database: Database) -> Staff:
    """The account that every installation begins with."""
    async with database.read() as connection:
        found = await accounts.by_username(connection, "admin")
    assert found is not None
    return found


async def propose(database: Database, known: Examples, text: str, **more: str | None) -> str:
    """Propose a wording for `lease.end`."""
    by = await administrator(database)
    conversation = more.pop("conversation_id", None)
    topic = more.pop("topic", None) or "lease.end"
    async with database.write() as connection:
        return await examples.propose(
            connection,
            known,
            text=text,
            topic=topic,
            by=by,
            now=clock.now(),
            conversation_id=ConversationId(conversation) if conversation else None,
            **more,
        )


async def accept(database: Database, known: Examples, example_id: str, text: str) -> None:
    """Accept a proposal as `text`."""
    by = await administrator(database)
    await examples.accept(
        database, known, example_id, text=text, topic="lease.end", by=by, clock=clock.now
    )


@pytest.mark.parametrize(
    ("text", "topic", "reason"),
    [
        ("  ", "lease.end", "empty"),
        ("x" * 201, "lease.end", "long"),
        (BETTER, "clarify", "topic"),
        ("CASSER mon bail", "lease.notice", "known"),
        ("je veux quitter mon appartement avant la fin du bail!!", "lease.end", "held_out"),
    ],
)
async def test_what_cannot_be_learned_is_not_proposed(
    database: Database, known: Examples, text: str, topic: str, reason: str
) -> None:
    with pytest.raises(NotAnExample) as refused:
        await propose(database, known, text, topic=topic)
    assert refused.value.reason == reason


async def test_the_same_wording_is_proposed_once(database: Database, known: Examples) -> None:
    await propose(database, known, BETTER)
    with pytest.raises(NotAnExample) as refused:
        await propose(database, known, BETTER.upper())
    assert refused.value.reason == "proposed"


async def test_what_was_masked_is_put_right_before_it_is_accepted(
    database: Database, known: Examples
) -> None:
    proposed = await propose(database, known, "Awa veut laisser son loyer avant juin")
    async with database.read() as connection:
        (proposal,) = await store.in_state(connection, State.PROPOSED)
    assert proposal.text == "[nom] veut laisser son loyer avant juin"
    with pytest.raises(NotAnExample) as refused:
        await accept(database, known, proposed, proposal.text)
    assert refused.value.reason == "marked"
    await accept(database, known, proposed, "elle veut laisser son loyer avant juin")


async def test_pull_writes_what_was_accepted_at_the_end_of_its_topic_in_order_and_once(
    database: Database, known: Examples, tree: Path
) -> None:
    for text in ("zut, on part en avril", "aidez-moi à sortir d’ici avant mai"):
        await accept(database, known, await propose(database, known, text), text)
    await propose(database, known, BETTER)
    pulled = await examples.pull(database, tree, clock=clock.now)
    assert {each.file for each in pulled} == {"bot/data/nlu/lease.yml"}
    assert (tree / NLU / "lease.yml").read_text(encoding="utf-8") == LEASE.replace(
        "comment\n",
        "comment\n    - aidez-moi à sortir d’ici avant mai\n    - zut, on part en avril\n",
    )
    assert await examples.pull(database, tree, clock=clock.now) == []
    async with database.read() as connection:
        assert await store.counts(connection) == {
            State.PROPOSED: 1,
            State.ACCEPTED: 0,
            State.PULLED: 2,
            State.REFUSED: 0,
        }


async def test_pull_refuses_what_became_a_held_out_question_meanwhile(
    database: Database, known: Examples, tree: Path
) -> None:
    await accept(database, known, await propose(database, known, BETTER), BETTER)
    more = [{"topic": "lease.end", "text": BETTER + "?"}]
    (tree / QUESTIONS / "more.yml").write_text(
        yaml.safe_dump(more, allow_unicode=True), encoding="utf-8"
    )
    (pulled,) = await examples.pull(database, tree, clock=clock.now)
    assert (pulled.file, pulled.reason) == (None, "held_out")
    assert (tree / NLU / "lease.yml").read_text(encoding="utf-8") == LEASE


async def test_a_pull_that_was_cut_after_writing_writes_nothing_twice(
    database: Database, known: Examples, tree: Path
) -> None:
    await accept(database, known, await propose(database, known, BETTER), BETTER)
    path = tree / NLU / "lease.yml"
    written = LEASE.replace("comment\n", f"comment\n    - {BETTER}\n")
    path.write_text(written, encoding="utf-8")
    (pulled,) = await examples.pull(database, tree, clock=clock.now)
    assert pulled.reason == "known"
    assert path.read_text(encoding="utf-8") == written


async def test_a_settled_proposal_is_not_settled_again(database: Database, known: Examples) -> None:
    by = await administrator(database)
    proposed = await propose(database, known, BETTER)
    await examples.refuse(database, proposed, by=by, clock=clock.now)
    with pytest.raises(examples.UnknownProposal):
        await accept(database, known, proposed, BETTER)


async def test_a_proposal_goes_with_the_conversation_it_comes_from(
    database: Database, known: Examples
) -> None:
    began = await visitor.start_conversation(
        database, greeting=Content(text="Bonjour"), marie="Marie", clock=clock.now
    )
    await propose(database, known, BETTER, conversation_id=began.conversation_id)
    async with database.write() as connection:
        await conversations.delete_whole(connection, began.conversation_id)
    async with database.read() as connection:
        assert await store.in_state(connection, State.PROPOSED) == []
