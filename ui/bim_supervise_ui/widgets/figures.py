"""The key figures of a project: progress with its evidence, money, gates, green state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import pills
from bim_supervise_ui.widgets.html import Markup, join, tag
from bim_supervise_ui.widgets.page import card, unknown

if TYPE_CHECKING:
    from bim_supervise.api.views import Status

_STEPS = ("planned", "claimed", "accepted", "corroborated", "proven")
_OUTCOMES = ("fail", "undetermined", "pass")


def or_unknown(value: object, written: str) -> Markup:
    """What was written, or an em dash where the value is unknown."""
    return unknown() if value is None else tag("span", written)


def progress_card(status: Status) -> Markup:
    """Percent planned, claimed, accepted, corroborated and proven, with basis and linked share."""
    f = formats()
    percent = status.percent
    steps = []
    for step in _STEPS:
        value: float | None = getattr(percent, step)
        depends = "" if step == "planned" else " dep"
        bar = tag("i", style=f"width:{max(0.0, min(100.0, value)):.1f}%") if value is not None else ""
        steps += [
            tag("dt", t(f"percent.{step}"), title=t(f"percent.{step}_help")),
            tag("dd", bar, cls=f"track {step}{depends}{'' if value is not None else ' none'}"),
            tag("dd", or_unknown(value, f.percent(value)), cls=f"value{depends}"),
        ]
    counts = status.tasks
    known = [
        (t("today.started"), counts.planned_started, counts.actual_started),
        (t("today.finished"), counts.planned_finished, counts.actual_finished),
    ]
    tasks = [
        tag("dt", name)
        + tag("dd", t("today.planned_actual", planned=planned), " ", or_unknown(actual, str(actual)))
        for name, planned, actual in known
    ]
    return card(
        t("today.progress"),
        tag("dl", join(steps), cls="ladder"),
        tag("hr", cls="rule"),
        tag("dl", Markup("".join(tasks)), cls="kv"),
        tag(
            "p",
            t("percent.basis", basis=label("basis", percent.basis), share=f.share(percent.linked_share)),
            cls="foot",
        ),
        small=t("percent.of", all=f.number(counts.total, 0)),
    )


def money_card(status: Status) -> Markup:
    """Planned value, earned value and actual cost with SPI and CPI, budget and forecast."""
    f = formats()

    def big(key: str, value: float | None) -> Markup:
        return tag(
            "div",
            tag("div", t(f"money.{key}"), cls="k", title=t(f"money.{key}_help")),
            tag("div", or_unknown(value, f.fixed(value, 2)), cls="v dep"),
            cls="figure",
        )

    amounts = [
        (t("money.pv"), or_unknown(status.planned_value, f.money_short(status.planned_value))),
        (
            t("money.ev"),
            tag("span", or_unknown(status.earned_value, f.money_short(status.earned_value)), cls="dep"),
        ),
        (
            t("money.ac"),
            tag("span", or_unknown(status.actual_cost, f.money_short(status.actual_cost)), cls="dep"),
        ),
        (t("money.bac"), or_unknown(status.budget, f.money_short(status.budget))),
        (
            t("money.eac"),
            tag(
                "span",
                or_unknown(status.estimate_at_completion, f.money_short(status.estimate_at_completion)),
                cls="dep",
            ),
        ),
    ]
    ends = [
        (t("money.finish_planned"), or_unknown(status.finish_planned, _end(status.finish_planned))),
        (
            t("money.finish_forecast"),
            tag("span", or_unknown(status.finish_forecast, _end(status.finish_forecast)), cls="dep"),
        ),
    ]
    if status.green_delays:
        most = max(item["days"] for item in status.green_delays)
        ends.append(
            (
                t("money.green_delay"),
                tag(
                    "span",
                    t("money.green_delay_days", days=f.number(most, 1), count=len(status.green_delays)),
                ),
            )
        )
    return card(
        t("today.money"),
        tag("div", big("spi", status.spi), big("cpi", status.cpi), cls="pair"),
        tag("hr", cls="rule"),
        _pairs(amounts),
        tag("hr", cls="rule"),
        _pairs(ends),
        small=status.currency,
    )


def _end(when: object) -> str:
    from datetime import datetime

    f = formats()
    if isinstance(when, datetime):
        return f.moment(when) if when.tzinfo else f.wall(when)
    return ""


def _pairs(pairs: list[tuple[str, Markup]]) -> Markup:
    return tag("dl", *(join((tag("dt", key), tag("dd", value))) for key, value in pairs), cls="kv")


def gates_card(status: Status) -> Markup:
    """How many gates stand in which state."""
    f = formats()
    order = {state: index for index, state in enumerate(pills.GATE_ORDER)}
    found = sorted(status.gates.items(), key=lambda item: order.get(item[0], len(order)))
    rows = [(pills.gate(state), f.number(count, 0)) for state, count in found if count]
    body = pills.counts(rows) if rows else tag("div", t("today.gates_none"), cls="empty")
    return card(
        t("today.gates_card"),
        tag("div", body, cls="dep"),
        small=t("today.blocked", count=status.tasks.blocked) if status.tasks.blocked else "",
    )


def green_card(status: Status) -> Markup:
    """Alarms by severity and what the green checkpoints say."""
    f = formats()
    alarms = [
        (
            pills.severity("life_safety") if status.alarms.get("life_safety") else pills.quiet("life_safety"),
            f.number(status.alarms.get("life_safety", 0), 0),
        ),
        (pills.alarm("open"), f.number(status.alarms.get("open", 0), 0)),
        (pills.alarm("acknowledged"), f.number(status.alarms.get("acknowledged", 0), 0)),
    ]
    verdicts = status.verdicts.get("green", {})
    green = [(pills.outcome(code), f.number(verdicts[code], 0)) for code in _OUTCOMES if verdicts.get(code)]
    body = pills.counts(green) if green else tag("div", t("today.green_none"), cls="empty")
    return card(
        t("today.alarms_card"),
        tag("div", pills.counts(alarms), cls="dep"),
        tag("hr", cls="rule"),
        tag("h2", t("today.green"), cls="section-title"),
        tag("div", body, cls="dep"),
    )
