"""`reduce(transcript, entry)`, called in the browser that will call it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.widget.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Entry = dict[str, Any]


def message(seq: int, author: str = "marie", **more: Any) -> Entry:
    return {"seq": seq, "author": author, "text": f"n{seq}", "client_id": None, **more}


async def told(visit: Visit, *entries: Entry, expression: str = "t") -> Any:
    """What `expression` says of the transcript `t` after these entries, each frozen as it was."""
    return await visit.page.evaluate(
        """async ([entries, expression]) => {
            const module = await import('/widget/transcript.js');
            const frozen = (value) => {
                if (value && typeof value === 'object') Object.values(value).forEach(frozen);
                return Object.freeze(value);
            };
            const fold = (t, entry) => frozen(module.reduce(t, frozen(entry)));
            const t = entries.reduce(fold, frozen(module.EMPTY));
            return new Function('t', 'm', `return ${expression}`)(t, module);
        }""",
        [list(entries), expression],
    )


SEQS = "t.messages.map((message) => message.seq)"


async def test_messages_stand_once_and_in_order_however_they_come(visit: Visit) -> None:
    entries: list[Entry] = [{"message": message(n)} for n in range(1, 9)] * 2
    entries.append({"messages": [message(n) for n in (3, 4, 9)], "state": "marie"})
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        assert await told(visit, *entries, expression=SEQS) == list(range(1, 10))


async def test_last_seq_stops_before_a_hole(visit: Visit) -> None:
    entries = [{"message": message(n)} for n in (1, 2, 4)]
    assert await told(visit, *entries, expression="m.lastSeq(t)") == 2
    assert await told(visit, expression="m.lastSeq(t)") == 0


async def test_a_pending_message_leaves_when_the_log_repeats_it(visit: Visit) -> None:
    queued = {"client_id": "a", "text": "Allô", "at": 1}
    entries: list[Entry] = [{"message": message(1)}, {"pending": [queued]}]
    pending = "t.pending.map((queued) => queued.text)"
    assert await told(visit, *entries, expression=pending) == ["Allô"]
    entries.append({"message": message(2, "visitor", client_id="a")})
    assert await told(visit, *entries, expression=pending) == []
    # Another tab may still say that it is queued.
    assert await told(visit, *entries, {"pending": [queued]}, expression=pending) == []


async def test_a_message_sent_stays_in_sight_until_the_log_repeats_it(visit: Visit) -> None:
    entries: list[Entry] = [
        {"pending": [{"client_id": "a", "text": "un"}, {"client_id": "b", "text": "deux"}]},
        {"sent": {"client_id": "a", "seq": 2}},
        {"pending": [{"client_id": "b", "text": "deux"}]},
    ]
    pending = "t.pending.map((queued) => queued.text)"
    assert await told(visit, *entries, expression=pending) == ["un", "deux"]


async def test_only_maries_last_words_offer_buttons(visit: Visit) -> None:
    offer = [{"title": "Oui", "payload": "/affirm"}]
    replies = "m.quickReplies(t).length"
    first: Entry = {"message": message(1, quick_replies=offer)}
    assert await told(visit, first, expression=replies) == 1
    assert await told(visit, first, {"message": message(2)}, expression=replies) == 1
    for author in ("visitor", "counsellor"):
        answer: Entry = {"message": message(2, author)}
        assert await told(visit, first, answer, expression=replies) == 0
    assert await told(visit, first, {"pending": [{"client_id": "a"}]}, expression=replies) == 0


async def test_an_open_question_is_maries_unless_a_person_took_over(visit: Visit) -> None:
    asked: Entry = {"message": message(1, "visitor")}
    name = "m.writing(t)?.name"
    assert await told(visit, asked, expression=name) == "Marie"
    assert await told(visit, asked, {"message": message(2)}, expression=name) is None
    assert await told(visit, asked, {"state": "counsellor"}, expression=name) is None
    assert await told(visit, asked, {"link": "offline"}, expression=name) is None
    typing: Entry = {"typing": {"author": "counsellor", "name": "PROMIS"}}
    taken: Entry = {"state": "counsellor"}
    assert await told(visit, asked, taken, typing, expression=name) == "PROMIS"
    spoke: Entry = {"message": message(2, "counsellor")}
    assert await told(visit, asked, taken, typing, spoke, expression=name) is None


async def test_buttons_of_a_person_and_of_the_system_are_offered_too(visit: Visit) -> None:
    yes = [{"title": "Oui", "payload": "/x"}]
    buttons = "m.quickReplies(t).map(({ title }) => title)"
    asked: list[Entry] = [{"message": message(1, "counsellor", quick_replies=yes)}]
    assert await told(visit, *asked, expression=buttons) == ["Oui"]
    noted = [*asked, {"message": message(2, "system", quick_replies=[])}]
    assert await told(visit, *noted, expression=buttons) == ["Oui"]
    said = [*asked, {"message": message(2, "counsellor", quick_replies=[])}]
    assert await told(visit, *said, expression=buttons) == []
    left = [*said, {"message": message(3, "system", quick_replies=yes)}]
    assert await told(visit, *left, expression=buttons) == ["Oui"]


async def test_what_marie_offered_is_over_once_a_person_came_or_went(visit: Visit) -> None:
    offer = [{"title": "Annuler ma demande", "payload": "/x"}]
    replies = "m.quickReplies(t).length"
    said: list[Entry] = [{"message": message(1, quick_replies=offer)}]
    taken: list[Entry] = [*said, {"message": message(2, "system", quick_replies=[])}]
    assert await told(visit, *taken, {"state": "counsellor"}, expression=replies) == 0
    left: list[Entry] = [*taken, {"message": message(3, "system")}, {"state": "marie"}]
    assert await told(visit, *left, expression=replies) == 0
    answered: Entry = {"message": message(4, quick_replies=offer)}
    assert await told(visit, *left, answered, expression=replies) == 1


async def test_who_answers_is_nobody_known_again_when_somebody_else_takes_over(
    visit: Visit,
) -> None:
    name = "m.answerer(t)"
    spoke: list[Entry] = [
        {"message": message(1, "counsellor", name="Nadia")},
        {"state": "counsellor"},
    ]
    assert await told(visit, *spoke, expression=name) == "Nadia"
    moved: list[Entry] = [*spoke, {"message": message(2, "system")}]
    assert await told(visit, *moved, expression=name) is None
    again: Entry = {"message": message(3, "counsellor", name="Luc")}
    assert await told(visit, *moved, again, expression=name) == "Luc"
    assert await told(visit, *moved, again, {"state": "marie"}, expression=name) is None
