"""Inspection lots through the facade: defined, measured, judged, accepted anew, and what they add up to."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, existing_file
from bim_supervise.api.case_views import CaseView
from bim_supervise.api.cases import CaseDraft
from bim_supervise.api.site_records import SiteRecords
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.inspection.cases import Case, CaseKind, fold_cases
from bim_supervise.inspection.lots import (
    Judgement,
    Level,
    LotProfile,
    LotResult,
    LotTemplate,
    Part,
    Point,
    Rolled,
    judge_lot,
    plain_point,
    read_profile,
    roll_up,
    shipped_profiles,
)

_PROFILE = "lots.profile"
"""Setting: the name of the shipped profile, or the file name of the project's own."""
_DEFAULT = "gb50300"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """A lot: what it is checked for, its points, and what they say; ``renewed_by`` re-accepted it."""

    case: CaseView
    template: LotTemplate
    result: LotResult
    points: Sequence[Point]
    least: int | None
    size: float | None
    renews: str | None
    renewed_by: str | None


class Lots(SiteRecords):
    """Acceptance by lots."""

    def lot_profiles(self) -> list[str]:
        """Names of the profiles that ship with the software."""
        return list(shipped_profiles())

    def lot_profile(self) -> LotProfile:
        """The profile in use.

        Raises:
            InputRefused: ``lot_profile_invalid`` when the project's own file cannot be read any more.
        """
        with self._store.reading() as work:
            name = str(work.setting(_PROFILE, _DEFAULT))
        shipped = shipped_profiles()
        return read_profile(shipped.get(name, self._own_profile))

    def use_lot_profile(self, source: str | Path) -> dict[str, Any]:
        """Judge lots by a profile from now on: one that ships (by name), or a file that is kept.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: ``lot_profile_invalid`` or ``lot_profile_in_use``.
        """
        shipped = shipped_profiles()
        own = str(source) not in shipped
        profile = read_profile(existing_file(source) if own else shipped[str(source)])
        known = {view.template.id for view in self.lots()}
        lacking = sorted(known - {item.id for item in profile.templates})
        if lacking:
            raise InputRefused(
                "lot_profile_in_use",
                f"There are lots of kinds that this profile does not have: {', '.join(lacking)}.",
                "Keep these templates in it.",
                templates=lacking,
            )
        with self._write(PLAN) as work:
            if own:
                self._own_profile.parent.mkdir(parents=True, exist_ok=True)
                self._own_profile.write_text(existing_file(source).read_text("utf-8"), "utf-8")
            work.set_setting(_PROFILE, "own" if own else str(source))
        return {"profile": profile.name, "templates": len(profile.templates)}

    @property
    def _own_profile(self) -> Path:
        return self.settings.mappings / "lots.yaml"

    def define_lot(
        self,
        user: str,
        template: str,
        elements: Sequence[str],
        title: str,
        *,
        size: float | None = None,
        renews: str | None = None,
    ) -> LotView:
        """Define a lot: a set of elements accepted together.

        Args:
            user: who defines it.
            template: id of the template in the profile.
            elements: GlobalIds.
            title: what it is called, e.g. axis and storey.
            size: the size [mm] that a tolerance by formula needs.
            renews: the lot that was not qualified and is accepted anew by this one.

        Raises:
            NotFound: ``lot_template_unknown``, ``element_unknown`` or ``case_unknown``.
            InputRefused: ``lot_empty``, or ``lot_not_renewable`` when that lot has not failed.
            PermissionRefused: ``not_appointed``.
        """
        found = self._template(template)
        if not elements:
            raise InputRefused("lot_empty", "A lot needs elements.", "Choose the elements accepted together.")
        if renews is not None:
            before = self.lot(renews)
            if before.case.state != "not_qualified" or before.renewed_by:
                raise InputRefused(
                    "lot_not_renewable",
                    f"{renews} is '{before.case.state}'; only a lot that is not qualified is accepted anew.",
                    "Open the newest lot of these elements.",
                    case=renews,
                    state=before.case.state,
                )
        data = {"template": found.id, "size": size, "renews": renews}
        draft = CaseDraft(
            title=title or found.title.get("en", found.id),
            elements=elements,
            data={key: value for key, value in data.items() if value is not None},
        )
        return self.lot(self.open_case("lot", user, draft, action="define").id)

    def measure_lot(self, lot: str, user: str, points: Sequence[Any], **more: Any) -> LotView:
        """Add points to a lot that is not judged yet; ``more`` are fields of ``CaseDraft`` (photos, text).

        Raises:
            InputRefused: ``lot_point_invalid``: an unknown check or element, or no number.
        """
        view = self.lot(lot)
        read = [self._point(view, number, row) for number, row in enumerate(points, 1)]
        plain = [dataclasses.asdict(point) for point in read]
        self.act_on_case(lot, "measure", user, CaseDraft(data={"points": plain}, **more))
        return self.lot(lot)

    def judge_lot(
        self,
        lot: str,
        user: str,
        *,
        qualified: bool,
        text: str = "",
        password: str = "",
        capacity: str | None = None,
    ) -> LotView:
        """Judge a lot by a signature: qualified or not, without conditions.

        Raises:
            InputRefused: ``lot_open`` or ``lot_failed`` when its points do not bear out what is signed.
            PermissionRefused: ``not_appointed`` or ``lot_capacity``.
        """
        view = self.lot(lot)
        if qualified and view.result.judgement is not Judgement.QUALIFIED:
            reasons = ", ".join(
                f"{item.check}: {item.reason}"
                for item in view.result.checks
                if item.judgement is not Judgement.QUALIFIED
            )
            if view.result.judgement is Judgement.OPEN:
                raise InputRefused(
                    "lot_open",
                    f"{lot} cannot be judged yet: {reasons}.",
                    "Take the points that are missing.",
                    case=lot,
                    reasons=reasons,
                )
            raise InputRefused(
                "lot_failed",
                f"{lot} is not qualified: {reasons}.",
                "Sign it as not qualified; after the repair accept these elements by a new lot.",
                case=lot,
                reasons=reasons,
            )
        chosen = self._judging(user, self.lot_profile().lot_judged_by, capacity)
        result = _plain_result(view.result)
        draft = CaseDraft(
            text=text, data={"result": result, "profile": self.lot_profile().name}, password=password
        )
        self.act_on_case(lot, "qualify" if qualified else "disqualify", user, draft, capacity=chosen)
        return self.lot(lot)

    def lots(self, *, user: str | None = None) -> list[LotView]:
        """All lots, the newest first."""
        profile = self.lot_profile()
        views = {view.id: view for view in self.cases("lot", user=user)}
        with self._store.reading() as work:
            cases = [case for case in fold_cases(work.notes()) if case.kind is CaseKind.LOT]
        renewed = {
            str(case.opened.data["renews"]): case.id for case in cases if case.opened.data.get("renews")
        }
        return [
            _lot_view(profile, case, template, views[case.id], renewed.get(case.id))
            for case in reversed(cases)
            if (template := profile.template(str(case.opened.data["template"]))) is not None
        ]

    def lot(self, lot: str, *, user: str | None = None) -> LotView:
        """One lot.

        Raises:
            NotFound: ``case_unknown``.
        """
        for view in self.lots(user=user):
            if view.case.id == lot:
                return view
        raise NotFound("case_unknown", f"There is no case '{lot}'.", "Choose one of the list.", case=lot)

    def lot_levels(self) -> list[Rolled]:
        """Items, divisions and the unit over the lots, with their own records."""
        views = self.lots()
        parts = [
            Part(
                id=view.case.id,
                item=view.template.item,
                division=view.template.division,
                judgement=Judgement(view.case.state) if view.case.state != "defined" else Judgement.OPEN,
                renews=view.renews,
            )
            for view in views
        ]
        records = {}
        for case in reversed(self.cases("level")):
            said = case.notes[0].data
            records[str(said["level"]), str(said["name"])] = (case.id, Judgement(case.state))
        return roll_up(self.lot_profile(), parts, records)

    def judge_level(
        self,
        level: str,
        name: str,
        user: str,
        *,
        qualified: bool,
        confirmed: Sequence[str] = (),
        text: str = "",
        password: str = "",
        capacity: str | None = None,
    ) -> CaseView:
        """Judge an item, a division or the unit by a signature.

        Args:
            level: id of the level in the profile.
            name: which one, as ``lot_levels`` names it.
            user: who signs.
            qualified: what is signed.
            confirmed: what else was confirmed, e.g. ``records``; the profile says what must be.
            text: the signer's words; a refusal needs them.
            password: opens the signer's key; not kept.
            capacity: where the person holds several that may.

        Raises:
            NotFound: ``level_unknown``.
            InputRefused: ``level_not_ready`` while a part is not qualified, ``level_unconfirmed``.
            PermissionRefused: ``not_appointed`` or ``lot_capacity``.
        """
        rolled = next((row for row in self.lot_levels() if (row.level, row.name) == (level, name)), None)
        found = next((item for item in self.lot_profile().levels if item.id == level), None)
        if rolled is None or found is None:
            raise NotFound(
                "level_unknown",
                f"There is no {level} '{name}'.",
                "Choose one of the list.",
                level=level,
                name=name,
            )
        if qualified:
            _check_ready(rolled, found, confirmed)
        chosen = self._judging(user, found.judged_by, capacity)
        draft = CaseDraft(
            title=name,
            text=text,
            data={"level": level, "name": name, "confirmed": sorted(set(confirmed))},
            password=password,
        )
        action = "qualify" if qualified else "disqualify"
        return self.open_case("level", user, draft, action=action, capacity=chosen)

    def _judging(self, user: str, wanted: Sequence[str], capacity: str | None) -> str:
        """The capacity in which a person judges."""
        with self._store.reading() as work:
            held = [item.capacity.value for item in self._appointments(work, user)]
        fitting = [item for item in held if item in wanted and capacity in (None, item)]
        if not fitting:
            raise PermissionRefused(
                "lot_capacity",
                f"{user} holds none of the capacities that judge this: {', '.join(wanted)}.",
                "Let an appointed person sign.",
                user=user,
                capacities=list(wanted),
            )
        return fitting[0]

    def _template(self, name: str) -> LotTemplate:
        template = self.lot_profile().template(name)
        if template is None:
            raise NotFound(
                "lot_template_unknown",
                f"The profile has no kind of lot '{name}'.",
                "Choose one of the profile's templates.",
                template=name,
            )
        return template

    def _point(self, view: LotView, number: int, row: Any) -> Point:
        try:
            point = plain_point(row)
            if point.check not in {check.id for check in view.template.checks}:
                raise ValueError(f"'{point.check}' is nothing that this lot is checked for")
            if point.element and point.element not in view.case.elements:
                raise ValueError(f"'{point.element}' is no element of this lot")
        except ValueError as error:
            raise InputRefused(
                "lot_point_invalid",
                f"Point {number}: {error}.",
                "Correct the point; nothing was stored.",
                number=number,
                problem=str(error),
            ) from error
        return point


