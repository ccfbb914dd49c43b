"""When the exhaust of a purifier ran while the purifier itself stood."""

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.events.partials import MINUTE_MS
from bim_supervise.packs.dome.kinds import EXHAUST_STATE


def unpurified(stretch: Stretch) -> Worked | None:
    """Minutes [min] of exhaust without purifier; a minute with a standing purifier needs its exhaust's state.

    A running purifier needs nothing more. Within a minute the exhaust is taken to have run while the
    purifier stood for at least the time that cannot fall together with its running.
    """
    exhaust = {window.start_ms: window for window in stretch.other(EXHAUST_STATE.key)}
    bad, unknown, known = 0, 0, 0
    for window in stretch.inside:
        stood = window.covered_ms - window.weighted_sum
        known += window.covered_ms
        if stood <= 0:
            continue
        fan = exhaust.get(window.start_ms)
        if fan is None:
            unknown += 1
        else:
            bad += max(0, stood + fan.weighted_sum - MINUTE_MS)
    if not known:
        return None
    return Worked(
        value=bad / MINUTE_MS,
        share=min(known / stretch.length_ms, 1.0),
        doubt="exhaust_unknown" if unknown else None,
        reason="exhaust_unpurified" if bad else None,
        used=((stretch.device.id, EXHAUST_STATE.key, stretch.start_ms, stretch.end_ms),),
        values=(bad, unknown, known),
    )
