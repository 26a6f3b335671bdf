"""How fair the assignment is: 10,000 simulated hand-overs, with everything that happens to leads.

Three organisations with equal and with unequal quotas, and five; languages, regions, hours and free
counsellors change from lead to lead; one lead in twenty is withdrawn, one in fifty is moved by
somebody, and in the third run quotas change twice. The deviation of every organisation is looked at
after every line of the ledger. The second run is drawn in docs/images/assignment.svg.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marie.domain.assignment import Account, Fit, Kind, decide
from marie.web import assignment_chart, pages, rendering

LEADS = 10_000
SEED = 6
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "assignment.svg"

NAMES = {"collectif": "Le Collectif", "inici": "INICI", "promis": "PROMIS"}
EQUAL = {"collectif": 1, "inici": 1, "promis": 1}
UNEQUAL = {"collectif": 30, "inici": 25, "promis": 45}
MANY = {"a": 40, "b": 25, "c": 20, "d": 14, "e": 1}


@dataclass
class Run:
    """One simulation. `accounts`: after each line of the ledger of the last period."""

    account: Account
    accounts: list[Account] = field(default_factory=list)
    furthest: float = 0.0
    in_hand: float = 0.0
    seconds: float = 0.0
    slowest: float = 0.0

    def write(self, kind: Kind, organization: str, moved_from: str | None = None) -> None:
        """A line of the ledger."""
        self.account = self.account.after(kind, organization, moved_from=moved_from)
        self.accounts.append(self.account)
        for each in self.account.quotas:
            self.furthest = max(self.furthest, abs(float(self.account.deviation(each))))
            self.in_hand = max(self.in_hand, abs(self._in_hand(each)))

    def _in_hand(self, organization: str) -> float:
        """Leads that it has beyond its share of all that are not withdrawn."""
        held = sum(self.account.held(each) for each in self.account.quotas)
        return float(self.account.held(organization) - held * self.account.share(organization))

    def lead(self, fits: Mapping[str, Fit]) -> str:
        """Another hand-over."""
        began = time.process_time()
        decision = decide(self.account, fits)
        took = time.process_time() - began
        self.seconds += took
        self.slowest = max(self.slowest, took)
        for each in decision.settled:
            self.write(Kind.SETTLED, each)
        self.write(decision.kind, decision.organization)
        return decision.organization


def simulate(periods: list[Mapping[str, int]], *, happenings: bool) -> Run:
    """`LEADS` hand-overs, shared out over the periods."""
    chance = random.Random(SEED)
    run = Run(Account(quotas=periods[0]))
    for quotas in periods:
        run.account, run.accounts = Account(quotas=quotas), [Account(quotas=quotas)]
        held: list[str] = []
        for _ in range(LEADS // len(periods)):
            fits = {
                each: Fit(
                    language=chance.random() < 0.1,
                    region=chance.random() < 0.2,
                    open=chance.random() < 0.6,
                    room=chance.random() < 0.8,
                )
                for each in quotas
            }
            held.append(run.lead(fits))
            if happenings and chance.random() < 0.05:
                run.write(Kind.WITHDRAWN, held.pop(chance.randrange(len(held))))
            if happenings and chance.random() < 0.02:
                at = chance.randrange(len(held))
                to = chance.choice([each for each in quotas if each != held[at]])
                run.write(Kind.REASSIGNED, to, held[at])
                held[at] = to
    return run


def draw(run: Run) -> None:
    """Write the picture of a run."""
    templates = Path(pages.__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(rendering.FILTERS)
    module = environment.get_template("_assignment_chart.html").make_module()
    chart = assignment_chart.draw(run.accounts)
    svg = module.chart_svg(chart, NAMES, standalone=True)  # type: ignore[attr-defined]
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(f"{svg}\n", encoding="utf-8")


def main() -> int:
    """Print the table; 1 when somebody was a whole place away."""
    runs = {
        "3, equal quotas": simulate([EQUAL], happenings=False),
        "3, quotas 30, 25 and 45, withdrawals and moves": simulate([UNEQUAL], happenings=True),
        "3, quotas changed twice, withdrawals and moves": simulate(
            [EQUAL, UNEQUAL, {**EQUAL, "promis": 2}], happenings=True
        ),
        "5, quotas 40, 25, 20, 14 and 1, withdrawals and moves": simulate([MANY], happenings=True),
    }
    print(f"{LEADS:,} hand-overs each; a deviation below 1 is what is promised\n")
    print(
        "| organisations | largest deviation (places) | of leads in hand, before the next ones make"
        " it good | a decision, mean ms | slowest ms |"
    )
    print("|---|---|---|---|---|")
    for name, run in runs.items():
        mean = run.seconds / LEADS * 1000
        print(
            f"| {name} | {run.furthest:.3f} | {run.in_hand:.3f} | {mean:.3f}"
            f" | {run.slowest * 1000:.2f} |"
        )
    draw(runs["3, quotas 30, 25 and 45, withdrawals and moves"])
    print(f"\n{PICTURE.relative_to(PICTURE.parents[2])} is written")
    return int(max(run.furthest for run in runs.values()) >= 1)


if __name__ == "__main__":
    sys.exit(main())
