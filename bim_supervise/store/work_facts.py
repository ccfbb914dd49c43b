"""Facts: stored once, whatever is sent again, and whatever else is said under the same identity is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bim_supervise.core.canonical import canonical_json, digest_of
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.observations import Observation, Quality, SubjectType
from bim_supervise.store.column_types import to_microseconds
from bim_supervise.store.records import Added
from bim_supervise.store.statements import Statement, settle
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import ConflictTable, FactTable
from bim_supervise.store.work_base import Row, WorkBase, in_chunks
from bim_supervise.tracking.state import Fact

_FACT = table_of(FactTable)
_CONFLICT = table_of(ConflictTable)
_DOUBT = {Quality.GOOD: 0, Quality.FUTURE: 1, Quality.OUT_OF_RANGE: 2, Quality.FLAGGED: 3}
_QUALITY = {doubt: quality for quality, doubt in _DOUBT.items()}


_TELLS_APART = ("item", "sample", "test")
"""What of a payload says which of several things about one subject a fact is about."""


def fact_id(observation: Observation) -> str:
    """The identity of a fact: SHA-256 over source, kind, subject, event time [UTC microseconds], reporter.

    Where the payload names the item measured, the sample or the test, those belong to it: two items measured
    on one element at one moment are two facts.
    """
    identity: list[Any] = [
        observation.source,
        observation.kind,
        observation.subject_type.value,
        observation.subject,
        to_microseconds(observation.event_time),
        observation.reporter,
    ]
    named = {name: observation.payload[name] for name in _TELLS_APART if observation.payload.get(name)}
    return digest_of([*identity, named] if named else identity)


class WorkFacts(WorkBase):
    """Statements from site about elements, tasks and checkpoints."""

    def add_facts(self, observations: Sequence[Observation]) -> Added:
        """Store facts; what is known already is counted, what contradicts it is kept as a conflict.

        Which of two contradicting facts counts never depends on their order: see ``store.statements``. Equal
        in trust, the one whose canonical JSON (value, unit, interval, payload) sorts first counts.

        Raises:
            InputRefused: ``value_not_finite`` or ``content_not_json``; nothing is stored.
        """
        arrived: dict[str, list[Statement]] = {}
        subjects: dict[str, Observation] = {}
        for observation in observations:
            identity = fact_id(observation)
            arrived.setdefault(identity, []).append(_statement(observation))
            subjects.setdefault(identity, observation)
        known = self._stated_before(arrived)
        fresh: list[dict[str, Any]] = []
        stored = conflicts = 0
        for identity, statements in arrived.items():
            before = known.get(identity, [])
            if before and all(_adds_nothing(statement, before) for statement in statements):
                continue
            settled = settle([*before, *statements])
            new = len(settled) - len({statement.content for statement in before})
            stored += not before
            conflicts += new - (not before)
            row = _fact_row(identity, subjects[identity], settled[0])
            if before:
                self._upsert(FactTable, [row])
            else:
                fresh.append(row)
            if len(settled) > 1:
                self._keep_conflicts(identity, subjects[identity], settled[1:])
        self._insert(FactTable, fresh)
        return Added(stored=stored, conflicts=conflicts, duplicates=len(observations) - stored - conflicts)

    def facts(
        self,
        until: datetime | None = None,
        kinds: Collection[str] | None = None,
        subject: str | None = None,
        limit: int | None = None,
    ) -> list[Fact]:
        """Facts by event time, then id.

        Args:
            until: only those whose event time is not after this instant.
            kinds: only of these kinds.
            subject: only about this id.
            limit: only the latest so many (still ascending).
        """
        statement = select(_FACT)
        if until is not None:
            statement = statement.where(_FACT.c.event_time <= until)
        if kinds is not None:
            statement = statement.where(_FACT.c.kind.in_(sorted(kinds)))
        if subject is not None:
            statement = statement.where(_FACT.c.subject == subject)
        if limit is None:
            return [_fact(row) for row in self._rows(statement.order_by(_FACT.c.event_time, _FACT.c.id))]
        latest = statement.order_by(_FACT.c.event_time.desc(), _FACT.c.id.desc()).limit(limit)
        return [_fact(row) for row in reversed(self._rows(latest))]

    def fact(self, fact_id: str) -> Fact | None:
        """One fact by its id, or None."""
        row = self._row(select(_FACT).where(_FACT.c.id == fact_id))
        return None if row is None else _fact(row)

    def _stated_before(self, identities: Iterable[str]) -> dict[str, list[Statement]]:
        """What is stored under each identity, the one that counts first."""
        known: dict[str, list[Statement]] = {}
        for chunk in in_chunks(identities):
            for row in self._rows(select(_FACT).where(_FACT.c.id.in_(chunk))):
                known[row["id"]] = [_stored_statement(row)]
        for chunk in in_chunks(known):
            for row in self._rows(select(_CONFLICT).where(_CONFLICT.c.identity.in_(chunk))):
                known[row["identity"]].append(
                    _stated(row["content"], received=row["received_time"], source=row["source"])
                )
        return known

    def _keep_conflicts(self, identity: str, subject: Observation, others: Iterable[Statement]) -> None:
        self._connection.execute(delete(_CONFLICT).where(_CONFLICT.c.identity == identity))
        rows = []
        for statement in others:
            said = _said(statement)
            rows.append(
                {
                    "id": digest_of([identity, statement.order]),
                    "shape": "fact",
                    "identity": identity,
                    "kind": subject.kind,
                    "subject": subject.subject,
                    "event_time": subject.event_time,
                    "content": said,
                    "source": statement.source,
                    "received_time": statement.received,
                }
            )
        self._insert(ConflictTable, rows)


def fact_content(row: Row) -> dict[str, Any]:
    """What a stored fact says, as plain data."""
    return _said(_stored_statement(row))


def _adds_nothing(statement: Statement, before: Sequence[Statement]) -> bool:
    for known in before:
        if known.content == statement.content:
            return (
                known.authenticated >= statement.authenticated
                and known.distrust >= statement.distrust
                and known.received <= statement.received
            )
    return False


def _statement(observation: Observation) -> Statement:
    value = observation.value
    if isinstance(value, (int, float)):
        value = float(value)
        if not math.isfinite(value):
            raise InputRefused(
                "value_not_finite",
                f"The value of {observation.kind} on {observation.subject} is not a finite number.",
                "Leave the value out where none is known.",
                kind=observation.kind,
                subject=observation.subject,
            )
    return _stated(
        {
            "value": value,
            "unit": observation.unit,
            "interval_s": observation.interval_s,
            "payload": dict(observation.payload),
            "quality": observation.quality.value,
            "authenticated": observation.authenticated,
        },
        received=observation.received_time,
        source=observation.source,
    )


def _stored_statement(row: Row) -> Statement:
    return _stated(
        {
            "value": row["value_text"] if row["value_number"] is None else row["value_number"],
            "unit": row["unit"],
            "interval_s": row["interval_s"],
            "payload": row["payload"],
            "quality": row["quality"],
            "authenticated": row["authenticated"],
        },
        received=row["received_time"],
        source=row["source"],
    )


def _stated(said: dict[str, Any], *, received: datetime, source: str) -> Statement:
    try:
        content = canonical_json({name: said[name] for name in ("value", "unit", "interval_s", "payload")})
    except ValueError as error:
        raise InputRefused(
            "content_not_json",
            f"A fact holds something that JSON cannot carry: {error}.",
            "Send texts, finite numbers up to 2^53, lists and mappings.",
            problem=str(error),
        ) from error
    return Statement(
        content=content,
        order=content.decode(),
        authenticated=said["authenticated"],
        distrust=_DOUBT[Quality(said["quality"])],
        received=received,
        source=source,
    )


def _said(statement: Statement) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(statement.content)
    said["quality"] = _QUALITY[statement.distrust].value
    said["authenticated"] = statement.authenticated
    return said


def _fact_row(identity: str, subject: Observation, statement: Statement) -> dict[str, Any]:
    said = _said(statement)
    value = said.pop("value")
    return said | {
        "id": identity,
        "source": subject.source,
        "reporter": subject.reporter,
        "kind": subject.kind,
        "subject_type": subject.subject_type.value,
        "subject": subject.subject,
        "event_time": subject.event_time,
        "received_time": statement.received,
        "value_number": None if isinstance(value, str) else value,
        "value_text": value if isinstance(value, str) else None,
    }


def _fact(row: Row) -> Fact:
    return Fact(
        id=row["id"],
        kind=row["kind"],
        subject_type=SubjectType(row["subject_type"]),
        subject=row["subject"],
        event_time=row["event_time"],
        received_time=row["received_time"],
        source=row["source"],
        reporter=row["reporter"],
        value=row["value_text"] if row["value_number"] is None else row["value_number"],
        unit=row["unit"],
        authenticated=row["authenticated"],
        payload=row["payload"],
    )
