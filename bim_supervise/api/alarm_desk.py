"""The alarm desk: shelving by one or two persons, contacts, and notices that go out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bim_supervise.api.backup import write_backup
from bim_supervise.api.base import EVIDENCE, PLAN, existing_file
from bim_supervise.api.supervision import Supervision
from bim_supervise.checkpoints.alarm_life import (
    LONGEST_SHELVING,
    PROPOSE_SHELVING,
    SHELVE,
    UNSHELVE,
    AlarmLife,
    AlarmState,
    life_of,
    storms,
)
from bim_supervise.checkpoints.alarms import Alarm
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.core.canonical import digest_of
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.report.send_notice import CHANNELS, NotSentError, Way, send_notice
from bim_supervise.store.work_notices import FAILED, LEDGER_HEAD, QUEUED, SENDING, SENT, UNSURE, Notice

CONTACTS = "alarm.contacts"
"""Setting: who is told about alarms, and how."""
MOST_ATTEMPTS = 5
"""After so many refusals a notice is given up."""
NOTIFY_FOR = timedelta(hours=24)
"""Alarms raised longer ago than this are history to a contact that was added today."""
_RETRY_AFTER = timedelta(minutes=1)
_SCHEMES = {"email": ("smtp", "smtps")}
_FIELDS = {"name", "channel", "url", "secret", "severities", "level", "language", "user"}

Send = Callable[[Way, str, str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who is told: about which severities, from which level of escalation on, in which language.

    ``user`` is the login name of the person who is reached; such a contact gets the ledger's daily head.
    """

    name: str
    way: Way
    severities: tuple[str, ...]
    level: int
    language: str
    user: str | None


