"""The figures of the intake for Prometheus: ``/metrics`` in its text format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bim_supervise.server.guard import METRICS

if TYPE_CHECKING:
    from bim_supervise.api import Project

_PREFIX = "bim_supervise"


class Figures:
    """Collects what a project knows about its intake and alarms; nothing is counted twice or kept here."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def collect(self) -> Iterator[Metric]:
        """The metric families, worked out when they are asked for."""
        found = self._project.intake_figures()
        fresh = self._project.freshness()
        for name, text, count in (
            ("batches", "Transactions of the intake", found.batches),
            ("items_read", "Readings and statements read", found.read),
            ("items_stored", "Readings and statements stored", found.stored),
            ("items_duplicate", "Readings and statements known already", found.duplicates),
            ("items_conflicting", "Contradictions kept beside what counts", found.conflicts),
        ):
            yield CounterMetricFamily(f"{_PREFIX}_{name}", text, value=count)
        rejected = CounterMetricFamily(f"{_PREFIX}_items_rejected", "Rejected, by reason", labels=["reason"])
        for reason, count in sorted(found.rejected.items()):
            rejected.add_metric([reason], count)
        yield rejected
        yield CounterMetricFamily(
            f"{_PREFIX}_commit_seconds",
            "Time spent in transactions of the intake",
            value=found.commit_total_s,
        )
        yield GaugeMetricFamily(
            f"{_PREFIX}_backlog_messages", "Waiting for a transaction", value=found.backlog
        )
        yield GaugeMetricFamily(f"{_PREFIX}_items_per_second", "Mean of the last minute", value=found.rate)
        for name, text, value in (
            ("lag_seconds", "How long the newest item of the last batch was under way", found.lag_s),
            ("evidence_age_seconds", "Time since evidence last came in", fresh.age_s),
        ):
            # What is not known is absent, never 0.
            if value is not None:
                yield GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=value)
        yield GaugeMetricFamily(
            f"{_PREFIX}_evidence_stale", "1 when no evidence comes in any more", value=int(fresh.stale)
        )
        alarms = GaugeMetricFamily(
            f"{_PREFIX}_alarms", "Standing alarms, by severity and state", labels=["severity", "state"]
        )
        counts: dict[tuple[str, str], int] = {}
        for alarm in self._project.alarms():
            counts[alarm.severity, alarm.state] = counts.get((alarm.severity, alarm.state), 0) + 1
        for key, count in sorted(counts.items()):
            alarms.add_metric(list(key), count)
        yield alarms


class MetricsRoute:
    """Serves them.

    Args:
        project: gives the open project; blocking, called in threads.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project

    def routes(self) -> list[Route]:
        """``/metrics``."""
        return [Route(METRICS, self.metrics, methods=["GET"])]

    async def metrics(self, request: Request) -> Response:
        """Prometheus text; behind the session guard, except for a scraper on this machine."""
        return Response(
            await to_thread.run_sync(self._text),
            media_type=CONTENT_TYPE_LATEST,
            headers={"cache-control": "no-store"},
        )

    def _text(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Figures(self._project()))
        return generate_latest(registry)
