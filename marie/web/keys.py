"""What the application holds, by typed keys."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web

from marie.clock import Clock
from marie.knowledge.library import LiveLibrary
from marie.knowledge.live_settings import LiveSettings
from marie.knowledge.places import Gazetteer
from marie.knowledge.privacy import Privacy
from marie.knowledge.published import LiveDirectory
from marie.knowledge.waiting import Terms
from marie.rasa.client import RasaClient
from marie.services.figures import Visits
from marie.services.jobs import Jobs
from marie.services.lists import Lists
from marie.services.live import Hub
from marie.services.revisions import Revisions
from marie.services.turns import Turns
from marie.settings import Settings
from marie.store.engine import Database
from marie.web.known_tokens import KnownTokens
from marie.web.limits import Limits
from marie.web.metrics import Metrics
from marie.web.signing import Signer

SETTINGS = web.AppKey("settings", Settings)
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
DATABASE = web.AppKey("database", Database)
LIBRARY = web.AppKey("library", LiveLibrary)
DIRECTORY = web.AppKey("directory", LiveDirectory)
DIRECTORY_CHANGED = web.AppKey("directory_changed", asyncio.Event)
"""Set when this process changed the directory: it is published at once."""
GAZETTEER = web.AppKey("gazetteer", Gazetteer)
HTTP = web.AppKey("http", aiohttp.ClientSession)
RASA = web.AppKey("rasa", RasaClient)
HUB = web.AppKey("hub", Hub)
LISTS = web.AppKey("lists", Lists)
TURNS = web.AppKey("turns", Turns)
JOBS = web.AppKey("jobs", Jobs)
REVISIONS = web.AppKey("revisions", Revisions)
"""What administrators change of Marie's knowledge."""
PRIVACY = web.AppKey("privacy", Privacy)
"""Purposes, what is kept and for how long."""
CONFIGURED = web.AppKey("configured", LiveSettings)
"""What administrators set."""
VISITS = web.AppKey("visits", Visits)
SEATS_CHANGED = web.AppKey("seats_changed", asyncio.Event)
"""Set when somebody registered for an event, or left one."""
KNOWN_TOKENS = web.AppKey("known_tokens", KnownTokens)
LIMITS = web.AppKey("limits", Limits)
METRICS = web.AppKey("metrics", Metrics)
SIGNER = web.AppKey("signer", Signer)
TERMS = web.AppKey("terms", Terms)
"""How long what may wait, and by whose hours."""
