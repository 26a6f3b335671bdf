"""The moving plan: at most two questions (where, when), then dated steps with papers to keep.

What is known already is used: the place talked about, the lease, the children, the status. Nothing
is assumed in silence: a month without a day is counted from its first day and said so, and what is
not known has a step of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.actions.entries import answer_topic, names_another_entry
from bot.actions.places import ask_which, named_places
from bot.actions.plan_facts import (
    TOPIC,
    facts_of,
    is_lease_date,
    keep_move,
    moving_day,
    said_no_children,
    target,
    told_grain,
    with_told,
)
from bot.actions.plan_papers import paper, steps_said
from bot.actions.replies import (
    MAX_QUICK_REPLIES,
    answer,
    plain,
    quick_reply,
    say_entry,
    source_json,
    unique_sources,
)
from bot.actions.turn import Entity, Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.plan import Facts, make_plan, months_owed
from marie.knowledge.places import Place
from marie.knowledge.plan_rules import step_source
from marie.knowledge.talk import says
from marie.language.folding import words
from marie.language.typography import french_day, french_list

FORM = "plan"
MAX_YEARS = 3
"""A move further away is asked about again: the year was probably misread."""
EARLY = 7
"""Days by which a lease outlasts the move before its cost is said."""
JOINED = frozenset({"ou", "et", "entre", "soit", "sinon"})
"""Folded words between places of which one is chosen."""
NOT_A_TOPIC = frozenset(
    {
        *("inform", "follow_up", "clarify", "out_of_scope", "affirm", "pick", "deny"),
        *(TOPIC, "region.profile", "region.recommend", "region.list", "region.compare"),
    }
)
"""Readings of an answer to one of the questions."""

ONLY_TELLS = frozenset({"inform", "greeting", "follow_up", "clarify", "dont_know"})
"""Readings of a message that tells of oneself and asks little."""


def moving_plan(turn: Turn, desk: Desk) -> Reply:
    """The plan, or the one question without which there is none."""
    if turn.value("entry") is not None or names_another_entry(turn, desk):
        return answer_topic(turn, desk)
    if (question := ask_which(turn, desk, topic=TOPIC)) is not None:
        return question
    if (question := _which_of_two(turn, desk)) is not None:
        return question
    if not turn.pressed and not turn.all("place") and says(turn.text, desk.plan_words.nowhere):
        return _region_unknown(turn, desk)
    turn = with_told(turn, desk)
    wrong = _wrong_date(turn, desk)
    place = target(turn, desk)
    if place is None:
        return _ask_region(turn, desk)
    turn = keep_move(turn, place=place.id)
    if wrong is not None:
        return wrong
    day = moving_day(turn)
    if day is None:
        return _ask_date(turn, desk, "plan_ask_date", place)
    return _plan(turn, desk, place, day)


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to « où? », « quand? » or « êtes-vous déjà là? »."""
    pressed = turn.value("answer")
    chosen = turn.value("ordinal")
    if isinstance(chosen, int) and 0 < chosen <= len(turn.focus.choices):
        return moving_plan(turn.as_pressed(turn.focus.choices[chosen - 1]), desk)
    if pending.field == "gone":
        if turn.intent == "affirm":
            return moving_plan(keep_move(turn, gone=True).about(TOPIC), desk)
        if turn.intent == "deny":
            place = target(turn, desk)
            turn = keep_move(turn, day=None, gone=False)
            return _ask_date(turn, desk, "plan_ask_date", place)
    if isinstance(pressed, str):
        day = Entity(entity="date", value=pressed, grain="day")
        return moving_plan(replace(turn, entities=(day,)).about(TOPIC), desk)
    if turn.intent == "dont_know":
        return _unknown(turn, desk, pending)
    told = turn.all("place") or turn.all("date") or says(turn.text, desk.plan_words.gone)
    if told and turn.intent in NOT_A_TOPIC:
        return moving_plan(turn.about(TOPIC), desk)
    return None


def tells_of_a_move(turn: Turn, desk: Desk) -> bool:
    """« on est déjà rendus à Gaspé », under a plan: the first weeks there; or, after a life told,
    « par où commencer? »."""
    if turn.intent in ONLY_TELLS and says(turn.text, desk.plan_words.begin):
        return True
    return turn.focus.topic == TOPIC and says(turn.text, desk.plan_words.gone)


