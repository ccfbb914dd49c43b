"""HJ 212-2017 packets: framing, checksum, fields, answers. Pure: bytes in, packets out.

A packet is ``##``, the length of the data segment in four decimal digits, the data segment, its checksum in
four hexadecimal digits, and CR LF. The data segment is ``QN=..;ST=..;CN=..;PW=..;MN=..;Flag=..;CP=&&..&&``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

REAL_TIME, MINUTE, HOUR = 2011, 2051, 2061
DATA_COMMANDS = frozenset({REAL_TIME, 2021, 2031, 2041, MINUTE, HOUR, 2081})
"""Commands by which a station uploads data; each is answered by 9014 when it asks for an answer."""
REQUEST_ANSWER, EXECUTION_ANSWER, NOTICE_ANSWER, DATA_ANSWER = 9011, 9012, 9013, 9014

_HEAD = re.compile(rb"##(\d{4})")
_HEX = re.compile(rb"[0-9A-Fa-f]{4}")
_FIELD = re.compile(r"([A-Za-z]{2,8})=([^;&]*)")
_ANSWER_WANTED, _IN_PARTS = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet of a station (MN); ``groups`` are the fields of its data area, in their order.

    ``number`` (QN) names the request it belongs to, ``system`` (ST) what is monitored (22 air, 23 noise, 39
    dust of construction sites ...), ``command`` (CN) what it is, ``part`` its number of ``parts``.
    """

    number: str
    system: str
    command: int
    password: str = field(repr=False)
    station: str
    flag: int
    groups: tuple[Mapping[str, str], ...]
    part: int = 1
    parts: int = 1

    @property
    def wants_answer(self) -> bool:
        """Whether the station waits for an answer (bit A of Flag)."""
        return bool(self.flag & _ANSWER_WANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadPacket:
    """Bytes that are no packet, with the machine-readable reason."""

    reason: str


def checksum(data: bytes) -> int:
    """The CRC of HJ 212-2017, annex A: unlike other CRC-16s it keeps only the high byte before each byte."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= 0xA001
    return register


def framed(data: str) -> bytes:
    """A data segment as a packet."""
    body = data.encode("gb18030")
    return b"##%04d%b%04X\r\n" % (len(body), body, checksum(body))


def answer(packet: Packet) -> bytes | None:
    """What a station that asks for an answer is told; None when it does not or is itself answering."""
    if not packet.wants_answer or packet.command >= 9000:
        return None
    code = DATA_ANSWER if packet.command in DATA_COMMANDS else NOTICE_ANSWER
    version = packet.flag & ~(_ANSWER_WANTED | _IN_PARTS)
    return framed(
        f"QN={packet.number};ST=91;CN={code};PW={packet.password};MN={packet.station};Flag={version};CP=&&&&"
    )


class PacketReader:
    """Cuts a stream of bytes into packets; what is none costs itself and not what follows."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Packet | BadPacket]:
        """Packets, and reasons for what was none, that are complete with these bytes."""
        self._buffer += data
        found: list[Packet | BadPacket] = []
        while True:
            start = self._buffer.find(b"##")
            if start < 0:
                if self._buffer.strip(b"\r\n#"):
                    found.append(BadPacket(reason="hj212_no_packet"))
                self._buffer = b"#" if self._buffer.endswith(b"#") else b""
                return found
            if self._buffer[:start].strip(b"\r\n"):
                found.append(BadPacket(reason="hj212_no_packet"))
            self._buffer = self._buffer[start:]
            if len(self._buffer) < 6:
                return found
            head = _HEAD.match(self._buffer)
            if head is None:
                found.append(BadPacket(reason="hj212_length_invalid"))
                self._buffer = self._buffer[2:]
                continue
            end = 6 + int(head[1])
            if len(self._buffer) < end + 4:
                return found
            body, sum_written = self._buffer[6:end], self._buffer[end : end + 4]
            if not _HEX.fullmatch(sum_written) or int(sum_written, 16) != checksum(body):
                # The length itself may be what is damaged: look for the next packet right behind the mark.
                found.append(BadPacket(reason="hj212_checksum_wrong"))
                self._buffer = self._buffer[2:]
                continue
            self._buffer = self._buffer[end + 4 :].lstrip(b"\r\n")
            found.append(parse_segment(body))

    @property
    def waiting(self) -> int:
        """Bytes of a packet that is not complete."""
        return len(self._buffer)


def parse_segment(body: bytes) -> Packet | BadPacket:
    """The data segment of a packet whose checksum is right."""
    text = body.decode("gb18030", "replace")
    head, mark, area = text.partition("CP=&&")
    fields = dict(_FIELD.findall(head))
    station, command, flag = fields.get("MN", ""), fields.get("CN", ""), fields.get("Flag", "0")
    if not mark or not station or not command.isascii() or not command.isdecimal() or len(command) > 4:
        return BadPacket(reason="hj212_fields_missing")
    if not flag.isascii() or not flag.isdecimal() or len(flag) > 3:
        return BadPacket(reason="hj212_fields_missing")
    return Packet(
        number=fields.get("QN", ""),
        system=fields.get("ST", ""),
        command=int(command),
        password=fields.get("PW", ""),
        station=station,
        flag=int(flag),
        groups=tuple(_group(part) for part in area.rpartition("&&")[0].split(";") if part),
        part=_count(fields.get("PNO")),
        parts=_count(fields.get("PNUM")),
    )


def _group(text: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in text.split(","))
    return {key.strip(): value.strip() for key, mark, value in pairs if mark}


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 5 else 1
