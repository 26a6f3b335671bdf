"""MARIE_TEST_REQUIRE=all (CI): a test that is skipped has failed, whatever it lacks."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

CI_CANNOT_HAVE = (
    "needs unprivileged mounts",
    "needs systemd",
    "the open data is not beside the project",
)
"""What a container, or a checkout by itself, has not: CONTRIBUTING.md says why of each."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.CallInfo[None], None]:
    """The report of a test: failed instead of skipped where everything is required."""
    report: pytest.TestReport = (yield).get_result()  # type: ignore[attr-defined]
    if os.environ.get("MARIE_TEST_REQUIRE") != "all" or not report.skipped:
        return
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not hasattr(report, "wasxfail") and not said.endswith(CI_CANNOT_HAVE):
        report.outcome = "failed"
        report.longrepr = f"{said} (MARIE_TEST_REQUIRE=all)"
