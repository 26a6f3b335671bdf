"""Greetings, thanks, languages, and what comes before everything: distress and danger."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.entries import answer_topic
from bot.actions.replies import answer, plain, quick_reply, say_entry, starts
from bot.actions.traces import LANGUAGE
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.talk import says
from marie.language.folding import fold_key
from marie.language.safety import HELP_ENTRIES

_HELP = {str(kind): entry for kind, entry in HELP_ENTRIES.items()}

SIMPLE, FULL = "simple", "full"
"""What a button asks of Marie's French."""


def safety(turn: Turn, desk: Desk) -> Reply:
    """Help lines first, and a person; an open question is let go."""
    alarm = turn.value("safety")
    entries = desk.library.entries
    named = entries.get(_HELP.get(str(alarm), str(turn.value("entry"))))
    entry = named or desk.library.default_entry("safety")
    # « L’école va lui dire? », right after the help lines: what else is known of it.
    goes_on = alarm is None and turn.focus.entry == entry.id and entry.details is not None
    goes_on = goes_on and named is not None and not turn.pressed
    content = say_entry(entry, turn, desk, part="details" if goes_on else "text")
    focus = replace(turn.focus, topic="safety", entry=entry.id, pending=None, misses=0)
    if entry.id == HELP_ENTRIES["violence"]:
        focus = replace(focus, violence=True)
    return answer(turn, content, focus=focus)


def language(turn: Turn, desk: Desk) -> Reply:
    """One sentence in the visitor's language, if it is one in which Marie welcomes, then simple
    French from here on.

    `answer`: `simple` or `full`, for who asks for simple French, or for the usual one again.
    """
    asked = turn.value("answer")
    if asked in (SIMPLE, FULL):
        return _switch(turn, desk, simple=asked == SIMPLE)
    desk = replace(desk, simple=True)
    library = desk.library
    entry = library.default_entry("language")
    profile = {**turn.profile, "simple": True}
    wanted = _button_of_need(turn, desk) or _button_of_person(turn, desk)
    content = say_entry(entry, replace(turn, profile=profile), desk, buttons=wanted)
    # « mesi anpil », after Creole, is told by no list of words: it is Creole all the same.
    tongue = turn.value("language") or turn.profile.get(LANGUAGE)
    if tongue in desk.settings.current().languages.welcomed:
        own, french = _in_her_language(turn, desk, str(tongue))
        content = replace(content, text=f"{own}\n\n{french or content.text}")
    offered = wanted[0]["payload"] if wanted else None
    focus = replace(turn.focus, topic="language", misses=0, offered=offered)
    return answer(turn, content, focus=focus, profile=profile)


def _in_her_language(turn: Turn, desk: Desk, tongue: str) -> tuple[str, str | None]:
    """What Marie says in a language, and after it in French when that is not the usual entry.

    She says once who she is; then how to write to her, or what a person is for, in turn.
    """
    library = desk.library

    def own(name: str) -> str:
        phrases = library.phrases
        # What she has no words of is welcomed in English, and goes on in it.
        said = phrases.get(f"language_{name}_{tongue}") or phrases[f"language_{name}_en"]
        return said.text.strip()

    if fold_key(turn.text).strip() in desk.talk.grateful:
        return own("thanks"), library.default_entry("thanks").simple.strip()
    if not (turn.profile.get("simple") and turn.profile.get(LANGUAGE) == tongue):
        return library.phrases[f"language_{tongue}"].text.strip(), None
    name = "person" if own("next") in (turn.focus.last or "") else "next"
    return own(name), library.phrase(f"language_{name}")


def _button_of_need(turn: Turn, desk: Desk) -> list[dict[str, str]]:
    """« I look for a house in Alma »: the housing there, in French, one touch away."""
    for need in desk.talk.needs:
        if says(turn.text, desk.talk.abroad.get(need.topic, ())):
            place = turn.value("place") if len(turn.all("place")) == 1 else None
            return [quick_reply(need.button, need.topic, place=place or turn.focus.place)]
    return []


def _button_of_person(turn: Turn, desk: Desk) -> list[dict[str, str]]:
    """« Necesito hablar con alguien », before anything was offered: « oui » is enough then."""
    if not says(turn.text, desk.talk.person):
        return []
    return [quick_reply(desk.library.phrase("button_handoff"), "handoff")]


def _switch(turn: Turn, desk: Desk, *, simple: bool) -> Reply:
    """Simple French, or the usual one: the last answer is said again in it."""
    already = bool(turn.profile.get("simple"))
    profile = {**turn.profile, "simple": simple}
    turn = replace(turn, profile=profile)
    desk = replace(desk, simple=simple)
    library = desk.library
    said = library.phrase("simple_on" if simple else "simple_off")
    other = FULL if simple else SIMPLE
    button = quick_reply(library.phrase(f"button_{other}"), "language", answer=other)
    entry = library.entries.get(turn.focus.entry or "") or library.default_entry("language")
    again = say_entry(entry, turn, desk, place=turn.focus.place, buttons=[button])
    if simple and already:
        # The same words again would be no simpler: a person can explain.
        person = quick_reply(library.phrase("button_handoff"), "handoff")
        content = plain(library, "simple_already", topic="language", buttons=[person, button])
        return answer(turn, content, focus=replace(turn.focus, misses=0), profile=profile)
    content = replace(again, text=f"{said}\n\n{again.text}", topic="language")
    return answer(turn, content, focus=replace(turn.focus, misses=0), profile=profile)


def abuse(turn: Turn, desk: Desk) -> Reply:
    """Calm, and what she may ask; the second time without asking for respect again."""
    if turn.focus.topic != "abuse":
        return answer_topic(turn, desk)
    buttons = [quick_reply(desk.library.phrase("button_handoff"), "handoff")]
    content = plain(desk.library, "abuse_again", topic="abuse", buttons=buttons)
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def greeting(turn: Turn, desk: Desk) -> Reply:
    """« Ça va? », after the greeting: not all of it once more."""
    if turn.pressed or turn.focus.topic != "greeting":
        return answer_topic(turn, desk)
    content = plain(desk.library, "greeting_again", topic="greeting", buttons=starts(desk))
    return answer(turn, content, focus=replace(turn.focus, misses=0))


TOPICS = {
    "safety": safety,
    "greeting": greeting,
    "abuse": abuse,
    "language": language,
    **dict.fromkeys(("goodbye", "thanks", "capabilities", "privacy"), answer_topic),
}
