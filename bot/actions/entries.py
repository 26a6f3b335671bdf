"""Answers a topic by its entry, with directory cards where the entry asks for them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance.Levenshtein import normalized_similarity as ratio

from bot.actions.cards import Listing
from bot.actions.everywhere import holds_everywhere, same_there
from bot.actions.listing import look_up, looked_up, meant, precisions
from bot.actions.places import ask_which, place_in_focus
from bot.actions.replies import answer, say_entry
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.model import Entry
from marie.knowledge.talk import says
from marie.language.folding import fold_key, words

ENOUGH = 0.45
"""Share of a question's weight that must be in the message for an entry that is not the default."""

NEAR = 0.3
"""The same, for a message that goes on about an entry's topic."""

MARGIN = 0.1
"""How much more of it than of the default's questions."""

ALL = 0.9
"""Share of a question's weight that makes a message of few words that question."""

ASKING = frozenset({"quoi"})
"""Words that ask, and tell by themselves nothing of what."""

EMPTY = frozenset({"pour", "dans", "votre", "notre", "vous", "nous", "cette", "cela"})
"""Words of four letters and more that say nothing: « école pour ma fille » is none for adults."""

TELLING = 3
"""Telling words of a message that may be no more than that question, somewhere."""

ONE_WORD = 0.6
"""Share of a question's weight that one word must be to mean another topic of the family."""

FEW = 6
"""Words of a message that one telling word of it may mean."""

ROOT = 5
"""Letters in which a verb's forms agree."""

Stems = Callable[[str], frozenset[str]]

_GLUED = re.compile(r"\b[djlmnst](?=[aeéèêhiou]\w{3})", re.IGNORECASE)
"""A small word that is written with the next: « lecole »."""

_NOT_FOR = re.compile(r"\bpas (?:pour|aux|celle des)(?: les| des)? \w+", re.IGNORECASE)

SAID_SO = 0.94
"""A message this like a question (Levenshtein, 0 to 1) is that question: a letter in sixteen."""


def answer_topic(turn: Turn, desk: Desk, *, offset: int = 0, continued: bool = False) -> Reply:
    """The entry of `turn.intent` that fits the message best, and its cards.

    `offset`: after how many cards to go on; `continued`: the cards alone, the rest was said.
    """
    topic = turn.intent
    # « Une école, pas pour adultes »: what is not wanted chooses nothing.
    turn = replace(turn, text=_NOT_FOR.sub(" ", turn.text))
    if (question := ask_which(turn, desk, topic=topic)) is not None:
        return question
    entry = _continued_entry(turn, desk) or _entry_meant(turn, desk) or chosen_entry(turn, desk)
    entry = _of_her_calling(entry, turn, desk)
    place = place_in_focus(turn, desk)
    if place is not None and holds_everywhere(entry, turn):
        return same_there(entry, place, turn, desk)
    listing: Listing | None = None
    wanted: tuple[str, ...] = ()
    if entry.resources is not None and turn.value("part") is None:
        query = meant(entry.resources, turn, desk)
        wanted = precisions(entry, query, turn, desk)
        listing = look_up(query, place, desk, wanted=wanted, offset=offset)
        if _just_shown(listing, turn):
            listing = None
    further = not (continued or offset or turn.pressed) and _asks_further(
        entry, listing, turn, desk
    )
    if further:
        listing = None  # a question about what was said: not the very cards again
    hits = listing.hits if listing is not None else ()
    # What was said around the cards of one town is not said again around another's.
    same = turn.focus.entry == entry.id and turn.focus.listed == topic and not turn.pressed
    found = ("" if same else "found") if hits and place is not None else "text"
    content = say_entry(
        entry,
        turn,
        desk,
        part=str(turn.value("part") or ("" if continued or offset else found)),
        listing=listing,
        place=place.id if place else None,
    )
    focus = replace(
        turn.focus,
        topic=topic,
        entry=entry.id,
        place=place.id if place else None,
        offset=offset + len(hits) if hits else turn.focus.offset,
        shown=tuple(hit.resource.id for hit in hits) or turn.focus.shown,
        picked=None if hits else turn.focus.picked,
        listed=topic if hits else turn.focus.listed,
        misses=0,
        pending=None,
        narrowed=wanted if listing is not None else turn.focus.narrowed,
    )
    return answer(turn, content, focus=focus, looked_up=looked_up(listing))


