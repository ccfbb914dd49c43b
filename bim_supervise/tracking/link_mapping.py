"""The small YAML file that says which columns of a link table hold what."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from bim_supervise.core.errors import InputRefused

_K = TypeVar("_K", bound=StrEnum)


class ElementKey(StrEnum):
    """What identifies an element in a link table."""

    GLOBAL_ID = "global_id"
    NAME = "name"
    TAG = "tag"


class TaskKey(StrEnum):
    """What identifies a task in a link table; a name is usually unique only with its planned start."""

    ID = "id"
    NAME = "name"


class BadDateError(ValueError):
    """A cell is no date of the expected format."""


UNMISTAKABLE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%d-%m-%Y",
    "%d.%m.%Y",
)
"""Formats tried when the mapping names none. d/m/y and m/d/y are left out: they cannot be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementColumn:
    """The column that names the element, and by what."""

    column: str
    by: ElementKey = ElementKey.GLOBAL_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskColumn:
    """The column that names the task, and by what."""

    column: str
    by: TaskKey = TaskKey.ID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMoment:
    """A column with a planned start or finish, site wall time.

    ``format`` is a ``strptime`` format such as ``%d-%m-%Y``; None tries ``UNMISTAKABLE_FORMATS``.
    """

    column: str
    format: str | None = None

    def parse(self, text: str) -> tuple[datetime, bool]:
        """The moment, and whether it has a time of day.

        Raises:
            BadDateError: the text fits no format.
        """
        found = _read_moment(text, (self.format,) if self.format else UNMISTAKABLE_FORMATS)
        if found is None:
            raise BadDateError(text)
        return found


@lru_cache(maxsize=4096)
def _read_moment(text: str, formats: tuple[str, ...]) -> tuple[datetime, bool] | None:
    # A table repeats the few days of its plan thousands of times, and strptime is slow.
    for form in formats:
        try:
            return datetime.strptime(text, form), "%H" in form or "%I" in form  # noqa: DTZ007 - wall time
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMapping:
    """Which columns of a link table hold the element, the task and its planned times."""

    element: ElementColumn
    task: TaskColumn
    planned_start: PlannedMoment | None = None
    planned_finish: PlannedMoment | None = None

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """What is mapped to which column."""
        pairs: list[tuple[str, str]] = [("element", self.element.column), ("task", self.task.column)]
        if self.planned_start:
            pairs.append(("planned_start", self.planned_start.column))
        if self.planned_finish:
            pairs.append(("planned_finish", self.planned_finish.column))
        return tuple(pairs)

    def as_dict(self) -> dict[str, Any]:
        """The mapping as the plain data that ``parse_link_mapping`` reads."""
        data: dict[str, Any] = {
            "element": {"column": self.element.column, "by": self.element.by.value},
            "task": {"column": self.task.column, "by": self.task.by.value},
        }
        for key, moment in (("planned_start", self.planned_start), ("planned_finish", self.planned_finish)):
            if moment:
                data[key] = {"column": moment.column} | ({"format": moment.format} if moment.format else {})
        return data


def parse_link_mapping(data: Any, where: str = "the link mapping") -> LinkMapping:
    """A mapping from plain data (the content of its YAML file).

    Args:
        data: ``{element: {column, by}, task: {column, by}, planned_start: {column, format}, ...}``; a bare
            text stands for ``{column: text}``.
        where: what to call the source in an error.

    Raises:
        InputRefused: ``mapping_invalid`` naming the key that is wrong.
    """
    if not isinstance(data, Mapping):
        raise _invalid(where, "it is not a mapping of keys to columns")
    unknown = sorted(str(key) for key in data if key not in _KEYS)
    if unknown:
        raise _invalid(where, f"unknown key {', '.join(map(repr, unknown))}")
    element_column, element_by = _column(data, "element", where, "by")
    task_column, task_by = _column(data, "task", where, "by")
    return LinkMapping(
        element=ElementColumn(column=element_column, by=_key(ElementKey, element_by, "element.by", where)),
        task=TaskColumn(column=task_column, by=_key(TaskKey, task_by, "task.by", where)),
        planned_start=_planned(data, "planned_start", where),
        planned_finish=_planned(data, "planned_finish", where),
    )


