"""The force of a strut against its capacity and its preload."""

from __future__ import annotations

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.checkpoints.limits import satisfies
from bim_supervise.packs.pit.kinds import STRUT_FORCE


def share_of_capacity(stretch: Stretch) -> Worked | None:
    """Highest force in percent of the strut's capacity; the parameter ``struts`` holds ``capacity_kn``."""
    return _share(stretch, "capacity_kn", highest=True)


def share_of_preload(stretch: Stretch) -> Worked | None:
    """Lowest force in percent of the strut's preload; the parameter ``struts`` holds ``preload_kn``."""
    return _share(stretch, "preload_kn", highest=False)


def _share(stretch: Stretch, name: str, *, highest: bool) -> Worked | None:
    given = (stretch.parameters.get("struts") or {}).get(stretch.device.id) or {}
    size = given.get(name)
    if not isinstance(size, int | float) or size <= 0:
        return Worked(value=None, share=0.0, doubt="strut_unknown")
    windows = [window for window in stretch.inside if not window.is_empty]
    if not windows:
        return None
    shares = [
        round(100 * (window.maximum if highest else window.minimum) * STRUT_FORCE.resolution / size, 6)
        for window in windows
    ]
    beyond = (
        window.end_ms
        for window, share in zip(windows, shares, strict=True)
        if stretch.limit.value is not None and not satisfies(share, stretch.limit)
    )
    return Worked(
        value=max(shares) if highest else min(shares),
        share=min(sum(window.covered_ms for window in windows) / stretch.length_ms, 1.0),
        since_ms=next(beyond, None),
        values=(size,),
    )
