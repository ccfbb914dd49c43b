"""Inspection lots (检验批): what a lot is judged on, and how lots add up to items, divisions and the unit.

Pure. A profile says what is measured, within which tolerance, how many points at least and which share must
pass; nothing of any country is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bim_supervise.core.errors import InputRefused


class Judgement(StrEnum):
    """What a lot, or anything above it, is."""

    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not_qualified"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a lot is checked for.

    ``dominant`` (主控项目): every point must pass. Otherwise a general item (一般项目): at least
    ``pass_rate`` of its points, none worse than ``worst_factor`` times its tolerance where the code says so.
    ``lower`` and ``upper`` are the tolerated deviations in ``unit``, both included; a check without bounds
    is stated as pass or fail. ``formula`` names a tolerance that depends on ``size`` of the lot (see
    ``FORMULAS``).
    """

    id: str
    title: Mapping[str, str]
    dominant: bool = False
    lower: float | None = None
    upper: float | None = None
    formula: str = ""
    unit: str = ""
    pass_rate: float | None = None
    worst_factor: float | None = None
    clause: str = ""
    evidence_class: str = ""

    @property
    def measured(self) -> bool:
        """Whether its points are deviations, not statements of pass or fail."""
        return bool(self.formula) or self.lower is not None or self.upper is not None

    def bounds(self, size: float | None) -> tuple[float | None, float | None]:
        """Lower and upper tolerated deviation in ``unit``; ``size`` [mm] is what a formula needs."""
        if not self.formula:
            return self.lower, self.upper
        upper = FORMULAS[self.formula](size) if size is not None else None
        return None if upper is None else -upper, upper

    def tolerates(self, value: float, size: float | None) -> bool | None:
        """Whether a deviation lies within the bounds; None where there are none."""
        lower, upper = self.bounds(size)
        if lower is None and upper is None:
            return None
        return (lower is None or value >= lower) and (upper is None or value <= upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTemplate:
    """What a kind of lot is checked for, and where it stands: its item (分项) and division (分部)."""

    id: str
    title: Mapping[str, str]
    item: str
    division: str
    checks: tuple[Check, ...]
    classes: tuple[str, ...] = ()
    pass_rate: float | None = None
    """Share of points of a general item that must pass, where the check itself says nothing."""
    clause: str = ""
    evidence_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """Least number of points for lots of ``from`` to ``to`` elements, both included."""

    first: int
    last: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level above the lot: its name, who judges it, and what must be confirmed besides its parts."""

    id: str
    title: Mapping[str, str]
    judged_by: tuple[str, ...]
    confirms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotProfile:
    """The rules of acceptance of one tradition."""

    name: str
    title: Mapping[str, str]
    lot_judged_by: tuple[str, ...]
    levels: tuple[Level, ...]
    sampling: tuple[SampleSize, ...]
    sampling_clause: str
    templates: tuple[LotTemplate, ...]
    sampling_evidence_class: str = ""

    def template(self, name: str) -> LotTemplate | None:
        """The template of this id, or None."""
        return next((item for item in self.templates if item.id == name), None)

    def least_points(self, elements: int) -> int | None:
        """How many points a lot of so many elements needs at least; None where the table does not reach.

        A lot of one element is measured once. Where the profile has no table, every element is measured.
        """
        if not self.sampling:
            return elements
        if elements == 1:
            return 1
        return next((row.least for row in self.sampling if row.first <= elements <= row.last), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point: a deviation in the check's unit, or ``pass``/``fail``; ``serious``: a serious defect.

    ``record`` is the id of the measured record that it was taken from; empty where it was entered.
    """

    check: str
    element: str = ""
    value: float | None = None
    result: str | None = None
    serious: bool = False
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What the points of one check say; ``rate`` is the share 0..1 that passes, None without points."""

    check: str
    judgement: Judgement
    reason: str
    points: int
    passed: int
    least: int | None
    rate: float | None
    worst: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotResult:
    """What a lot is by its points: qualified or not, without conditions; open while points are missing."""

    judgement: Judgement
    checks: tuple[CheckResult, ...]


def full_height(height_mm: float) -> float:
    """Tolerance [mm] of the verticality of a building's full height (GB 50204-2015 Table 8.3.2).

    H/30000 + 20 up to 300 m; above that H/10000, at most 80.

    >>> full_height(90_000)
    23.0
    >>> full_height(400_000)
    40.0
    """
    return height_mm / 30_000 + 20 if height_mm <= 300_000 else min(height_mm / 10_000, 80.0)


FORMULAS = {"full_height": full_height}
"""Tolerances that depend on a size [mm] of the lot."""


def judge_lot(
    profile: LotProfile,
    template: LotTemplate,
    elements: int,
    points: Iterable[Point],
    size: float | None = None,
) -> LotResult:
    """Judge a lot on its points.

    Args:
        profile: the rules.
        template: what this kind of lot is checked for.
        elements: how many elements are in the lot.
        points: all points taken.
        size: the size [mm] that a tolerance by formula needs.

    Returns:
        Not qualified as soon as one check fails; qualified only when every check passes; else open.
    """
    by_check: dict[str, list[Point]] = {}
    for point in points:
        by_check.setdefault(point.check, []).append(point)
    least = profile.least_points(elements)
    results = tuple(
        _judge_check(check, template, by_check.get(check.id, []), least, size) for check in template.checks
    )
    if any(item.judgement is Judgement.NOT_QUALIFIED for item in results):
        return LotResult(judgement=Judgement.NOT_QUALIFIED, checks=results)
    whole = bool(results) and all(item.judgement is Judgement.QUALIFIED for item in results)
    return LotResult(judgement=Judgement.QUALIFIED if whole else Judgement.OPEN, checks=results)


def _judge_check(
    check: Check, template: LotTemplate, points: Sequence[Point], least: int | None, size: float | None
) -> CheckResult:
    lower, upper = check.bounds(size)
    bounded = lower is not None or upper is not None
    said = [_said(point, check, size) for point in points]
    known = [one for one in said if one is not None]
    passed = sum(known)
    rate = passed / len(known) if known else None
    worst = max((point.value for point in points if point.value is not None), key=abs, default=None)
    serious = any(point.serious for point in points)
    wanted = check.pass_rate if check.pass_rate is not None else template.pass_rate

    def result(judgement: Judgement, reason: str) -> CheckResult:
        return CheckResult(
            check=check.id,
            judgement=judgement,
            reason=reason,
            points=len(known),
            passed=passed,
            least=least,
            rate=rate,
            worst=worst,
            lower=lower,
            upper=upper,
        )

    if serious:
        return result(Judgement.NOT_QUALIFIED, "serious_defect")
    if check.dominant and passed < len(known):
        return result(Judgement.NOT_QUALIFIED, "dominant_failed")
    if check.worst_factor is not None and _beyond(points, lower, upper, check.worst_factor):
        return result(Judgement.NOT_QUALIFIED, "worst_too_far")
    if check.measured and not bounded:
        return result(Judgement.OPEN, "size_missing")
    if least is None:
        return result(Judgement.OPEN, "sampling_not_in_table")
    if len(known) < least:
        return result(Judgement.OPEN, "points_missing")
    if not check.dominant:
        if wanted is None:
            return result(Judgement.OPEN, "pass_rate_not_set")
        # Whole points are compared, so that 4 of 5 is 80 % however a computer writes 0.8.
        if passed * 10_000 < round(wanted * 10_000) * len(known):
            return result(Judgement.NOT_QUALIFIED, "rate_too_low")
    return result(Judgement.QUALIFIED, "check_passed")


def _said(point: Point, check: Check, size: float | None) -> bool | None:
    if not check.measured:
        return None if point.result is None else point.result == "pass"
    return None if point.value is None else check.tolerates(point.value, size)


def _beyond(points: Sequence[Point], lower: float | None, upper: float | None, factor: float) -> bool:
    return any(
        (upper is not None and point.value > upper * factor)
        or (lower is not None and point.value < lower * factor)
        for point in points
        if point.value is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A lot as the levels above look at it; ``renews`` is the lot that it re-accepts."""

    id: str
    item: str
    division: str
    judgement: Judgement
    renews: str | None = None

    @property
    def whole(self) -> str:
        """The name of its item; items of one name stand in several divisions."""
        return f"{self.division} / {self.item}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """An item, a division or the unit: what its parts are, and what it is by its own record."""

    level: str
    name: str
    parts: int
    qualified: int
    renewed: int
    ready: bool
    """Whether every part is qualified, so that it may be judged."""
    judgement: Judgement
    record: str | None = None


def roll_up(
    profile: LotProfile, lots: Iterable[Part], records: Mapping[tuple[str, str], tuple[str, Judgement]]
) -> list[Rolled]:
    """Items, divisions and the unit over the lots.

    A lot that failed and was accepted anew by a later one counts by that one; it stays, and is counted as
    renewed.

    Args:
        profile: names the levels, from the one above the lots up; the last is the whole.
        lots: all lots.
        records: by (level, name) the acceptance record of that item, division or unit and what it says.
    """
    every = list(lots)
    renewed = {lot.renews for lot in every if lot.renews}
    standing = [lot for lot in every if lot.id not in renewed]
    found: list[Rolled] = []
    below: dict[str, list[tuple[bool, str]]] = {}
    lost: dict[str, int] = {}
    for lot in standing:
        below.setdefault(lot.whole, []).append((lot.judgement is Judgement.QUALIFIED, lot.division))
    for lot in every:
        if lot.id in renewed:
            lost[lot.whole] = lost.get(lot.whole, 0) + 1
    for place, level in enumerate(profile.levels):
        above: dict[str, list[tuple[bool, str]]] = {}
        for name, parts in sorted(below.items()):
            record, judgement = records.get((level.id, name), (None, Judgement.OPEN))
            ready = all(good for good, _ in parts)
            held = judgement if ready or judgement is not Judgement.QUALIFIED else Judgement.OPEN
            found.append(
                Rolled(
                    level=level.id,
                    name=name,
                    parts=len(parts),
                    qualified=sum(good for good, _ in parts),
                    renewed=lost.get(name, 0) if place == 0 else 0,
                    ready=ready,
                    judgement=held,
                    record=record,
                )
            )
            upper = parts[0][1] if place == 0 else profile.name
            above.setdefault(upper, []).append((held is Judgement.QUALIFIED, profile.name))
        below = above
    return found


# -- profiles ---------------------------------------------------------------------------------------


def shipped_profiles() -> dict[str, Traversable]:
    """The profiles that ship with the software, by name."""
    folder = files("bim_supervise.inspection") / "profiles"
    return {
        item.name.removeprefix("lots_").removesuffix(".yaml"): item
        for item in sorted(folder.iterdir(), key=lambda one: one.name)
        if item.name.startswith("lots_")
    }


def read_profile(source: Path | Traversable) -> LotProfile:
    """Read a profile.

    Raises:
        InputRefused: ``lot_profile_invalid``, saying what is wrong.
    """
    try:
        data = yaml.safe_load(source.read_text("utf-8"))
        profile = msgspec.convert(data, LotProfile)
        for template in profile.templates:
            for check in template.checks:
                if check.formula and check.formula not in FORMULAS:
                    raise ValueError(f"{template.id}, {check.id}: there is no formula '{check.formula}'")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise InputRefused(
            "lot_profile_invalid",
            f"{source.name} is no profile of inspection lots: {error}.",
            "Compare it with the profile that ships with the software.",
            file=source.name,
            problem=str(error),
        ) from error
    return profile


def plain_point(row: Any) -> Point:
    """A point from plain data.

    Raises:
        ValueError: saying what is wrong.
    """
    point = msgspec.convert(row, Point)
    if point.result not in (None, "pass", "fail"):
        raise ValueError("'result' is neither pass nor fail")
    if point.value is not None and not abs(point.value) < 1e9:
        raise ValueError("'value' is no number that can be measured")
    return point
