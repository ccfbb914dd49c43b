"""Terms made of terms: a minimum duration, a repeat count, AND and OR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bim_supervise.checkpoints.conditions.finding import (
    Asked,
    Finding,
    Term,
    nearby,
    window_length,
    window_reference,
)
from bim_supervise.checkpoints.conditions.measured import Measured
from bim_supervise.checkpoints.contract import Limit, Outcome
from bim_supervise.checkpoints.limits import in_force, satisfies
from bim_supervise.checkpoints.spans import fails_when_all, fails_when_any, fixed_spans
from bim_supervise.core.clock import from_epoch_ms

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Fails only when ``term`` has failed without a break for ``minutes`` [min]; a minimum duration.

    A shorter breach passes (reason ``not_lasting``), an undetermined window inside leaves it undetermined.
    The verdict's window is the last of them.
    """

    term: Term
    minutes: int

    @property
    def watched(self) -> Measured:
        """What the term watches."""
        return self.term.watched

    def leaves(self) -> list[Measured]:
        """Those of the term."""
        return self.term.leaves()

    def judge(self, asked: Asked) -> list[Finding]:
        """The term's findings, each softened by what came before it."""
        reach = self.minutes * 60_000
        findings = self.term.judge(replace(asked, start_ms=asked.start_ms - reach))
        made = []
        for place, finding in enumerate(findings):
            if finding.end_ms <= asked.start_ms:
                continue
            begin, since = place, finding.end_ms - reach
            while begin > 0 and findings[begin].start_ms > since and _adjoin(findings[begin - 1 : begin + 1]):
                begin -= 1
            inside = findings[begin : place + 1]
            outcome = fails_when_all(one.outcome for one in inside)
            if finding.outcome is Outcome.UNDETERMINED:
                outcome = finding.outcome  # silence passes nothing, however short it has been
            if outcome is Outcome.FAIL and inside[0].start_ms > since:
                outcome = Outcome.UNDETERMINED  # nothing is known of the time before
            made.append(self._softened(finding, inside, outcome))
        return made

    def _softened(self, finding: Finding, inside: Sequence[Finding], outcome: Outcome) -> Finding:
        reason = finding.reason
        if outcome is not finding.outcome:
            reason = "not_lasting" if outcome is Outcome.PASS else "duration_unknown"
        return replace(
            finding,
            outcome=outcome,
            reason=reason,
            params={**finding.params, "minutes": self.minutes},
            evidence=tuple(dict.fromkeys(name for one in inside for name in one.evidence)),
            evidence_values=tuple(value for one in inside for value in one.evidence_values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """How often ``term`` failed within the window of another limit row, e.g. at most twice a day.

    The limit of the count is the row with ``statistic`` (``count``); its window is a multiple of the term's.
    More failing windows than allowed fail at once, before the window is over: the verdict then ends with the
    window that was one too many. It passes only when even the undetermined ones could not exceed it.
    """

    term: Term
    statistic: str = "count"

    @property
    def watched(self) -> Measured:
        """What the term watches."""
        return self.term.watched

    def leaves(self) -> list[Measured]:
        """Those of the term."""
        return self.term.leaves()

    def judge(self, asked: Asked) -> list[Finding]:
        """One finding per closed window of the count, and failing ones of the window that is under way."""
        rows = [row for row in asked.limits if row.statistic == self.statistic]
        zone = asked.evidence.zone
        made: list[Finding] = []
        for length in sorted({window_length(row) for row in rows}):
            same = [row for row in rows if window_length(row) == length]
            length_ms = length // _MS
            spans = list(fixed_spans(asked.start_ms, asked.end_ms + 2 * length_ms, length_ms, zone))
            spans = [span for span in spans if span[0] < asked.end_ms]
            if not spans:
                continue
            until = min(spans[-1][1], asked.end_ms)
            parts = self.term.judge(replace(asked, start_ms=spans[0][0], end_ms=until))
            for start_ms, end_ms in spans:
                limit = in_force(same, from_epoch_ms(start_ms), zone, asked.phases.at(start_ms))
                if limit is None:
                    continue
                inside = [part for part in parts if start_ms <= part.start_ms and part.end_ms <= end_ms]
                finding = self._count(asked, start_ms, end_ms, limit, inside)
                if end_ms <= asked.end_ms or finding.outcome is Outcome.FAIL:
                    made.append(finding)
        return made

    def _count(
        self, asked: Asked, start_ms: int, end_ms: int, limit: Limit, inside: Sequence[Finding]
    ) -> Finding:
        failed = [part for part in inside if part.outcome is Outcome.FAIL]
        unknown = [part for part in inside if part.outcome is Outcome.UNDETERMINED]
        share = 1 - len(unknown) / len(inside) if inside else 0.0
        used, counted, over_ms = list(inside), failed, end_ms
        if limit.value is None:
            outcome, reason = Outcome.UNDETERMINED, "limit_not_set"
        elif not satisfies(len(failed), limit):
            outcome, reason = Outcome.FAIL, "count_exceeded"
            places = range(1, len(failed) + 1)
            over = next(number for number in places if not satisfies(number, limit))
            counted = failed[:over]
            end_ms = counted[-1].end_ms
            used = [part for part in inside if part.end_ms <= end_ms]
        elif not inside:
            outcome, reason = Outcome.UNDETERMINED, "no_data"
        elif not satisfies(len(failed) + len(unknown), limit):
            outcome, reason = Outcome.UNDETERMINED, "count_unknown"
        else:
            outcome, reason = Outcome.PASS, "count_kept"
        return Finding(
            start_ms=start_ms,
            end_ms=end_ms,
            outcome=outcome,
            reason=reason,
            value=float(len(counted)) if inside else None,
            unit=limit.unit,
            share=share,
            limit=limit,
            over_ms=over_ms,
            params={
                "device": asked.device.id,
                "share": 100 * share,
                "limit": limit.value,
                "value": float(len(counted)),
                "count": len(counted),
                "undetermined": len(unknown),
                "windows": len(used),
                "unit": limit.unit,
            },
            evidence=(window_reference(asked.device.id, self.watched.kind.key, start_ms, end_ms),)
            if any(part.evidence for part in used)
            else (),
            evidence_values=tuple(
                [part.start_ms, part.outcome.value, *part.evidence_values] for part in used
            ),
        )


@dataclass(frozen=True, slots=True)
class FailsWhenAll:
    """AND: fails in a span when every term fails in it. The first term says which devices are watched.

    The others look at the same device where it reports their kind, else at the devices with their purpose (in
    the same zone if one stands there); there, any failing device fails the term. The rows of all terms have
    the same window.
    """

    terms: tuple[Term, ...]

    @property
    def watched(self) -> Measured:
        """What the first term watches."""
        return self.terms[0].watched

    def leaves(self) -> list[Measured]:
        """Those of all terms."""
        return [leaf for term in self.terms for leaf in term.leaves()]

    def judge(self, asked: Asked) -> list[Finding]:
        """One finding per span of the first term."""
        return _combined(_judged(self.terms, asked), Outcome.FAIL)


@dataclass(frozen=True, slots=True)
class FailsWhenAny:
    """OR: fails in a span when one term fails in it; devices and windows as for ``FailsWhenAll``.

    A term that fails before its window is over (``Repeated``) fails the whole at once; the verdict of that
    window is then the earliest such one.
    """

    terms: tuple[Term, ...]

    @property
    def watched(self) -> Measured:
        """What the first term watches."""
        return self.terms[0].watched

    def leaves(self) -> list[Measured]:
        """Those of all terms."""
        return [leaf for term in self.terms for leaf in term.leaves()]

    def judge(self, asked: Asked) -> list[Finding]:
        """One finding per span of the first term, and failing ones of the window that is under way."""
        judged = _judged(self.terms, asked)
        early: dict[tuple[int, int], Finding] = {}
        for finding in (one for found in judged for one in found if one.early):
            known = early.get(finding.window)
            if known is None or finding.end_ms < known.end_ms:
                early[finding.window] = finding
        whole = [one for one in _combined(judged, Outcome.PASS) if one.window not in early]
        return sorted([*whole, *early.values()], key=lambda one: (one.start_ms, one.end_ms))


def _judged(terms: Sequence[Term], asked: Asked) -> list[list[Finding]]:
    """What each term finds; the further terms look at the devices near the asked one."""
    judged = [terms[0].judge(asked)]
    for term in terms[1:]:
        devices = nearby(asked, term.watched.kind, term.watched.purpose)
        judged.append([one for device in devices for one in term.judge(replace(asked, device=device))])
    return judged


def _combined(judged: Sequence[Sequence[Finding]], decides: Outcome) -> list[Finding]:
    combine = fails_when_all if decides is Outcome.FAIL else fails_when_any
    own, *further = judged
    others: list[dict[tuple[int, int], list[Finding]]] = []
    for found in further:
        by_window: dict[tuple[int, int], list[Finding]] = {}
        for finding in found:
            by_window.setdefault(finding.window, []).append(finding)
        others.append(by_window)
    made = []
    for finding in own:
        groups = [by_window.get(finding.window, []) for by_window in others]
        outcome = combine(
            [finding.outcome, *(fails_when_any(one.outcome for one in group) for group in groups)]
        )
        parts = [finding, *(one for group in groups for one in group)]
        # The part that decided speaks; where none alone did, the first that is undetermined.
        shown = next((part for part in parts if part.outcome is outcome), finding)
        reason = shown.reason if shown.outcome is outcome else "combination_undetermined"
        made.append(
            replace(
                finding,
                outcome=outcome,
                reason=reason,
                value=shown.value,
                unit=shown.unit,
                share=min(part.share for part in parts),
                limit=shown.limit,
                params={**finding.params, **shown.params},
                evidence=tuple(dict.fromkeys(name for part in parts for name in part.evidence)),
                evidence_values=tuple(value for part in parts for value in part.evidence_values),
            )
        )
    return made


def _adjoin(pair: Sequence[Finding]) -> bool:
    return pair[1].start_ms <= pair[0].end_ms
