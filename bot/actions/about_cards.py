"""What is said about cards that were shown, or about one that is called by its name.

« le deuxième », « d’autres », « plus près », « avec des places poupons », « c’est quoi leur
numéro? », « le téléphone du cégep de Jonquière ».
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.actions.cards import (
    away,
    cards_text,
    hit_json,
    places,
    source_lines,
    stale,
)
from bot.actions.corrections import without_places_left
from bot.actions.entries import answer_topic, same_family
from bot.actions.listing import said_precisions
from bot.actions.places import place_in_focus
from bot.actions.replies import answer, plain, quick_reply, source_json, unique_sources
from bot.actions.turn import Entity, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.cards import CardField, says
from marie.knowledge.directory import Hit
from marie.knowledge.model import Entry, ResourceKind
from marie.knowledge.resource_json import map_url
from marie.knowledge.resources import Resource
from marie.language.folding import words

SHORT = 8
"""Words of a message that may be about the list before it."""

BRIEF = 3
"""Words of one that is about nothing else."""

TOO_FAR_KM = 250.0
"""What is farther is shown when there is nothing nearer, and not after that."""

PAIR = 2
"""Cards of which there is another one."""

SEVERAL = 3
"""Cards of one name that are shown together."""

OPEN = frozenset(
    {
        *("clarify", "out_of_scope", "inform", "follow_up", "more", "pick", "affirm", "deny"),
        *("childcare.types", "dont_know", "program.info", "repeat"),
    }
)
"""Readings of « juste les CPE » and « c’est loin? » that the list before them outweighs."""

UNSURE = 0.6
"""A reading less sure than this may be about the list, too."""

SURE = 0.75
"""A reading this sure of a long message holds, although something is called by its name in it."""

SOUGHT: tuple[ResourceKind, ...] = ("childcare", "cegep", "university", "school")
"""Kinds of which a word and a town ask for one there."""

WITH_PLACES = frozenset({"childcare", "school", "cegep", "university", "francization"})
"""Kinds of which one may ask how many places there are."""

SURELY_FOREIGN = 0.9
"""From this confidence on, what is none of Marie's business is so with a town too."""

UNLIKELY_WITH_A_PLACE = frozenset(
    {"region.compare", "childcare.types", "clarify", "out_of_scope", "inform", "pick", "repeat"}
)
"""Readings of a kind and a town that mean to find one there."""

UNLIKELY_IN_DOUBT = frozenset({"childcare.cost", "childcare.register", "cegep.cost"})
"""The same, read with less than `IN_DOUBT` and without a word of price or registration."""

IN_DOUBT = 0.6

NAMED_KINDS: Mapping[str, tuple[ResourceKind, ...]] = {
    "childcare.find": ("childcare",),
    "cegep.find": ("cegep", "school"),
    "university.find": ("university",),
    "school.find": ("school",),
    "organization.find": (),
}
"""Topics in which something may be called by its name, and of what kinds."""

Answerers = Mapping[str, Callable[[Turn, Desk], Reply]]


def about_cards(turn: Turn, desk: Desk, topics: Answerers) -> Reply | None:
    """Marie's reply, when the message is about cards; else None."""
    field_alone = _names_a_field(turn, desk)
    if turn.pressed or turn.intent in ("safety", "language", "abuse"):
        return None
    if turn.intent == "handoff" and not field_alone:
        return None
    finder = _finder(turn, desk)
    if finder is not None:
        return topics[finder](turn.about(finder), desk)
    nearer = bool(turn.focus.shown) and says(turn.text, desk.card_words.nearer)
    # « Une université loin de Montréal » asks how far none is.
    left = without_places_left(turn, desk) is not turn
    fields = () if nearer or left else desk.card_words.asked_fields(turn.text)
    called = _called(turn, desk, fields)
    if called:
        return _show(called, turn, desk, fields)
    if not turn.focus.shown or len(words(turn.text)) > SHORT:
        return None
    if turn.all("place"):
        return None
    fields = _of_these_cards(fields, turn, desk)
    if fields and (field_alone or _may_be_about_the_list(turn)):
        return pick(turn, desk, fields) or _tell_fields(fields, turn, desk)
    return _relisted(turn, desk) or _other_side(turn, desk, topics)