def continues_plan(turn: Turn) -> bool:
    """Whether a bare date, place or age under a plan changes it (« finalement en août »)."""
    kinds = ("date", "place", "age")
    return turn.focus.topic == TOPIC and any(turn.all(kind) for kind in kinds)


def _which_of_two(turn: Turn, desk: Desk) -> Reply | None:
    """« Sherbrooke ou Magog »: which one? A town and its own region are one place.

    « Faites le plan », right after two regions were compared: to which one?
    """
    said = {word.text for word in words(turn.text)}
    places = [each for each in named_places(turn, desk) if not each.metropolitan]
    if not places and turn.focus.topic == "region.compare":
        compared = [turn.as_pressed(each).value("place") for each in turn.focus.choices]
        places = [each for one in compared if (each := desk.gazetteer.get(str(one))) is not None]
        said = said | JOINED
    regions = {each.region for each in places if each.kind == "region"}
    wider = any(each.region in regions and each.kind != "region" for each in places)
    if turn.pressed or wider or len(places) < 2 or not said & JOINED:
        return None
    buttons = [quick_reply(each.name, TOPIC, place=each.id) for each in places]
    names = french_list([each.name for each in places], "et")
    content = plain(desk.library, "plan_which_place", topic=TOPIC, buttons=buttons, places=names)
    choices = tuple(each["payload"] for each in buttons)
    turn = replace(turn, focus=replace(turn.focus, choices=choices))
    return _asked(turn, content, "region")


def _wrong_date(turn: Turn, desk: Desk) -> Reply | None:
    """A date that cannot be a move's: what is wrong with it, and the question again."""
    place = target(turn, desk)
    own = [each for each in turn.all("date") if not is_lease_date(each, turn, desk)]
    if any(each.problem is not None for each in own):
        return _ask_date(keep_move(turn, day=None), desk, "plan_no_such_date", place)
    day = moving_day(turn)
    if day is None or (turn.profile.get("move") or {}).get("gone"):
        return None
    if day.year > turn.today.year + MAX_YEARS:
        return _ask_date(keep_move(turn, day=None), desk, "plan_far_date", place)
    month_of_today = told_grain(turn) == "month" and day == turn.today.replace(day=1)
    if day < turn.today and not month_of_today:
        return _ask_gone(turn, desk, day)
    return None


def _ask_gone(turn: Turn, desk: Desk, day: date) -> Reply:
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_plan_gone"), "affirm"),
        quick_reply(library.phrase("button_plan_not_gone"), "deny"),
    ]
    content = plain(library, "plan_past_date", topic=TOPIC, buttons=buttons, day=french_day(day))
    return _asked(turn, content, "gone")


def _ask_region(turn: Turn, desk: Desk) -> Reply:
    """The general order of things first, then where; Montréal is where one leaves from."""
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_region_recommend"), "region.recommend"),
        quick_reply(library.phrase("button_regions"), "region.list"),
    ]
    named = named_places(turn, desk)
    if named:
        content = plain(
            library, "plan_metropolitan", topic=TOPIC, buttons=buttons, place=named[-1].name
        )
    elif turn.focus.pending is not None or turn.profile.get("move"):
        content = plain(library, "plan_ask_region", topic=TOPIC, buttons=buttons)
    else:
        content = say_entry(library.default_entry(TOPIC), turn, desk, buttons=buttons)
    return _asked(turn, content, "region")


def _ask_date(turn: Turn, desk: Desk, phrase: str, place: Place | None) -> Reply:
    library = desk.library
    buttons = [
        quick_reply(french_day(day), "inform", answer=day.isoformat()) for day in _likely_days(turn)
    ]
    if phrase == "plan_ask_date" and place is not None:
        where = desk.gazetteer.with_preposition(place)
        content = plain(library, "plan_ask_date_there", topic=TOPIC, buttons=buttons, place=where)
    else:
        content = plain(library, phrase, topic=TOPIC, buttons=buttons)
    return _asked(turn, content, "date")


