"""What people breathe over a quarter of an hour."""

import numpy as np

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.packs.dome.kinds import KINDS

QUARTER = 15
"""Length [min] of the mean that a short-term exposure limit is about."""

_RESOLUTION = {kind.key: kind.resolution for kind in KindTable().with_kinds(KINDS)}


def worst_quarter(stretch: Stretch) -> Worked | None:
    """Highest mean [kind's unit] over any 15 minutes in a row that end in the window.

    Minutes without a reading count as zero, so that the value is a lower bound where something is missing.
    """
    if not stretch.inside:
        return None
    lead = QUARTER - 1
    first_ms = stretch.start_ms - lead * MINUTE_MS
    sums = np.zeros(lead + stretch.length_ms // MINUTE_MS)
    for window in stretch.own:
        place = (window.start_ms - first_ms) // MINUTE_MS
        if 0 <= place < sums.size:
            sums[place] = window.weighted_sum
    total = np.concatenate(([0.0], np.cumsum(sums)))
    means = (total[QUARTER:] - total[:-QUARTER]) / (QUARTER * MINUTE_MS)
    value = round(float(means.max()) * _RESOLUTION[stretch.own[0].kind], 9)
    covered = sum(window.covered_ms for window in stretch.inside)
    return Worked(value=value, share=min(covered / stretch.length_ms, 1.0), values=(covered,))
