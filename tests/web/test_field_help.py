"""Every field of every form of the administration says what it is for."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser

from marie.domain.people import Role
from marie.store.engine import Database
from tests.admin_pages import addresses, happened
from tests.conftest import Client
from tests.staff import add_account, browser_of, open_session

VOID = {"area", "br", "hr", "img", "input", "link", "meta", "path", "rect", "source", "wbr"}
NO_FIELD = {"hidden", "submit", "button", "reset", "image", "search"}


class Fields(HTMLParser):
    """Reads a page's fields, what each is described by, and the text behind every id.

    `fields`: name and the ids that describe it or a group around it; of forms that only ask
    (a search, a filter), none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, list[str]]] = []
        self.texts: dict[str, str] = defaultdict(str)
        self._open: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, and what is open around what follows."""
        told = {name: value or "" for name, value in attrs}
        around = [each for _, each in self._open]
        asks = any(
            tag == "form" and "post" not in each.get("method", "") for tag, each in self._open
        )
        typed = tag == "input" and told.get("type") not in NO_FIELD and "readonly" not in told
        if not asks and (typed or tag in {"select", "textarea"}):
            said = " ".join(each.get("aria-describedby", "") for each in [*around, told])
            self.fields.append((told.get("name", ""), said.split()))
        if tag not in VOID:
            self._open.append((tag, told))

    def handle_endtag(self, tag: str) -> None:
        """Close it, with whatever HTML lets stay open in it."""
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Text of everything that is open and has an id."""
        for _, told in self._open:
            if "id" in told:
                self.texts[told["id"]] += data

    def without_help(self) -> list[str]:
        """The names of fields that nothing explains."""
        return [
            name for name, ids in self.fields if not any(self.texts[each].strip() for each in ids)
        ]


async def test_every_field_of_the_administration_has_its_help(
    client: Client, database: Database
) -> None:
    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR)
    since = await happened(client, database)
    missing = []
    seen = 0
    async with browser_of(client, "nadia") as nadia:
        nadia.carry(await open_session(database, staff))
        for address in dict.fromkeys([*addresses(client.app), *since]):
            shown = await nadia.get(address)
            assert shown.status == 200, address
            page = Fields()
            page.feed(shown.text)
            seen += len(page.fields)
            missing += [f"{address} {name}" for name in page.without_help()]
    assert seen > 300
    assert not missing, "\n".join(missing)


def test_field_is_explained_by_itself_or_by_the_group_around_it() -> None:
    page = Fields()
    page.feed(
        '<form method="post"><label for="a">A</label><input id="a" name="a">'
        '<input name="b" aria-describedby="b-hint"><span id="b-hint">Dix chiffres.</span>'
        '<input name="c" aria-describedby="c-about"><span id="c-about"> </span>'
        '<fieldset aria-describedby="d-hint"><p id="d-hint">Un par ligne.<br></p>'
        '<textarea name="d"></textarea></fieldset><select name="e"></select></form>'
        '<form><input name="q"></form>'
    )
    assert page.without_help() == ["a", "c", "e"]