class AlarmDesk(Supervision):
    """What people do about alarms, and whom the software tells; and keeping the project safe."""

    def backup(self, out: str | Path) -> dict[str, Any]:
        """Write the whole project to one file, also while it is in use.

        Raises:
            InputRefused: ``backup_exists``.
            StoreFailed: ``backup_needs_dump`` or ``backup_unwritable``.
        """
        return write_backup(self._store, self.settings, Path(out), self._clock())

    # ---- shelving -----------------------------------------------------------------------------------

    def shelve(self, alarm_id: str, user: str, until: datetime, reason: str) -> str:
        """Take an alarm off the list until a moment; it comes back by itself.

        A life-safety alarm is shelved only when a second person, in a session of their own, confirms what the
        first has proposed; the end is the one proposed.

        Returns:
            ``shelved``, or ``proposed`` when a second person is needed.

        Raises:
            NotFound: ``alarm_unknown``.
            PermissionRefused: ``not_appointed``; ``second_person_needed`` when the proposer confirms.
            InputRefused: ``shelving_reason_missing``, ``shelving_time_invalid`` or ``alarm_not_standing``.
        """
        self.require(user, "acknowledge")
        alarm, life = self._alarm_now(alarm_id)
        now = self.now()
        if life.state is AlarmState.CLEARED:
            raise InputRefused(
                "alarm_not_standing", "The alarm has cleared.", "There is nothing to shelve.", alarm=alarm_id
            )
        if not reason.strip():
            raise InputRefused(
                "shelving_reason_missing", "Shelving needs a reason.", "Say why nobody has to act now."
            )
        longest = LONGEST_SHELVING[alarm.severity]
        if not now < until <= now + longest:
            hours = round(longest / timedelta(hours=1))
            raise InputRefused(
                "shelving_time_invalid",
                f"An alarm of this severity is shelved for at most {hours} hours, from now on.",
                "Choose an earlier end.",
                hours=hours,
            )
        action = SHELVE
        if alarm.severity is Severity.LIFE_SAFETY:
            action = PROPOSE_SHELVING if life.proposed is None else SHELVE
            if life.proposed is not None and life.proposed.user == user:
                raise PermissionRefused(
                    "second_person_needed",
                    "A life-safety alarm is shelved by two persons; you have proposed it yourself.",
                    "Let a second person confirm it.",
                    user=user,
                )
        with self._write(EVIDENCE) as work:
            work.add_alarm_action(alarm_id, user, action, reason.strip(), now, until)
        return "proposed" if action == PROPOSE_SHELVING else "shelved"

    def unshelve(self, alarm_id: str, user: str, reason: str) -> None:
        """Put an alarm back on the list, or withdraw a proposal.

        Raises:
            NotFound: ``alarm_unknown``.
            PermissionRefused: ``not_appointed``.
        """
        self.require(user, "acknowledge")
        self._alarm_now(alarm_id)
        with self._write(EVIDENCE) as work:
            work.add_alarm_action(alarm_id, user, UNSHELVE, reason.strip(), self.now())

    def alarm_named(self, text: str) -> str:
        """The id of the one alarm that begins with a text.

        Raises:
            NotFound: ``alarm_unknown`` when none does, or several do.
        """
        found = [alarm.id for alarm in self.situation().alarms if text and alarm.id.startswith(text)]
        if len(found) != 1:
            raise NotFound(
                "alarm_unknown", f"There is no one alarm '{text}'.", "Write more of its id.", alarm=text
            )
        return found[0]

    def _alarm_now(self, alarm_id: str) -> tuple[Alarm, AlarmLife]:
        alarm = next((one for one in self.situation().alarms if one.id == alarm_id), None)
        if alarm is None:
            raise NotFound(
                "alarm_unknown", f"There is no alarm '{alarm_id}'.", "Reload the list.", alarm=alarm_id
            )
        with self._store.reading() as work:
            return alarm, life_of(alarm, work.alarm_actions(alarm_id), self.now())

    # ---- contacts -----------------------------------------------------------------------------------

    def load_contacts(self, path: str | Path) -> dict[str, Any]:
        """Replace the alarm contacts by those of a YAML file; all of them or none.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: ``contacts_invalid``; the contacts stay as they were.
        """
        try:
            tree = yaml.safe_load(existing_file(path).read_text("utf-8"))
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise _contacts_invalid(f"it is no YAML ({' '.join(str(error).split())})") from None
        rows = tree.get("contacts") if isinstance(tree, Mapping) else None
        if not isinstance(rows, list):
            raise _contacts_invalid("it has no list 'contacts'")
        contacts = [_contact(row, number) for number, row in enumerate(rows, 1)]
        if len({contact.name for contact in contacts}) < len(contacts):
            raise _contacts_invalid("two contacts have the same name")
        with self._write(PLAN) as work:
            work.set_setting(CONTACTS, [dict(row) for row in rows])
        return {"contacts": len(contacts)}

    def contacts(self) -> list[dict[str, Any]]:
        """The alarm contacts without what is secret in them."""
        return [
            {
                "name": contact.name,
                "channel": contact.way.channel,
                "host": urlsplit(contact.way.url).hostname,
                "severities": list(contact.severities),
                "level": contact.level,
                "language": contact.language,
                "user": contact.user,
            }
            for contact in self._contacts()
        ]

    def _contacts(self) -> list[Contact]:
        with self._store.reading() as work:
            rows = work.setting(CONTACTS, [])
        return [_contact(row, number) for number, row in enumerate(rows, 1)]

    # ---- notices ------------------------------------------------------------------------------------

    def notices(self) -> list[Notice]:
        """All notices and what became of them."""
        with self._store.reading() as work:
            return work.notices()

    def recover_notices(self) -> int:
        """Mark what a process was sending when it ended: it may have arrived, and is not sent twice."""
        with self._store.reading() as work:
            cut_off = work.notices(SENDING)
        if cut_off:
            with self._write(EVIDENCE) as work:
                for notice in cut_off:
                    work.settle_notice(notice.id, UNSURE, "the process ended while sending")
        return len(cut_off)

    def notify(self, send: Send = send_notice) -> dict[str, int]:
        """Tell the contacts what is due, each of it once.

        Due is every alarm that stands open, when it is raised and at each level it rises to. A storm is one
        notice. A notice is claimed in a transaction of its own before it is sent, and settled after: what a
        kill cuts off in between is shown as unsure and never sent again.

        Args:
            send: sends one notice; raises ``NotSentError``.

        Returns:
            How many were ``sent``, ``failed`` for good, ``waiting`` for another attempt, and ``unsure``.
        """
        contacts = {contact.name: contact for contact in self._contacts()}
        counts = {SENT: 0, FAILED: 0, "waiting": 0, UNSURE: 0}
        if not contacts:
            return counts
        now = self.now()
        due, stories = self._due(list(contacts.values()), now)
        with self._store.reading() as work:
            known = {notice.id for notice in work.notices()}
        fresh = [notice for notice in due if notice.id not in known]
        if fresh:
            with self._store.transaction() as work:
                work.queue_notices(fresh)
        with self._store.reading() as work:
            queued = [notice for notice in work.notices(QUEUED) if notice.event != LEDGER_HEAD]
        for notice in queued:
            contact, story = contacts.get(notice.contact), stories.get(notice.alarm_id)
            if contact is None or story is None:
                self._settle(notice, FAILED, "the alarm or the contact is gone")
                counts[FAILED] += 1
                continue
            state = self._deliver(notice, contact.way, self._words(notice, contact, story), send, now)
            if state is not None:
                counts["waiting" if state == QUEUED else state] += 1
        return counts

    def _deliver(
        self, notice: Notice, way: Way, words: tuple[str, str, dict[str, Any]], send: Send, now: datetime
    ) -> str | None:
        """Claim a notice, send it and settle it; its new state, or None when another process has it."""
        if notice.tried_at is not None and now - notice.tried_at < _RETRY_AFTER * notice.attempts:
            return QUEUED
        with self._store.transaction() as work:
            if not work.claim_notice(notice.id, now):
                return None
        try:
            send(way, *words)
        except NotSentError as error:
            again = error.sure and notice.attempts + 1 < MOST_ATTEMPTS
            state = QUEUED if again else FAILED if error.sure else UNSURE
            self._settle(notice, state, str(error))
            return state
        self._settle(notice, SENT)
        return SENT

    def _settle(self, notice: Notice, state: str, problem: str = "") -> None:
        with self._store.transaction() as work:
            work.settle_notice(notice.id, state, problem)

    def _due(self, contacts: Sequence[Contact], now: datetime) -> tuple[list[Notice], dict[str, _Story]]:
        alarms = {alarm.id: alarm for alarm in self.situation().alarms if now - alarm.raised_at < NOTIFY_FOR}
        with self._store.reading() as work:
            acts = work.alarm_actions()
        lives = {
            alarm.id: life_of(alarm, [act for act in acts if act.alarm_id == alarm.id], now)
            for alarm in alarms.values()
        }
        standing = [alarm for alarm in alarms.values() if lives[alarm.id].state is AlarmState.OPEN]
        in_storm = {name: storm.id for storm in storms(alarms.values()) for name in storm.alarms}
        sizes: dict[str, int] = {}
        for name in in_storm.values():
            sizes[name] = sizes.get(name, 0) + 1
        stories = {
            name: _Story(alarm, lives[name].level, sizes.get(in_storm.get(name, ""), 1))
            for name, alarm in alarms.items()
        }
        due: dict[str, Notice] = {}
        for alarm in standing:
            about = in_storm.get(alarm.id, alarm.id)
            for contact in contacts:
                if alarm.severity.value not in contact.severities:
                    continue
                for level in range(contact.level, lives[alarm.id].level + 1):
                    event = "raised" if level == 0 else f"escalated_{level}"
                    identity = digest_of([about, event, contact.name])
                    due[identity] = Notice(
                        id=identity, alarm_id=about, event=event, contact=contact.name, created_at=now
                    )
        return list(due.values()), stories

    def _words(self, notice: Notice, contact: Contact, story: _Story) -> tuple[str, str, dict[str, Any]]:
        """Title, text and data of a notice in the contact's language."""
        say, language = self.catalogue().text, contact.language
        alarm = story.alarm
        severity = say(f"severity.{alarm.severity.value}", language)
        what = say(f"rule.{alarm.rule}.title", language)
        reason = say(f"reason.{alarm.verdict.reason}", language, **_rounded(alarm.verdict.params))
        raised = f"{alarm.raised_at.astimezone(self.zone):%Y-%m-%d %H:%M}"
        event = say(f"notice.{notice.event.split('_')[0]}", language, level=notice.event.rpartition("_")[2])
        title = say("notice.title", language, project=self.info().name, severity=severity, what=what)
        lines = [title, reason, say("notice.since", language, moment=raised, event=event)]
        if story.together > 1:
            lines.append(say("notice.storm", language, count=story.together))
        lines.append(say("notice.safety", language))
        data = {
            "alarm": alarm.id,
            "event": notice.event,
            "severity": alarm.severity.value,
            "rule": alarm.rule,
            "reason": alarm.verdict.reason,
            "task": alarm.subject.task,
            "device": alarm.subject.device,
            "raised_at": alarm.raised_at.isoformat(),
            "together": story.together,
        }
        return title, "\n".join(lines), data


