"""Where a person was: shown to who is entitled and says why, after the look has been written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from bim_supervise.api.base import EVIDENCE
from bim_supervise.api.people import People
from bim_supervise.api.people_protection import PEOPLE
from bim_supervise.api.places import Places
from bim_supervise.api.views_doors import VisitView
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.tracks import pseudonym
from bim_supervise.store.work_signing import AccessRecord

_VISITS = "visits"


class PersonalData(Places, People):
    """Looks at what is known about persons, and who took them."""

    def person_visits(
        self,
        user: str,
        tag: str,
        start: datetime,
        end: datetime,
        *,
        reason: str,
        gap: timedelta = timedelta(minutes=15),
        least: timedelta = timedelta(0),
    ) -> list[VisitView]:
        """The stays of a person's tag in zones, see :meth:`visits`; the look is kept whatever it finds.

        Args:
            user: who asks.
            tag: the tag's id or its pseudonym.
            start: from when on (aware).
            end: until when (aware).
            reason: why it is asked.
            gap: so long without a position, and nobody knows where it is.
            least: stays and absences shorter than this are jitter.

        Raises:
            PermissionRefused: ``not_appointed``.
            InputRefused: ``read_reason_missing``.
            NotFound: as :meth:`visits`.
        """
        self.require(user, "read_personal")
        if not reason.strip():
            raise InputRefused(
                "read_reason_missing",
                "A look at where a person was needs a reason.",
                "Say what it is needed for.",
            )
        with self._write(EVIDENCE) as work:
            known = work.setting(PEOPLE, None) or {"tags": (), "secret": ""}
            name = pseudonym(tag, tuple(known["tags"]), known["secret"])
            work.log_access(self._clock(), user, _VISITS, name, reason.strip())
        return self._visits(name, start, end, gap, least)

    def reads(self, user: str) -> list[AccessRecord]:
        """Who looked at which person's data, when and why, the newest first.

        Raises:
            PermissionRefused: ``not_appointed``.
        """
        self.require(user, "audit_reads")
        with self._store.reading() as work:
            return work.accesses()
