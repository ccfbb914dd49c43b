"""Lots: dominant and general items, sample sizes, tolerances, and how they add up; published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.inspection.lots import (
    Judgement,
    Part,
    Point,
    full_height,
    judge_lot,
    read_profile,
    roll_up,
    shipped_profiles,
)

GB, ISO = (read_profile(shipped_profiles()[name]) for name in ("gb50300", "iso9001"))
FRAME = GB.template("CAST-FRAME")
DOMINANT = [check.id for check in FRAME.checks if check.dominant]
GENERAL = [check.id for check in FRAME.checks if not check.dominant]
QUALIFIED, NOT_QUALIFIED, OPEN = Judgement.QUALIFIED, Judgement.NOT_QUALIFIED, Judgement.OPEN


def points(count=5, **values):
    """Points of every check of the frame; ``values`` override the deviations of a check."""
    made = [Point(check=name, result="pass") for name in DOMINANT for _ in range(count)]
    for name in GENERAL:
        made += [Point(check=name, value=value) for value in values.get(name, [0.0] * count)]
    return made


def judged(elements=50, **values):
    return judge_lot(GB, FRAME, elements, points(**values))


def reasons(result):
    return {item.check: item.reason for item in result.checks if item.judgement is not QUALIFIED}


@pytest.mark.parametrize(
    ("elements", "least"),
    [(1, 1), (2, 2), (15, 2), (16, 3), (25, 3), (26, 5), (90, 5), (91, 8), (150, 8), (151, 13), (280, 13),
     (281, 20), (500, 20), (501, 32), (1200, 32), (1201, 50), (3200, 50), (3201, None)],
)  # fmt: skip
def test_the_least_samples_of_table_3_0_9(elements, least):
    assert GB.least_points(elements) == least


@pytest.mark.parametrize(
    ("template", "check", "lower", "upper"),
    [
        ("CAST-FRAME", "axis", None, 8), ("CAST-FRAME", "plumb", None, 10), ("CAST-FRAME", "section", -5, 10),
        ("CAST-FRAME", "level", -10, 10), ("CAST-FRAME", "flatness", None, 8),
        ("CAST-FRAME-HIGH", "plumb", None, 12), ("CAST-RAFT", "axis", None, 15),
        ("CAST-RAFT", "section", -10, 15), ("CAST-FOOTING", "axis", None, 10),
        ("CAST-EMBEDDED", "plate", None, 10), ("CAST-EMBEDDED", "bolt", None, 5),
        ("CAST-EMBEDDED", "sleeve", None, 5), ("CAST-EMBEDDED", "opening", None, 15),
        ("CAST-STAIR-SHAFT", "step", -6, 6), ("CAST-STAIR-SHAFT", "shaft_centre", None, 10),
        ("CAST-STAIR-SHAFT", "shaft_size", 0, 25), ("CAST-WHOLE", "total_level", -30, 30),
    ],
)  # fmt: skip
def test_the_tolerances_of_table_8_3_2(template, check, lower, upper):
    (found,) = [item for item in GB.template(template).checks if item.id == check]
    assert (found.lower, found.upper, found.unit) == (lower, upper, "mm")
    assert (found.clause, found.evidence_class) == ("GB 50204-2015 Table 8.3.2", "V2")


@pytest.mark.parametrize(
    ("height", "tolerance"),
    [(30_000, 21.0), (300_000, 30.0), (300_001, 30.0001), (500_000, 50.0), (900_000, 80.0)],
)
def test_the_tolerance_of_the_full_height(height, tolerance):
    assert full_height(height) == pytest.approx(tolerance)


def test_a_tolerance_by_formula_waits_for_the_size():
    whole = GB.template("CAST-WHOLE")
    made = [Point(check="full_height", value=22.0), Point(check="total_level", value=-30.0)]
    assert reasons(judge_lot(GB, whole, 1, made))["full_height"] == "size_missing"
    assert judge_lot(GB, whole, 1, made, 90_000).judgement is QUALIFIED
    assert judge_lot(GB, whole, 1, made, 45_000).judgement is NOT_QUALIFIED


def test_eighty_percent_is_enough_and_less_is_not():
    assert judged(axis=[8, 8, 8, 8, 9]).judgement is QUALIFIED
    result = judged(axis=[8, 8, 8, 9, 9])
    assert (result.judgement, reasons(result)) == (NOT_QUALIFIED, {"axis": "rate_too_low"})
    assert judged(axis=[0] * 79 + [9] * 21).judgement is NOT_QUALIFIED
    assert judged(axis=[0] * 80 + [9] * 20).judgement is QUALIFIED


def test_one_dominant_point_or_one_serious_defect_is_too_much():
    failed = [*points(), Point(check=DOMINANT[0], result="fail")]
    assert reasons(judge_lot(GB, FRAME, 50, failed)) == {DOMINANT[0]: "dominant_failed"}
    serious = [*points(), Point(check="axis", value=9.0, serious=True)]
    assert reasons(judge_lot(GB, FRAME, 50, serious)) == {"axis": "serious_defect"}


def test_too_few_points_prove_nothing_but_a_failure_shows_at_once():
    assert reasons(judged(axis=[0] * 4)) == {"axis": "points_missing"}
    assert judged(axis=[0] * 4).judgement is OPEN
    assert judge_lot(GB, FRAME, 50, []).judgement is OPEN
    assert judge_lot(GB, FRAME, 4000, points()).judgement is OPEN
    early = judge_lot(GB, FRAME, 50, [Point(check=DOMINANT[0], result="fail")])
    assert early.judgement is NOT_QUALIFIED


@given(
    st.lists(st.sampled_from([-20.0, -5.0, 0.0, 10.0, 10.5]), max_size=60), st.integers(2, 3200), st.randoms()
)
def test_a_lot_is_qualified_only_by_enough_points_whatever_their_order(values, elements, chance):
    made = points(count=60, section=values)
    result = judge_lot(GB, FRAME, elements, made)
    chance.shuffle(made)
    assert judge_lot(GB, FRAME, elements, made).judgement is result.judgement
    if result.judgement is QUALIFIED:
        assert len(values) >= GB.least_points(elements)
        assert sum(-5 <= value <= 10 for value in values) >= 0.8 * len(values)


def test_where_a_code_caps_the_worst_point_it_is_capped():
    import dataclasses

    checks = tuple(dataclasses.replace(check, worst_factor=1.5) for check in FRAME.checks)
    strict = dataclasses.replace(FRAME, checks=checks)
    assert judge_lot(GB, strict, 50, points(axis=[0, 0, 0, 0, 12.0])).judgement is QUALIFIED
    over = judge_lot(GB, strict, 50, points(axis=[0, 0, 0, 0, 12.5]))
    assert reasons(over) == {"axis": "worst_too_far"}


def part(name, judgement=QUALIFIED, item="Frame", division="Structure", renews=None):
    return Part(id=name, item=item, division=division, judgement=judgement, renews=renews)


def rolled(parts, records=None, profile=GB):
    return {(row.level, row.name): row for row in roll_up(profile, parts, records or {})}


def test_lots_add_up_and_a_failed_lot_stays_behind_the_one_that_renews_it():
    failed = rolled([part("L1"), part("L2", NOT_QUALIFIED)])
    assert not failed["item", "Structure / Frame"].ready
    lots = [part("L1"), part("L2", NOT_QUALIFIED), part("L3", renews="L2")]
    item = rolled(lots)["item", "Structure / Frame"]
    assert (item.parts, item.qualified, item.renewed, item.ready) == (2, 2, 1, True)
    assert not rolled(lots)["division", "Structure"].ready, "the item itself has not been judged"
    records = {("item", "Structure / Frame"): ("A1", QUALIFIED)}
    assert rolled(lots, records)["division", "Structure"].ready
    records |= {("division", "Structure"): ("A2", QUALIFIED)}
    assert rolled(lots, records)["unit", "gb50300"].ready


def test_a_record_above_falls_when_a_part_below_falls():
    records = {("item", "Structure / Frame"): ("A1", QUALIFIED)}
    assert rolled([part("L1"), part("L2", OPEN)], records)["item", "Structure / Frame"].judgement is OPEN


def test_the_same_structure_carries_another_tradition():
    release = ISO.template("RELEASE")
    assert [level.id for level in ISO.levels] == ["section", "works"]
    made = [Point(check=check.id, result="pass") for check in release.checks for _ in range(3)]
    assert judge_lot(ISO, release, 3, made).judgement is QUALIFIED
    assert judge_lot(ISO, release, 4, made).judgement is OPEN, "every element is looked at"
    records = {("section", "Works / Section A"): ("A1", QUALIFIED)}
    lots = [part("L1", item="Section A", division="Works")]
    assert rolled(lots, records, ISO)["works", "Works"].ready
