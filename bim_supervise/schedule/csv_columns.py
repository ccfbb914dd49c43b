"""The columns of a CSV plan and how their headings are recognised; pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from bim_supervise.core.errors import InputRefused

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("activity id", "task id", "unique id", "uid", "编号", "任务编号", "作业代码"),
    "name": ("task name", "activity name", "task", "activity", "名称", "任务名称", "作业名称"),
    "start": ("planned start", "start date", "开始", "开始时间", "计划开始"),
    "finish": ("planned finish", "finish date", "end", "end date", "完成", "完成时间", "计划完成"),
    "duration": ("original duration", "工期"),
    "predecessors": ("predecessor", "前置任务", "紧前作业"),
    "calendar": ("task calendar", "日历"),
    "constraint_type": ("constraint", "限制类型"),
    "constraint_date": ("限制日期",),
    "wbs": ("wbs code", "outline number"),
    "parent": ("parent id", "summary", "上级任务"),
    "milestone": ("里程碑",),
    "baseline_start": ("基线开始",),
    "baseline_finish": ("基线完成",),
    "actual_start": ("实际开始",),
    "actual_finish": ("实际完成",),
    "deadline": ("期限", "最后期限"),
    "percent": ("percent complete", "% complete", "progress", "完成百分比"),
    "budget": ("budgeted cost", "budget at completion", "预算", "预算费用"),
    "quantity": ("工程量", "数量"),
    "unit": ("单位",),
    "trade": ("discipline", "专业", "工种"),
}
COLUMNS = tuple(_ALIASES)
"""The names of the columns, as the mapping file uses them."""


def _plain(heading: str) -> str:
    return re.sub(r"[\s_]+", "", heading).lower()


def find_columns(name: str, headings: tuple[str, ...], mapped: Mapping[str, str]) -> dict[str, int]:
    """Which column stands at which place of the row.

    Args:
        name: the file's name, for errors.
        headings: the headings of the file.
        mapped: our column name -> the file's heading, from the mapping file.

    Raises:
        InputRefused: ``csv_column_unknown``, ``csv_column_double``, ``csv_column_wrong`` (a heading that is
            nearly a known one) or ``csv_column_missing``; each names the column and those found.
    """
    found = ", ".join(f"'{heading}'" for heading in headings)
    plain = [_plain(heading) for heading in headings]
    places: dict[str, int] = {}
    for column, heading in mapped.items():
        if _plain(heading) not in plain:
            raise InputRefused(
                "csv_column_unknown",
                f"{name} has no column '{heading}', which the mapping gives for {column}; it has {found}.",
                "Correct the heading in the mapping file.",
                column=heading,
                found=list(headings),
                file=name,
                mapped=column,
                columns=found,
            )
        places[column] = plain.index(_plain(heading))
    for column, aliases in _ALIASES.items():
        names = {_plain(alias) for alias in (column, *aliases)}
        matching = [
            place for place, head in enumerate(plain) if head in names and place not in places.values()
        ]
        if column in places or not matching:
            continue
        if len(matching) > 1:
            double = " and ".join(f"'{headings[place]}'" for place in matching)
            raise InputRefused(
                "csv_column_double",
                f"{name}: {double} could both be the column '{column}'.",
                f"Say which in a mapping file: columns: {{{column}: '...'}}.",
                column=column,
                file=name,
                candidates=double,
            )
        places[column] = matching[0]
    _refuse_lookalikes(name, headings, places)
    for column, needed in (
        ("id", True),
        ("name", True),
        ("duration", not {"start", "finish"} <= set(places)),
    ):
        if needed and column not in places:
            raise InputRefused(
                "csv_column_missing",
                f"{name} has no column '{column}'; it has {found}.",
                f"Add it, or map it in a mapping file: columns: {{{column}: '<heading>'}}."
                + (" Start and finish can stand for it." if column == "duration" else ""),
                column=column,
                found=list(headings),
                file=name,
                columns=found,
            )
    return places


def _refuse_lookalikes(name: str, headings: tuple[str, ...], places: Mapping[str, int]) -> None:
    free = {_plain(column): column for column in COLUMNS if column not in places}
    for place, heading in enumerate(headings):
        if place in places.values() or not heading:
            continue
        close = difflib.get_close_matches(_plain(heading), free, n=1, cutoff=0.85)
        if close:
            column = free[close[0]]
            raise InputRefused(
                "csv_column_wrong",
                f"{name}: the column '{heading}' is not known, but looks like '{column}'; "
                f"the columns are {', '.join(repr(found) for found in headings)}.",
                f"Rename it to '{column}', or map it in a mapping file.",
                column=heading,
                found=list(headings),
                file=name,
                like=column,
                columns=", ".join(repr(found) for found in headings),
            )
