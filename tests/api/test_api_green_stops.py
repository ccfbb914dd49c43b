"""A breach proposes a stop of the matching tasks; only the chief orders it, and it counts as delay."""

from datetime import datetime, timedelta

import pytest
from case_steps import CaseDraft, step
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.api import WorkReport
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.core.errors import PermissionRefused
from bim_supervise.inspection.cases import CaseKind, Note, fold_cases
from bim_supervise.inspection.green_delay import green_delays
from bim_supervise.tracking.read_lexicon import read_lexicon

DEVICES = """\
devices:
  - {id: W1, name: Mast, kinds: [wind_speed], purpose: weather, expected_interval_s: 60,
     calibrated_until: 2026-12-31}
  - {id: P1, name: Purifier, kinds: [purifier_state, exhaust_state], purpose: purifier,
     expected_interval_s: 60}
"""
ORDERS = """\
checkpoints:
  - {id: CP-AIR, kind: green, control: M, boundary: throughout, rule: DUS-BJ-04,
     title: {zh: 重污染应急, en: Heavy-pollution order}, parameters: {orange: [A], red: [A, B]}}
"""


def row(project, task):
    return next(item for item in project.tasks() if item.id == task)


def readings(project, device, kind, value, minutes=40):
    start = project.now() - timedelta(minutes=minutes)
    lines = [
        f'{{"kind":"{kind}","device":"{device}","value":{value},'
        f'"time":"{(start + timedelta(minutes=minute)).isoformat()}"}}'
        for minute in range(minutes)
    ]
    project.ingest([("site/observations", line.encode()) for line in lines], authenticated=True)


