"""What pages' forms send, and the cookies that pages keep."""

from __future__ import annotations

import uuid
from datetime import timedelta

from aiohttp import web

from marie.domain.messages import check_client_id
from marie.web.keys import SETTINGS
from marie.web.problems import Problem


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a form, line ends as LF; a problem when the body is none of our forms'."""
    if request.content_type == "multipart/form-data":
        raise Problem("fields")
    try:
        fields = await request.post()
    except (UnicodeError, LookupError, ValueError) as error:
        raise Problem("fields") from error
    return {
        # Browsers send line ends as CR LF.
        name: value.replace("\r\n", "\n")
        for name, value in fields.items()
        if isinstance(value, str)
    }


def form_client_id(form: dict[str, str], content: str) -> str:
    """The `client_id` of what a form sends: the same form with the same content, the same id.

    So a form sent twice writes once, and one that was gone back to and changed writes anew.
    """
    return str(uuid.uuid5(uuid.UUID(check_client_id(form.get("client_id", ""))), content))


def keep_cookie(
    request: web.Request,
    response: web.Response,
    name: str,
    value: str,
    *,
    path: str,
    samesite: str,
    lasts: timedelta | None = None,
) -> None:
    """A cookie that scripts cannot read and that, on https, never leaves it.

    `lasts`: for how long; without it until the browser is closed.
    """
    public = request.app[SETTINGS].public_url
    response.set_cookie(
        name,
        value,
        path=path,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        httponly=True,
        samesite=samesite,
        secure=request.secure or public.startswith("https:"),
    )
