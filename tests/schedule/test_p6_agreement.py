"""Dates and floats against those that Primavera stored, from copies in which these are blanked first."""

from datetime import datetime

import pytest

from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_schedule import read_schedule

pytestmark = pytest.mark.shared

FILES = ("p6_wk2", "p6_mdl4d", "p6_54069_bl_20250902", "p6_54069_up_20251121", "p6_54069_up_20251204")
CALCULATED = {
    "early_start_date", "early_end_date", "late_start_date", "late_end_date", "total_float_hr_cnt",
    "free_float_hr_cnt", "restart_date", "reend_date", "rem_late_start_date", "rem_late_end_date",
    "driving_path_flag", "float_path", "float_path_order", "scd_end_date", "aref", "arls",
}  # fmt: skip
COMPARED = ("early_start_date", "early_end_date", "late_start_date", "late_end_date", "total_float_hr_cnt")


def blanked(source, target):
    """Write a copy without the columns that the calculation is to find; return the activities as stored."""
    columns, table, stored, lines = [], "", [], []
    for content in source.read_text(encoding="cp1252", errors="replace").splitlines():
        cells = content.split("\t")
        if cells[0] == "%T":
            table = cells[1]
        elif cells[0] == "%F":
            columns = cells
        elif cells[0] == "%R":
            if table == "TASK":
                stored.append(dict(zip(columns, cells, strict=False)))
            cells = [
                "" if name in CALCULATED else cell for name, cell in zip(columns, cells, strict=False)
            ] + cells[len(columns) :]
        lines.append("\t".join(cells))
    target.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return stored


def value_of(column, text):
    return float(text) if column.endswith("_cnt") else datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def differences(shared_data, tmp_path_factory):
    """Open activities of all files: how many values were compared, and which differ."""
    compared, differing, free = 0, [], []
    for name in FILES:
        copy = tmp_path_factory.mktemp("p6") / f"{name}.xer"
        stored = blanked(shared_data / "schedule" / f"{name}.xer", copy)
        schedule = read_schedule(copy)
        dates = calculate(schedule).dates
        ids = {task.source_id: task.id for task in schedule.tasks}
        for row in stored:
            if row["status_code"] == "TK_Complete":
                continue
            found = dates[ids[row["task_id"]]]
            values = (
                found.early_start,
                found.early_finish,
                found.late_start,
                found.late_finish,
                found.total_float_hours,
            )
            for column, value in zip(COMPARED, values, strict=True):
                if row[column]:
                    compared += 1
                    if value != value_of(column, row[column]):
                        differing.append((name, row["task_code"], column))
            if row["free_float_hr_cnt"] and float(row["free_float_hr_cnt"]) != found.free_float_hours:
                free.append((name, row["task_code"]))
    return compared, differing, free


def test_dates_and_total_float_are_primaveras(differences):
    """The start milestone of one plan is stored at midnight, the data date itself, without a float.

    Its remaining start in the same row is 08:00, where the first shift begins; that is what is calculated.
    """
    compared, differing, _ = differences
    assert compared == 1634
    assert differing == [("p6_wk2", "1400", "early_start_date"), ("p6_wk2", "1400", "early_end_date")]
    assert 1 - len(differing) / compared > 0.998


def test_free_float_is_primaveras(differences):
    assert differences[2] == []
