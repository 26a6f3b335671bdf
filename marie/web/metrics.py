"""What Prometheus reads, on the private listener only."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
        self.sockets = Gauge("marie_sockets", "Open visitors' sockets.", registry=self.registry)
        self.turns = Gauge(
            "marie_turns_running", "Conversations being answered.", registry=self.registry
        )