def more(turn: Turn, desk: Desk) -> Reply:
    """« D’autres »: the list goes on; « plus de détails »: of the card or of the entry."""
    focus = turn.focus
    entry = desk.library.entries.get(focus.entry or "")
    if says(turn.text, desk.card_words.details):
        picked = desk.directory.get(focus.picked or "")
        if picked is not None:
            return _show([picked], turn, desk, ())
        if entry is not None and entry.details:
            named = Entity(entity="part", value="details")
            entities = (Entity(entity="entry", value=entry.id), named)
            return answer_topic(replace(turn, intent=entry.topic, entities=entities), desk)
    listed = listed_entry(turn, desk)
    if listed is None or not focus.offset:
        return answer(turn, plain(desk.library, "no_more", topic="clarify"), focus=focus)
    reply = _list(listed, turn, desk, offset=focus.offset)
    away = [card["distance_km"] for message in reply.messages for card in message.resources]
    if not away or min(each or 0 for each in away) > TOO_FAR_KM:
        return answer(turn, plain(desk.library, "no_more", topic="clarify"), focus=focus)
    return reply


def pick(turn: Turn, desk: Desk, fields: Sequence[CardField] = ()) -> Reply | None:
    """« Le deuxième », « 2 », « le plus proche »: that card, what is asked of it first."""
    shown = turn.focus.shown
    if not shown:
        return None
    wanted = int(turn.text) if turn.text.strip() in "12345" else turn.value("ordinal")
    if says(turn.text, desk.card_words.nearest):
        wanted = 1
    if wanted == -1:
        wanted = len(shown)
    if not isinstance(wanted, int):
        return None
    if not 1 <= wanted <= len(shown):
        count = str(len(shown))
        content = plain(desk.library, "cards_pick_which", topic=_topic(turn), count=count)
        return answer(turn, content, focus=turn.focus)
    resource = desk.directory.get(shown[wanted - 1])
    return None if resource is None else _show([resource], turn, desk, fields)


def listed_entry(turn: Turn, desk: Desk) -> Entry | None:
    """The entry whose cards were shown last."""
    library, focus = desk.library, turn.focus
    entry = library.entries.get(focus.entry or "")
    if entry is not None and entry.resources is not None:
        return entry
    return library.default_entry(focus.listed) if focus.listed is not None else None


def _list(entry: Entry, turn: Turn, desk: Desk, *, offset: int = 0) -> Reply:
    """The cards of an entry again, without what was said around them."""
    named = Entity(entity="entry", value=entry.id)
    kept = tuple(each for each in turn.entities if each.entity in ("place", "age"))
    focus = replace(turn.focus, topic=entry.topic, entry=entry.id)
    turn = replace(turn, intent=entry.topic, entities=(*kept, named), focus=focus)
    return answer_topic(turn, desk, offset=offset, continued=True)


def _called(turn: Turn, desk: Desk, fields: Sequence[CardField]) -> list[Resource]:
    """What the message calls by its name: when it asks for a phone…, or to find something."""
    if turn.intent.startswith("lease."):
        return []
    kinds = NAMED_KINDS.get(turn.intent)
    if not fields and (kinds is None or turn.all("place")):
        return []
    clear = kinds is None and turn.intent not in OPEN and turn.confidence >= SURE
    if clear and len(words(turn.text)) > SHORT:
        return []  # « Services Québec paie-t-il le déménagement quand on trouve un poste loin? »
    found = desk.directory.called(turn.text, () if fields else kinds or ())
    ids = {resource.id for resource in found}
    return [each for each in found if each.parent not in ids][:SEVERAL]


def _finder(turn: Turn, desk: Desk) -> str | None:
    """« Garderie Rivière-du-Loup », « un CPE subventionné à Chambly »: to find one there."""
    doubtful = turn.intent in UNLIKELY_IN_DOUBT and turn.confidence < IN_DOUBT
    if not (doubtful or turn.intent in UNLIKELY_WITH_A_PLACE) or len(turn.all("place")) != 1:
        return None
    foreign = turn.confidence >= SURELY_FOREIGN or says(turn.text, desk.talk.besides)
    if turn.intent == "out_of_scope" and foreign:
        return None  # « garderie pour mon chien à Sherbrooke »
    if len(words(turn.text)) > SHORT or says(turn.text, desk.card_words.questions):
        return None
    kinds = [
        kind
        for kind in SOUGHT
        if desk.directory.names_kind(turn.text, (kind,))
        or desk.directory.narrowing(turn.text, (kind,))
    ]
    return desk.card_words.finders[kinds[0]] if len(kinds) == 1 else None


