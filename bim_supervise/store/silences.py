"""How silence lies in the store: windows in a row in which nothing was heard are one row, from when to when.

A rule answers window by window. A device that says nothing for months would leave thousands of equal rows, so
silent windows of one rule, subject and length that follow each other are kept as one, which still knows each
of them: ``steps`` counts, run by run, how far [us] one window starts after the other. Splitting and joining
are exact: the same windows give the same rows, in whatever order they became known.

What is left out of a silence is the limit: nothing was held against it, and it may differ by day and night.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import msgspec

from bim_supervise.checkpoints.contract import Outcome, Verdict
from bim_supervise.core.canonical import digest_of
from bim_supervise.store.records import StoredVerdict, span_of, stored_verdict

LONGEST_PAUSE = timedelta(days=1)
"""Silent windows further apart than this are two silences; a rule for the night judges nothing by day."""
_US = timedelta(microseconds=1)


def watched_verdict(verdict: Verdict) -> StoredVerdict:
    """A verdict about one window as it is stored; a silence without limit and, until folded, digest."""
    if (
        verdict.outcome is not Outcome.UNDETERMINED
        or verdict.value is not None
        or verdict.evidence
        or verdict.completeness
        or verdict.window_start is None
    ):
        return stored_verdict(verdict)
    return StoredVerdict(
        rule=verdict.rule,
        subject=verdict.subject.key,
        task=verdict.subject.task,
        element=verdict.subject.element,
        device=verdict.subject.device,
        outcome=verdict.outcome.value,
        reason=verdict.reason,
        params=_told(verdict.params),
        unit=verdict.unit,
        window_start=verdict.window_start,
        window_end=verdict.window_end,
        completeness=verdict.completeness,
        digest="",
        severity=verdict.severity.value,
        window_span=span_of(verdict),
    )


def is_silence(verdict: StoredVerdict) -> bool:
    """Whether a verdict about a window says only that nothing was heard in it."""
    return (
        verdict.window_start is not None
        and verdict.window_end is not None
        and verdict.outcome == "undetermined"
        and verdict.value is None
        and not verdict.evidence
        and not verdict.completeness
    )


def windows_of(verdict: StoredVerdict) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of each window that a verdict stands for, ascending; none when it is about no window."""
    if verdict.window_start is None or verdict.window_end is None:
        return
    first_end = verdict.first_end or verdict.window_end
    yield from windows_between(verdict.window_start, first_end, verdict.steps or ())


def windows_between(
    start: datetime, first_end: datetime, steps: Iterable[Sequence[int]]
) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of each window of a silence that begins with ``start`` to ``first_end``, ascending."""
    length = first_end - start
    yield start, first_end
    for count, step in steps:
        for _ in range(count):
            start += step * _US
            yield start, start + length


def folded(verdicts: Iterable[StoredVerdict]) -> list[StoredVerdict]:
    """Verdicts of one rule, subject, checkpoint and span by window, silent ones in a row made one."""
    made: list[StoredVerdict] = []
    run: list[StoredVerdict] = []
    for verdict in sorted(verdicts, key=_place):
        if not is_silence(verdict):
            made += _joined(run)
            made.append(verdict)
            run = []
        elif run and not _follow(run[-1], verdict):
            made += _joined(run)
            run = [verdict]
        else:
            run.append(verdict)
    return made + _joined(run)


def without(verdict: StoredVerdict, starts: Sequence[datetime]) -> list[StoredVerdict]:
    """What is left of a silence when other windows begin at ``starts`` (ascending), also in its pauses."""
    first, last = _place(verdict)
    inside = starts[bisect_left(starts, first) : bisect_left(starts, last)]
    if not inside:
        return [verdict]
    left: list[StoredVerdict] = []
    part: list[datetime] = []
    known, at = set(inside), 0
    for start, _ in windows_of(verdict):
        if at < len(inside) and inside[at] <= start:
            left += _cut(verdict, part)
            part = []
            at = bisect_right(inside, start, at)
        if start not in known:
            part.append(start)
    return left + _cut(verdict, part)


def ended_by(verdict: StoredVerdict, moment: datetime) -> StoredVerdict | None:
    """The part of a silence whose windows had ended by a moment; None when none had."""
    if verdict.window_end is None or verdict.window_end <= moment:
        return verdict
    kept = _cut(verdict, [start for start, end in windows_of(verdict) if end <= moment])
    return kept[0] if kept else None


def only_window(verdict: StoredVerdict, start: datetime) -> StoredVerdict:
    """A silence as if only its window that begins at ``start`` had been silent."""
    return _cut(verdict, [start])[0]


def _place(verdict: StoredVerdict) -> tuple[datetime, datetime]:
    assert verdict.window_start is not None
    assert verdict.window_end is not None
    return verdict.window_start, verdict.window_end


def _length(verdict: StoredVerdict) -> timedelta:
    start, end = _place(verdict)
    return (verdict.first_end or end) - start


def _follow(one: StoredVerdict, other: StoredVerdict) -> bool:
    return (
        one.reason == other.reason
        and one.severity == other.severity
        and _length(one) == _length(other)
        and _place(other)[0] - _place(one)[1] <= LONGEST_PAUSE
        and one.params == other.params
    )


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in params.items() if key not in ("limit", "value")}
    return cast(dict[str, Any], msgspec.to_builtins(told))


def _joined(run: Sequence[StoredVerdict]) -> list[StoredVerdict]:
    if not run:
        return []
    steps: list[tuple[int, int]] = []
    for before, after in pairwise([None, *run]):
        assert after is not None
        if before is not None:
            gap = (_place(after)[0] - (_place(before)[1] - _length(before))) // _US
            _append(steps, 1, gap)
        for count, step in after.steps or ():
            _append(steps, count, step)
    return [_silence(run[0], _place(run[-1])[1], steps)]


def _append(steps: list[tuple[int, int]], count: int, step: int) -> None:
    if steps and steps[-1][1] == step:
        steps[-1] = (steps[-1][0] + count, step)
    else:
        steps.append((count, step))


def _cut(verdict: StoredVerdict, starts: Sequence[datetime]) -> list[StoredVerdict]:
    if not starts:
        return []
    steps: list[tuple[int, int]] = []
    for one, other in pairwise(starts):
        _append(steps, 1, (other - one) // _US)
    length = _length(verdict)
    first = replace(verdict, window_start=starts[0], first_end=starts[0] + length, steps=())
    return [_silence(first, starts[-1] + length, steps)]


def _silence(first: StoredVerdict, end: datetime, steps: Sequence[tuple[int, int]]) -> StoredVerdict:
    start = _place(first)[0]
    return replace(
        first,
        window_end=end,
        first_end=start + _length(first),
        steps=tuple(steps),
        since=start,
        digest=digest_of(
            [first.rule, first.subject, first.checkpoint, first.reason, start.isoformat(), end.isoformat(),
             [list(step) for step in steps]]
        ),
    )  # fmt: skip
