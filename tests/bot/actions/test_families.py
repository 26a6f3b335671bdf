"""The actions that the action server runs in worker processes of its own."""

from __future__ import annotations

import pickle

from bot.actions.families import Childcare


def test_action_reaches_a_worker_process_and_finds_its_desk_there() -> None:
    moved = pickle.loads(pickle.dumps(Childcare()))
    assert moved.name() == "action_childcare"
    assert moved._desk.directory.resources
