"""An hour and a day that begin together are two windows; one that fails early stays one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bim_supervise.api import Project
from bim_supervise.checkpoints.conditions import Measured
from bim_supervise.checkpoints.conditions.derived import AtOnce
from bim_supervise.checkpoints.contract import Kind, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import load_packs, registry_of
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.events.kinds import KindTable
from bim_supervise.store.dump import evidence_digest
from bim_supervise.store.silences import windows_of

PM10 = KindTable()["pm10"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""


class HourAndDay(WindowedRule):
    """Mean of the hour and mean of the day, one rule; for this test alone."""

    id = "TST-02"
    kind = Kind.GREEN
    title = {"en": "Hour and day", "zh": "小时与日"}
    condition = Measured(kind=PM10, purpose="street", calibrated=False)


class HourAtOnce(WindowedRule):
    """Highest value of the hour, said as soon as it is known; for this test alone."""

    id = "TST-03"
    kind = Kind.GREEN
    title = {"en": "Hour at once", "zh": "小时即时"}
    condition = AtOnce(Measured(kind=PM10, purpose="street", calibrated=False, statistic="max"))


def row(rule, window, value, statistic="mean"):
    return Limit(
        rule_id=rule, jurisdiction="CN", edition="test", effective_from=date(2010, 1, 1), effective_to=None,
        clause="none", evidence_class="ENG", value=value, unit="ug/m3", window=window, statistic=statistic,
        comparator="<=", action="none", min_completeness=0.5, editable=True,
    )  # fmt: skip


PACK = Pack(
    name="test",
    version="1",
    title={"en": "Test", "zh": "测试"},
    rules=(HourAndDay(), HourAtOnce()),
    limits=(
        row("TST-02", "PT1H", 150.0),
        row("TST-02", "P1D", 60.0),
        row("TST-03", "PT1H", 400.0, "max"),
    ),
)


class Clock:
    now = START

    def __call__(self):
        return self.now


@pytest.fixture
def site(tmp_path, monkeypatch):
    registry = registry_of([*load_packs().packs, PACK])
    monkeypatch.setattr("bim_supervise.api.project.load_packs", lambda: registry)
    clock = Clock()
    project = Project.create(tmp_path / "site", "Spans", clock=clock)
    (tmp_path / "devices.yaml").write_text(
        "devices:\n  - {id: D1, name: D1, kinds: [pm10], purpose: street, expected_interval_s: 600,"
        " life_safety: true}\n"
    )
    project.load_devices(tmp_path / "devices.yaml")
    yield project, clock
    project.close()


def send(project, *rows):
    """(minute, value) rows as one batch."""
    messages = [
        json.dumps(
            {"device": "D1", "kind": "pm10", "unit": "ug/m3", "value": value,
             "time": (START + timedelta(minutes=minute)).isoformat()}
        ).encode()
        for minute, value in rows
    ]  # fmt: skip
    return project.ingest([("t", message) for message in messages], authenticated=True)


def said(project, rule):
    with project._store.reading() as work:
        return {
            (start, verdict.window_span * timedelta(microseconds=1)): (verdict.outcome, verdict.value)
            for verdict in work.verdicts(rule)
            for start, _ in windows_of(verdict)
        }


def digest(project):
    with project._store.reading() as work:
        return evidence_digest(work)


def test_the_hour_and_the_day_of_midnight_live_side_by_side(site):
    project, clock = site
    for hour in range(49):
        clock.now = START + hour * HOUR
        if hour not in (30, 31):
            send(
                project,
                *((60 * (hour - 1) + minute, 95 + minute % 20) for minute in range(0, 60, 10) if hour),
            )
    clock.now = START + 49 * HOUR
    send(project, (48 * 60 + 5, 100))
    live = said(project, "TST-02")
    for midnight in (START, START + DAY):
        assert live[midnight, HOUR] == ("pass", pytest.approx(100))
        assert live[midnight, DAY] == ("fail", pytest.approx(100))
    assert live[START + 30 * HOUR, HOUR] == ("undetermined", None)
    assert len(live) == 49 + 2
    with project._store.reading() as work:
        judged = [one for one in work.judged_windows(START, START + DAY) if one.rule == "TST-02"]
        assert {one.end - one.start for one in judged if one.start == START} == {HOUR, DAY}
        of_day = next(one for one in judged if one.end - one.start == DAY)
        assert work.verdict_of(of_day).limit["window"] == "P1D"
    before = digest(project)
    project.evaluate((START + 49 * HOUR).isoformat())
    assert said(project, "TST-02") == live
    assert digest(project) == before


def test_a_window_that_fails_early_overwrites_what_was_said_of_it(site):
    project, clock = site
    for hour in (1, 2):
        clock.now = START + hour * HOUR
        send(project, *((60 * (hour - 1) + minute, 100) for minute in range(0, 60, 10)))
    assert said(project, "TST-03")[START, HOUR][0] == "pass"
    send(project, (25, 900))
    assert said(project, "TST-03")[START, HOUR] == ("fail", pytest.approx(900))
    send(project, (15, 800))
    assert said(project, "TST-03")[START, HOUR] == ("fail", pytest.approx(800)), "the first minute speaks"
    assert len(said(project, "TST-03")) == 2
    send(project, (35, 90_000))
    assert said(project, "DEV-01")[START, HOUR][0] == "fail"
    assert len(said(project, "DEV-01")) == 2
    before = digest(project)
    project.evaluate(clock.now.isoformat())
    assert digest(project) == before


def test_what_a_sign_off_binds_is_as_before():
    whole = Verdict(
        rule="TST-03", outcome=Outcome.FAIL, reason="above_limit", subject=Subject(device="D1"), value=900.0,
        unit="ug/m3", window_start=START, window_end=START + HOUR / 2,
    )  # fmt: skip
    assert replace(whole, window_over=START + HOUR).digest == whole.digest
    # Worked out by the version that did not know how long a window is.
    assert whole.digest == "d2bf3102c7ce00a263a9a85d01f53b910175a81af768d73156a221d054b4c82b"
