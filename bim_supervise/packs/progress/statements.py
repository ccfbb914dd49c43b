"""What statements about a task and its elements say about a planned date; shared by PRG-01 and PRG-02."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Evidence, Outcome, Subject, Verdict
from bim_supervise.tracking.state import ElementState, Fact, TaskState


def site_day(moment: datetime, zone: ZoneInfo) -> date:
    """The site day of an instant (aware UTC)."""
    return moment.astimezone(zone).date()


def days_after(planned: date, moment: datetime, zone: ZoneInfo) -> float:
    """Whole days from a planned day to the site day of an instant; negative before it."""
    return float((site_day(moment, zone) - planned).days)


def seen_missing_when_planned(element: ElementState, planned: date, zone: ZoneInfo) -> list[Fact]:
    """Sightings, on the planned day or later, of an element that nobody had stated installed by then."""
    installed = element.installed.event_time if element.installed else None
    return [
        seen
        for seen in element.missing
        if planned <= site_day(seen.event_time, zone) and (installed is None or seen.event_time < installed)
    ]


def contradicted(statement: Fact, element: ElementState) -> Fact | None:
    """The sighting that the element was missing after it had been stated delivered or installed, if any."""
    return next((seen for seen in element.missing if seen.event_time > statement.event_time), None)


def progress_statements(state: TaskState, evidence: Evidence) -> list[tuple[Fact, float]]:
    """Statements of quantity or percent as (fact, share complete 0..1), by event time, then id.

    A quantity without a planned quantity says only whether anything was done: its share is 0 or NaN.
    """
    shares: list[tuple[Fact, float]] = []
    for fact in state.quantity_facts:
        if isinstance(fact.value, int | float) and fact.payload.get("mode") != "increment":
            known = state.quantity_planned and fact.unit in ("", state.task.unit)
            share = fact.value / state.quantity_planned if known and state.quantity_planned else float("nan")
            shares.append((fact, 0.0 if fact.value == 0 else share))
    shares += [
        (fact, fact.value / 100)
        for fact in evidence.facts("percent_reported", state.task.id)
        if isinstance(fact.value, int | float)
    ]
    return sorted(shares, key=lambda row: (row[0].event_time, row[0].id))


def verdict(
    rule: str,
    outcome: Outcome,
    reason: str,
    subject: Subject,
    planned: date | None,
    facts: Iterable[Fact | str] = (),
    *,
    days: float | None = None,
    since: datetime | None = None,
) -> Verdict:
    """A verdict on a planned day; ``facts`` are statements, or ``plan:<task id>`` for the plan file's own."""
    used = list(facts)
    return Verdict(
        rule=rule,
        outcome=outcome,
        reason=reason,
        subject=subject,
        params={
            **({"planned": planned.isoformat()} if planned else {}),
            **({"days": int(days)} if days is not None else {}),
        },
        value=days,
        unit="d" if days is not None else "",
        since=since,
        evidence=tuple(fact if isinstance(fact, str) else f"fact:{fact.id}" for fact in used),
        evidence_values=(
            planned.isoformat() if planned else None,
            *(
                fact if isinstance(fact, str) else [fact.kind, fact.event_time.isoformat(), fact.value]
                for fact in used
            ),
        ),
    )
