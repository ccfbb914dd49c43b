"""The doors evidence comes through: feeds, senders with their tokens, MQTT messages and HTTP requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, existing_file
from bim_supervise.api.intake import Counters, Delivery, Intake
from bim_supervise.api.views_doors import FeedView, SenderView
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound
from bim_supervise.events.feeds import Feed, feed_of, spoken_for
from bim_supervise.events.fields import ObservationMapping
from bim_supervise.events.read_feeds import feed_from, read_feeds
from bim_supervise.events.rows import Row
from bim_supervise.events.senders import Permission, from_address
from bim_supervise.events.sources_formats import FORMATS, decode_with
from bim_supervise.events.sources_mqtt import decode_messages
from bim_supervise.events.sources_sparkplug import SparkplugState, is_sparkplug
from bim_supervise.store.records_doors import SenderRecord
from bim_supervise.store.work import Work

CLOCK_TOPIC = "clock"
"""Last level of the topic on which a replayed site tells its time."""
BIRTHS = "sparkplug.births"
"""Setting: what Sparkplug edge nodes have announced."""
MOST_ITEMS = 10_000
"""Items of one HTTP request; more are sent in several requests."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the time is kept at which a sender was last heard."""
_PREFIX = "bst"
_SECRET_BYTES = 32


