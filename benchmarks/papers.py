"""How long a paper and a lease's guidance take: `python -m benchmarks.papers`.

Milliseconds of the processor, since the machine may be shared; the fonts and rules are read once.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any

from marie.guidance.lease import answer_by, nonrenewal_window, special_end
from marie.guidance.lease_days import quiet
from marie.guidance.lease_facts import reconcile
from marie.guidance.lease_rules import Lodging, in_force
from marie.guidance.lease_ways import Situation, ways_out
from marie.knowledge.rules import load_lease_rules
from marie.papers import Origin, letter, make
from marie.settings import ROOT

TODAY = date(2026, 11, 22)
END = date(2027, 6, 30)
ORIGIN = Origin(at=datetime(2026, 11, 22, 17, tzinfo=timezone.utc), seq=3, identity="bench")
STEPS = 24


def main() -> None:
    """Print one table: what, the middle, the slowest."""
    print(f"{'what':<34}{'p50 ms':>10}{'max ms':>10}")
    for name, work, times in [*guidance(), *papers()]:
        work()
        took = sorted(measured(work) for _ in range(times))
        print(f"{name:<34}{statistics.median(took):>10.3f}{took[-1]:>10.3f}")


def measured(work: Callable[[], Any]) -> float:
    """Milliseconds of the processor for one call."""
    begun = time.process_time_ns()
    work()
    return (time.process_time_ns() - begun) / 1e6


def guidance() -> list[tuple[str, Callable[[], Any], int]]:
    """The pure functions of the lease."""
    law = load_lease_rules(ROOT / "knowledge" / "lease")
    rules = law.on(TODAY)
    dwelling: dict[str, Any] = {"end": END, "length_months": 12, "lodging": Lodging.DWELLING}
    increase = in_force(law.increase_reply, TODAY)
    violence = next(rule for rule in law.special if "violence" in rule.ground)
    situation = Situation(today=TODAY, end=END, length_months=12, received=date(2026, 11, 10))
    return [
        ("rules in force", lambda: law.on(TODAY), 500),
        ("window", lambda: nonrenewal_window(rule=rules.nonrenewal, **dwelling), 500),
        ("reply to an increase", lambda: answer_by(received=TODAY, rule=increase), 500),
        (
            "protected departure",
            lambda: special_end(sent=TODAY, length_months=12, rule=violence),
            500,
        ),
        (
            "start, end and length",
            lambda: reconcile(start=TODAY, end=None, length_months=12, today=TODAY),
            500,
        ),
        ("holiday", lambda: quiet(END), 500),
        ("every way out", lambda: ways_out(situation, rules), 500),
    ]


def papers() -> list[tuple[str, Callable[[], Any], int]]:
    """Every letter, and a long plan."""
    step = {"title": "Étape", "text": "À faire.", "day": "2027-03-31"}
    plan = {"title": "Plan", "steps": [{"id": str(n), **step} for n in range(STEPS)]}
    made = {"title": "", "format": "pdf"}
    known = {"lease_end": END.isoformat(), "rule": "art. 1946"}
    return [
        *((f"{name} (PDF)", work(paper=name, data=known, **made), 15) for name in letter.NAMES),
        (f"moving-plan, {STEPS} steps (PDF)", work(paper="moving-plan", data=plan, **made), 15),
        (
            f"moving-plan, {STEPS} steps (ics)",
            work(paper="moving-plan", data=plan, title="", format="ics"),
            50,
        ),
    ]


def work(**document: Any) -> Callable[[], Any]:
    """Making one paper."""
    return lambda: make(document, ORIGIN)


if __name__ == "__main__":
    main()