def default_mapping(
    headings: Sequence[str], task_ids: Collection[str], values: Mapping[str, Iterable[str]]
) -> LinkMapping:
    """The mapping of a table whose headings speak for themselves.

    The element is taken by GlobalId where there is such a column, else by name. The task is taken by id if
    at least one id of the table is an id of the plan; otherwise by name and planned start: planning tools
    often export a code of their own beside the name.

    Args:
        headings: the headings of the table.
        task_ids: ids of the plan's tasks, the file's own included.
        values: the cells of each column.

    Raises:
        InputRefused: ``column_missing`` naming what was looked for and what was found.
    """
    folded = {_fold(heading): heading for heading in reversed(headings)}

    def known(names: Sequence[str]) -> str | None:
        return next((folded[name] for name in names if name in folded), None)

    element_id, element_name = known(_GLOBAL_ID_HEADINGS), known(_ELEMENT_NAME_HEADINGS)
    task_id, task_name = known(_TASK_ID_HEADINGS), known(_TASK_NAME_HEADINGS)
    element = element_id or element_name
    if element is None:
        raise _no_column("the element's GlobalId", headings, "element, global_id or GUID")
    by_id = task_id is not None and (
        task_name is None or any(cell.strip() in task_ids for cell in values[task_id])
    )
    task = task_id if by_id else task_name
    if task is None:
        raise _no_column("the task", headings, "task, task_id or task_name")
    start, finish = known(_START_HEADINGS), known(_FINISH_HEADINGS)
    return LinkMapping(
        element=ElementColumn(column=element, by=ElementKey.GLOBAL_ID if element_id else ElementKey.NAME),
        task=TaskColumn(column=task, by=TaskKey.ID if by_id else TaskKey.NAME),
        planned_start=PlannedMoment(column=start) if start and not by_id else None,
        planned_finish=PlannedMoment(column=finish) if finish and not by_id else None,
    )


def check_columns(mapping: LinkMapping, headings: Sequence[str], where: str) -> None:
    """Refuse a table that lacks a mapped column.

    Raises:
        InputRefused: ``column_missing``, naming the column and those found.
    """
    for key, column in mapping.columns:
        if column not in headings:
            raise InputRefused(
                "column_missing",
                f"{where} has no column '{column}' (mapped as {key}). Found: {_listed(headings)}.",
                "Name an existing column in the link mapping, or correct the table.",
                column=column,
                key=key,
                found=list(headings),
                file=where,
                columns=_listed(headings),
            )


_KEYS = ("element", "task", "planned_start", "planned_finish")
_GLOBAL_ID_HEADINGS = (
    "globalid", "elementglobalid", "ifcglobalid", "ifcguid", "guid", "elementid", "element", "构件",
)  # fmt: skip
_ELEMENT_NAME_HEADINGS = ("elementname", "构件名称")
_TASK_ID_HEADINGS = ("taskid", "activityid", "taskguid", "task", "任务编号", "任务")
_TASK_NAME_HEADINGS = ("taskname", "activityname", "任务名称")
_START_HEADINGS = ("plannedstart", "taskstart", "start", "计划开始")
_FINISH_HEADINGS = ("plannedfinish", "taskfinish", "finish", "计划完成")


def _fold(heading: str) -> str:
    kept = (letter for letter in unicodedata.normalize("NFKC", heading).casefold() if letter.isalnum())
    return "".join(kept)


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(f"'{heading}'" for heading in headings) or "none"


def _no_column(what: str, headings: Sequence[str], wanted: str) -> InputRefused:
    return InputRefused(
        "column_missing",
        f"The link table has no column for {what} (looked for {wanted}). Found: {_listed(headings)}.",
        "Rename the column, or give a mapping file that names it.",
        column=wanted,
        found=list(headings),
        columns=_listed(headings),
    )


def _invalid(where: str, problem: str) -> InputRefused:
    return InputRefused(
        "mapping_invalid",
        f"{where} is wrong: {problem}.",
        "Keys: element {column, by: global_id|name|tag}, task {column, by: id|name}, and optionally "
        "planned_start and planned_finish {column, format}.",
        problem=problem,
        file=where,
    )


def _column(data: Mapping[Any, Any], key: str, where: str, option: str) -> tuple[str, Any]:
    value = data.get(key)
    if isinstance(value, str):
        value = {"column": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("column"), str):
        raise _invalid(where, f"'{key}' must name its column")
    wrong = sorted(str(name) for name in value if name not in ("column", option))
    if wrong:
        raise _invalid(where, f"unknown key {', '.join(f'{key}.{name}' for name in wrong)}")
    column = unicodedata.normalize("NFC", value["column"]).strip()
    if not column:
        raise _invalid(where, f"'{key}.column' is empty")
    return column, value.get(option)


def _key(kind: type[_K], value: Any, name: str, where: str) -> _K:
    if value is None:
        return next(iter(kind))
    try:
        return kind(value)
    except ValueError as error:
        raise _invalid(where, f"'{name}' is {value!r}, not one of {', '.join(kind)}") from error


def _planned(data: Mapping[Any, Any], key: str, where: str) -> PlannedMoment | None:
    if data.get(key) is None:
        return None
    column, form = _column(data, key, where, "format")
    if form is not None:
        probe = datetime(2015, 3, 2)  # noqa: DTZ001 - a wall time to try the format on
        try:
            usable = isinstance(form, str) and datetime.strptime(probe.strftime(form), form) == probe  # noqa: DTZ007
        except ValueError:
            usable = False
        if not usable:
            raise _invalid(where, f"'{key}.format' is {form!r}, no date format such as %d-%m-%Y")
    return PlannedMoment(column=column, format=form)