class Doors(Intake):
    """Who may send what, how it is read, and its way in."""

    # ---- feeds --------------------------------------------------------------------------------------

    def load_feeds(self, path: str | Path) -> dict[str, Any]:
        """Replace the project's feeds by those of a YAML file.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: ``feeds_invalid`` or ``mapping_invalid``; the feeds stay as they were.
        """
        found = read_feeds(existing_file(path))
        rows = [(feed.name, _feed_content(feed, mapping)) for feed, mapping in found]
        with self._write(PLAN) as work:
            work.replace_feeds(rows)
        return {"feeds": len(rows)}

    def feeds(self) -> list[FeedView]:
        """The project's feeds in their order."""
        return [
            FeedView(
                name=feed.name,
                door=feed.door,
                topics=feed.topics,
                format=feed.format,
                own_mapping=feed.mapping is not None,
                vouched=feed.vouched,
                devices=feed.devices,
                statements=feed.statements,
            )
            for feed in self._feeds()
        ]

    def feed_mapping(self, name: str) -> Mapping[str, Any] | None:
        """The own mapping of a feed as plain data; None when it uses its format's.

        Raises:
            NotFound: ``feed_unknown``.
        """
        with self._store.reading() as work:
            contents = dict(work.feeds())
        if name not in contents:
            raise _feed_unknown(name)
        found: Mapping[str, Any] | None = contents[name].get("mapping")
        return found

    def _feeds(self) -> tuple[Feed, ...]:
        """The feeds, read anew only when the plan has changed."""
        with self._lock, self._store.reading() as work:
            revision = int(work.setting(PLAN, 0))
            known: tuple[int, tuple[Feed, ...]] | None = getattr(self, "_known_feeds", None)
            if known is None or known[0] != revision:
                found = tuple(feed_from(content, "project", name) for name, content in work.feeds())
                known = self._known_feeds = (revision, found)
            return known[1]

    # ---- senders ------------------------------------------------------------------------------------

    def add_sender(
        self,
        name: str,
        devices: Sequence[str],
        *,
        by: str,
        addresses: Sequence[str] = (),
        statements: bool = False,
    ) -> tuple[str, str]:
        """Let a device or gateway send over HTTP; returns its id and its token, which is shown only now.

        Args:
            name: what it is called, e.g. ``dust gateway north``.
            devices: ids or patterns (``NM-*``) of the devices it may speak for.
            by: who lets it in.
            addresses: networks it must come from; none: from anywhere.
            statements: whether it may also state facts about elements, tasks and checkpoints.

        Raises:
            InputRefused: ``sender_invalid``.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        # The secret is random and long: a plain hash of it cannot be guessed back, unlike one of a password.
        identity = self._keep_sender(name, "http", _digest(secret), devices, by, addresses, statements)
        return identity, f"{_PREFIX}_{identity}_{secret}"

    def senders(self) -> list[SenderView]:
        """All senders, revoked ones too."""
        with self._store.reading() as work:
            found = work.senders()
        return [
            SenderView(
                id=item.id,
                name=item.name,
                door=item.door,
                devices=item.devices,
                addresses=item.addresses,
                statements=item.statements,
                created_at=item.created_at,
                created_by=item.created_by,
                revoked_at=item.revoked_at,
                last_used_at=item.last_used_at,
            )
            for item in found
        ]

    def revoke_sender(self, identity: str) -> None:
        """Let a sender send no more, from now on; what it has sent stays.

        Raises:
            NotFound: ``sender_unknown``.
        """
        with self._write(PLAN) as work:
            work.revoke_sender(identity, self._clock())

    def _keep_sender(
        self,
        name: str,
        door: str,
        secret_hash: str,
        devices: Sequence[str],
        by: str,
        addresses: Sequence[str],
        statements: bool,
    ) -> str:
        clean = name.strip()
        if not clean or not clean.isprintable() or len(clean) > 64:
            raise _sender_invalid(f"'{name}' cannot be its name (1 to 64 printable characters)")
        patterns = tuple(dict.fromkeys(item.strip() for item in devices if item.strip()))
        if not patterns and not statements:
            raise _sender_invalid("it may speak for no device")
        for address in addresses:
            try:
                from_address("127.0.0.1", [address])
            except ValueError:
                raise _sender_invalid(f"'{address}' is no network address") from None
        record = SenderRecord(
            id=secrets.token_hex(4),
            name=clean,
            door=door,
            secret_hash=secret_hash,
            devices=patterns,
            addresses=tuple(addresses),
            statements=statements,
            created_at=self._clock(),
            created_by=by,
        )
        with self._write(PLAN) as work:
            work.add_sender(record)
        return record.id

    def _sender_of(self, token: str, address: str) -> SenderRecord:
        """Whose token this is.

        Raises:
            AuthenticationFailed: ``token_refused``: unknown, revoked, or used from elsewhere.
        """
        prefix, _, rest = token.partition("_")
        identity, _, secret = rest.partition("_")
        with self._store.reading() as work:
            sender = work.sender(identity) if prefix == _PREFIX and len(token) < 200 else None
        known = sender.secret_hash if sender is not None else _digest("")
        right = hmac.compare_digest(known.encode(), _digest(secret).encode())
        if sender is None or not right or sender.revoked_at is not None or sender.door != "http":
            raise _token_refused()
        if sender.addresses and not from_address(address, sender.addresses):
            raise _token_refused()
        return sender

    # ---- HTTP ---------------------------------------------------------------------------------------

    def check_token(self, token: str, address: str) -> None:
        """Make sure that a token is good before a request's body is read.

        Raises:
            AuthenticationFailed: ``token_refused``.
        """
        self._sender_of(token, address)

    def receive(
        self, token: str, body: bytes, *, address: str = "", feed: str = "readings"
    ) -> dict[str, Any]:
        """Store the observations of an HTTP request; when this returns, they are committed.

        A request that is sent again stores nothing twice: what is known already counts as accepted.

        Args:
            token: the sender's token.
            body: JSON: one object or an array of them.
            address: IP address it comes from.
            feed: name of a feed of the door ``http``, or of a built-in format.

        Returns:
            The counters of ``observe``, and ``items``: for every object its ``index`` and its ``status``
            (``accepted``, ``partly``, ``rejected``) with the ``reasons``.

        Raises:
            AuthenticationFailed: ``token_refused``.
            NotFound: ``feed_unknown``.
            InputRefused: ``too_many_items``.
        """
        sender = self._sender_of(token, address)
        form, mapping = self._http_feed(feed)
        rows = [(index, row) for index, (_, row) in enumerate(decode_with(form, [("", body)]), 1)]
        if len(rows) > MOST_ITEMS:
            raise InputRefused(
                "too_many_items",
                f"The request holds {len(rows)} observations; at most {MOST_ITEMS} are taken at once.",
                "Send them in several requests.",
                count=len(rows),
                most=MOST_ITEMS,
            )
        counters = Counters(most_rejects=None)
        delivery = Delivery(
            rows=rows,
            mapping=mapping,
            source="http",
            authenticated=True,
            permission=Permission(devices=sender.devices, statements=sender.statements),
            reporter="" if FORMATS[form].names_reporter else sender.name,
        )
        self._take_in([delivery], counters, also=lambda work: self._note(work, sender))
        return {**counters.as_dict(), "items": _items(rows, mapping, counters)}

    def _http_feed(self, name: str) -> tuple[str, ObservationMapping]:
        for feed in self._feeds():
            if feed.door == "http" and feed.name == name:
                return feed.format, feed.mapping or FORMATS[feed.format].mapping
        if name in FORMATS:
            return name, FORMATS[name].mapping
        raise _feed_unknown(name)

    def _note(self, work: Work, sender: SenderRecord) -> None:
        now = self._clock()
        if sender.last_used_at is None or now - sender.last_used_at >= NOTED_EVERY:
            work.note_sender(sender.id, now)

    # ---- MQTT ---------------------------------------------------------------------------------------

    def ingest(self, messages: Sequence[tuple[str, bytes]], *, authenticated: bool) -> dict[str, Any]:
        """Store one batch of MQTT messages; when this returns, they are committed.

        A message of a feed is read and vouched for as the feed says; any other describes itself and is
        vouched for when ``authenticated``. A message on a topic that ends in ``/clock`` sets the time of a
        replayed site. Under ``rebirth`` the report names the Sparkplug nodes that should be born again.
        """
        counters = Counters()
        plain = [item for item in messages if item[0].rsplit("/", 1)[-1] != CLOCK_TOPIC]
        ticks = [item for item in messages if item[0].rsplit("/", 1)[-1] == CLOCK_TOPIC]
        site_now = self._clock_of(ticks)
        rebirth: set[str] = set()
        if plain:
            deliveries = self._deliveries(plain, authenticated, rebirth)
            self._take_in(deliveries, counters, site_now=site_now, also=self._keep_births)
        elif site_now is not None:
            self.set_site_now(site_now)
        return {**counters.as_dict(), "rebirth": sorted(rebirth)}

    def sparkplug_nodes(self) -> dict[str, bool]:
        """The Sparkplug edge nodes that have announced themselves, and whether each is alive."""
        return self._births().online()

    def _births(self) -> SparkplugState:
        """What edge nodes have announced, as it was kept with the project."""
        with self._lock:
            known: SparkplugState | None = getattr(self, "_known_births", None)
            if known is None:
                with self._store.reading() as work:
                    known = self._known_births = SparkplugState(work.setting(BIRTHS, None))
            return known

    def _keep_births(self, work: Work) -> None:
        """Keep new births with the data that came with them: both are stored, or neither."""
        births: SparkplugState | None = getattr(self, "_known_births", None)
        if births is not None and births.changed:
            work.set_setting(BIRTHS, births.as_data())
            births.changed = False

    def _sparkplug(
        self, messages: Sequence[tuple[str, bytes]], authenticated: bool, rebirth: set[str]
    ) -> list[Delivery]:
        """Sparkplug messages by the feed that vouches for them, in the order they came."""
        births, feeds = self._births(), self._feeds()
        groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, Row]]] = defaultdict(list)
        by_name = {feed.name: feed for feed in feeds}
        for line, (topic, payload) in enumerate(messages, 1):
            rows, wanted = births.read(topic, payload)
            rebirth |= {wanted} if wanted else set()
            feed = feed_of(topic, feeds)
            key = (feed.name, spoken_for(feed, topic)) if feed else ("", ())
            groups[key] += [(line, row) for row in rows]
        return [
            Delivery(
                rows=rows,
                mapping=_mapping_of(by_name.get(name)),
                source="mqtt",
                authenticated=by_name[name].vouched if name else authenticated,
                permission=Permission(devices=devices) if name else None,
            )
            for (name, devices), rows in groups.items()
        ]

    def _deliveries(
        self, messages: Sequence[tuple[str, bytes]], authenticated: bool, rebirth: set[str]
    ) -> list[Delivery]:
        """Messages by the feed that reads them and the devices that their topics may speak for."""
        feeds = self._feeds()
        rest: list[tuple[str, bytes]] = []
        fed: dict[tuple[str, tuple[str, ...]], list[tuple[str, bytes]]] = defaultdict(list)
        by_name = {feed.name: feed for feed in feeds}
        spoken = [item for item in messages if is_sparkplug(item[0])]
        for topic, payload in messages:
            if is_sparkplug(topic):
                continue
            feed = feed_of(topic, feeds) if feeds else None
            if feed is None:
                rest.append((topic, payload))
            else:
                fed[feed.name, spoken_for(feed, topic)].append((topic, payload))
        deliveries = [
            Delivery(
                rows=decode_with(by_name[name].format, items),
                mapping=by_name[name].mapping or FORMATS[by_name[name].format].mapping,
                source="mqtt",
                authenticated=by_name[name].vouched,
                permission=Permission(devices=devices, statements=by_name[name].statements),
            )
            for (name, devices), items in fed.items()
        ]
        if rest:
            deliveries.append(Delivery(source="mqtt", messages=rest, authenticated=authenticated))
        if spoken:
            deliveries += self._sparkplug(spoken, authenticated, rebirth)
        return deliveries or [Delivery(source="mqtt")]

    def _clock_of(self, ticks: Sequence[tuple[str, bytes]]) -> datetime | None:
        newest: datetime | None = None
        for _, row in decode_messages(ticks):
            text = row.get("time") if isinstance(row, Mapping) else None
            try:
                moment = datetime.fromisoformat(str(text))
            except ValueError:
                continue
            if moment.tzinfo is not None:
                moment = moment.astimezone(UTC)
                newest = moment if newest is None else max(newest, moment)
        return newest


def _mapping_of(feed: Feed | None) -> ObservationMapping:
    return feed.mapping if feed is not None and feed.mapping is not None else FORMATS["sparkplug"].mapping


def _items(
    rows: Sequence[tuple[int, Any]], mapping: ObservationMapping, counters: Counters
) -> list[dict[str, Any]]:
    """What became of each row of a request."""
    reasons: dict[int, list[str]] = defaultdict(list)
    for item in counters.rejected:
        reasons[item["line"]].append(item["reason"])
    found = []
    for line, row in rows:
        refused = reasons.get(line, [])
        status = "accepted"
        if refused:
            inner = row.get(mapping.each) if mapping.each and isinstance(row, Mapping) else None
            parts = (len(inner) if isinstance(inner, list) else 1) * len(mapping.observations)
            status = "rejected" if len(refused) >= parts else "partly"
        found.append({"index": line - 1, "status": status, "reasons": refused})
    return found


def _feed_content(feed: Feed, mapping: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "name": feed.name,
        "door": feed.door,
        "topics": list(feed.topics),
        "format": feed.format,
        "vouched": feed.vouched,
        "devices": list(feed.devices),
        "statements": feed.statements,
    }
    if mapping is None:
        return content
    # YAML also knows dates; a mapping means them as they are written.
    return {**content, "mapping": json.loads(json.dumps(mapping, default=str))}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token_refused() -> AuthenticationFailed:
    return AuthenticationFailed(
        "token_refused",
        "The token is unknown, revoked, or not meant for this address.",
        "Send 'Authorization: Bearer TOKEN' with the token that 'device token create' showed.",
    )


def _feed_unknown(name: str) -> NotFound:
    known = ", ".join(FORMATS)
    return NotFound(
        "feed_unknown",
        f"There is no feed and no format '{name[:64]}'.",
        f"Use a feed of the project or one of {known}.",
        feed=name[:64],
        known=known,
    )


def _sender_invalid(problem: str) -> InputRefused:
    return InputRefused(
        "sender_invalid",
        f"The sender cannot be let in: {problem}.",
        "Give a name, and the ids or patterns of the devices it may speak for.",
        problem=problem,
    )
