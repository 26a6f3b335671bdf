"""Distress, violence and danger, recognised by their words before anything else.

No trained model stands between somebody in danger and the help lines: `knowledge/safety.yml` lists
sequences of folded words (`marie.language.patterns`), and its first lines say how they are written.
Pure Python for 3.10 or newer: it also runs inside Rasa's environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from marie import strict_yaml
from marie.language.patterns import BadPattern, Patterns, compile_patterns, searchable

SafetyKind = Literal["distress", "danger", "exploitation", "violence_lease", "violence"]
"""What was recognised, the most pressing first: a message that is several is the first of them.

`exploitation` is by an employer who keeps papers or forces to work.
`violence_lease` asks about ending a lease because of violence: the help lines come with an answer
about the lease.
"""

HELP_ENTRIES: Mapping[SafetyKind, str] = {
    "distress": "safety-distress",
    "violence": "safety-violence",
    "danger": "safety-violence",
    "exploitation": "safety-exploitation",
    "violence_lease": "safety-violence",
}
"""The entry with the help lines for each kind."""


@dataclass(frozen=True)
class SafetyPatterns:
    """Compiled patterns; `never` are turns of phrase that sound alike and mean no harm."""

    kinds: tuple[tuple[SafetyKind, Patterns], ...]
    never: tuple[Patterns, ...]

    def find(self, text: str) -> SafetyKind | None:
        """The most pressing kind of `text`, or `None`."""
        words = searchable(text)
        if not any(patterns.hold(words) for _, patterns in self.kinds):
            return None  # most messages; a figure of speech only takes words away
        words = self._without_figures_of_speech(text)
        return next((kind for kind, patterns in self.kinds if patterns.hold(words)), None)

    def harmless(self, text: str) -> bool:
        """Whether a turn of phrase explains what sounds alarming, and nothing else alarms."""
        said = searchable(text)
        return self._without_figures_of_speech(text) != said and self.find(text) is None

    def _without_figures_of_speech(self, text: str) -> str:
        words = searchable(text)
        for patterns in self.never:
            words = patterns.take(words)
        return words


def read_safety(path: Path) -> SafetyPatterns:
    """The patterns of `knowledge/safety.yml`."""
    return compile_safety(strict_yaml.read(path))


def compile_safety(patterns: Mapping[str, Sequence[object]]) -> SafetyPatterns:
    """Patterns by kind, and `never`; `BadPattern` for an unknown kind or an unreadable pattern."""
    known = get_args(SafetyKind)
    unknown = sorted(set(patterns) - {*known, "never"})
    if unknown:
        raise BadPattern(f"unknown kind: {', '.join(unknown)}")
    return SafetyPatterns(
        kinds=tuple(
            (cast("SafetyKind", kind), compile_patterns(patterns[kind]))
            for kind in known
            if patterns.get(kind)
        ),
        # One by one: each hides its own words, whatever another one hid.
        never=tuple(compile_patterns([each]) for each in patterns.get("never") or ()),
    )
