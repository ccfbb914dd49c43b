"""HJ 212-2017 over TCP: stations of dust and noise monitors send; they are answered after the commit.

A station's real-time data are the series of the device ``MN``; its minute and hour data, which speak for the
same time once more, are those of ``MN/minute`` and ``MN/hour``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.commit_queue import CommitQueue
from bim_supervise.events.hj212 import HOUR, MINUTE, REAL_TIME, BadPacket, Packet, PacketReader, answer
from bim_supervise.events.rows import Row, Unreadable

_LOG = logging.getLogger(__name__)

MOST_CONNECTIONS = 500
SILENT_AFTER_S = 3_600.0
"""A connection on which nothing comes for so long [s] is closed; the station opens another."""
ANSWER_WITHIN_S = 10.0
_CHUNK = 65_536
_STREAMS = {REAL_TIME: ("", "Rtd"), MINUTE: ("/minute", "Avg"), HOUR: ("/hour", "Avg")}
"""Command -> what follows the station's number in the device id, and the field that is the value."""
_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A packet, or what was none, and the IP address it came from."""

    address: str
    packet: Packet | BadPacket


def rows_of(packet: Packet, data_time: str | None = None) -> list[Row]:
    """A packet of data as rows with ``device``, ``station``, ``factor``, ``value``, ``flag``, ``time``.

    Every factor makes one row: of real-time data its ``Rtd``, of minute and hour data its ``Avg``. ``flag``
    is the data flag (N normal, F stopped, M maintenance, S set by hand, D fault, C calibration, T over range,
    B no contact); ``N`` where the station sends none.

    Args:
        packet: what a station sent; anything but real-time, minute and hour data makes no row.
        data_time: of an earlier part of the same data, if this part does not repeat it.
    """
    if packet.command not in _STREAMS:
        return []
    suffix, statistic = _STREAMS[packet.command]
    time = next((group["DataTime"] for group in packet.groups if "DataTime" in group), data_time)
    rows: list[Row] = []
    for group in packet.groups:
        values = {key[: -len(statistic) - 1]: value for key, value in group.items() if _is(key, statistic)}
        for factor, value in values.items():
            rows.append(
                {
                    "device": packet.station + suffix,
                    "station": packet.station,
                    "factor": factor,
                    "value": value,
                    "flag": group.get(f"{factor}-Flag", "N"),
                    "time": time,
                    "interval_s": _HOUR_S if packet.command == HOUR else None,
                    "system": packet.system,
                }
            )
    return rows or [Unreadable("row_empty")]


def _is(key: str, statistic: str) -> bool:
    return key.endswith(f"-{statistic}") and len(key) > len(statistic) + 1


class Hj212Server:
    """Listens for stations and hands batches of packets to ``handle``.

    Args:
        host: address to bind.
        port: TCP port; 0 takes a free one.
        handle: stores a batch and returns after the commit; only then are the stations answered. If it
            raises, they are not, and their connections are closed: they send again.
    """

    def __init__(
        self, host: str, port: int, handle: Callable[[Sequence[Received]], Awaitable[object]]
    ) -> None:
        self._host, self._port = host, port
        self._queue = CommitQueue(handle)
        self._open: set[asyncio.Task[None]] = set()
        self.port = port
        """The port that is listened on, once ``run`` has bound it."""
        self.packets: Counter[int] = Counter()
        """Packets so far by command."""
        self.bound = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve stations until ``stop`` is set; what was received is stored and answered first.

        Raises:
            InputRefused: ``address_in_use`` when the address cannot be bound.
        """
        try:
            server = await asyncio.start_server(self._accept, self._host, self._port, limit=_CHUNK)
        except OSError as error:
            raise InputRefused(
                "address_in_use",
                f"{self._host}:{self._port} cannot be served: {error.strerror}.",
                "Stop what listens there, or choose another port with --hj212.",
                host=self._host,
                port=self._port,
                problem=str(error.strerror),
            ) from error
        self.port = server.sockets[0].getsockname()[1]
        self.bound.set()
        storing = asyncio.create_task(self._queue.run(stop))
        try:
            await stop.wait()
        finally:
            server.close()
            stop.set()
            await storing
            # Whoever still waits for an answer gets it now; the rest is idle.
            await asyncio.sleep(0)
            for task in list(self._open):
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._open) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._open.add(task)
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ("",))[0])
        packets = PacketReader()
        while data := await asyncio.wait_for(reader.read(_CHUNK), SILENT_AFTER_S):
            found = packets.feed(data)
            try:
                await self._queue.submit([Received(address=address, packet=item) for item in found])
            except Exception as error:
                # Unanswered and disconnected, the station sends again.
                _LOG.warning("HJ 212 %s: %d packets were not stored: %s", address, len(found), error)
                return
            for item in found:
                if isinstance(item, Packet):
                    self.packets[item.command] += 1
                    if (reply := answer(item)) is not None:
                        writer.write(reply)
            await asyncio.wait_for(writer.drain(), ANSWER_WITHIN_S)
