"""Limits: read with clear refusals, chosen by date and time of day, compared unrounded."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from checkpoint_samples import a_limit
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.checkpoints.limits import duration, in_force, load_limits, satisfies
from bim_supervise.core.errors import InputRefused

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROW = {
    "rule_id": "X-01", "jurisdiction": "CN", "edition": "2011", "effective_from": date(2012, 7, 1),
    "effective_to": None, "clause": "1", "evidence_class": "V1", "value": 70, "unit": "dB(A)",
    "window": "PT20M", "statistic": "LAeq", "comparator": "<=", "action": "alarm", "editable": False,
    "override_by": None, "override_reason": None,
}  # fmt: skip


def read(tmp_path, *rows):
    file = tmp_path / "limits.yaml"
    file.write_text(yaml.safe_dump(list(rows), allow_unicode=True), "utf-8")
    return load_limits(file)


def wall(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def test_a_row_is_read_with_all_its_fields(tmp_path):
    (limit,) = read(tmp_path, ROW | {"condition": {"from": "22:00", "to": "06:00"}, "min_completeness": 0.75})
    assert (limit.value, limit.comparator, limit.effective_from) == (70.0, "<=", date(2012, 7, 1))
    assert limit.condition == {"from": "22:00", "to": "06:00"}
    assert limit.min_completeness == 0.75


@pytest.mark.parametrize("field", sorted(ROW))
def test_every_field_has_to_be_there(tmp_path, field):
    row = {key: value for key, value in ROW.items() if key != field}
    with pytest.raises(InputRefused, match=f"limits.yaml, row 2, field '{field}': is missing"):
        read(tmp_path, ROW | {"rule_id": "Y-01"}, row)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "70"}, "value"),
        ({"value": True}, "value"),
        ({"value": None}, "value"),
        ({"value": 70, "evidence_class": "DESIGN", "editable": True}, "value"),
        ({"comparator": "=<"}, "comparator"),
        ({"evidence_class": "sure"}, "evidence_class"),
        ({"evidence_class": "R-low"}, "editable"),
        ({"evidence_class": "ENG"}, "editable"),
        ({"editable": "yes"}, "editable"),
        ({"effective_from": "yesterday"}, "effective_from"),
        ({"effective_from": None}, "effective_from"),
        ({"effective_to": date(2012, 6, 30)}, "effective_to"),
        ({"window": "20 min"}, "window"),
        ({"window": "PT0M"}, "window"),
        ({"clause": ""}, "clause"),
        ({"unit": None}, "unit"),
        ({"min_completeness": 75}, "min_completeness"),
        ({"condition": {"from": 1320, "to": 360}}, "condition"),
        ({"condition": {"from": "22:00"}}, "condition"),
        ({"condition": {"from": "25:00", "to": "06:00"}}, "condition"),
        ({"condition": {"from": "06:00", "to": "06:00"}}, "condition"),
        ({"override_by": "li"}, "override_reason"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, changes, field):
    with pytest.raises(InputRefused, match=f"row 1, field '{field}'") as refusal:
        read(tmp_path, ROW | changes)
    assert refusal.value.code == "limits_invalid"
    assert refusal.value.hint


@pytest.mark.parametrize("text", ["limits: [", "a: 1", "7", ""])
def test_what_is_no_list_of_rows_is_refused(tmp_path, text):
    file = tmp_path / "limits.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputRefused) as refusal:
        load_limits(file)
    assert refusal.value.code == "limits_invalid"


def test_two_rows_that_hold_at_once_are_refused(tmp_path):
    night = {"condition": {"from": "22:00", "to": "06:00"}}
    day = {"condition": {"from": "06:00", "to": "22:00"}}
    assert len(read(tmp_path, ROW | night, ROW | day)) == 2
    assert len(read(tmp_path, ROW, ROW | {"jurisdiction": "Beijing"})) == 2
    assert len(
        read(tmp_path, ROW | {"effective_to": date(2025, 12, 31)}, ROW | {"effective_from": date(2026, 1, 1)})
    )
    for overlapping in (ROW, ROW | night, ROW | {"effective_from": date(2026, 1, 1)}):
        with pytest.raises(InputRefused) as refusal:
            read(tmp_path, ROW, overlapping)
        assert refusal.value.code == "limits_overlap"


NEW = a_limit(edition="2025", effective_from=date(2026, 1, 1), effective_to=None)


@pytest.mark.parametrize(
    ("moment", "edition"),
    [
        ("2012-06-30T23:59:59", None),
        ("2012-07-01T00:00:00", "2011"),
        ("2025-12-31T23:59:59", "2011"),
        ("2026-01-01T00:00:00", "2025"),
    ],
)
def test_the_edition_follows_the_site_date_of_the_event(moment, edition):
    found = in_force([a_limit(), NEW], wall(moment), SHANGHAI)
    assert (found.edition if found else None) == edition


@pytest.mark.parametrize(
    ("clock", "value"),
    [("05:59:59", 55), ("06:00:00", 70), ("21:59:59", 70), ("22:00:00", 55), ("00:00:00", 55)],
)
def test_day_and_night_follow_the_site_clock(clock, value):
    day = a_limit(condition={"from": "06:00", "to": "22:00"})
    night = a_limit(condition={"from": "22:00", "to": "06:00"}, value=55.0)
    assert in_force([day, night], wall(f"2025-03-02T{clock}"), SHANGHAI).value == value


def test_of_several_jurisdictions_the_strictest_holds():
    moment = wall("2025-03-02T12:00")
    city = a_limit(jurisdiction="Beijing", value=65.0)
    unset = a_limit(jurisdiction="contract", value=None)
    assert in_force([a_limit(), city, unset], moment, SHANGHAI) is city
    least, more = a_limit(comparator=">=", value=0.8), a_limit(comparator=">=", value=0.9)
    assert in_force([least, more], moment, SHANGHAI) is more
    assert in_force([unset], moment, SHANGHAI) is unset
    assert in_force([], moment, SHANGHAI) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)))
def test_at_most_one_of_day_and_night_holds(moment):
    rows = [
        a_limit(
            condition={"from": "06:00", "to": "22:00"}, effective_from=date(1990, 1, 1), effective_to=None
        ),
        a_limit(
            condition={"from": "22:00", "to": "06:00"}, effective_from=date(1990, 1, 1), effective_to=None
        ),
    ]
    at = moment.replace(tzinfo=SHANGHAI).astimezone(UTC)
    assert sum(in_force([row], at, SHANGHAI) is not None for row in rows) == 1


@pytest.mark.parametrize(
    ("comparator", "below", "equal", "above"),
    [
        ("<=", True, True, False),
        ("<", True, False, False),
        (">=", False, True, True),
        (">", False, False, True),
    ],
)
def test_the_limit_itself_is_inside_or_outside_as_written(comparator, below, equal, above):
    limit = a_limit(comparator=comparator)
    assert [satisfies(value, limit) for value in (69.9, 70.0, 70.1)] == [below, equal, above]


def test_a_limit_without_a_value_says_nothing():
    with pytest.raises(ValueError, match="has not been set"):
        satisfies(1.0, a_limit(value=None))


def test_durations():
    assert duration("PT20M") == timedelta(minutes=20)
    assert duration("P1DT2H") == timedelta(hours=26)
    for wrong in ("P", "PT", "20M", "P1M", "-PT1H", ""):
        with pytest.raises(ValueError, match="is not a duration"):
            duration(wrong)
