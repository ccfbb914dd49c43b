"""HJ 212 stations: who they are, and what becomes of their packets."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Sequence
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bim_supervise.api.doors import Doors
from bim_supervise.api.intake import Counters, Delivery
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.feeds import Feed
from bim_supervise.events.fields import ObservationMapping
from bim_supervise.events.hj212 import BadPacket, Packet
from bim_supervise.events.rows import Row, Unreadable
from bim_supervise.events.senders import Permission, from_address
from bim_supervise.events.sources_formats import built_in_mapping
from bim_supervise.events.sources_hj212 import Hj212Server, Received, rows_of
from bim_supervise.store.records_doors import SenderRecord

_MOST_PARTS = 1_000
"""Split data whose time is remembered until the next parts come."""


class Stations(Doors):
    """Who may send by HJ 212, and what becomes of it."""

    def add_station(
        self, station: str, password: str, *, by: str, name: str = "", addresses: Sequence[str] = ()
    ) -> str:
        """Let a station send; returns the id of the sender.

        Args:
            station: its number (MN), or a pattern for several that share a password.
            password: the one it sends (PW); only a hash is kept.
            by: who lets it in.
            name: what it is called; its number by default.
            addresses: networks it must come from; none: from anywhere.

        Raises:
            InputRefused: ``sender_invalid`` or ``station_password_missing``.
        """
        if not password or len(password) > 64:
            raise InputRefused(
                "station_password_missing",
                "A station needs the password (PW) that it sends, of at most 64 characters.",
                "Read it from the settings of the station.",
                station=station,
            )
        return self._keep_sender(
            name or station[:64], "hj212", PasswordHasher().hash(password), [station], by, addresses, False
        )

    def ingest_packets(self, received: Sequence[Received]) -> dict[str, Any]:
        """Store one batch of packets; when this returns, they are committed.

        A packet whose station, password or address is not known is stored as unauthenticated.
        """
        counters = Counters()
        with self._store.reading() as work:
            senders = [item for item in work.senders() if item.door == "hj212" and item.revoked_at is None]
        groups: dict[tuple[str | None, str], list[tuple[int, Row]]] = defaultdict(list)
        known: dict[str, SenderRecord] = {}
        feeds = [feed for feed in self._feeds() if feed.door == "hj212"]
        for line, item in enumerate(received, 1):
            packet = item.packet
            if isinstance(packet, BadPacket):
                groups[None, ""].append((line, Unreadable(packet.reason)))
                continue
            rows = rows_of(packet, self._data_time(packet))
            sender = _sender_of(packet, item.address, senders) if rows else None
            if sender is not None:
                known[sender.id] = sender
            feed = _feed_for(packet.station, feeds)
            key = (sender.id if sender else None, feed.name if feed else "")
            groups[key] += [(line, row) for row in rows]
        by_name = {feed.name: feed for feed in feeds}
        deliveries = [
            Delivery(
                rows=rows,
                mapping=_mapping(by_name.get(name)),
                source="hj212",
                authenticated=identity is not None,
                permission=_permission(known[identity]) if identity is not None else None,
            )
            for (identity, name), rows in groups.items()
            if rows
        ]
        if deliveries:

            def note(work: Any) -> None:
                for sender in known.values():
                    self._note(work, sender)

            self._take_in(deliveries, counters, also=note)
        return counters.as_dict()

    def _data_time(self, packet: Packet) -> str | None:
        """The time of data that come in several packets of which only the first names it."""
        if packet.parts <= 1:
            return None
        kept: OrderedDict[tuple[str, str, int], str] = self.__dict__.setdefault("_part_times", OrderedDict())
        key = (packet.station, packet.number, packet.command)
        said = next((group["DataTime"] for group in packet.groups if "DataTime" in group), None)
        if said is not None:
            kept[key] = said
            while len(kept) > _MOST_PARTS:
                kept.popitem(last=False)
        return kept.get(key)


def _sender_of(packet: Packet, address: str, senders: Sequence[SenderRecord]) -> SenderRecord | None:
    for sender in senders:
        if (
            Permission(devices=sender.devices).covers(packet.station)
            and (not sender.addresses or from_address(address, sender.addresses))
            and _is_password(sender.secret_hash, packet.password)
        ):
            return sender
    return None


_checked: OrderedDict[tuple[str, str], bool] = OrderedDict()


def _is_password(stored: str, password: str) -> bool:
    """Whether a password is right; asked for every packet, so that the answer is remembered for a while.

    The memory is keyed by hashes alone.
    """
    key = (stored, hashlib.sha256(password.encode()).hexdigest())
    if key not in _checked:
        try:
            PasswordHasher().verify(stored, password)
            _checked[key] = True
        except (VerificationError, InvalidHashError):
            _checked[key] = False
        while len(_checked) > 1_000:
            _checked.popitem(last=False)
    return _checked[key]


def _permission(sender: SenderRecord) -> Permission:
    streams = tuple(f"{pattern}/*" for pattern in sender.devices)
    return Permission(devices=(*sender.devices, *streams))


def _feed_for(station: str, feeds: Sequence[Feed]) -> Feed | None:
    for feed in feeds:
        if not feed.devices or Permission(devices=feed.devices).covers(station):
            return feed
    return None


def _mapping(feed: Feed | None) -> ObservationMapping:
    if feed is not None and feed.mapping is not None:
        return feed.mapping
    return built_in_mapping("hj212")


def _host_and_port(address: str) -> tuple[str, int]:
    host, mark, port = address.rpartition(":")
    if not mark or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise InputRefused(
            "listen_address_invalid",
            f"'{address}' is no address to listen on.",
            "Write HOST:PORT, e.g. 0.0.0.0:9002 for every network of this machine.",
            address=address,
        )
    return host.strip("[]") or "127.0.0.1", int(port)


async def listen_hj212(project: Stations, address: str, stop: asyncio.Event) -> dict[str, Any]:
    """Serve HJ 212 stations on ``HOST:PORT`` until ``stop`` is set; returns the counters of what came in.

    Raises:
        InputRefused: ``listen_address_invalid`` or ``address_in_use``.
    """
    host, port = _host_and_port(address)
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()

    async def handle(received: Sequence[Received]) -> None:
        report = await asyncio.to_thread(project.ingest_packets, received)
        for key in ("read", "stored", "duplicates", "conflicts", "rejected_count"):
            totals[key] += report[key]
        reasons.update(report["rejected_reasons"])

    await Hj212Server(host, port, handle).run(stop)
    return {**totals, "rejected_reasons": dict(reasons)}
