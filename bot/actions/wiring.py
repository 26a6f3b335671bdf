"""What the actions ask: Marie's knowledge, opened once when the first action is built.

rasa_sdk builds actions without arguments; `Desk` comes to them through this module's `desk()`,
and tests hand them their own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marie import logs
from marie.guidance.eligibility import Program
from marie.guidance.plan import StepRule
from marie.knowledge.asked import Asked, load_asked
from marie.knowledge.criteria import Criteria, load_criteria
from marie.knowledge.events import LiveEvents
from marie.knowledge.library import Library
from marie.knowledge.live_settings import LiveSettings
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.knowledge.openings import LiveOpenings, Matching, load_matching
from marie.knowledge.plan_rules import LivePlanRules, PlanWords, load_plan_words
from marie.knowledge.programs import LivePrograms
from marie.knowledge.qualification import Qualification, load_qualification
from marie.knowledge.rules import (
    Choice,
    Field,
    FollowUp,
    LeaseRules,
    load_follow_ups,
    load_lease_rules,
    load_lease_words,
    load_profile_fields,
)
from marie.knowledge.talk import TalkWords, load_talk_words
from marie.knowledge.waiting import Waiting, load_waiting
from marie.language.safety import SafetyPatterns, read_safety
from marie.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Desk(Knowledge):
    """Everything that an answer may be looked up in."""

    live_programs: LivePrograms
    live_openings: LiveOpenings
    matching: Matching
    lease: LeaseRules
    follow_ups: tuple[FollowUp, ...]
    profile_fields: Mapping[str, Field]
    lease_words: tuple[Choice, ...]
    criteria: Criteria
    talk: TalkWords
    asked: tuple[Asked, ...]
    events: LiveEvents
    live_plan_rules: LivePlanRules
    plan_words: PlanWords
    qualification: Qualification
    settings: LiveSettings
    waiting: Waiting
    safety: SafetyPatterns
    simple: bool = False
    """Whether Marie's own phrases are said in simple French."""

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programmes as they are now."""
        return self.live_programs.current()

    @property
    def plan_rules(self) -> tuple[StepRule, ...]:
        """The steps of the moving plan as they are now."""
        return self.live_plan_rules.current()

    @property
    def library(self) -> Library:
        """Entries, phrases and values as they are now."""
        library = self.live.current()
        return library.in_simple_french if self.simple else library


def open_desk(knowledge: Path, data: Path | None = None) -> Desk:
    """A desk on a `knowledge/` folder; `data`: MARIE_DATA, for what was imported."""
    opened = open_knowledge(knowledge, data)
    return Desk(
        live=opened.live,
        overlay=opened.overlay,
        gazetteer=opened.gazetteer,
        directories=opened.directories,
        card_words=opened.card_words,
        live_programs=LivePrograms(knowledge, overlay=opened.overlay),
        live_openings=LiveOpenings(data),
        matching=load_matching(knowledge),
        lease=load_lease_rules(knowledge / "lease"),
        follow_ups=load_follow_ups(knowledge),
        profile_fields=load_profile_fields(knowledge),
        lease_words=load_lease_words(knowledge),
        criteria=load_criteria(knowledge),
        talk=load_talk_words(knowledge),
        asked=load_asked(knowledge),
        events=LiveEvents(data),
        live_plan_rules=LivePlanRules(knowledge),
        plan_words=load_plan_words(knowledge),
        qualification=load_qualification(knowledge),
        settings=LiveSettings(knowledge, opened.live),
        waiting=load_waiting(knowledge),
        safety=read_safety(knowledge / "safety.yml"),
    )


@cache
def desk() -> Desk:
    """The desk of this process."""
    settings = Settings.from_env(os.environ)
    if logs.PROCESS in os.environ:
        # The action server starts its workers anew, without the logging that it was given.
        logs.configure()
    return open_desk(settings.knowledge, settings.data)
