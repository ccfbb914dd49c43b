"""How old the evidence is, beside everything that depends on it: never stale green."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets.html import Markup, join, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import Freshness

_GREY = (
    ".pill.good{color:var(--faint);background:var(--mute-soft)}"
    ".verdict.good{border-color:var(--faint)}"
    ".map-sign.live{border-color:var(--faint);background:var(--faint)}"
)

LIVE_EVERY_S = 5
"""How often [s] live parts look for news."""


def age(fresh: Freshness) -> str:
    """How long ago evidence last came in, in words."""
    if fresh.age_s is None:
        return t("fresh.never")
    return t("fresh.ago", age=formats().span(timedelta(seconds=fresh.age_s)))


def badge(fresh: Freshness) -> Markup:
    """The moment the figures hold for, with its zone; with their age once evidence stopped coming in."""
    f = formats()
    shown = fresh.last_event if fresh.stale and fresh.last_event else fresh.site_now
    moment = t("fresh.as_of", moment=f.moment(shown), zone=f.zone_name(shown))
    words = t("fresh.stale", moment=moment, age=age(fresh)) if fresh.stale else moment
    return tag(
        "span", tag("span", cls="dot"), words, cls=f"asof{' stale' if fresh.stale else ''}", role="status"
    )


def greying(fresh: Freshness) -> Markup:
    """While no evidence comes in: style rules that take the colour from whatever looked good."""
    return Markup(f"<style>{_GREY}</style>") if fresh.stale else Markup("")


def warning(fresh: Freshness) -> Markup:
    """A line that says figures are old; nothing while evidence comes in."""
    if not fresh.stale:
        return Markup("")
    return tag("div", t("fresh.warning", age=age(fresh)), cls="stale-line", role="status")


def block(fresh: Freshness, *parts: object) -> Markup:
    """Parts that grey where marked ``dep`` while no evidence comes in."""
    return tag("div", join(parts), cls="stale-block" if fresh.stale else "live-block")
