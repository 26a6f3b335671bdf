"""E-mail addresses and telephone numbers in what a visitor types.

Numbers are North American unless they begin with "+". Spans count characters of the original text.
Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class FoundEmail:
    """An address; its domain in lower case. `problem` when its domain has no ending ("a@gmail")."""

    start: int
    end: int
    address: str
    problem: Literal["incomplete"] | None = None


@dataclass(frozen=True, kw_only=True)
class FoundPhone:
    """A number: `e164` to call it ("+15145550199"), `display` to show it ("514 555-0199").

    Both are empty with a `problem`: seven digits lack the area code, another count of digits or an
    impossible area code is no number.
    """

    start: int
    end: int
    e164: str
    display: str
    extension: str | None = None
    problem: Literal["area_code_missing", "no_such_number"] | None = None


def find_emails(text: str) -> tuple[FoundEmail, ...]:
    """Addresses, also with the spaces that dictation and phones put around "@" and the dot."""
    found = []
    for match in _EMAIL.finditer(text):
        domain = re.sub(r"\s", "", match["domain"]).lower()
        found.append(
            FoundEmail(
                start=match.start(),
                end=match.end(),
                address=f"{match['local']}@{domain}",
                problem=None if _WHOLE_DOMAIN.fullmatch(domain) else "incomplete",
            )
        )
    return tuple(found)


def find_phones(text: str) -> tuple[FoundPhone, ...]:
    """Telephone numbers, and what was meant as one but cannot be called."""
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match["number"])
        international = match["number"].startswith("+") and not digits.startswith("1")
        if international:
            found.append(_phone(match, f"+{digits}", _spaced(match["number"])))
        elif len(digits) == 7 and "-" in match["number"]:
            found.append(_problem(match, "area_code_missing"))
        else:
            national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
            if len(national) != 10:
                continue
            if _NORTH_AMERICAN.fullmatch(national):
                found.append(_phone(match, f"+1{national}", show_phone(national)))
            else:
                found.append(_problem(match, "no_such_number"))
    return tuple(found)


def show_phone(national: str) -> str:
    """Ten digits as Québec writes them, "514 555-0199", with a no-break space."""
    return f"{national[:3]}\N{NO-BREAK SPACE}{national[3:6]}-{national[6:]}"


def _phone(match: re.Match[str], e164: str, display: str) -> FoundPhone:
    extension = match["extension"]
    return FoundPhone(
        start=match.start(),
        end=match.end(),
        e164=e164,
        display=display,
        extension=extension,
    )


def _problem(
    match: re.Match[str], problem: Literal["area_code_missing", "no_such_number"]
) -> FoundPhone:
    return FoundPhone(start=match.start(), end=match.end(), e164="", display="", problem=problem)


def _spaced(number: str) -> str:
    return re.sub(r"[\s.()-]+", "\N{NO-BREAK SPACE}", number).strip()


_EMAIL = re.compile(
    r"(?<![\w.+-])(?P<local>[A-Za-z0-9][\w.+'-]{0,63}?)\s?(?:@|\[at\]|\(at\)|\barobase\b)\s?"
    r"(?P<domain>[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\s?\.\s?[A-Za-z0-9-]{2,63})*)(?![\w@])"
)
_WHOLE_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}")
_PHONE = re.compile(
    r"(?<![\w.,$/+-])(?<!\d\s)(?P<number>"
    r"\+\d{1,3}(?:[\s.()-]{0,2}\d{1,4}){2,6}"
    r"|(?:1[\s.-]?)?\(?\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]{0,2}\d{4}"
    r"|\d{3}-\d{4}"
    r")(?![\d/$-])(?!\s?\$)"
    r"(?:\s*,?\s*(?:poste|ext\.?|x|p\.)\s*(?P<extension>\d{1,6}))?",
    re.IGNORECASE,
)
_NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