def _of_these_cards(fields: Sequence[CardField], turn: Turn, desk: Desk) -> tuple[CardField, ...]:
    """Those of the fields that the cards shown may have: an employer's « places » are no capacity.

    « Mettez-moi en contact avec un employeur » asks for that, not for telephones of the list.
    """
    if turn.intent == "work.matching":
        return ()
    shown = [desk.directory.get(each) for each in turn.focus.shown]
    counted = any(each is not None and each.kind in WITH_PLACES for each in shown)
    return tuple(each for each in fields if each.id != "capacity" or counted)


def _names_a_field(turn: Turn, desk: Desk) -> bool:
    """« Téléphone », alone under cards: theirs, and no wish to be called."""
    alone = len(words(turn.text)) == 1 and turn.focus.topic == turn.focus.listed
    return alone and bool(turn.focus.shown) and bool(desk.card_words.asked_fields(turn.text))


def _may_be_about_the_list(turn: Turn) -> bool:
    listed = turn.focus.listed
    return (
        turn.intent in OPEN
        or turn.confidence < UNSURE
        or (listed is not None and same_family(turn.intent, listed))
    )


def _relisted(turn: Turn, desk: Desk) -> Reply | None:
    """« Plus près », « seulement les CPE », « peu importe lesquels »: the list, changed."""
    entry = listed_entry(turn, desk)
    if entry is None or entry.resources is None or not _may_be_about_the_list(turn):
        return None
    asked = desk.card_words
    if says(turn.text, asked.questions):
        return None
    other = _other_one(turn, desk)
    if other is not None:
        return _show([other], turn, desk, ())
    if says(turn.text, asked.others) and desk.directory.names_kind(
        turn.text, entry.resources.kinds
    ):
        return more(turn, desk)
    if turn.focus.narrowed and says(turn.text, asked.wider):
        return _list(entry, turn, desk)
    if says(turn.text, asked.nearer) and turn.intent != "pick":
        reply = _list(entry, turn, desk)
        first, *rest = reply.messages
        told = f"{desk.library.phrase('cards_nearer')}\n\n{first.text}"
        return replace(reply, messages=(replace(first, text=told), *rest))
    if not said_precisions(turn.text, entry.resources.kinds, desk):
        return None
    said = [word.text for word in words(turn.text)]
    if len(said) <= BRIEF or says(turn.text, tuple(asked.only)):
        return _list(entry, turn, desk)
    return None


def _other_one(turn: Turn, desk: Desk) -> Resource | None:
    """« Et l’autre? », after one card of a list: the one after it, or before the last."""
    shown, picked = turn.focus.shown, turn.focus.picked
    if picked not in shown or len(shown) < PAIR or not says(turn.text, desk.card_words.other_one):
        return None
    return desk.directory.get(shown[(shown.index(picked) + 1) % len(shown)])


def _other_side(turn: Turn, desk: Desk, topics: Answerers) -> Reply | None:
    """« Gratuit? » under a list of daycares is about their price."""
    family = (turn.focus.listed or "").split(".", maxsplit=1)[0]
    said = {word.text for word in words(turn.text)}
    if len(said) > BRIEF or turn.intent not in OPEN:
        return None
    for rule in desk.follow_ups:
        if said & set(rule.words) and family in rule.topics:
            topic = rule.topics[family]
            return topics[topic](turn.about(topic), desk)
    return None