def _likely_days(turn: Turn) -> Iterator[date]:
    """The day after the lease, if it is known, and the next 1 July."""
    end = (turn.profile.get("lease") or {}).get("end")
    if end is not None and date.fromisoformat(end) >= turn.today:
        yield date.fromordinal(date.fromisoformat(end).toordinal() + 1)
    july = date(turn.today.year, 7, 1)
    yield july if july > turn.today else july.replace(year=july.year + 1)


def _unknown(turn: Turn, desk: Desk, pending: Pending) -> Reply:
    if pending.field != "region":
        return _ask_date(turn, desk, "plan_date_unknown", target(turn, desk))
    return _region_unknown(turn, desk)


def _region_unknown(turn: Turn, desk: Desk) -> Reply:
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_region_recommend"), "region.recommend"),
        quick_reply(library.phrase("button_trips"), "moving.trip"),
        quick_reply(library.phrase("button_handoff"), "handoff"),
    ]
    content = plain(library, "plan_region_unknown", topic=TOPIC, buttons=buttons)
    return answer(turn, content, focus=replace(turn.focus, topic=TOPIC, pending=None, misses=0))


def _asked(turn: Turn, content: Content, field: str) -> Reply:
    before = turn.focus.pending
    again = before is not None and before.form == FORM and before.field == field
    pending = Pending(form=FORM, field=field, asked=before.asked + 1 if before and again else 1)
    focus = replace(turn.focus, topic=TOPIC, entry=content.entry, pending=pending, misses=0)
    return answer(turn, content, focus=focus)


def _plan(turn: Turn, desk: Desk, place: Place, day: date) -> Reply:
    library = desk.library
    facts = facts_of(turn, desk, place, day)
    steps = make_plan(desk.plan_rules, facts)
    plan = paper(steps, facts, turn, desk, place)
    sources = unique_sources(step_source(step.rule, library) for step in steps)
    paragraphs = [
        plan["introduction"][0],
        steps_said(steps, plan, desk),
        *_remarks(turn, desk, facts),
        library.phrase("plan_sources"),
    ]
    content = Content(
        text="\n\n".join(paragraphs),
        topic=TOPIC,
        entry=library.default_entry(TOPIC).id,
        sources=tuple(source_json(source) for source in sources),
        quick_replies=tuple(_buttons(facts, desk, place)[:MAX_QUICK_REPLIES]),
        documents=tuple(
            {
                "title": library.phrase(f"plan_document_{kind}"),
                "paper": "moving-plan",
                "format": kind,
                "of": "plan",
            }
            for kind in ("html", "pdf", "ics", "txt")
        ),
        data={"plan": plan},
    )
    focus = replace(
        turn.focus,
        topic=TOPIC,
        entry=content.entry,
        place=place.id,
        pending=None,
        misses=0,
    )
    return answer(turn, content, focus=focus)


def _remarks(turn: Turn, desk: Desk, facts: Facts) -> Iterator[str]:
    """What the visitor must know about how this was counted, and what it costs."""
    library = desk.library
    outlasts = facts.lease_end is not None and (facts.lease_end - facts.move).days >= EARLY
    if outlasts and facts.lease_end is not None and not facts.gone:
        yield library.phrase(
            "plan_lease_early",
            months=str(months_owed(facts)),
            lease_end=french_day(facts.lease_end),
        )
    if told_grain(turn) == "month" and not facts.gone:
        yield library.phrase("plan_from_first_of_month", day=french_day(facts.move))
    if not facts.children and not said_no_children(turn):
        yield library.phrase("plan_ask_children")


def _buttons(facts: Facts, desk: Desk, place: Place) -> list[dict[str, str]]:
    library = desk.library
    buttons = []
    if facts.lease_end is None and not facts.gone:
        buttons.append(quick_reply(library.phrase("button_plan_lease"), "lease.nonrenewal"))
    if not facts.gone:
        trips = library.phrase("button_trips")
        buttons.append(quick_reply(trips, "moving.trip", place=place.id))
    moved = quick_reply(library.phrase("button_plan_aid"), "moving.aid")
    return [*buttons, moved, quick_reply(library.phrase("button_handoff"), "handoff")]


TOPICS = {TOPIC: moving_plan}
