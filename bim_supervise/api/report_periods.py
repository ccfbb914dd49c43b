"""Documents over a time: the supervision diary of a day, the weekly and the monthly report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from bim_supervise.api.report_logs import Subjects
from bim_supervise.api.report_waivers import waivers_in_force
from bim_supervise.api.reports import Making
from bim_supervise.core.clock import to_utc
from bim_supervise.report.document import (
    Block,
    Column,
    Document,
    Fields,
    Heading,
    Paragraph,
    Picture,
    Plot,
    Signatures,
    Table,
    Value,
)
from bim_supervise.report.plots import bar_plot, line_plot

_STEPS = ("planned", "claimed", "accepted", "corroborated", "proven")
_MOST_PHOTOS = 12
_MOST_ROWS = 200


def build_diary(making: Making) -> Document:
    """The supervision diary (监理日志) of the last day of the period."""
    t = making.words.text
    making = making.on_day(making.last_day)
    return Document(
        title=t("diary.title"),
        form=t("form.diary"),
        origin=making.origin,
        blocks=[
            Fields(rows=[(t("diary.day"), making.last_day)]),
            Heading(text=t("diary.work")),
            _work(making),
            Heading(text=t("diary.records")),
            _records(making),
            Heading(text=t("diary.sensors")),
            *_sensors(making),
            Heading(text=t("diary.alarms")),
            _alarms(making),
            Heading(text=t("diary.cases")),
            _cases(making),
            Heading(text=t("diary.signed")),
            _signed(making),
            *_photos(making),
            Signatures(labels=[t("diary.keeper"), t("diary.reviewer")]),
        ],
    )


def periodic(name: str) -> Callable[[Making], Document]:
    """The builder of the ``weekly`` or ``monthly`` report."""

    def build(making: Making) -> Document:
        t = making.words.text
        return Document(
            title=t(f"periodic.{name}"),
            form=t(f"form.{name}"),
            origin=making.origin,
            blocks=[
                Paragraph(text=making.period),
                *_progress(making),
                Heading(text=t("periodic.late_tasks")),
                _late(making),
                Heading(text=t("periodic.gates")),
                _gates(making),
                Heading(text=t("periodic.quality")),
                _cases(making),
                Heading(text=t("periodic.waivers")),
                waivers_in_force(making),
                Heading(text=t("diary.alarms")),
                _alarms(making),
                Heading(text=t("diary.signed")),
                _signed(making),
                Heading(text=t("periodic.environment")),
                *_noise(making),
                *_sensors(making),
                *_photos(making),
                Signatures(labels=[t("case.sign_supervisor"), t("case.sign_chief")]),
            ],
        )

    return build


def _progress(making: Making) -> list[Block]:
    t, words = making.words.text, making.words
    status = making.project.status(making.moment)
    tasks = {row.id: row for row in making.project.tasks(making.moment)}
    percent = status.percent
    bars = [
        (t(f"periodic.{step}"), round(value, 2))
        for step in _STEPS
        if (value := getattr(percent, step)) is not None
    ]
    late = status.late.get("finish")
    rows: list[tuple[str, Value]] = [
        *(
            (f"{t('periodic.percent')}: {t(f'periodic.{step}')}", words.share(getattr(percent, step)))
            for step in _STEPS
        ),
        (t("periodic.basis"), words.named("basis", percent.basis)),
        (t("periodic.tasks_planned"), status.tasks.planned_finished),
        (t("periodic.tasks_finished"), status.tasks.actual_finished),
        (t("periodic.late"), late.tasks if late else None),
        (t("periodic.blocked"), status.tasks.blocked),
        (t("periodic.planned_value"), words.money(status.planned_value)),
        (t("periodic.earned_value"), words.money(status.earned_value)),
        (t("periodic.actual_cost"), words.money(status.actual_cost)),
        (t("periodic.spi"), words.number(status.spi, 3)),
        (t("periodic.cpi"), words.number(status.cpi, 3)),
        (t("periodic.finish_planned"), status.finish_planned),
        (t("periodic.finish_forecast"), status.finish_forecast),
    ]  # fmt: skip
    plot: list[Block] = (
        [Plot(spec=bar_plot(bars, x_title="%"), caption=t("periodic.percent_caption"))]
        if bars
        else [Paragraph(text=t("periodic.no_progress"))]
    )
    assumed = [
        Paragraph(
            text=words.sentence(
                "periodic.assumed",
                task=tasks[row["task"]].name,
                checkpoint=row["checkpoint"],
                moment=row["not_before"],
                notice=words.number(row["notice_hours"], 0),
                review=words.number(row["review_hours"], 0),
            ),
            note=True,
        )
        for row in status.forecast_assumptions
        if (planned := tasks[row["task"]].start) is None or row["not_before"] > planned
    ]
    return [Heading(text=t("periodic.progress")), *plot, Fields(rows=rows), *assumed]


def _work(making: Making) -> Table:
    t, words = making.words.text, making.words
    day_end = datetime.combine(making.last_day, time.max)
    day_start = datetime.combine(making.first_day, time.min)
    rows: list[tuple[Value, ...]] = []
    for row in making.project.tasks(making.moment):
        if row.kind == "summary":
            continue
        started = words.wall(row.actual_start) if row.actual_start else None
        finished = words.wall(row.actual_finish) if row.actual_finish else None
        running = started is not None and started <= day_end and (finished is None or finished >= day_start)
        due = row.start is not None and row.start <= day_end and finished is None
        if running or due:
            planned = f"{words.cell(row.start)} – {words.cell(row.finish)}"
            gate = words.named("state", row.start_gate) if row.start_gate else None
            rows.append((row.wbs, row.name, planned, row.actual_start, row.actual_finish, row.percent, gate))
    return Table(
        name=t("diary.work"),
        columns=[
            Column(title=t("diary.wbs"), width=0.7),
            Column(title=t("diary.task"), width=2.2),
            Column(title=t("diary.planned"), width=2.0),
            Column(title=t("diary.actual_start"), width=1.2),
            Column(title=t("diary.actual_finish"), width=1.2),
            Column(title=t("diary.percent"), width=0.7, digits=1),
            Column(title=t("diary.gate"), width=1.0),
        ],
        rows=rows[:_MOST_ROWS],
        empty=t("document.nothing"),
    )


def _records(making: Making) -> Table:
    t, words = making.words.text, making.words
    subjects = Subjects(making)
    people = {user.name: user.display_name or user.name for user in making.project.users()}
    rows: list[tuple[Value, ...]] = [
        (
            fact.event_time,
            words.named("observation", fact.kind),
            subjects.name(fact.subject),
            words.quantity(fact.value, fact.unit)
            if isinstance(fact.value, float)
            else words.named("judgement", fact.value) if fact.value else None,
            people.get(fact.reporter, fact.reporter),
            str(fact.payload.get("remark") or ""),
        )
        for fact in making.facts_of()
        if making.within(fact.event_time)
    ]  # fmt: skip
    return Table(
        name=t("diary.records"),
        columns=[
            Column(title=t("log.time"), width=1.2),
            Column(title=t("diary.kind"), width=1.0),
            Column(title=t("log.subject"), width=2.0),
            Column(title=t("diary.value"), width=0.8),
            Column(title=t("log.person"), width=0.9),
            Column(title=t("diary.remark"), width=1.8),
        ],
        rows=rows[-_MOST_ROWS:],
        empty=t("document.nothing"),
        source=t("log.source"),
    )


def _sensors(making: Making) -> list[Block]:
    """Statistics of every series with data, and the names of those without any."""
    t, words = making.words.text, making.words
    start, end = _span(making)
    days = (making.last_day - making.first_day).days + 1
    rows: list[tuple[Value, ...]] = []
    silent: list[str] = []
    for device in making.project.devices(making.moment):
        for kind in device.kinds:
            name = words.named("observation", kind)
            found = making.project.series(device.id, kind, start, end, minutes=1440)
            values = [value for value in found.values if value is not None]
            if not values:
                silent.append(f"{device.name} ({name})")
                continue
            low, high = making.extremes(device.id, kind, start, end)
            # A mean over several days would hide what each was; the plots show those.
            mean = values[0] if len(values) == 1 else None
            covered = sum(found.coverage) / days * 100
            rows.append((device.name, name, words.unit(found.unit), mean, high, low, covered))
    table = Table(
        name=t("diary.sensors"),
        columns=[
            Column(title=t("diary.device"), width=1.8),
            Column(title=t("diary.quantity"), width=1.4),
            Column(title=t("diary.unit"), width=0.8),
            Column(title=t("diary.mean"), width=0.8, digits=1),
            Column(title=t("diary.maximum"), width=0.8, digits=1),
            Column(title=t("diary.minimum"), width=0.8, digits=1),
            Column(title=t("diary.coverage"), width=0.9, digits=1),
        ],
        rows=rows,
        empty=t("document.nothing"),
        source=t("diary.mean_note"),
    )
    if not silent:
        return [table]
    named = words.text("document.listed_by").join(silent)
    return [table, Paragraph(text=t("diary.silent", devices=named), note=True)]


def _noise(making: Making) -> list[Block]:
    """Hourly levels of every boundary noise meter over the period."""
    start, end = _span(making)
    minutes = 60 if making.last_day - making.first_day <= timedelta(days=14) else 1440
    made: list[Block] = []
    for device in making.project.devices(making.moment):
        if "noise_level" not in device.kinds:
            continue
        found = making.project.series(device.id, "noise_level", start, end, minutes=minutes)
        if not any(value is not None for value in found.values):
            continue
        points = [
            (making.words.wall(when).isoformat(), None if value is None else round(value, 2))
            for when, value in zip(found.times, found.values, strict=True)
        ]
        made.append(
            Plot(
                spec=line_plot({device.name: points}, y_title="LAeq [dB(A)]"),
                caption=making.words.text("periodic.noise_caption", device=device.name, minutes=minutes),
            )
        )
    return made


def _span(making: Making) -> tuple[datetime, datetime]:
    zone = making.project.zone
    start = to_utc(datetime.combine(making.first_day, time.min), zone)
    end = to_utc(datetime.combine(making.last_day + timedelta(days=1), time.min), zone)
    return start, min(end, max(making.moment, start))


def _alarms(making: Making) -> Table:
    t, words = making.words.text, making.words
    rows: list[tuple[Value, ...]] = [
        (
            words.named("severity", alarm.severity),
            words.reason(alarm.reason, alarm.params),
            alarm.task_name or alarm.device or alarm.element,
            alarm.raised_at,
            alarm.cleared_at,
            words.named("alarm_state", alarm.state),
        )
        for alarm in making.project.alarms(making.moment, cleared=True)
        if making.within(alarm.raised_at) or alarm.cleared_at is None
    ]
    return Table(
        name=t("diary.alarms"),
        columns=[
            Column(title=t("diary.severity"), width=0.8),
            Column(title=t("diary.reason"), width=3.0),
            Column(title=t("log.subject"), width=1.6),
            Column(title=t("diary.raised"), width=1.2),
            Column(title=t("diary.cleared"), width=1.2),
            Column(title=t("diary.state"), width=0.8),
        ],
        rows=rows[:_MOST_ROWS],
        empty=t("document.nothing"),
    )


def _cases(making: Making) -> Table:
    t, words = making.words.text, making.words
    rows: list[tuple[Value, ...]] = [
        (
            case.id,
            words.named("case_kind", case.kind),
            case.title or case.notes[0].text,
            case.author,
            case.opened_at,
            case.due,
            words.named("case_state", case.state)
            + (f" ({t('periodic.overdue')})" if case.escalation else ""),
        )
        for kind in ("ncr", "notice", "stop")
        for case in making.project.cases(kind, as_of=making.moment)
        if case.ended_at is None or any(making.within(note.at) for note in case.notes)
    ]
    return Table(
        name=t("diary.cases"),
        columns=[
            Column(title=t("case.number"), width=1.0),
            Column(title=t("log.class"), width=1.1),
            Column(title=t("case.name"), width=2.2),
            Column(title=t("case.author"), width=1.0),
            Column(title=t("case.opened"), width=1.2),
            Column(title=t("case.due"), width=1.0),
            Column(title=t("case.state"), width=1.2),
        ],
        rows=rows,
        empty=t("periodic.cases_empty"),
    )


def _late(making: Making) -> Table:
    t = making.words.text
    rows: list[tuple[Value, ...]] = [
        (row.wbs, row.name, row.finish, row.actual_start, row.percent)
        for row in making.project.tasks(making.moment)
        if row.late_finish_outcome == "fail" and row.actual_finish is None
    ]
    return Table(
        name=t("periodic.late_tasks"),
        columns=[
            Column(title=t("diary.wbs"), width=0.8),
            Column(title=t("diary.task"), width=3.0),
            Column(title=t("periodic.due"), width=1.3),
            Column(title=t("diary.actual_start"), width=1.3),
            Column(title=t("diary.percent"), width=0.8, digits=1),
        ],
        rows=rows[:_MOST_ROWS],
        empty=t("periodic.late_empty"),
    )


def _gates(making: Making) -> Table:
    t, words = making.words.text, making.words
    gates = making.project.status(making.moment).gates
    return Table(
        name=t("periodic.gates"),
        columns=[Column(title=t("periodic.gate"), width=2.0), Column(title=t("periodic.count"), digits=0)],
        rows=[(words.named("state", state), count) for state, count in gates.items() if count],
        empty=t("document.nothing"),
    )


def _signed(making: Making) -> Table:
    t, words = making.words.text, making.words
    rows: list[tuple[Value, ...]] = [
        (
            view.sequence, view.time, view.checkpoint, view.signer_name,
            words.named("capacity", view.capacity), words.named("decision", view.decision), view.reason,
        )
        for view in reversed(making.project.sign_offs())
        if making.within(view.time) and view.time <= making.moment
    ]  # fmt: skip
    return Table(
        name=t("sign_offs.table"),
        columns=[
            Column(title=t("sign_offs.sequence"), width=0.5, digits=0),
            Column(title=t("sign_offs.time"), width=1.3),
            Column(title=t("sign_offs.checkpoint"), width=1.3),
            Column(title=t("sign_offs.signer"), width=1.0),
            Column(title=t("sign_offs.capacity"), width=1.3),
            Column(title=t("sign_offs.decision"), width=0.8),
            Column(title=t("sign_offs.reason"), width=2.0),
        ],
        rows=rows,
        empty=t("sign_offs.empty"),
    )


def _photos(making: Making) -> list[Block]:
    """The newest photos of the period."""
    t = making.words.text
    subjects = Subjects(making)
    people = {user.name: user.display_name or user.name for user in making.project.users()}
    seen: dict[str, Picture] = {}
    for fact in reversed(making.facts_of()):
        if not making.within(fact.event_time):
            continue
        for digest in fact.payload.get("photos", ()):
            if digest in seen or len(seen) >= _MOST_PHOTOS:
                continue
            data, media_type = making.project.attachment(str(digest))
            if media_type.startswith("image/"):
                seen[str(digest)] = Picture(
                    data=data,
                    sha256=str(digest),
                    caption=t(
                        "periodic.photo",
                        task=subjects.name(fact.subject),
                        person=people.get(fact.reporter, fact.reporter),
                        time=making.words.moment(fact.event_time),
                    ),
                )
    return [Heading(text=t("periodic.photos")), *seen.values()] if seen else []
