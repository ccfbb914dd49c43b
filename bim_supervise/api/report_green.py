"""The monthly green report (绿色施工月报): every pack's figures, alarms and lost time of a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bim_supervise.api.green import DerivedRow, PackFigure, PackSection, watches_site
from bim_supervise.api.report_logs import Subjects
from bim_supervise.api.reports import Making
from bim_supervise.api.views import LimitView
from bim_supervise.core.clock import from_epoch_ms
from bim_supervise.report.document import (
    Block,
    Column,
    Document,
    Fields,
    Heading,
    Paragraph,
    Plot,
    Signatures,
    Table,
    Value,
)
from bim_supervise.report.plots import line_plot

_MOST_ALARMS = 120
_MOST_PLOTS = 3
_LEAST_DAYS = 2
_EVIDENCE_SHOWN = 1
_PLOT_SIZE = {"width": 900, "height": 150}


def build_green_report(making: Making) -> Document:
    """Sections of all packs over the period, with what nobody could determine shown as such."""
    t = making.words.text
    sections = making.project.pack_sections(making.first_day, making.last_day, making.moment)
    blocks: list[Block] = [
        Paragraph(text=making.period),
        Fields(rows=_summary(making, sections)),
        Paragraph(text=t("green.how"), note=True),
        Heading(text=t("green.alarms")),
        _alarms(making),
        Heading(text=t("green.delay")),
        _delays(making),
    ]
    for section in sections:
        blocks += _section(making, section)
    blocks.append(Signatures(labels=[t("case.sign_supervisor"), t("case.sign_chief")]))
    return Document(
        title=t("green.title"), form=t("green.form"), origin=making.origin, blocks=blocks, landscape=True
    )


def _summary(making: Making, sections: list[PackSection]) -> list[tuple[str, Value]]:
    words = making.words
    rows: list[tuple[str, Value]] = []
    for section in sections:
        failed, open_ = (
            sum(item.outcome == outcome for item in section.figures) for outcome in ("fail", "undetermined")
        )
        said = words.text(
            "green.counts",
            outcome=words.named("outcome", section.outcome),
            figures=len(section.figures),
            failed=failed,
            open=open_,
            unobserved=len(section.unobserved),
        )
        rows.append((_title(section.title, words.language), said))
    return rows


def _section(making: Making, section: PackSection) -> list[Block]:
    t, words = making.words.text, making.words
    name = _title(section.title, words.language)
    subjects = Subjects(making)
    blocks: list[Block] = [Heading(text=name)]
    plotted = sorted(
        {item.rule: item for item in section.figures if _drawable(item)}.values(),
        key=lambda item: item.outcome != "fail",
    )
    blocks += [
        _plot(making, one, [item for item in section.figures if item.rule == one.rule])
        for one in plotted[:_MOST_PLOTS]
    ]
    blocks.append(
        Table(
            name=name,
            columns=[
                Column(title=t("green.rule"), width=2.0),
                Column(title=t("log.subject"), width=1.3),
                Column(title=t("green.outcome"), width=1.0),
                Column(title=t("green.passed"), width=0.6, digits=0),
                Column(title=t("green.failed"), width=0.6, digits=0),
                Column(title=t("green.undetermined"), width=0.7, digits=0),
                Column(title=t("green.value"), width=0.7, digits=2),
                Column(title=t("green.limit"), width=1.0),
                Column(title=t("green.clause"), width=2.2),
                Column(title=t("green.class"), width=0.7),
                Column(title=t("green.at"), width=1.2),
                Column(title=t("green.evidence"), width=1.6),
            ],
            rows=[_row(making, subjects, item) for item in section.figures],
            empty=t("green.nothing"),
            source=t("green.source"),
        )
    )
    if section.derived:
        blocks += _derived(making, section, subjects)
    if section.unobserved:
        names = (f"{rule} {_title(title, words.language)}" for rule, title in section.unobserved)
        listed = t("document.listed_by").join(names)
        blocks.append(Paragraph(text=t("green.unobserved", rules=listed), note=True))
    return blocks


def _derived(making: Making, section: PackSection, subjects: Subjects) -> list[Block]:
    """The figures that the pack works out of the period, and what each of them is."""
    t, words = making.words.text, making.words
    name = t("green.derived", pack=_title(section.title, words.language))
    notes = {item.key: (item.title, item.note) for item in section.derived if item.note}
    explained = (
        f"{_title(title, words.language)}: {_title(note, words.language)}" for title, note in notes.values()
    )
    table = Table(
        name=name,
        columns=[
            Column(title=t("green.figure"), width=2.0),
            Column(title=t("log.subject"), width=1.3),
            Column(title=t("green.value"), width=1.0),
            Column(title=t("green.basis"), width=3.0),
            Column(title=t("green.evidence"), width=2.0),
        ],
        rows=[
            (
                _title(item.title, words.language),
                _subject(making, subjects, item.device_name, item.subject),
                words.named("outcome", "undetermined")
                if item.value is None
                else words.quantity(item.value, item.unit),
                words.reason(item.reason, item.params),
                _evidence(making, item) or None,
            )
            for item in section.derived
        ],
        empty=t("green.nothing"),
        source=" ".join(explained),
    )
    return [Heading(text=name), table]


def _evidence(making: Making, item: PackFigure | DerivedRow) -> str:
    shown = (_reference(making, one) for one in item.evidence[:_EVIDENCE_SHOWN])
    said = making.words.text("document.listed_by").join(shown)
    if len(item.evidence) > _EVIDENCE_SHOWN:
        said += making.words.text("green.more", count=len(item.evidence) - _EVIDENCE_SHOWN)
    return said


def _row(making: Making, subjects: Subjects, item: PackFigure) -> tuple[Value, ...]:
    words, limit = making.words, item.limit
    return (
        f"{item.rule} {_title(item.title, words.language)}",
        _subject(making, subjects, item.device_name, item.subject),
        words.named("outcome", item.outcome),
        item.passed,
        item.failed,
        item.undetermined,
        item.value,
        _limit(making, limit) or words.unit(item.unit) or None,
        " ".join(part for part in (limit.edition, limit.clause) if part) if limit else None,
        limit.evidence_class if limit else None,
        item.at,
        _evidence(making, item) or None,
    )


def _reference(making: Making, reference: str) -> str:
    """A piece of evidence by the names under which the Evidence screen finds it."""
    kind, _, rest = reference.partition(":")
    parts = rest.split("|")
    if kind == "window" and len(parts) > 2 and parts[2].isdigit():
        return f"{parts[0]} {parts[1]} {making.words.moment(from_epoch_ms(int(parts[2])))}"
    return f"{kind} {rest[:12]}"


def _limit(making: Making, limit: LimitView | None) -> str | None:
    if limit is None:
        return None
    if limit.value is None:
        return making.words.text("green.no_limit")
    return f"{limit.comparator} {making.words.quantity(limit.value, limit.unit)}"


def _subject(making: Making, subjects: Subjects, device: str | None, key: str) -> str:
    if device:
        return device
    if key == "project":
        return making.words.text("green.project")
    return subjects.name(key.partition(";")[0].partition("=")[2])


def _drawable(item: PackFigure) -> bool:
    return sum(day.value is not None for day in item.days) >= _LEAST_DAYS


def _plot(making: Making, one: PackFigure, items: list[PackFigure]) -> Plot:
    words = making.words
    title = f"{one.rule} {_title(one.title, words.language)}"
    series = {
        item.device_name or item.subject: [
            (day.day.isoformat() + "T12:00:00", None if day.value is None else round(day.value, 3))
            for day in item.days
        ]
        for item in items
        if _drawable(item)
    }
    unit = words.unit(one.unit)
    limit = one.limit.value if one.limit else None
    key = "green.plot" if limit is not None else "green.plot_no_limit"
    return Plot(
        spec=line_plot(series, y_title=f"[{unit}]" if unit else "", limit=limit) | _PLOT_SIZE,
        caption=words.text(key, title=title, limit=words.quantity(limit, one.unit)),
    )


def _alarms(making: Making) -> Table:
    t, words = making.words.text, making.words
    names = {device.id: device.name for device in making.project.devices(making.moment)}
    registry = making.project.registry
    shown = {rule.id for pack in registry.packs if watches_site(pack) for rule in pack.rules}
    rows: list[tuple[Value, ...]] = [
        (
            number,
            words.named("severity", alarm.severity),
            f"{alarm.rule} {_title(registry.rules[alarm.rule].title, words.language)}",
            words.reason(alarm.reason, alarm.params),
            alarm.task_name or names.get(alarm.device or "") or alarm.device or alarm.element,
            words.quantity(alarm.value, alarm.unit),
            _limit(making, alarm.limit),
            alarm.raised_at,
            alarm.cleared_at,
            words.named("alarm_state", alarm.state),
        )
        for number, alarm in enumerate(_ranked(making, shown), 1)
    ]
    return Table(
        name=t("green.alarms"),
        columns=[
            Column(title=t("green.rank"), width=0.4, digits=0),
            Column(title=t("diary.severity"), width=0.8),
            Column(title=t("green.rule"), width=1.8),
            Column(title=t("diary.reason"), width=2.6),
            Column(title=t("log.subject"), width=1.3),
            Column(title=t("green.value"), width=0.8),
            Column(title=t("green.limit"), width=1.0),
            Column(title=t("diary.raised"), width=1.2),
            Column(title=t("diary.cleared"), width=1.2),
            Column(title=t("diary.state"), width=0.7),
        ],
        rows=rows[:_MOST_ALARMS],
        empty=t("green.no_alarms"),
        source=t("green.alarms_cut", count=len(rows) - _MOST_ALARMS) if len(rows) > _MOST_ALARMS else "",
    )


def _ranked(making: Making, rules: set[str]) -> list[Any]:
    """Alarms of the period, life safety first whether they stand or not."""
    order = ("life_safety", "major", "minor")
    found = [
        alarm
        for alarm in making.project.alarms(making.moment, cleared=True)
        if alarm.rule in rules and (making.within(alarm.raised_at) or alarm.cleared_at is None)
    ]
    return sorted(found, key=lambda alarm: order.index(alarm.severity))


def _delays(making: Making) -> Table:
    t = making.words.text
    delays = making.project.period_delays(making.first_day, making.last_day, making.moment)
    return Table(
        name=t("green.delay"),
        columns=[
            Column(title=t("diary.task"), width=3.0),
            Column(title=t("green.orders"), width=2.0),
            Column(title=t("green.lost"), width=1.0, digits=1),
            Column(title=t("green.standing"), width=1.0),
        ],
        rows=[
            (item["name"] or item["task"], ", ".join(item["orders"]), item["days"], item["standing"])
            for item in delays
        ],
        empty=t("green.no_delay"),
        source=t("green.delay_note"),
    )


def _title(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()), "")