def _continued_entry(turn: Turn, desk: Desk) -> Entry | None:
    """« Et à Rimouski? » after the schools for adults: the same entry there."""
    entry = desk.library.entries.get(turn.focus.entry or "")
    if entry is None or entry.resources is None or entry.topic != turn.intent or turn.pressed:
        return None
    if turn.value("entry") is not None or not turn.all("place"):
        return None
    return None if desk.directory.names_kind(turn.text, entry.resources.kinds) else entry


def _of_her_calling(entry: Entry, turn: Turn, desk: Desk) -> Entry:
    """Where an entry would ask for her trade, the one about the trade that she told."""
    if not entry.default or turn.pressed or turn.value("entry") is not None:
        return entry
    told = str((turn.profile.get("situation") or {}).get("occupation") or "")
    for said in (turn.text, told):
        for calling in desk.talk.callings:
            own = desk.library.entries.get(calling.entry)
            if own is None or own.topic != entry.topic or own.id == turn.focus.entry:
                continue
            if says(said, calling.says):
                return own
    return entry


def _just_shown(listing: Listing, turn: Turn) -> bool:
    """The very cards of the last list, which no place and no precision chose: not twice."""
    if listing.place is not None or listing.offset or listing.wanted or not listing.hits:
        return False
    return tuple(hit.resource.id for hit in listing.hits) == turn.focus.shown


def _asks_further(entry: Entry, listing: Listing | None, turn: Turn, desk: Desk) -> bool:
    """« Il faut combien de mise de fonds? », after who helps to buy in one town."""
    if listing is None or turn.focus.entry != entry.id or turn.all("place"):
        return False
    if turn.intent != turn.focus.topic or listing.wanted != turn.focus.narrowed:
        return False
    again = tuple(hit.resource.id for hit in listing.hits)
    if not again or again != turn.focus.shown:
        return False
    leans = {word.text for word in words(turn.text)} <= desk.talk.leaning
    return leans or bool(_telling(turn.text, entry))


def _telling(text: str, entry: Entry) -> frozenset[str]:
    """The words of a message that its entry's questions have too."""
    return _stems(text) & frozenset().union(*_questions(entry, None))


def _entry_meant(turn: Turn, desk: Desk) -> Entry | None:
    """« Un DEP à Sept-Îles »: the entry that is about the precision that is said."""
    if turn.pressed or turn.value("entry") is not None:
        return None
    for entry in desk.library.topic_entries(turn.intent):
        if entry.default or entry.resources is None:
            continue
        kinds = entry.resources.kinds
        own = desk.directory.narrowing(" ".join((entry.title, *entry.questions)), kinds)[:1]
        if own and own[0] in desk.directory.narrowing(turn.text, kinds):
            return entry
    return None


def chosen_entry(turn: Turn, desk: Desk) -> Entry:
    """The entry that a button names, or the one whose questions are nearest to the message."""
    library = desk.library
    named = turn.value("entry")
    if isinstance(named, str) and named in library.entries:
        return library.entries[named]
    entries = library.topic_entries(turn.intent)
    if turn.pressed or len(entries) == 1:
        return entries[0]
    nearest = nearest_entry(turn.text, entries)
    if nearest.default:
        nearest = _whole_question(turn.text, entries) or nearest
    goes_on = turn.focus.topic == turn.intent and nearest.default
    if turn.all("place") or not (goes_on or nearest.id == turn.focus.entry):
        return nearest
    return _other_entry(turn.text, nearest, entries) or nearest


def names_another_entry(turn: Turn, desk: Desk) -> bool:
    """Whether a message without a place asks for an entry of the topic that is not the default."""
    return not turn.all("place") and not chosen_entry(turn, desk).default


