"""Cells as people write them, made to be shown: names, phones, addresses, coordinates."""

from __future__ import annotations

import re
import unicodedata

from marie.knowledge.places import Gazetteer, Place
from marie.language.folding import fold_key

SOUTH, NORTH, WEST, EAST = 44.9, 62.7, -79.9, -56.9
"""Québec lies inside these degrees."""

_SMALL = frozenset(re.findall(r"\w+", "a à au aux d de des du en et l la le les ou par pour s sur"))
_KEPT = frozenset(re.findall(r"\w+", "CPE BC RSG CFP CEA CSS UQAM UQAR ÉTS ENAP INRS YMCA"))
_POSTAL = re.compile(r"([A-Z]\d[A-Z])\s*-?\s*(\d[A-Z]\d)")
_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_DAMAGED = re.compile("\ufffd|Ã[\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]|â€")
"""What is left of an accent that was read in a wrong encoding somewhere before."""


class BadCell(Exception):
    """A cell cannot be used; the message names its column."""


def text(cell: object, column: str = "") -> str:
    """A cell on one line, with French apostrophes; `BadCell` for a formula or lost accents."""
    plain = unicodedata.normalize("NFC", "" if cell is None else str(cell))
    if plain.strip().startswith("="):
        raise BadCell(f"{column} : une formule n’est pas un texte")
    if (damaged := _DAMAGED.search(plain)) is not None:
        raise BadCell(
            f"{column} : accents abîmés (« {damaged[0]} »); enregistrez le fichier en UTF-8"
        )
    plain = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(plain.split()).replace("'", "’").replace("--", "–")


def optional(cell: object, column: str = "") -> str | None:
    """A cell, or None when it is empty."""
    return text(cell, column) or None


def needed(cell: object, column: str) -> str:
    """A cell that must not be empty."""
    found = text(cell, column)
    if not found:
        raise BadCell(f"{column} : vide")
    return found


def name(cell: object, column: str) -> str:
    """A name; one in capitals is put in lower case but for its first letters."""
    said = re.sub(r'"\s*([^"]*?)\s*"', "«\u00a0\\1\u00a0»", needed(cell, column))
    said = said.replace('"', "").strip(" -–,")
    letters = [each for each in said if each.isalpha()]
    if not letters or sum(each.isupper() for each in letters) < 0.9 * len(letters):
        return said
    words = re.split(r"([^\w]+)", said)
    for place, word in enumerate(words):
        plain = word.upper()
        if plain in _KEPT or any(letter.isdigit() for letter in word):
            continue
        opened = place > 0 and words[place - 1].endswith(("«\u00a0", "(", "- ", "– "))
        small = word.lower() in _SMALL and place > 0 and not opened
        words[place] = word.lower() if small else word[:1] + word[1:].lower()
    return "".join(words)


def phone(cell: object) -> str | None:
    """« 418 722-1880 », « 418 722-1880, poste 12 »; None when it is no number of ten digits."""
    found = re.split(r"(?i)p(?:oste)?\.?\s*|ext\.?\s*|#|x", text(cell).lstrip("+"), maxsplit=1)
    digits = re.sub(r"\D", "", found[0])
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
        toll_free = digits[:3] in {"800", "833", "844", "855", "866", "877", "888"}
        long = "1 " if toll_free else ""
    else:
        long = ""
    if len(digits) != 10 or len(set(digits)) == 1:
        return None
    shown = f"{long}{digits[:3]} {digits[3:6]}-{digits[6:]}"
    extension = re.sub(r"\D", "", found[1]) if len(found) > 1 else ""
    return f"{shown}, poste {extension}" if extension else shown


def postal_code(cell: object) -> str | None:
    """« G5L 4H6 »."""
    match = _POSTAL.search(text(cell).upper())
    return f"{match[1]} {match[2]}" if match else None


def address(street: str | None, town: str, postal: str | None) -> str | None:
    """« 60, rue de l’Évêché Ouest, Rimouski G5L 4H6 »; None without a street."""
    if not street:
        return None
    line = street.rstrip(" ,")
    return f"{line}, {town} {postal}" if postal else f"{line}, {town}"


def email(cell: object) -> str | None:
    """The first e-mail address of a cell."""
    match = _EMAIL.search(text(cell).replace("’", "'"))
    return match[0] if match else None


def url(cell: object) -> str | None:
    """A web address; « www… » is given its scheme."""
    found = text(cell).replace("’", "'").strip()
    if not found or " " in found or "." not in found or "@" in found:
        return None
    if not re.match(r"(?i)https?://", found):
        if "://" in found or re.match(r"(?i)[a-z]+:", found):
            return None
        found = f"http://{found}"
    return found


def point(lat: object, lon: object) -> tuple[float, float] | None:
    """Latitude and longitude in Québec; `BadCell` for a point elsewhere, None for none."""
    if lat in (None, "") or lon in (None, ""):
        return None
    try:
        found = (
            round(float(str(lat).replace(",", ".")), 6),
            round(float(str(lon).replace(",", ".")), 6),
        )
    except ValueError as error:
        raise BadCell(f"coordonnées : « {lat}, {lon} » n’en sont pas") from error
    if not (SOUTH <= found[0] <= NORTH and WEST <= found[1] <= EAST):
        raise BadCell(f"coordonnées : {found[0]}, {found[1]} est hors du Québec")
    return found


def whole(cell: object) -> int | None:
    """A count; None where there is none."""
    digits = re.sub(r"[\s\u00a0]", "", text(cell))
    return int(digits) if digits.isdecimal() else None


def slug(*parts: str) -> str:
    """Lower-case letters, digits and hyphens: the end of an id."""
    return "-".join(filter(None, (fold_key(part).replace(" ", "-") for part in parts)))[:150]


class Towns:
    """Municipalities by the names that files give them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._found: dict[tuple[str, str | None], Place | None] = {}
        self._by_name: dict[str, list[Place]] = {}
        for place in gazetteer.of_kind("municipality"):
            self._by_name.setdefault(fold_key(place.name), []).append(place)

    def named(self, name: str, region: str | None = None) -> Place | None:
        """The municipality that a file calls so, in a region if it says which."""
        key = fold_key(name), region
        if key not in self._found:
            self._found[key] = self._find(name, region)
        return self._found[key]

    def coded(self, code: str) -> Place | None:
        """The municipality with MAMH's code."""
        return self._gazetteer.get(f"municipality:{code}")

    def _find(self, name: str, region: str | None) -> Place | None:
        exact = self._by_name.get(fold_key(name), [])
        mention = None if exact else self._gazetteer.match(name)
        found = exact or [
            town
            for candidate in (mention.candidates if mention else ())
            if (town := self.coded(candidate.municipality or "")) is not None
        ]
        inside = [place for place in found if region in (None, place.region)]
        return max(inside, key=lambda place: place.population or 0, default=None)
