"""The action server: `python -m bot.actions --port 5055`, on loopback alone.

`python -m rasa_sdk --actions bot.actions` serves the same actions, by a worker under a manager that
watches it: both import all of this and open what Marie knows, twice the time to start and twice the
memory. Here is one process, for `marie run` watches it already.
"""

from __future__ import annotations

import argparse

from rasa_sdk import utils
from rasa_sdk.constants import DEFAULT_KEEP_ALIVE_TIMEOUT, DEFAULT_SERVER_PORT
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bot.actions")
    parser.add_argument("--port", type=int, default=DEFAULT_SERVER_PORT)
    port = parser.parse_args().port
    utils.configure_colored_logging("INFO")
    utils.update_sanic_log_level()
    executor = ActionExecutor()
    executor.register_package("bot.actions")
    app = create_app(executor)
    app.config.KEEP_ALIVE_TIMEOUT = DEFAULT_KEEP_ALIVE_TIMEOUT
    app.run(host="127.0.0.1", port=port, single_process=True, motd=False)


if __name__ == "__main__":
    main()
