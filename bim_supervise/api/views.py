"""What the facade hands to screens and commands: frozen rows, ready to show.

Times named ``*_start``/``*_finish`` of plans are naive site wall time; all other times are aware UTC.
None always means *unknown*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectInfo:
    """The project itself. ``replay`` is true when a simulated site drives its clock."""

    name: str
    timezone: str
    currency: str
    replay: bool
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old the newest evidence is; everything that depends on it greys when ``stale``.

    ``site_now`` is the project's present (simulated time in a replay), ``last_received`` the machine time of
    the last ingested batch, ``age_s`` seconds since then. ``stale`` is also true when nothing ever came.
    """

    site_now: datetime
    last_received: datetime | None
    last_event: datetime | None
    age_s: float | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCounts:
    """Counts of tasks at a moment; actuals are None when nobody has observed anything."""

    total: int
    planned_started: int
    planned_finished: int
    actual_started: int | None
    actual_finished: int | None
    late_start: int | None
    late_finish: int | None
    blocked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """Percent complete 0..100 by its weight basis (``budget``, ``duration`` or ``tasks``).

    ``linked_share`` is the share 0..1 of elements that hang on a task.
    """

    basis: str
    planned: float | None
    claimed: float | None
    accepted: float | None
    corroborated: float | None
    proven: float | None
    linked_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCount:
    """Late by rule: distinct tasks and elements, and (task, element) rows."""

    tasks: int
    elements: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of the project at ``as_of``."""

    as_of: datetime
    tasks: TaskCounts
    late: Mapping[str, LateCount]
    """Keys ``start`` and ``finish``."""
    gates: Mapping[str, int]
    """Gate state -> count."""
    alarms: Mapping[str, int]
    """``open``, ``acknowledged``, ``life_safety`` -> count."""
    verdicts: Mapping[str, Mapping[str, int]]
    """Checkpoint kind -> outcome -> count."""
    percent: Percent
    planned_value: float | None
    earned_value: float | None
    actual_cost: float | None
    budget: float | None
    spi: float | None
    cpi: float | None
    estimate_at_completion: float | None
    finish_planned: datetime | None
    finish_forecast: datetime | None
    currency: str
    forecast_assumptions: Sequence[Mapping[str, Any]] = ()
    """What the forecast assumes about shut gates: ``task``, ``checkpoint``, ``not_before`` (site wall time),
    ``notice_hours`` and ``review_hours``.
    """
    green_delays: Sequence[Mapping[str, Any]] = ()
    """What tasks have lost under stop orders over green findings, already behind what the forecast carries on
    from: ``task``, ``name``, ``orders``, ``days`` (elapsed) and ``standing``.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One task for tables and the Gantt chart."""

    id: str
    source_id: str
    name: str
    wbs: str | None
    kind: str
    parent: str | None
    start: datetime | None
    finish: datetime | None
    baseline_start: datetime | None
    baseline_finish: datetime | None
    early_start: datetime | None
    early_finish: datetime | None
    late_start: datetime | None
    late_finish: datetime | None
    total_float_hours: float | None
    free_float_hours: float | None
    critical: bool | None
    actual_start: datetime | None
    actual_finish: datetime | None
    percent: float | None
    percent_basis: str | None
    elements: int
    budget: float | None
    quantity: float | None
    quantity_done: float | None
    unit: str | None
    late_start_outcome: str | None
    late_finish_outcome: str | None
    start_gate: str | None
    finish_gate: str | None
    stopped_by: str | None = None
    """The stop order that holds it, or None."""
    green_delay_days: float | None = None
    """Elapsed days lost under stop orders over green findings; None where it was never stopped so."""
    predecessors: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """A limit with everything a screen must show of it."""

    rule_id: str
    value: float | None
    unit: str
    comparator: str
    statistic: str
    window: str | None
    clause: str
    edition: str
    evidence_class: str
    jurisdiction: str
    action: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """One verdict; ``reason`` with ``params`` is the catalogue key ``reason.<code>`` of its sentence."""

    rule: str
    kind: str
    outcome: str
    reason: str
    params: Mapping[str, Any]
    value: float | None
    unit: str
    limit: LimitView | None
    window_start: datetime | None
    window_end: datetime | None
    completeness: float | None
    since: datetime | None
    evidence: Sequence[str]
    digest: str
    task: str | None
    element: str | None
    device: str | None
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffView:
    """One sign-off as it stands in the ledger."""

    sequence: int
    hash: str
    time: datetime
    checkpoint: str
    signer: str
    signer_name: str
    capacity: str
    decision: str
    reason: str
    counts: bool
    """Whether it still counts: made over passing evidence that has not changed since."""
    withdrawn: bool = False
    """Whether its signer took it back."""
    typed_at: datetime | None = None
    """When the words were written, where that was before there was a signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something a gate waits for; catalogue key ``missing.<code>`` with ``params``."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointView:
    """A defined checkpoint with its verdicts, its sign-offs and what is missing."""

    id: str
    title: Mapping[str, str]
    kind: str
    control: str
    boundary: str
    rule: str
    task: str | None
    task_name: str | None
    outcome: str
    state: str
    """Gate state of this checkpoint alone."""
    verdicts: Sequence[VerdictView]
    required_capacities: Sequence[str]
    sign_offs: Sequence[SignOffView]
    missing: Sequence[Missing]
    elements: Sequence[str]
    may_sign: bool
    """Whether the asking user may sign it now (the server decides again when they do)."""
    remarks: Sequence[Missing] = ()
    """What is out of the ordinary about an open gate; catalogue keys as for ``missing``."""
    notice_hours: float | None = None
    mandatory_clause: str = ""
    origin: str = ""
    """The line of the inspection plan that made it; empty for one written by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm, ranked: ``rank`` 0 is the first to act on; life safety always ranks first."""

    id: str
    rank: int
    severity: str
    state: str
    """``open``, ``acknowledged``, ``shelved`` or ``cleared``."""
    rule: str
    kind: str
    reason: str
    params: Mapping[str, Any]
    task: str | None
    task_name: str | None
    element: str | None
    device: str | None
    value: float | None
    unit: str
    limit: LimitView | None
    raised_at: datetime
    cleared_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    comment: str | None
    level: int = 0
    """How often it has escalated without an acknowledgement: 0, 1 or 2."""
    shelved_until: datetime | None = None
    shelved_by: Sequence[str] = ()
    shelved_because: str | None = None
    shelving_proposed_by: str | None = None
    """Who has proposed to shelve a life-safety alarm; a second person may confirm."""
    shelving_proposed_until: datetime | None = None
    storm: str | None = None
    """The id of the storm it is part of: the first alarm of it."""
    tasks: int = 0
    """Tasks that it reaches, by its task or by the zone of its device."""
    float_hours: float | None = None
    """The least float [h] of them."""
    money: float | None = None
    """Their open budget, in the project's currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A device with its newest reading per kind and why it may be distrusted."""

    id: str
    name: str
    kinds: Sequence[str]
    purpose: str | None
    zone: str | None
    position: tuple[float, float, float] | None
    life_safety: bool
    calibrated_until: date | None
    last_event: datetime | None
    last_value: float | None
    last_kind: str | None
    unit: str
    state: str
    """``live``, ``silent`` (older than three intervals), ``never`` or ``distrusted``."""
    distrust: Sequence[Missing]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    """A series for a chart: ``times`` (UTC window starts), values per window, and limits that apply."""

    device: str
    kind: str
    unit: str
    statistic: str
    window_minutes: int
    times: Sequence[datetime]
    values: Sequence[float | None]
    coverage: Sequence[float]
    limits: Sequence[LimitView]
    limit_values: Sequence[float | None]
    """The limit in force at each window (day or night), None where none applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRow:
    """An element with its tasks and its life."""

    global_id: str
    ifc_class: str
    predefined_type: str | None
    name: str | None
    tag: str | None
    type_name: str | None
    storey: str | None
    material: str | None
    classifications: Sequence[str]
    quantities: Mapping[str, float]
    content_hash: str
    tasks: Sequence[str]
    life: str | None
    """``delivered``, ``installed``, ``missing`` or None when nobody has stated anything."""
    inspection: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRevisionView:
    """A loaded model revision."""

    id: int
    file_name: str
    sha256: str
    schema: str
    authoring_tool: str | None
    partial: bool
    discipline: str
    loaded_at: datetime
    elements: int
    storeys: int
    spaces: int
    warnings: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSummary:
    """How elements and tasks hang together, with what does not."""

    links: int
    unlinked_elements: int
    unlinked_elements_share: float | None
    unlinked_tasks: int
    unlinked_tasks_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A person and the capacities they hold today."""

    name: str
    display_name: str
    language: str
    capacities: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationView:
    """One stored fact or conflict, opened."""

    id: str
    kind: str
    subject_type: str
    subject: str
    event_time: datetime
    received_time: datetime
    source: str
    reporter: str
    value: float | str | None
    unit: str
    authenticated: bool
    payload: Mapping[str, Any]