@dataclass(frozen=True, slots=True)
class _Story:
    alarm: Alarm
    level: int
    together: int


def _rounded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, 2) if isinstance(value, float) else value for key, value in params.items()}


def _contact(row: Any, number: int) -> Contact:
    def bad(problem: str) -> InputRefused:
        return _contacts_invalid(f"contact {number}: {problem}")

    if not isinstance(row, Mapping) or set(row) - _FIELDS:
        raise bad(f"must have only {', '.join(sorted(_FIELDS))}")
    name, channel, url = row.get("name"), row.get("channel"), row.get("url")
    if not isinstance(name, str) or not name.strip():
        raise bad("'name' is missing")
    if channel not in CHANNELS:
        raise bad(f"'channel' must be one of {', '.join(CHANNELS)}")
    parts = urlsplit(url) if isinstance(url, str) else None
    schemes = _SCHEMES.get(channel, ("https", "http"))
    local = parts is not None and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts is None or parts.scheme not in schemes or not parts.hostname:
        raise bad(f"'url' must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if parts.scheme == "http" and not local:
        raise bad("'url' must be https, unless it is on this machine")
    severities = row.get("severities", [severity.value for severity in Severity])
    if not isinstance(severities, list) or not set(severities) <= {severity.value for severity in Severity}:
        raise bad(f"'severities' must be some of {', '.join(severity.value for severity in Severity)}")
    level = row.get("level", 0)
    if level not in (0, 1, 2) or isinstance(level, bool):
        raise bad("'level' must be 0, 1 or 2")
    language = row.get("language", "zh")
    if language not in LANGUAGES:
        raise bad(f"'language' must be one of {', '.join(LANGUAGES)}")
    secret, user = row.get("secret"), row.get("user")
    if user is not None and not (isinstance(user, str) and user.strip()):
        raise bad("'user' must be the login name of a person")
    return Contact(
        name=name.strip(),
        way=Way(channel=channel, url=str(url), secret=None if secret is None else str(secret)),
        severities=tuple(severities),
        level=level,
        language=language,
        user=user,
    )


def _contacts_invalid(problem: str) -> InputRefused:
    return InputRefused(
        "contacts_invalid",
        f"The alarm contacts cannot be read: {problem}.",
        "Correct the file; docs/operations.md shows one.",
        problem=problem,
    )