def nearest_entry(text: str, entries: list[Entry]) -> Entry:
    """The entry with the question that shares the most of its telling words with `text`.

    The first entry (the default) stays unless another one is clear (`ENOUGH`, by two words or
    more) and nearer by `MARGIN`.
    """
    default, *others = entries
    weight = _weights(entries)
    scores = {entry.id: _score(text, entry, weight, at_least=2) for entry in others}
    nearest = max(others, key=lambda entry: scores[entry.id])
    floor = max(ENOUGH, _score(text, default, weight, at_least=2) + MARGIN)
    return nearest if scores[nearest.id] >= floor else default


def _whole_question(text: str, entries: list[Entry]) -> Entry | None:
    """The entry of which a few words say a whole question: « es-tu un robot? », by one word."""
    if len(_stems(text)) > TELLING:
        return None
    default, *others = entries
    weight = _weights(entries)
    # « Cégep » alone, a word of the default's too, does not ask what a college is.
    if _stems(text) & weight.keys() <= frozenset().union(*_questions(default)):
        return None
    floor = max(ALL, _score(text, default, weight, at_least=1) + MARGIN)
    scored = [(_score(text, each, weight, at_least=1), each) for each in others]
    sure, best = max(scored, key=lambda each: each[0])
    return best if sure >= floor else None


def _other_entry(text: str, said: Entry, entries: list[Entry]) -> Entry | None:
    """The entry besides the nearest, said already or the default, that a further question means.

    « Je peux lui demander de l’argent? », after how to assign a lease: to say the same again
    answers nothing, so less is enough here than in `nearest_entry`, and verbs need not agree.
    """
    weight = _weights(entries, _roots)
    others = [each for each in entries if each.id != said.id]
    own = _score(text, said, weight, at_least=1, stems=_roots)
    # Few words may say it by one of them (« mon permis est algérien »).
    tries = [(2, max(NEAR, own))]
    if len(words(text)) <= FEW:
        tries.append((1, max(NEAR, own + MARGIN)))
    for at_least, floor in tries:
        scored = [
            (_score(text, each, weight, at_least=at_least, stems=_roots), each) for each in others
        ]
        sure, best = max(scored, key=lambda each: each[0])
        if sure >= floor:
            return best
    return None


def related_entry(turn: Turn, desk: Desk) -> Entry | None:
    """What a message that names no topic may ask about the one in focus (« et s’il refuse? »).

    First among the entries of that topic, by one telling word; then among its family's, by two.
    """
    topic = turn.focus.topic
    if topic is None:
        return None
    library = desk.library
    family = [entry for entry in library.entries.values() if same_family(entry.topic, topic)]
    weight = _weights(family)
    own = [entry for entry in family if entry.topic == topic]
    tries = [(own, 1, NEAR), (family, 2, ENOUGH)]
    if len(words(turn.text)) <= FEW:
        tries.append((family, 1, ONE_WORD))  # « le soir? », under the daycares' prices
    for entries, at_least, enough in tries:
        scored = [(_score(turn.text, each, weight, at_least=at_least), each) for each in entries]
        best = max(scored, key=lambda each: each[0], default=(0.0, None))
        if best[1] is not None and best[0] >= enough:
            return best[1]
    return None


def speaks_of_focus(turn: Turn, desk: Desk) -> bool:
    """Whether a message has more of the words of the topic in focus than of the one it is read as.

    Both are of one family: « il peut refuser sans raison? », after the assignment of a lease.
    """
    library, topic = desk.library, str(turn.focus.topic)
    family = [entry for entry in library.entries.values() if same_family(entry.topic, topic)]
    weight = _weights(family, _roots)

    def best(of: str) -> float:
        return max(
            (
                _score(turn.text, each, weight, at_least=2, stems=_roots)
                for each in family
                if each.topic == of
            ),
            default=0.0,
        )

    own = best(topic)
    return own >= ENOUGH and own >= best(turn.intent) + MARGIN


