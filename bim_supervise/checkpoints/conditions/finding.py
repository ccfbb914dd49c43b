"""What a term of a condition is asked and what it answers; and the judgement of a measured value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bim_supervise.checkpoints.conditions.phases import NO_PHASES, Phases
from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Severity
from bim_supervise.checkpoints.limits import duration, satisfies
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import ObservationKind

if TYPE_CHECKING:
    from bim_supervise.checkpoints.conditions.measured import Measured

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a term says about one span [start_ms, end_ms), UTC epoch ms; fields as in ``Verdict``."""

    start_ms: int
    end_ms: int
    outcome: Outcome
    reason: str
    value: float | None = None
    unit: str = ""
    share: float = 0.0
    limit: Limit | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    evidence_values: tuple[Any, ...] = ()
    severity: Severity | None = None
    since_ms: int | None = None
    """When it began to fail, where the term can tell; None is the end."""
    over_ms: int | None = None
    """When its window is over, where it fails before and so ends earlier; None is the end."""

    @property
    def window(self) -> tuple[int, int]:
        """The window that it is about, UTC epoch ms, whether it is over or not."""
        return self.start_ms, self.end_ms if self.over_ms is None else self.over_ms

    @property
    def early(self) -> bool:
        """Whether it failed before its window was over."""
        return self.window[1] > self.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a term is asked: about whom, from what, by which limits, over [start_ms, end_ms] UTC epoch ms."""

    device: Device
    evidence: Evidence
    limits: Sequence[Limit]
    start_ms: int
    end_ms: int
    phases: Phases = NO_PHASES
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the project has set for the rule, and the checkpoint beside it."""


class Term(Protocol):
    """One condition; ``judge`` gives a finding per closed span that holds or follows the start, ascending."""

    @property
    def watched(self) -> Measured:
        """The term that says which devices are watched."""

    def judge(self, asked: Asked) -> list[Finding]:
        """Findings about one device."""

    def leaves(self) -> list[Measured]:
        """All measured terms in it."""


def judge(
    value: float | None,
    least: float | None,
    most: float | None,
    share: float,
    limit: Limit,
    doubt: str | None = None,
) -> tuple[Outcome, str]:
    """Outcome and reason of a measured value; distrust and gaps never hide a failing one.

    Args:
        value: of the measured part [limit's unit]; None when nothing was measured.
        least: the smallest value that the whole span can have had.
        most: the largest.
        share: of the span that was measured, 0..1.
        limit: in force.
        doubt: why a value within the limit would not be a pass; None when it would.
    """
    if limit.value is None:
        return Outcome.UNDETERMINED, "limit_not_set"
    if value is None or least is None or most is None:
        return Outcome.UNDETERMINED, doubt if doubt == "reference_missing" else "no_data"
    needed = limit.min_completeness or 0.0
    if not satisfies(value, limit):
        if share >= needed:
            return Outcome.FAIL, "limit_exceeded"
        if not satisfies(least if limit.comparator in ("<=", "<") else most, limit):
            return Outcome.FAIL, "limit_exceeded_despite_gaps"
        return Outcome.UNDETERMINED, "coverage_low"
    if share < needed:
        return Outcome.UNDETERMINED, "coverage_low"
    return (Outcome.UNDETERMINED, doubt) if doubt else (Outcome.PASS, "limit_kept")


def nearby(asked: Asked, kind: ObservationKind, purpose: str | None, *, itself: bool = True) -> list[Device]:
    """The devices that a further term looks at: the same one, else those of its purpose in the same zone."""
    if itself and kind.key in asked.device.kinds and purpose in (None, asked.device.purpose):
        return [asked.device]
    found = [one for one in asked.evidence.devices(kind.key, purpose) if one.id != asked.device.id]
    here = [one for one in found if one.zone is not None and one.zone == asked.device.zone]
    return here or found


def window_length(row: Limit) -> timedelta:
    """The window of a limit; one minute where the row names none."""
    return MINUTE if row.window is None else duration(row.window)


def window_reference(device: str, kind: str, start_ms: int, end_ms: int) -> str:
    """How a verdict names the readings it was given for."""
    return f"window:{device}|{kind}|{start_ms}|{end_ms}"
