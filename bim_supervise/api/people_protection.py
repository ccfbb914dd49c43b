"""People's tags are kept under pseudonyms, and their readings for a limited time."""

from __future__ import annotations

from datetime import datetime, timedelta

from bim_supervise.core.clock import epoch_ms
from bim_supervise.events.tracks import PERSON
from bim_supervise.store.work import Work

PEOPLE = "place.people"
"""Setting: which tags are people's, for how many days their readings are kept, and the pseudonyms' secret."""
_FORGOTTEN = "place.people.forgotten"


def forget_people(work: Work, now: datetime) -> tuple[datetime | None, int]:
    """Delete the readings of people's tags that are older than they may be kept.

    Returns:
        The moment before which nothing is kept (None: nobody has said), and how many minutes were deleted.
    """
    known = work.setting(PEOPLE, None)
    if known is None:
        return None, 0
    before = now - timedelta(days=known["days"])
    work.set_setting(_FORGOTTEN, now.date().isoformat())
    return before, work.forget_readings(PERSON, epoch_ms(before))


def forget_daily(work: Work, now: datetime) -> None:
    """Forget once a day, with the evidence that comes in."""
    if work.setting(_FORGOTTEN, "") != now.date().isoformat():
        forget_people(work, now)
