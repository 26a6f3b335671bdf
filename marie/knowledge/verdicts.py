"""Says verdicts: why, what is missing, what would change, what comes next, from which source.

The actions say them, and the administration shows them before they are said: by the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marie.guidance import RuleSource
from marie.guidance.eligibility import Verdict
from marie.knowledge.library import Library
from marie.knowledge.saying import as_source, source_json, unique_sources
from marie.language.typography import french_day

REASONS = 3
"""Reasons said in the text; `data` has them all."""


def verdict_text(verdict: Verdict, library: Library) -> str:
    """One verdict as lines, each saying something else."""
    lines = [library.phrase(f"verdict_{verdict.verdict}", program=verdict.name)]
    told = (
        ("verdict_because", "because", verdict.because[:REASONS]),
        ("verdict_missing", "missing", verdict.missing),
        ("verdict_would_change", "change", verdict.would_change),
        ("verdict_next", "next", (verdict.next_step,)),
    )
    for phrase, name, sentences in told:
        if sentences:
            lines.append(library.phrase(phrase, **{name: " ".join(sentences)}))
    return "\n".join([*lines, _source_line(verdict.source, library)])


def short_text(verdict: Verdict, library: Library) -> str:
    """One verdict as one line."""
    reasons = (*verdict.missing, *verdict.because) if verdict.missing else verdict.because
    return library.phrase(
        "eligibility_other",
        program=verdict.name,
        verdict=library.phrase(f"verdict_word_{verdict.verdict}"),
        because=reasons[0] if reasons else "",
    ).strip()


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the contract shows it, with what would change it, the next step, the source."""
    source = verdict.source
    return {
        "program": verdict.program,
        "name": verdict.name,
        "verdict": verdict.verdict,
        "because": list(verdict.because),
        "missing": list(verdict.missing),
        "would_change": list(verdict.would_change),
        "next_step": verdict.next_step,
        "source": {**source_json(as_source(source)), "published": source.published},
    }


def verdict_sources(verdicts: Sequence[Verdict]) -> tuple[dict[str, Any], ...]:
    """The pages that the verdicts rest on, each once."""
    pages = [as_source(each) for verdict in verdicts for each in verdict.sources]
    return tuple(source_json(page) for page in unique_sources(pages))


def _source_line(source: RuleSource, library: Library) -> str:
    told = {
        "source": source.title.rstrip("."),
        "published": f", {source.published}" if source.published else "",
    }
    if source.verified_on is not None:
        return library.phrase(
            "verdict_source_verified", date=french_day(source.verified_on), **told
        )
    if source.read_on is not None:
        return library.phrase("verdict_source", date=french_day(source.read_on), **told)
    return library.phrase("verdict_source_unread", **told)
