"""Status pills: an icon and a word, so that colour is never the only sign."""

from __future__ import annotations

from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets.html import Markup, join, tag
from bim_supervise_ui.widgets.icons import icon

_GATES = {
    "not_due": ("", "none"),
    "notice_running": ("info", "wait"),
    "waiting_for_evidence": ("wait", "wait"),
    "evidence_failed": ("bad", "fail"),
    "undetermined": ("", "unknown"),
    "waiting_for_signature": ("info", "sign"),
    "blocked_by_ncr": ("bad", "shut"),
    "released": ("good", "open"),
    "stale": ("wait", "stale"),
    "waived": ("wait", "open"),
}
_OUTCOMES = {"pass": ("good", "pass"), "fail": ("bad", "fail"), "undetermined": ("", "unknown")}
_SEVERITIES = {"life_safety": ("alarm", "life"), "major": ("bad", "alarm"), "minor": ("wait", "alarm")}
_DEVICES = {
    "live": ("good", "live"),
    "silent": ("wait", "silent"),
    "never": ("", "none"),
    "distrusted": ("bad", "unknown"),
}
_ALARMS = {
    "open": ("bad", "alarm"),
    "acknowledged": ("info", "done"),
    "shelved": ("info", "wait"),
    "cleared": ("good", "pass"),
}
_LIVES = {"installed": ("good", "done"), "delivered": ("info", "pass"), "missing": ("bad", "fail")}
_DECISIONS = {"accept": ("good", "sign"), "reject": ("bad", "fail")}
_CASES = {
    "open": ("bad", "alarm"),
    "corrected": ("info", "wait"),
    "verified": ("info", "sign"),
    "closed": ("good", "done"),
    "issued": ("bad", "alarm"),
    "replied": ("info", "wait"),
    "proposed": ("alarm", "alarm"),
    "dismissed": ("", "none"),
    "lifted": ("good", "done"),
    "in_force": ("wait", "open"),
    "withdrawn": ("", "none"),
    "invited": ("info", "wait"),
    "defined": ("info", "wait"),
    "qualified": ("good", "pass"),
    "not_qualified": ("bad", "fail"),
}

GATE_ORDER = tuple(_GATES)
"""Gate states in the order a person works through them."""


def pill(tone: str, sign: str, word: str) -> Markup:
    """A pill of a tone (``good``, ``bad``, ``wait``, ``info``, ``alarm`` or empty) with sign and word."""
    return tag("span", icon(sign), word, cls=f"pill {tone}".strip())


def _known(table: dict[str, tuple[str, str]], group: str, code: str | None) -> Markup:
    tone, sign = table.get(code or "", ("", "unknown"))
    return pill(tone, sign, label(group, code))


def gate(state: str | None) -> Markup:
    """The state of a gate."""
    return _known(_GATES, "state", state)


def outcome(code: str | None) -> Markup:
    """What a rule said: pass, fail or undetermined."""
    return _known(_OUTCOMES, "outcome", code)


def severity(code: str | None) -> Markup:
    """How an alarm ranks."""
    return _known(_SEVERITIES, "severity", code)


def quiet(code: str) -> Markup:
    """A severity of which there is none now: the same sign and word without the colour."""
    return pill("", _SEVERITIES[code][1], label("severity", code))


def alarm(state: str | None) -> Markup:
    """Whether an alarm is open, acknowledged or cleared."""
    return _known(_ALARMS, "alarm_state", state)


def device(state: str | None) -> Markup:
    """Whether a device reports and may be trusted."""
    return _known(_DEVICES, "device_state", state)


def life(state: str | None) -> Markup:
    """How far an element has come, as far as anybody has stated it."""
    return _known(_LIVES, "life", state)


def decision(code: str | None) -> Markup:
    """Accepted or rejected."""
    return _known(_DECISIONS, "decision", code)


def case(state: str | None) -> Markup:
    """How far a case has come."""
    return _known(_CASES, "case_state", state)


def overdue(rung: int) -> Markup:
    """How far up an unanswered case has gone: 1 the chief supervision engineer, 2 the owner."""
    return pill(
        "alarm" if rung > 1 else "bad", "late", t("cases.overdue_owner" if rung > 1 else "cases.overdue")
    )


def late(days: float, words: str) -> Markup:
    """By how much something is late."""
    return pill("bad" if days > 0 else "wait", "late", words)


def critical() -> Markup:
    """On the critical path."""
    return pill("bad", "late", t("task.critical"))


def tone_of_gate(state: str | None) -> str:
    """The tone of a gate state, for charts."""
    return _GATES.get(state or "", ("", ""))[0]


def tone_of_outcome(code: str | None) -> str:
    """The tone of an outcome, for the line beside a verdict."""
    return _OUTCOMES.get(code or "", ("", ""))[0]


def counts(rows: list[tuple[Markup, str]]) -> Markup:
    """Pills with their counts, one a line."""
    return tag("div", join(tag("div", pill_, tag("b", count)) for pill_, count in rows), cls="counts")
