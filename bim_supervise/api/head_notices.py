"""The daily head hash of the ledger to every signer, because who holds the server could rewrite the chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bim_supervise.api.alarm_desk import AlarmDesk, Contact, Send
from bim_supervise.api.permissions import Action, allowed
from bim_supervise.core.canonical import digest_of
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.report.send_notice import send_notice
from bim_supervise.store.work_notices import FAILED, LEDGER_HEAD, QUEUED, SENT, UNSURE, Notice

_SENT_FOR = "ledger.head_day"
"""Setting: the site day whose head was queued last, and that head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadNotices:
    """The head that goes out today, how far it has come, and the signers whom nothing reaches."""

    day: date | None
    entries: int
    head: str | None
    notices: tuple[Notice, ...]
    unreached: tuple[str, ...]


class HeadDesk(AlarmDesk):
    """Tells signers the head of the chain, once a site day."""

    def send_heads(self, send: Send = send_notice) -> dict[str, int]:
        """Queue the head of a new site day for every contact that names a person, and send what is due.

        The head is that of the first look on the day and stays so for all of them; each goes out once, as
        notices about alarms do.

        Args:
            send: sends one notice; raises ``NotSentError``.

        Returns:
            How many were ``sent``, ``failed`` for good, ``waiting`` for another attempt, and ``unsure``.
        """
        now = self.now()
        contacts = {item.name: item for item in self._contacts() if item.user}
        self._queue_heads(contacts, now)
        counts = {SENT: 0, FAILED: 0, "waiting": 0, UNSURE: 0}
        with self._store.reading() as work:
            queued = [item for item in work.notices(QUEUED) if item.event == LEDGER_HEAD]
        for notice in queued:
            contact = contacts.get(notice.contact)
            if contact is None:
                self._settle(notice, FAILED, "the contact is gone")
                counts[FAILED] += 1
                continue
            state = self._deliver(notice, contact.way, self._head_words(notice, contact), send, now)
            if state is not None:
                counts["waiting" if state == QUEUED else state] += 1
        return counts

    def head_notices(self) -> HeadNotices:
        """What became of the head that went out last."""
        today = self.today()
        contacts = self._contacts()
        with self._store.reading() as work:
            last = work.setting(_SENT_FOR)
            mine = [item for item in work.notices() if item.event == LEDGER_HEAD]
            signers = {
                record.user
                for record in work.appointments()
                if allowed(Action.SIGN, [Capacity(record.capacity)])
                and record.first_day <= today
                and (record.last_day is None or today <= record.last_day)
            }
        told = {contact.user for contact in contacts}
        about = _about(last) if last else None
        return HeadNotices(
            day=date.fromisoformat(last["day"]) if last else None,
            entries=last["entries"] if last else 0,
            head=last["head"] if last else None,
            notices=tuple(item for item in mine if item.alarm_id == about),
            unreached=tuple(sorted(signers - told)),
        )

    def _queue_heads(self, contacts: dict[str, Contact], now: datetime) -> None:
        day = now.astimezone(self._zone).date().isoformat()
        with self._store.reading() as work:
            last = work.setting(_SENT_FOR)
            known = last is not None and last["day"] == day
            ids = {item.id for item in work.notices() if item.event == LEDGER_HEAD} if known else set()
        # A contact that is named later in the day is told the same head.
        if known and all(_identity(last, name) in ids for name in contacts):
            return
        with self._store.transaction() as work:
            stored = work.setting(_SENT_FOR)
            if stored is None or stored["day"] != day:
                head = work.ledger_head()
                if not head.entries or not contacts:
                    return
                stored = {"day": day, "entries": head.entries, "head": head.hash}
                work.set_setting(_SENT_FOR, stored)
            work.queue_notices(
                [
                    Notice(
                        id=_identity(stored, name),
                        alarm_id=_about(stored),
                        event=LEDGER_HEAD,
                        contact=name,
                        created_at=now,
                    )
                    for name in contacts
                ]
            )

    def _head_words(self, notice: Notice, contact: Contact) -> tuple[str, str, dict[str, Any]]:
        say, language, project = self.catalogue().text, contact.language, self.info().name
        said = json.loads(notice.alarm_id)
        title = say("head.title", language, project=project, day=said["day"])
        lines = [
            title,
            say("head.entries", language, entries=said["entries"]),
            said["head"],
            say("head.keep", language),
        ]
        return title, "\n".join(lines), {"project": project, "event": LEDGER_HEAD, **said}


def _about(said: dict[str, Any]) -> str:
    # The notice carries the head itself, so that a late attempt says what was meant when it was queued.
    return json.dumps(said, sort_keys=True)


def _identity(said: dict[str, Any], contact: str) -> str:
    return digest_of([LEDGER_HEAD, said["day"], contact])
