"""Listening to a broker: messages are acknowledged only after the transaction that stores them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bim_supervise.api.project import Project
from bim_supervise.core.clock import epoch_ms, system_clock
from bim_supervise.events.sources_mqtt import MqttSource
from bim_supervise.events.sources_sparkplug import NAMESPACE, HostState, rebirth_command

REBIRTH_EVERY_MS = 10_000
"""How often at most [ms] a node is asked to be born again."""
DEFAULT_TOPICS = ("bim-supervise/#",)
MESSAGES_A_TRANSACTION = 4000
"""So many only where they wait already; few enough that a commit of 400,000 readings takes about a second,
well under the time after which small brokers give a message up."""


async def listen(
    project: Project,
    url: str,
    topics: Sequence[str] | None,
    trusted: bool,
    stop: asyncio.Event,
    *,
    client_id: str | None = None,
    sparkplug_host: str | None = None,
) -> dict[str, Any]:
    """Subscribe until ``stop`` is set and return the counters of everything received.

    Args:
        project: where the observations go.
        url: ``mqtt[s]://user:password@host:port``.
        topics: topic filters; None for ``bim-supervise/#``.
        trusted: whether the broker authenticates every sender, so that messages may prove and release.
        stop: set it to end; what is held is committed first.
        sparkplug_host: listen as this Sparkplug host application: its state is published, its namespace
            subscribed, and nodes that cannot be understood are asked to be born again.
        client_id: name of the persistent session at the broker; default one per project.
    """
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()

    async def handle(messages: Sequence[tuple[str, bytes]]) -> None:
        report = await asyncio.to_thread(project.ingest, messages, authenticated=trusted)
        for key in ("read", "stored", "duplicates", "conflicts", "rejected_count"):
            totals[key] += report[key]
        reasons.update(report["rejected_reasons"])
        now = epoch_ms(system_clock())
        for node in report["rebirth"] if sparkplug_host else ():
            if now - asked.get(node, 0) >= REBIRTH_EVERY_MS and source.publish(*rebirth_command(node, now)):
                asked[node] = now

    asked: dict[str, int] = {}
    wanted = list(topics or DEFAULT_TOPICS)
    if sparkplug_host and f"{NAMESPACE}/#" not in wanted:
        wanted.append(f"{NAMESPACE}/#")
    host = HostState(sparkplug_host, lambda: epoch_ms(system_clock())) if sparkplug_host else None
    source = MqttSource(
        url,
        wanted,
        handle,
        client_id=client_id or f"bim-supervise-{project.identity()[:12]}",
        batch_messages=MESSAGES_A_TRANSACTION,
        presence=host.presence if host else None,
    )
    project.intake.watch("mqtt", lambda: source.waiting)
    await source.run(stop)
    return {**totals, "rejected_reasons": dict(reasons)}