@pytest.fixture
def site(staffed, tmp_path):
    project = staffed
    for name, text in (("devices", DEVICES), ("points", ORDERS)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    project.load_devices(tmp_path / "devices.yaml")
    project.load_checkpoints(tmp_path / "points.yaml")
    for task in ("A", "B"):
        project.report_work("wang", WorkReport(task=task, started=datetime(2026, 3, 19, 8, 0)))
    return project


def wind(project):
    readings(project, "W1", "wind_speed", 7.5)
    return next(item for item in project.stop_proposals() if item["rule"] == "DUS-BJ-03")


def test_wind_proposes_to_stop_the_earthwork_that_is_under_way(site):
    assert site.stop_proposals() == []
    proposal = wind(site)
    assert (proposal["tasks"], proposal["severity"]) == (["A"], "major")
    site.report_work("wang", WorkReport(task="A", finished=datetime(2026, 3, 20, 11, 0)))
    assert site.stop_proposals() == []


def test_only_the_chief_orders_and_lifts_and_the_stop_counts_as_green_delay(site, clock):
    proposal = wind(site)
    draft = CaseDraft(text="wind", tasks=proposal["tasks"], data={"alarm": proposal["alarm"]})
    with pytest.raises(PermissionRefused):
        site.open_case("stop", "sun", draft, action="issue")
    proposed = site.open_case("stop", "sun", draft)
    assert site.stop_proposals() == []
    clock.now += timedelta(hours=6)
    assert row(site, "A").green_delay_days is None
    with pytest.raises(PermissionRefused):
        step(site, proposed.id, "issue", "liu")
    step(site, proposed.id, "issue", "zhao", "stop the digging")
    clock.now += timedelta(days=2)
    assert (row(site, "A").stopped_by, row(site, "A").green_delay_days) == (
        proposed.id,
        pytest.approx(2, abs=0.01),
    )
    with pytest.raises(PermissionRefused):
        step(site, proposed.id, "lift", "liu")
    step(site, proposed.id, "lift", "zhao", "calm")
    clock.now += timedelta(days=3)
    (lost,) = site.status().green_delays
    assert lost["days"] == pytest.approx(2, abs=0.01)
    assert (lost["name"], lost["orders"], lost["standing"]) == ("Excavation", [proposed.id], False)
    assert row(site, "B").green_delay_days is None


def test_a_period_counts_only_its_own_part_of_a_stop(site, clock):
    order = stop(site)
    ordered = site.now().astimezone(site.zone)
    clock.now += timedelta(days=3)
    step(site, order.id, "lift", "zhao", "calm")
    clock.now += timedelta(days=4)
    first = ordered.date()
    day = timedelta(days=1)
    begun = datetime.combine(first + day, datetime.min.time(), site.zone) - ordered

    def lost(begin, end):
        return [(item["task"], item["days"], item["standing"]) for item in site.period_delays(begin, end)]

    assert lost(first - 9 * day, first - day) == []
    assert lost(first, first) == [("A", pytest.approx(begun / day, abs=0.01), True)]
    assert lost(first + day, first + 2 * day) == [("A", pytest.approx(2, abs=0.01), True)]
    assert lost(first - 9 * day, first + 6 * day) == [("A", pytest.approx(3, abs=0.01), False)]
    assert lost(first + 5 * day, first + 6 * day) == []


def stop(project):
    proposal = wind(project)
    draft = CaseDraft(text="wind", tasks=proposal["tasks"], data={"alarm": proposal["alarm"]})
    return project.open_case("stop", "zhao", draft, action="issue")


def test_a_week_of_standing_moves_the_forecast_by_a_week(site, clock):
    stop(site)
    before = site.status().finish_forecast
    clock.now += timedelta(days=7)
    assert site.status().finish_forecast - before == timedelta(days=7)
    assert site.status().green_delays[0]["standing"]


def test_the_forecast_moves_with_every_working_day_of_the_stop_and_not_after_its_lift(site, clock):
    order = stop(site)  # on a Friday at noon
    before = site.status().finish_forecast
    moved = []
    for _ in range(4):
        clock.now += timedelta(days=1)
        moved.append(site.status().finish_forecast)
    friday, saturday, monday, tuesday = before, *moved[:1], *moved[2:]
    assert friday < saturday == moved[1] < monday < tuesday
    step(site, order.id, "lift", "zhao", "calm")
    clock.now += timedelta(hours=2)
    assert site.status().finish_forecast <= tuesday


def test_a_stated_progress_is_what_the_forecast_goes_by(site, clock):
    site.report_work("wang", WorkReport(task="A", quantity=150.0))
    stop(site)
    before = site.status().finish_forecast
    clock.now += timedelta(days=7)
    assert site.status().finish_forecast - before == timedelta(days=7)


def test_an_exhaust_past_a_standing_purifier_proposes_to_stop_the_excavation(site):
    readings(site, "P1", "exhaust_state", 1)
    readings(site, "P1", "purifier_state", 0)
    (proposal,) = site.stop_proposals()
    assert (proposal["rule"], proposal["tasks"]) == ("AIR-07", ["A"])


def test_the_project_names_other_tasks_for_a_rule(site, tmp_path):
    (tmp_path / "rules.yaml").write_text("parameters: {DUS-BJ-03: {stops: [Reinforcement]}}\n", "utf-8")
    site.load_rules(tmp_path / "rules.yaml")
    assert wind(site)["tasks"] == ["B"]


def test_a_heavy_pollution_order_proposes_the_tasks_of_its_level(site):
    at = site.now() - timedelta(hours=1)
    line = (
        f'{{"kind":"pollution_order","checkpoint":"CP-AIR","value":"red","time":"{at.isoformat()}",'
        '"reporter":"liu"}'
    )
    site.ingest([("site/observations", line.encode())], authenticated=True)
    (proposal,) = site.stop_proposals()
    assert (proposal["rule"], proposal["tasks"]) == ("DUS-BJ-04", ["A", "B"])
    draft = CaseDraft(text="red", tasks=proposal["tasks"], data={"alarm": proposal["alarm"]})
    site.open_case("stop", "zhao", draft, action="issue")
    assert site.stop_proposals() == []


def test_a_stop_that_answers_no_green_finding_is_no_green_delay(site, clock):
    site.open_case("stop", "zhao", CaseDraft(text="crack", tasks=["A"]), action="issue")
    clock.now += timedelta(days=2)
    assert (row(site, "A").stopped_by, row(site, "A").green_delay_days) == ("STOP-001", None)


def test_every_work_that_a_shipped_rule_stops_is_known_to_the_lexicon():
    known = read_lexicon().concepts.keys()
    named = {work for rule in load_packs().rules.values() for work in getattr(rule, "stops", ())}
    assert named
    assert named <= known


START = datetime.fromisoformat("2026-03-01T00:00:00+00:00")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=5))
def test_overlapping_orders_count_every_hour_once(orders):
    notes = []
    for number, (begin, length) in enumerate(orders):
        for action, hour in (("issue", begin), ("lift", begin + length)):
            notes.append(
                Note(
                    number=len(notes),
                    case=f"STOP-{number}",
                    kind=CaseKind.STOP.value,
                    action=action,
                    user="zhao",
                    capacity="chief_supervision_engineer",
                    at=START + timedelta(hours=hour),
                    text="x",
                    data={"rule": "AIR-07", "tasks": ["A"]},
                )
            )
    hours = {hour for begin, length in orders for hour in range(begin, begin + length)}
    found = green_delays(fold_cases(notes), lambda rule: rule == "AIR-07", as_of=START + timedelta(days=9))
    assert sum((item.lost for item in found), timedelta(0)) == timedelta(hours=len(hours))
    assert green_delays(fold_cases(notes), lambda _: False, as_of=START + timedelta(days=9)) == ()
