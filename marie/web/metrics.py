"""What Prometheus reads, on the private listener only.

Counters and times are kept by this process; what stands in the database (who waits, which job
failed, what was imported) is read when Prometheus asks, so every web process says the same.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from marie.services.turns import Report
from marie.store.standing import Standing

TURN_SECONDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 25)


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "marie_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "marie_request_seconds", "Time to answer a request.", ["route"], registry=self.registry
        )
        self.messages = Counter(
            "marie_visitor_messages", "Visitors' messages taken in.", registry=self.registry
        )
        self.turns = Counter(
            "marie_turns",
            "Marie's turns, by what became of them and by the group of their topic.",
            ["outcome", "group"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "marie_turn_seconds",
            "Time of a turn, by stage.",
            ["stage"],
            buckets=TURN_SECONDS,
            registry=self.registry,
        )
        self.sockets = self._gauge("marie_sockets", "Open visitors' sockets.")
        self.running = self._gauge("marie_turns_running", "Conversations being answered.")
        self.listeners = self._gauge("marie_listeners", "Sockets and requests that follow a log.")
        self.waiting = self._gauge("marie_waiting_visitors", "Visitors who wait for a person.")
        self.longest_wait = self._gauge(
            "marie_longest_wait_seconds", "How long the first of them has waited."
        )
        self.pending = self._gauge("marie_pending_turns", "Messages that are owed an answer.")
        self.overdue = self._gauge("marie_overdue_leads", "Leads whose next date has passed.")
        self.failed_jobs = self._gauge("marie_failed_jobs", "Timed work whose last run failed.")
        self.late_jobs = self._gauge("marie_late_jobs", "Timed work due for over an hour.")
        self.imports = self._gauge("marie_imports", "Imports of the directory, undone ones too.")
        self.rejected = self._gauge("marie_import_rejected_rows", "Rows that imports rejected.")
        self.last_import = self._gauge(
            "marie_last_import_timestamp_seconds", "When the last import was applied."
        )

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(name, what, registry=self.registry)

    def turn(self, report: Report) -> None:
        """Count a turn and its times."""
        group = report.topic.partition(".")[0] or "none"
        self.turns.labels(report.outcome, group).inc()
        for stage, seconds in report.seconds.items():
            self.turn_seconds.labels(stage).observe(seconds)

    def stand(self, standing: Standing) -> None:
        """What the database says now."""
        self.waiting.set(standing.waiting)
        self.longest_wait.set(standing.longest_wait)
        self.pending.set(standing.pending)
        self.overdue.set(standing.overdue)
        self.failed_jobs.set(standing.failed_jobs)
        self.late_jobs.set(standing.late_jobs)
        self.imports.set(standing.imports)
        self.rejected.set(standing.rejected)
        if standing.last_import is not None:
            self.last_import.set(standing.last_import.timestamp())
