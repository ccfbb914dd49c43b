"""The figures of the intake for Prometheus: parsed by its own reader, true, and shown to nobody unknown."""

from __future__ import annotations

import asyncio
import json

from prometheus_client.parser import text_string_to_metric_families
from ui_site import Site

from bim_supervise.server.guard import SessionGuard
from bim_supervise.server.metrics_route import MetricsRoute
from bim_supervise.server.sessions import SessionCheck


def asked(app, headers=(), client=("127.0.0.1", 5)):
    """Status and body of GET /metrics."""
    said = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        said.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/metrics", "headers": list(headers), "client": client,
        "query_string": b"", "state": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return said[0]["status"], b"".join(part.get("body", b"") for part in said[1:])


def test_prometheus_reads_what_the_intake_did(site: Site):
    project = site.project
    row = {"device": "N-METRIC", "kind": "noise_level", "value": 61.5, "time": project.now().isoformat()}
    before = project.intake_figures()
    good, bad = json.dumps(row).encode(), json.dumps(row | {"kind": "nothing"}).encode()
    project.ingest([("site", good), ("site", good), ("site", bad), ("site", b"{")], authenticated=False)
    route = MetricsRoute(lambda: project).routes()[0]
    guarded = SessionGuard(route.handle, SessionCheck(lambda token: None))
    status, body = asked(guarded)
    assert status == 200
    found = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }
    prefix = "bim_supervise_items"
    assert found[f"{prefix}_read_total", ()] == before.read + 4
    assert found[f"{prefix}_stored_total", ()] == before.stored + 1
    assert found[f"{prefix}_duplicate_total", ()] == before.duplicates + 1
    assert found[f"{prefix}_rejected_total", (("reason", "json_invalid"),)] >= 1
    assert found[f"{prefix}_rejected_total", (("reason", "kind_unknown"),)] >= 1
    assert found["bim_supervise_backlog_messages", ()] == 0
    assert found[f"{prefix}_per_second", ()] > 0
    assert 0 <= found["bim_supervise_lag_seconds", ()] < 3600
    assert found["bim_supervise_evidence_stale", ()] in (0, 1)
    standing = sum(value for (name, _), value in found.items() if name == "bim_supervise_alarms")
    assert standing == len(project.alarms())


def test_nobody_unknown_reads_them_from_elsewhere(site: Site):
    route = MetricsRoute(lambda: site.project).routes()[0]
    guarded = SessionGuard(route.handle, SessionCheck(lambda token: None))
    assert asked(guarded, client=("192.0.2.7", 5))[0] == 401
    assert asked(guarded, headers=[(b"x-forwarded-for", b"192.0.2.7")])[0] == 401
    assert asked(guarded, client=None)[0] == 401
