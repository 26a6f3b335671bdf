"""A stand-in for Rasa and the action server as a process: `python -m tests.stub_rasa PORT`.

`POST /control` with `seconds` (how long each turn takes) or `hangs` (turns with these words are not
answered while it says so; "" is every turn, null none).
"""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from tests.fakes import FakeRasa


class Stub(FakeRasa):
    """Repeats what is said, as slowly as it is told to."""

    seconds = 0.0
    hangs: str | None = None

    async def control(self, request: web.Request) -> web.Response:
        """Change how it behaves."""
        told = await request.json()
        self.seconds = told.get("seconds", self.seconds)
        self.hangs = told.get("hangs", self.hangs)
        return web.json_response({})

    async def _webhook(self, request: web.Request) -> web.Response:
        said = (await request.json())["message"]
        while self.hangs is not None and self.hangs in said:
            await asyncio.sleep(0.05)
        await asyncio.sleep(self.seconds)
        return await super()._webhook(request)


def main() -> None:
    """Until it is killed."""
    stub = Stub()
    app = stub.server().app
    app.router.add_post("/control", stub.control)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
