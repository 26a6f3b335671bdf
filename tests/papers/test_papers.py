"""Papers to take away: what is in them, how they are spaced, who can read them, and how fast."""

from __future__ import annotations

import io
import time
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pypdfium2
import pytest
from icalendar import Calendar

from marie.papers import File, Origin, UnknownPaper, letter, make
from marie.papers.spacing import spaced
from tests.papers.reading import text_of

AT = datetime(2026, 11, 22, 17, 0, 3, 123_000, tzinfo=timezone.utc)
ORIGIN = Origin(at=AT, seq=7, identity="f00d")
DATA: dict[str, Any] = {
    "made_on": "2026-11-22",
    "lease_end": "2027-06-30",
    "window_first": "2027-01-01",
    "window_last": "2027-03-31",
    "rule": "art. 1946 et 1942 C.c.Q.",
    "refusal_rule": "art. 1978.2 C.c.Q.",
    "reply_delay": "15 jours",
    "received": "2026-11-10",
    "answer_by": "2026-12-10",
    "answer_open": True,
    "attestation": "attestation d’un officier désigné",
    "special_delay": "deux mois",
    "doors": [{"name": "Tribunal administratif du logement", "phone": "1 800 683-2245"}],
    "source": {"title": "JuridiQC", "url": "https://juridiqc.gouv.qc.ca", "read_on": "2026-11-22"},
}
PLAN: dict[str, Any] = {
    "title": "Votre plan pour Rimouski",
    "made_on": "2026-11-22",
    "introduction": ["Vous partez le 1er juillet 2027."],
    "steps": [
        {
            "id": f"step-{number}",
            "title": f"Étape {number}",
            "text": "« À faire » : appeler.",
            "first": "2027-01-01",
            "day": "2027-03-31",
            "group": "Avant" if number < 12 else "Après",
            "contacts": [
                {"name": "Tribunal", "phone": "1 800 683-2245", "url": "https://a.example"}
            ],
            "source": {"title": "Page", "url": "https://a.example", "read_on": "2026-11-22"},
            "reminders": [7, 1],
        }
        for number in range(1, 25)
    ],
}


def paper(name: str, kind: str = "pdf", **data: Any) -> File:
    return make({"title": "…", "paper": name, "format": kind, "data": {**DATA, **data}}, ORIGIN)


@pytest.mark.parametrize("name", letter.NAMES)
def test_letter_is_tagged_french_and_titled_with_its_fonts_inside(name: str) -> None:
    body = paper(name).body
    document = pypdfium2.PdfDocument(body)

    assert len(document) == 2
    assert document.get_metadata_dict()["Title"] == letter.wording(name).title
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"pdfuaid:part", b"/Lang(fr-CA)", b"/FontFile"):
        assert mark in body.replace(b"/Lang (", b"/Lang("), mark


@pytest.mark.parametrize("name", letter.NAMES)
def test_letter_holds_nothing_that_was_not_told_and_no_field_by_its_name(name: str) -> None:
    for kind in ("pdf", "txt"):
        file = make({"title": "…", "paper": name, "format": kind, "data": {}}, ORIGIN)
        said = text_of(file.body) if kind == "pdf" else file.body.decode()
        assert "{" not in said
        assert "None" not in said
        assert "Madame" in said or "Entre" in said


def test_notice_says_its_dates_in_both_forms() -> None:
    pdf = text_of(paper("lease-nonrenewal").body)
    plain = " ".join(paper("lease-nonrenewal", "txt").body.decode().replace("\u00a0", " ").split())

    for said in (pdf, plain):
        assert "30 juin 2027" in said
        assert "entre le 1er janvier 2027 et le 31 mars 2027" in said
        assert "art. 1946 et 1942 C.c.Q." in said
        assert "C.c.Q.." not in said
        assert "1 800 683-2245" in said
        assert "Ce n’est pas un avis juridique" in said


def test_visitor_s_words_are_drawn_and_never_obeyed() -> None:
    name = '#panic("x") $a^2$ *gras* \\ "]} {dwelling} @ref <b>'
    told = paper("lease-nonrenewal", tenant=name, dwelling="12, rue À-côté\n#eval(1)").body

    said = text_of(told)
    assert name in said
    assert "#eval(1)" in said


@pytest.mark.parametrize("name", ["Олена Шевченко", "Ελένη", "محمد الأمين", "Nguyễn Thị Hương"])
def test_names_in_other_alphabets_are_set_and_still_readable_aloud(name: str) -> None:
    body = paper("lease-nonrenewal", tenant=name).body

    assert b"pdfuaid:part" in body


def test_name_that_no_font_has_still_makes_a_letter() -> None:
    body = paper("lease-nonrenewal", tenant="王小明 🦫").body

    assert body.startswith(b"%PDF")
    assert len(pypdfium2.PdfDocument(body)) == 2


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("answer_leave", "je quitterai le logement à la fin du bail, le 30 juin 2027"),
        ("answer_refuse", "Je refuse la modification proposée et je renouvelle le bail"),
        ("answer_accept", "J’accepte la modification proposée et je renouvelle le bail"),
    ],
)
def test_reply_to_an_increase_says_the_one_answer_chosen(flag: str, said: str) -> None:
    chosen: dict[str, Any] = {"answer_open": False, flag: True}
    text = text_of(paper("lease-increase", **chosen).body)

    letter_page = text.partition("À lire avant d’envoyer")[0]
    assert said in letter_page
    assert letter_page.count("renouvelle") == 1


