"""The correction of a level for the background that is measured beside it."""

from __future__ import annotations

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.events.windows import equivalent_level, merge
from bim_supervise.packs.noise.kinds import BACKGROUND, NOISE_LEVEL
from bim_supervise.packs.noise.levels import energy_floor

CORRECTIONS: tuple[tuple[int, int], ...] = ((10, 0), (5, 1), (3, 2), (2, 3))
"""Above which difference [whole dB] to the background which correction [dB] is subtracted; recalled."""


def correction(difference: float) -> int | None:
    """What is subtracted [dB] at a difference [dB] of level and background; None below 3: measure again."""
    whole = round(difference)
    return next((taken for above, taken in CORRECTIONS if whole > above), None)


def corrected(stretch: Stretch) -> Worked | None:
    """The level [dB(A)] of the window less its correction; the loudest background meter counts."""
    if not stretch.inside:
        return None
    own = merge(stretch.inside)
    level = equivalent_level(own, NOISE_LEVEL)
    if level is None:
        return None
    share = min(own.covered_ms / stretch.length_ms, 1.0)
    found = []
    for meter in stretch.asked.evidence.devices(NOISE_LEVEL.key, BACKGROUND):
        windows = stretch.other(NOISE_LEVEL.key, meter.id)
        background = merge(windows) if windows else None
        value = equivalent_level(background, NOISE_LEVEL) if background else None
        if background is not None and value is not None:
            found.append((value, meter.id, bool(background.distrusted)))
    if not found:
        return Worked(value=None, share=share, doubt="reference_missing")
    background_level, name, distrusted = max(found)
    taken = correction(level - background_level)
    if taken is None:
        return Worked(value=None, share=share, doubt="background_too_near")
    return Worked(
        value=round(level - taken, 9),
        share=share,
        least=energy_floor(level, share) - taken if share else None,
        doubt="distrusted" if distrusted else None,
        params={"measured": level, "background": background_level, "correction": taken},
        used=((name, NOISE_LEVEL.key, stretch.start_ms, stretch.end_ms),),
        values=(str(own.energy_sum), own.covered_ms, background_level, taken),
    )
