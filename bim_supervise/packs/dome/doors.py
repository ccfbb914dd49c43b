"""When both leaves of an airlock were open, as far as minutes can tell."""

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.packs.dome.kinds import AIRLOCK_OUTER


def both_open(stretch: Stretch) -> Worked | None:
    """Minutes [min] in which both leaves were open together for sure.

    A minute in which one leaf was open for a and the other for b seconds holds both open for at least
    a + b - 60 s. Where both were open but need not have been together, the minute is unclear.
    """
    outer = {window.start_ms: window for window in stretch.other(AIRLOCK_OUTER.key)}
    sure, unclear, known, distrusted = 0, 0, 0, False
    for window in stretch.inside:
        other = outer.get(window.start_ms)
        if other is None:
            continue
        known += min(window.covered_ms, other.covered_ms)
        distrusted |= bool(window.distrusted or other.distrusted)
        overlap = window.weighted_sum + other.weighted_sum - MINUTE_MS
        sure += max(0, overlap)
        unclear += overlap <= 0 < min(window.weighted_sum, other.weighted_sum)
    doubt = "doors_unclear" if unclear else "distrusted" if distrusted else None
    return Worked(
        value=sure / MINUTE_MS if known else None,
        share=min(known / stretch.length_ms, 1.0),
        doubt=doubt if known else "door_silent",
        reason="both_open" if sure else None,
        used=((stretch.device.id, AIRLOCK_OUTER.key, stretch.start_ms, stretch.end_ms),),
        values=(sure, unclear, known),
    )