def _check_ready(rolled: Rolled, level: Level, confirmed: Sequence[str]) -> None:
    if not rolled.ready:
        raise InputRefused(
            "level_not_ready",
            f"{rolled.name}: {rolled.qualified} of {rolled.parts} parts are qualified.",
            "Judge the parts first; a part that failed is accepted anew by a new lot.",
            name=rolled.name,
            qualified=rolled.qualified,
            parts=rolled.parts,
        )
    lacking = [item for item in level.confirms if item not in confirmed]
    if lacking:
        raise InputRefused(
            "level_unconfirmed",
            f"Not confirmed: {', '.join(lacking)}.",
            "Check them and confirm them.",
            lacking=lacking,
        )


def _lot_view(
    profile: LotProfile, case: Case, template: LotTemplate, view: CaseView, renewed_by: str | None
) -> LotView:
    points = [plain_point(row) for note in case.notes for row in note.data.get("points", ())]
    said = case.opened.data
    size = said.get("size")
    return LotView(
        case=view,
        template=template,
        result=judge_lot(profile, template, len(view.elements), points, size),
        points=points,
        least=profile.least_points(len(view.elements)),
        size=size,
        renews=said.get("renews"),
        renewed_by=renewed_by,
    )


def _plain_result(result: LotResult) -> dict[str, Any]:
    """A result as plain data for the ledger: whole numbers and texts, as it was judged."""
    return {
        "judgement": result.judgement.value,
        "checks": [
            {
                "check": item.check,
                "judgement": item.judgement.value,
                "reason": item.reason,
                "points": item.points,
                "passed": item.passed,
            }
            for item in result.checks
        ],
    }
