"""An address that says whether Rasa has a model: its REST channel's answers 200 without one too.

Rasa's own `/status` says it, but comes with the whole HTTP API, which can change the model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json


class ReadyChannel(InputChannel):
    """`GET /webhooks/ready/`: 200 with a model, 503 without; nobody talks here."""

    @classmethod
    def name(cls) -> str:
        """What stands in its address."""
        return "ready"

    def blueprint(self, _on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """The one route."""
        routes = Blueprint("ready", "bot.components.ready")

        @routes.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            loaded = agent is not None and agent.is_ready()
            return json({"model": loaded}, status=200 if loaded else 503)

        return routes