def _show(found: Sequence[Resource], turn: Turn, desk: Desk, fields: Sequence[CardField]) -> Reply:
    """One card with all that is known of it, or several of one name."""
    place = place_in_focus(turn, desk)
    hits = [Hit(each, desk.directory.distance(each, place) if place else None) for each in found]
    if len(hits) == 1:
        text = "\n".join(_details(hits[0], turn, desk, fields))
    else:
        cards = cards_text(hits, desk, turn.today)
        text = f"{desk.library.phrase('cards_called')}\n\n{cards}"
    body = "organization.find"
    topic = body if turn.intent == body else desk.card_words.finders.get(found[0].kind, body)
    shown = turn.focus.shown
    keeps = len(found) == 1 and found[0].id in shown
    focus = replace(
        turn.focus,
        topic=topic,
        shown=shown if keeps else tuple(each.id for each in found),
        picked=found[0].id if len(found) == 1 else None,
        place=turn.focus.place or _town(found[0]),
        offset=turn.focus.offset if keeps else 0,
        entry=turn.focus.entry if keeps else None,
        misses=0,
    )
    return answer(turn, _content(text, hits, topic, turn, desk), focus=focus)


def _content(text: str, hits: Sequence[Hit], topic: str, turn: Turn, desk: Desk) -> Content:
    library = desk.library
    resources = [hit.resource for hit in hits]
    buttons = [
        *([quick_reply(library.phrase("button_others"), "more")] if turn.focus.offset else []),
        *(
            quick_reply(each.title, each.topic)
            for each in library.default_entry(topic).quick_replies
            if each.topic is not None
        ),
    ]
    return Content(
        text=f"{text}\n\n{source_lines(resources, desk, turn.today)}",
        topic=topic,
        entry=turn.focus.entry if turn.focus.topic == topic else None,
        resources=tuple(hit_json(hit, desk) for hit in hits),
        sources=tuple(
            source_json(each) for each in unique_sources(one.source for one in resources)
        ),
        quick_replies=tuple(buttons[:4]),
    )


def _details(hit: Hit, turn: Turn, desk: Desk, fields: Sequence[CardField]) -> list[str]:
    """Lines about one card; what is asked for first, even when it is missing."""
    library, resource = desk.library, hit.resource
    asked = {field.id for field in fields}
    ordered = sorted(desk.card_words.fields, key=lambda field: field.id not in asked)
    lines = [f"{resource.name}{stale(resource, desk, turn.today)}"]
    for field in ordered:
        value = _value(field, hit, desk)
        near = field.id == "distance" and hit.distance_km is not None and hit.distance_km < 1
        if (value and not near) or field.id in asked:
            said = value or field.none
            lines.append(library.phrase("cards_field", label=field.label, value=said))
    lines += [told for told in (resource.description, resource.cost, resource.eligibility) if told]
    if others := desk.directory.buildings(resource):
        addresses = "; ".join(each.address for each in others if each.address)
        lines.append(library.phrase("cards_other_addresses", addresses=addresses))
    if (address := map_url(resource)) is not None:
        lines.append(library.phrase("cards_map", url=address))
    return lines


def _tell_fields(fields: Sequence[CardField], turn: Turn, desk: Desk) -> Reply:
    """« C’est quoi leur numéro? »: of the card that is talked about, or of each that is shown."""
    ids = [turn.focus.picked] if turn.focus.picked else list(turn.focus.shown)
    found = [each for one in ids if one and (each := desk.directory.get(one))]
    if len(found) == 1:
        return _show(found, turn, desk, fields)
    place = place_in_focus(turn, desk)
    hits = [Hit(each, desk.directory.distance(each, place) if place else None) for each in found]
    lines = []
    for hit in hits:
        told = ", ".join(_value(field, hit, desk) or field.none for field in fields)
        name = f"{hit.resource.name}{stale(hit.resource, desk, turn.today)}"
        lines.append(desk.library.phrase("cards_field_of", name=name, value=told))
    topic = _topic(turn)
    content = _content("\n".join(lines), hits, topic, turn, desk)
    return answer(turn, content, focus=replace(turn.focus, topic=topic, misses=0))


def _value(field: CardField, hit: Hit, desk: Desk) -> str:
    resource = hit.resource
    match field.id:
        case "phone":
            return ", ".join(filter(None, (resource.phone, *resource.other_phones)))
        case "distance":
            if hit.distance_km is None:
                return ""
            return away(hit.distance_km, desk.library) or desk.library.phrase("cards_close")
        case "capacity":
            return places(resource, desk.library)
        case name:
            return getattr(resource, name) or ""


def _town(resource: Resource) -> str | None:
    code = resource.municipality_code
    return None if code is None else f"municipality:{code}"


def _topic(turn: Turn) -> str:
    return turn.focus.listed or turn.focus.topic or "organization.find"