def tells_apart(text: str, topic: str, desk: Desk) -> bool:
    """Whether a message has a word that only this topic's entries ask with, of its family's."""
    own: set[str] = set()
    others: set[str] = set()
    for entry in desk.library.entries.values():
        if same_family(entry.topic, topic):
            of = own if entry.topic == topic else others
            of.update(*_questions(entry, _roots))
    return bool(_roots(text) & own - others)


def by_words(text: str, entries: list[Entry]) -> list[Entry]:
    """Entries of which a question shares two telling words with `text`, the best first."""
    weight = _weights(entries)
    scored = [(_score(text, each, weight, at_least=2), each) for each in entries]
    likely = [each for each in scored if each[0] >= ENOUGH]
    return [entry for _, entry in sorted(likely, key=lambda each: (-each[0], each[1].id))]


def asked_so(text: str, entries: Iterable[Entry]) -> Entry | None:
    """The entry that has the message among its questions, word for word but for small slips.

    Folded words are compared: accents, capitals and punctuation count for nothing. A question of
    one word must be the message; a longer one may differ by `SAID_SO`. The nearest, then the first
    by its id.
    """
    said = _said_key(text)
    if not said:
        return None
    best: tuple[float, str, Entry] | None = None
    for entry in entries:
        for question in entry.questions:
            known = _said_key(question)
            if " " in known and " " in said:
                nearness = ratio(said, known, score_cutoff=SAID_SO)
            else:
                nearness = 1.0 if known == said else 0.0
            if nearness and (best is None or (-nearness, entry.id) < best[:2]):
                best = (-nearness, entry.id, entry)
    return None if best is None else best[2]


def same_family(one: str, other: str) -> bool:
    """Whether two topics share the part before the dot."""
    return one.split(".", maxsplit=1)[0] == other.split(".", maxsplit=1)[0]


def _weights(entries: list[Entry], stems: Stems | None = None) -> dict[str, float]:
    """How much each word of the entries' questions tells: the more, the fewer of them use it."""
    users: dict[str, int] = {}
    for entry in entries:
        for stem in frozenset().union(*_questions(entry, stems)):
            users[stem] = users.get(stem, 0) + 1
    return {stem: math.log(1 + len(entries) / count) for stem, count in users.items()}


def _score(
    text: str,
    entry: Entry,
    weight: dict[str, float],
    *,
    at_least: int,
    stems: Stems | None = None,
) -> float:
    """The best share, over the entry's questions, of their words' weight that `text` has."""
    # « Lecole », « dinscription »: what an apostrophe would have set apart counts too.
    said = (stems or _stems)(f"{text} {_GLUED.sub('', text)}")
    best = 0.0
    for question in _questions(entry, stems):
        shared = question & said
        if len(shared) >= at_least and shared - ASKING:
            total = sum(weight[stem] for stem in question)
            best = max(best, sum(weight[stem] for stem in shared) / total)
    return best


def _questions(entry: Entry, stems: Stems | None = None) -> list[frozenset[str]]:
    return [(stems or _stems)(question) for question in (entry.title, *entry.questions)]


@lru_cache(maxsize=20_000)
def _said_key(text: str) -> str:
    return fold_key(text)


@lru_cache(maxsize=5_000)
def _stems(text: str) -> frozenset[str]:
    # Four letters and more tell something; plural and feminine endings do not.
    telling = (word.text for word in words(text) if len(word.text) >= 4)
    return frozenset(word.rstrip("sex") for word in telling if word not in EMPTY)


@lru_cache(maxsize=5_000)
def _roots(text: str) -> frozenset[str]:
    # « refuse » and « refuser » begin alike.
    return frozenset(word.text[:ROOT] for word in words(text) if len(word.text) >= 4)


def narrows_cards(turn: Turn, desk: Desk) -> bool:
    """Whether a message without a place says which of the cards are meant: « avec poupons »."""
    entry = desk.library.entries.get(turn.focus.entry or "")
    if entry is None or entry.resources is None or not turn.focus.shown:
        return False
    return bool(desk.directory.narrowing(turn.text, entry.resources.kinds))
