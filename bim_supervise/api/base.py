"""What every part of the facade stands on: the open store, the packs, the kinds and the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bim_supervise.api.ledger_memory import LedgerMemory
from bim_supervise.api.views import ProjectInfo
from bim_supervise.checkpoints.registry import BrokenPack, Registry
from bim_supervise.checkpoints.site_rules import SiteRules, parse_site_rules
from bim_supervise.config import Settings
from bim_supervise.core.catalogue import Catalogue
from bim_supervise.core.clock import Clock, site_zone
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.core.throttle import LoginThrottle
from bim_supervise.events.kinds import BUILT_IN_KINDS, KindTable
from bim_supervise.store.records import ProjectRecord
from bim_supervise.store.store import Store
from bim_supervise.store.work import Work
from bim_supervise.tracking.progress import moment_of

PLAN = "revision.plan"
"""Setting that counts changes of model, schedule, links, devices, checkpoints and people."""
EVIDENCE = "revision.evidence"
"""Setting that counts changes of observations, verdicts, alarms and sign-offs."""
RULES = "site.rules"
"""Setting that holds the project's rule settings as they were loaded, by whom and when."""
RULES_REVISION = "revision.rules"
"""Setting that counts their changes."""


class ProjectBase:
    """An open project; the parts of the facade are mixed in on top of it."""

    def __init__(self, settings: Settings, store: Store, registry: Registry, clock: Clock) -> None:
        self.settings = settings
        self.registry = registry
        self._rules_revision = 0
        self.kinds = KindTable(BUILT_IN_KINDS).with_kinds(registry.kinds)
        self._store = store
        self._clock = clock
        self._lock = threading.RLock()
        self._ledger_memory = LedgerMemory()
        self._retyped = LoginThrottle(time.monotonic)
        with store.reading() as work:
            self._zone = site_zone(work.project().timezone)
            self._renew_registry(work)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self._zone

    def close(self) -> None:
        """Close the store; the object is of no use afterwards."""
        self._store.close()

    def info(self) -> ProjectInfo:
        """Name, time zone, currency and directory of the project."""
        record = self._record()
        return ProjectInfo(
            name=record.name,
            timezone=record.timezone,
            currency=record.currency,
            replay=record.replay,
            directory=str(self.settings.directory),
        )

    def now(self) -> datetime:
        """The project's present (aware UTC): the machine's clock, or the site's own in a replay."""
        return self._now(self._record())

    def today(self) -> date:
        """The present site day."""
        return self.now().astimezone(self._zone).date()

    def catalogue(self) -> Catalogue:
        """Sentences of all installed packs and of the checkpoint engine."""
        return self.registry.catalogue

    def moment(self, as_of: str | date | datetime | None = None) -> datetime:
        """The instant meant by ``as_of``: None is now, a date its end on site, a naive time site wall time.

        Raises:
            InputRefused: ``bad_moment`` when a text is no ISO 8601 date or time.
        """
        if as_of is None:
            return self.now()
        if isinstance(as_of, str):
            try:
                as_of = date.fromisoformat(as_of) if len(as_of) <= 10 else datetime.fromisoformat(as_of)
            except ValueError:
                raise InputRefused(
                    "bad_moment",
                    f"'{as_of}' is not a date or time.",
                    "Write 2026-03-31, 2026-03-31T14:00 (site time) or 2026-03-31T14:00+08:00.",
                    text=as_of,
                ) from None
        return moment_of(as_of, self._zone)

    def _record(self) -> ProjectRecord:
        with self._store.reading() as work:
            return work.project()

    def _now(self, record: ProjectRecord) -> datetime:
        return record.site_now if record.replay and record.site_now else self._clock()

    def _renew_registry(self, work: Work) -> None:
        """Take over the project's rule settings where another process has changed them."""
        revision = int(work.setting(RULES_REVISION, 0))
        if revision == self._rules_revision:
            return
        stored = work.setting(RULES) or {}
        broken = tuple(item for item in self.registry.broken if item.name != RULES)
        try:
            site = parse_site_rules(
                stored.get("tree") or {}, "site rules", self.registry.rules, self.registry.shipped
            )
        except InputRefused as error:
            # A pack has changed under them: named like a broken pack, and the packs' own limits hold.
            site, broken = SiteRules(), (*broken, BrokenPack(name=RULES, error=error.message))
        with self._lock:
            self.registry = replace(self.registry.for_site(site), broken=broken)
            self._rules_revision = revision

    @contextmanager
    def _write(self, what: str) -> Iterator[Work]:
        """One write transaction that also counts up the revision of what it changes."""
        with self._store.transaction() as work:
            yield work
            if what == PLAN:
                self._plan_changed(work)
            work.set_setting(what, int(work.setting(what, 0)) + 1)

    def _plan_changed(self, work: Work) -> None:
        """Called at the end of every write to the plan, in its transaction; a part may follow it up."""


def existing_file(path: str | Path) -> Path:
    """The path of a file that exists.

    Raises:
        NotFound: ``file_missing``.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise NotFound("file_missing", f"There is no file {file}.", "Check the path.", path=str(file))
    return file
