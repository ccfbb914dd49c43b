"""The rule contract: what a checkpoint is, what a rule is given, and what it returns.

A rule is a pure function of evidence and dated limits. It never reads a clock or a store, and it
returns problems in the building as values: exceptions are for misuse and broken input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from bim_supervise.core.canonical import digest_of
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import Window
from bim_supervise.tracking.state import Fact, TaskState


class Kind(StrEnum):
    """The four kinds of checkpoint."""

    PROGRESS = "progress"
    COST = "cost"
    QUALITY = "quality"
    GREEN = "green"


class Control(StrEnum):
    """How a checkpoint controls work, by the letters of an ITP."""

    HOLD = "H"
    WITNESS = "W"
    REVIEW = "R"
    STANDING = "S"
    MONITORED = "M"


class Boundary(StrEnum):
    """Which boundary of its task a checkpoint guards; THROUGHOUT guards none."""

    START = "start"
    FINISH = "finish"
    THROUGHOUT = "throughout"


class Outcome(StrEnum):
    """What a rule can say; missing evidence is UNDETERMINED, never PASS."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class Severity(StrEnum):
    """How an alarm ranks before consequence is weighed; life safety is always first."""

    LIFE_SAFETY = "life_safety"
    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is about; the ids that apply are set."""

    task: str | None = None
    element: str | None = None
    device: str | None = None
    case: str | None = None

    @property
    def key(self) -> str:
        """A stable text, e.g. ``task=T1;element=0abc``; ``project`` when nothing is named."""
        parts = [
            f"{name}={value}"
            for name, value in (
                ("task", self.task),
                ("element", self.element),
                ("device", self.device),
                ("case", self.case),
            )
            if value is not None
        ]
        return ";".join(parts) or "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A dated limit with its source; a row of a pack's ``limits.yaml``.

    ``value`` is None where only the design, the permit or the authority can fix it: such a limit gives
    UNDETERMINED until somebody enters it. ``window`` is an ISO 8601 duration; ``effective_to`` is the last
    day (inclusive) the edition holds.
    """

    rule_id: str
    jurisdiction: str
    edition: str
    effective_from: date
    effective_to: date | None
    clause: str
    evidence_class: str
    value: float | None
    unit: str
    window: str | None
    statistic: str
    comparator: str
    action: str
    condition: Mapping[str, Any] = field(default_factory=dict)
    """When the row applies, e.g. ``{"from": "22:00", "to": "06:00"}`` site wall time."""
    editable: bool = False
    min_completeness: float | None = None
    note: str = ""
    override_by: str | None = None
    override_reason: str | None = None
    override_on: date | None = None
    """When the override was signed; only a signed, dated reason may loosen a limit of a layer above."""
    profile: str = ""
    """Name of a profile that a project must choose before the row counts; empty: it always counts."""
    source: str = ""
    """Where the number was read, so that a reader can check it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule returns (判定) for one subject and, for windowed rules, one window.

    ``reason`` is a machine-readable code; ``params`` are the values in its sentence. ``value`` is
    unrounded, in ``unit``. ``evidence`` names what was used, so that it can be opened: ``fact:<id>``,
    ``window:<device>|<kind>|<start ms>|<end ms>``, or ``plan:<task id>`` for an actual time that only the
    plan file states. ``since`` is when the state became true (UTC).
    """

    rule: str
    outcome: Outcome
    reason: str
    subject: Subject
    params: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    unit: str = ""
    limit: Limit | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    window_over: datetime | None = None
    """When the window is over (UTC) where the verdict fails and ends before; None is ``window_end``."""
    completeness: float | None = None
    """Share 0..1 of the needed evidence that was there; None where it has no meaning."""
    since: datetime | None = None
    evidence: tuple[str, ...] = ()
    evidence_values: Sequence[Any] = ()
    """Plain values behind ``evidence`` in the same order; they enter the digest."""
    severity: Severity = Severity.MINOR

    @property
    def digest(self) -> str:
        """SHA-256 that a sign-off binds: outcome, reason, value, limit and the evidence itself."""
        return digest_of(
            {
                "rule": self.rule,
                "outcome": self.outcome.value,
                "reason": self.reason,
                "subject": self.subject.key,
                "value": self.value,
                "limit": self.limit.value if self.limit else None,
                "edition": self.limit.edition if self.limit else None,
                "window": [
                    self.window_start.isoformat() if self.window_start else None,
                    self.window_end.isoformat() if self.window_end else None,
                ],
                "evidence": list(self.evidence),
                "values": list(self.evidence_values),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A further piece of evidence that a checkpoint asks for: a rule and its parameters."""

    rule: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a checkpoint is held; an ITP line sets them.

    ``evidence`` is asked for besides the checkpoint's own rule. ``notice_hours`` [h] is how long before an
    inspection the others must be invited, ``review_hours`` [h] how long the review of a complete file takes;
    None where nobody has fixed it. ``if_absent`` says what happens when nobody invited comes: ``proceed`` or
    ``wait``. ``mandatory_clause`` names the mandatory life-safety clause behind it; such a checkpoint is
    never waived. ``origin`` is the ITP line that made it, empty for one that was written by hand.
    """

    evidence: tuple[Requirement, ...] = ()
    notice_hours: float | None = None
    review_hours: float | None = None
    if_absent: str | None = None
    mandatory_clause: str = ""
    origin: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What must be true at a task's start or finish, or throughout (控制点).

    ``task`` is a task id, or None for a checkpoint of the whole site. ``required_capacities`` are values of
    ``ledger.capacities.Capacity``; all of them must sign. ``title`` maps ``en``/``zh`` to a text.
    ``parameters`` go to the rule; the engine adds ``checkpoint`` (its id) and ``boundary`` to them.
    """

    id: str
    kind: Kind
    control: Control
    boundary: Boundary
    rule: str
    task: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    required_capacities: tuple[str, ...] = ()
    terms: Terms | None = None

    @property
    def notice_hours(self) -> float | None:
        """How long before the inspection the others must be invited [h]; None where no notice is due."""
        return self.terms.notice_hours if self.terms else None

    @property
    def proceeds_alone(self) -> bool:
        """Whether nobody waits for those who were invited and do not come: witness points, unless told."""
        told = self.terms.if_absent if self.terms else None
        return told == "proceed" if told else self.control is Control.WITNESS

    @property
    def guards(self) -> bool:
        """Whether it holds work back: monitored points and standing conditions only watch."""
        return self.control is not Control.MONITORED and self.boundary is not Boundary.THROUGHOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A derived number from ``metrics`` that a rule may read, with its unit and what it came from."""

    value: float | None
    unit: str
    evidence: tuple[str, ...] = ()


class Evidence(Protocol):
    """What a rule is given: the world as known at ``as_of`` (UTC), nothing later."""

    as_of: datetime
    zone: ZoneInfo

    def tasks(self) -> Sequence[TaskState]:
        """All tasks (summaries excluded)."""
        ...

    def task(self, task_id: str) -> TaskState | None:
        """One task, or None."""
        ...

    def facts(self, kind: str, subject: str) -> Sequence[Fact]:
        """Statements of ``kind`` about a subject id, by event time."""
        ...

    def devices(self, kind: str, purpose: str | None = None) -> Sequence[Device]:
        """Devices that report ``kind``, optionally only those of a purpose."""
        ...

    def neighbours(self, device: str, kind: str) -> Sequence[str]:
        """Ids of the devices that stand beside one and report the same kind for the same purpose."""
        ...

    def windows(self, device: str, kind: str, start: datetime, end: datetime) -> Sequence[Window]:
        """Minute windows of a device and kind whose start lies in [start, end), ascending."""
        ...

    def extent(self, device: str, kind: str) -> tuple[datetime, datetime] | None:
        """Start of the first and end of the last minute window known, or None."""
        ...

    def figure(self, name: str, task: str | None = None) -> Figure | None:
        """A derived figure, e.g. ``earned_value``, ``planned_value``, ``budget_at_completion``."""
        ...


class Rule(Protocol):
    """One rule, one file; the class docstring is its manual page.

    It may have an attribute ``stops``: the kinds of work (concepts of ``tracking/lexicon.yaml``, e.g.
    ``earthwork``) that a failure proposes to stop; and ``reasons``: by code the sentences of its own reasons,
    in ``en`` and ``zh``, where they do not stand in the catalogue of its pack.
    """

    id: ClassVar[str]
    """Permanent code, e.g. ``NOI-CN-01``."""
    kind: ClassVar[Kind]
    title: ClassVar[Mapping[str, str]]
    why: ClassVar[Mapping[str, str]]
    """In one sentence what the rule is good for; like ``title``, in ``en`` and ``zh``."""

    def subjects(self, evidence: Evidence) -> Iterable[Subject]:
        """What the rule watches by itself, without a checkpoint defined for it (may be nothing).

        A rule may name a coarse subject (a task) and return verdicts about finer ones (its elements).
        """
        ...

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """Verdicts for one subject; ``limits`` are this rule's rows, all editions.

        A windowed rule that is given ``since`` (UTC) may leave out windows that end at or before it: the live
        path re-evaluates only what a batch has touched. A window is judged when it has closed, so ``since``
        is the earlier of the first minute touched and the moment of the last evaluation; else a window that
        closes between two batches, or a gap between them, would never be judged.
        """
        ...
