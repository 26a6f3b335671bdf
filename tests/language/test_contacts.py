"""E-mail addresses and telephone numbers."""

from __future__ import annotations

import pytest

from marie.language.contacts import find_emails, find_phones


@pytest.mark.parametrize(
    ("text", "address", "problem"),
    [
        ("nom@example.org", "nom@example.org", None),
        ("Mon courriel : A.B+x@Example.Org, merci", "A.B+x@example.org", None),
        ("nom @ example.org", "nom@example.org", None),
        ("nom arobase example.ca", "nom@example.ca", None),
        ("nom@example", "nom@example", "incomplete"),
        ("nom@example.o", "nom@example", "incomplete"),
    ],
)
def test_an_address_is_found_and_an_incomplete_one_is_said(
    text: str, address: str, problem: str | None
) -> None:
    (found,) = find_emails(text)
    assert (found.address, found.problem) == (address, problem)


@pytest.mark.parametrize("text", ["pas de courriel", "@moi", "a@", "rendez-vous @ 15h?", ""])
def test_no_address_is_invented(text: str) -> None:
    assert [one for one in find_emails(text) if one.problem is None] == []


@pytest.mark.parametrize(
    ("text", "e164", "display", "extension"),
    [
        ("514 555-0199", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", None),
        ("514\N{NO-BREAK SPACE}555-0199", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", None),
        ("(514) 555-0199 poste 12", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", "12"),
        ("5145550199", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", None),
        ("1-514-555-0199", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", None),
        ("+1 514.555.0199", "+15145550199", "514\N{NO-BREAK SPACE}555-0199", None),
        (
            "+33 6 12 34 56 78",
            "+33612345678",
            "+33 6 12 34 56 78".replace(" ", "\N{NO-BREAK SPACE}"),
            None,
        ),
    ],
)
def test_a_number_is_normalised(text: str, e164: str, display: str, extension: str | None) -> None:
    (found,) = find_phones(text)
    assert (found.e164, found.display, found.extension) == (e164, display, extension)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("555-0199", "area_code_missing"),
        ("111 555-0199", "no_such_number"),
        ("514 155-0199", "no_such_number"),
    ],
)
def test_a_number_that_cannot_be_called_is_said(text: str, problem: str) -> None:
    (found,) = find_phones(text)
    assert (found.problem, found.e164) == (problem, "")


@pytest.mark.parametrize(
    "text",
    ["1 200 $", "300 000 $", "2027-06-30", "30/06/2027", "514 555 01999", "1234567", "G1K 3X2"],
)
def test_other_digits_are_no_telephone_number(text: str) -> None:
    assert find_phones(text) == ()


def test_two_numbers_are_both_found_where_they_stand() -> None:
    text = "appelez-moi au 514 555-0199 ou au 418 555-0100"
    found = find_phones(text)
    assert [text[one.start : one.end] for one in found] == ["514 555-0199", "418 555-0100"]
