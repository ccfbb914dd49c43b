"""How fast a dome loses pressure."""

from itertools import pairwise

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.packs.dome.kinds import DOME_PRESSURE


def steepest_fall(stretch: Stretch) -> Worked | None:
    """Steepest fall [Pa/min] between two readings of which the second lies in the window; 0 for a rise."""
    readings = [
        (window.last_ms, window.last * DOME_PRESSURE.resolution) for window in stretch.own if window.count
    ]
    falls = [
        (before - now) / ((at_ms - before_ms) / MINUTE_MS)
        for (before_ms, before), (at_ms, now) in pairwise(readings)
        if at_ms >= stretch.start_ms
    ]
    if not falls:
        return None
    covered = sum(window.covered_ms for window in stretch.inside)
    worst = max(0.0, round(max(falls), 9))
    return Worked(value=worst, share=min(covered / stretch.length_ms, 1.0), values=(covered,))
