"""« Cette réponse vous aide? » : what a visitor thinks of one of Marie's answers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from marie.services import quality
from marie.services.masking import mask
from marie.web.keys import CLOCK, DATABASE
from marie.web.requests import MAX_NUMBER, address, conversation, json_body
from marie.web.visitors import limit_writing

routes = web.RouteTableDef()


class OpinionRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Whether message `seq` helped, and why or why not."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
    helpful: bool
    reason: str = ""


@routes.post("/api/v1/conversations/{conversation_id}/opinions")
async def opine(request: web.Request) -> web.Response:
    """Keep it; again for the same message: in place of the one before."""
    app = request.app
    conversation_id = await conversation(request)
    body = await json_body(request, OpinionRequest)
    await limit_writing(app, conversation_id, address(request))
    await quality.give_opinion(
        app[DATABASE],
        conversation_id,
        seq=body.seq,
        helpful=body.helpful,
        reason=body.reason,
        mask=mask,
        clock=app[CLOCK],
    )
    return web.Response(status=204)