def test_violence_is_not_named_on_the_page_that_is_sent() -> None:
    text = text_of(paper("lease-special", ground_violence=True, rule="art. 1974.1 C.c.Q.").body)

    sent, _, kept = text.partition("À lire avant d’envoyer")
    assert "violence" not in sent.lower()
    assert "porter plainte" in kept


@pytest.mark.parametrize(
    ("typed", "set_so"),
    [
        ("Objet : avis", "Objet\u00a0: avis"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("9,65 $ et 3 %", "9,65\u00a0$ et 3\u00a0%"),
        ("le 1er juillet 2027", "le 1er\u00a0juillet 2027"),
        ("dans 15 jours", "dans 15\u00a0jours"),
        ("art. 1946 C.c.Q.", "art.\u00a01946\u00a0C.c.Q."),
        ("https://a.example", "https://a.example"),
        ("Vraiment? Oui! Bien; merci", "Vraiment? Oui! Bien; merci"),
        ("app. 3", "app. 3"),
    ],
)
def test_spaces_are_those_of_quebec(typed: str, set_so: str) -> None:
    assert spaced(typed) == set_so
    assert spaced(set_so) == set_so


def test_no_break_spaces_reach_the_pdf() -> None:
    document = pypdfium2.PdfDocument(paper("lease-nonrenewal").body)
    raw = "".join(page.get_textpage().get_text_bounded() for page in document)

    assert "30\u00a0juin" in raw


def test_plan_numbers_its_steps_and_keeps_who_to_call() -> None:
    file = make({"title": "…", "paper": "moving-plan", "format": "pdf", "data": PLAN}, ORIGIN)

    said = text_of(file.body)
    assert "Étape 24" in said
    assert said.count("1 800 683-2245") == 24
    assert "Du 1er janvier 2027 au 31 mars 2027" in said
    assert b"pdfuaid:part" in file.body


def test_calendar_is_read_back_with_days_alarms_and_names_that_stay_the_same() -> None:
    described = {"title": "…", "paper": "moving-plan", "format": "ics", "data": PLAN}
    read: Any = Calendar.from_ical(make(described, ORIGIN).body)
    later: Any = Calendar.from_ical(
        make(described, Origin(at=AT + timedelta(days=1), seq=9, identity="f00d")).body
    )
    other: Any = Calendar.from_ical(make(described, Origin(at=AT, seq=7, identity="beef")).body)

    assert str(read["version"]) == "2.0"
    assert len(read.events) == 24
    first = read.events[0]
    assert first["dtstart"].dt == date(2027, 3, 31)
    assert first["dtend"].dt == date(2027, 4, 1)
    assert [alarm["trigger"].dt for alarm in first.walk("VALARM")] == [
        timedelta(days=-7, hours=9),
        timedelta(days=-1, hours=9),
    ]
    uids = [str(event["uid"]) for event in read.events]
    assert len(set(uids)) == 24
    assert [str(event["uid"]) for event in later.events] == uids
    assert later.events[0]["sequence"] > first["sequence"]
    assert {str(event["uid"]) for event in other.events}.isdisjoint(uids)


def test_calendar_of_a_time_brings_its_time_zone_and_folds_long_lines() -> None:
    event = {
        "id": "session",
        "title": "Séance d’information : « vivre à Gaspé », avec beaucoup d’explications utiles ✓",
        "start": "2027-01-12T18:00:00-05:00",
        "end": "2027-01-12T19:30:00-05:00",
        "place": "En ligne",
        "reminders": [1],
    }
    data = {"name": "Séance", "events": [event]}
    body = make({"title": "…", "paper": "calendar", "format": "ics", "data": data}, ORIGIN).body

    read: Any = Calendar.from_ical(body)
    assert [str(zone["tzid"]) for zone in read.timezones] == ["America/Toronto"]
    assert read.events[0]["dtstart"].dt.isoformat() == "2027-01-12T18:00:00-05:00"
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.endswith(b"END:VCALENDAR\r\n")


def test_file_name_holds_small_letters_digits_and_hyphens_alone() -> None:
    data = {"name": "x", "file": 'É"; filename="evil.exe\r\nX: y', "events": []}
    named = make({"title": "…", "paper": "calendar", "format": "ics", "data": data}, ORIGIN).name

    assert set(named) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


@pytest.mark.parametrize(("name", "kind"), [("nothing", "pdf"), ("lease-nonrenewal", "exe")])
def test_what_is_not_a_paper_is_said_by_name(name: str, kind: str) -> None:
    with pytest.raises(UnknownPaper):
        paper(name, kind)


def test_same_paper_twice_is_the_same_bytes() -> None:
    assert paper("lease-nonrenewal").body == paper("lease-nonrenewal").body


@pytest.mark.parametrize("name", [*letter.NAMES, "moving-plan"])
def test_pdf_is_made_in_less_than_300_milliseconds(name: str) -> None:
    data = PLAN if name == "moving-plan" else DATA
    described = {"title": "…", "paper": name, "format": "pdf", "data": data}
    make(described, ORIGIN)  # fonts are read once a process

    def once() -> float:
        begun = time.process_time()
        make(described, ORIGIN)
        return time.process_time() - begun

    assert min(once() for _ in range(3)) < 0.3


def test_picture_of_a_letter_is_not_blank() -> None:
    document = pypdfium2.PdfDocument(io.BytesIO(paper("lease-nonrenewal").body))
    picture = document[0].render(scale=0.5).to_pil().convert("L")

    dark = sum(picture.histogram()[:128])
    assert 0.002 < dark / (picture.width * picture.height) < 0.2
