"""The address of an MQTT broker, with user, password, TLS and protocol version in one URL."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from bim_supervise.core.errors import InputRefused

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_HINT = "Write mqtt://user:password@host:1883 or mqtts://host (TLS); ?version=4|5 and ?ca=FILE may follow."


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker is and who we are to it; its ``repr`` and ``str`` never show the password.

    ``version`` is 4 (MQTT 3.1.1) or 5; None tries 5 first. ``ca`` is a file with the certificates to trust.
    """

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    version: int | None = None
    ca: str | None = None

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | bool:
        """Certificates and host names are always checked; False without TLS.

        Raises:
            InputRefused: ``mqtt_ca_unreadable`` when the file of trusted certificates cannot be used.
        """
        if not self.tls:
            return False
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            raise InputRefused(
                "mqtt_ca_unreadable",
                f"The certificates in '{self.ca}' cannot be read: {error.strerror or error}.",
                "Name a PEM file with the certificate of the authority that signed the broker's.",
                file=self.ca,
                problem=str(error.strerror or error),
            ) from error


def parse_broker_url(url: str) -> BrokerAddress:
    """A broker address from ``mqtt[s]://[user[:password]@]host[:port][?version=4|5][&ca=FILE]``.

    Raises:
        InputRefused: ``mqtt_url_invalid``; its message does not repeat the URL, which may hold a password.
    """

    def refused(problem: str) -> InputRefused:
        return InputRefused(
            "mqtt_url_invalid", f"The broker's URL is wrong: {problem}.", _HINT, problem=problem
        )

    try:
        parts = urlsplit(url)
        port = parts.port
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise refused("it cannot be split into its parts") from error
    if parts.scheme not in _PORTS:
        raise refused("it begins with neither mqtt:// nor mqtts://")
    if not parts.hostname:
        raise refused("it names no host")
    if parts.path not in ("", "/") or parts.fragment:
        raise refused("topics do not belong into it")
    if set(query) - {"version", "ca"}:
        raise refused("of settings it may only hold version and ca")
    version = query.get("version", [""])[-1]
    if version not in ("", "4", "5"):
        raise refused("the version is 4 (MQTT 3.1.1) or 5")
    return BrokerAddress(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password is not None else None,
        version=int(version) if version else None,
        ca=query.get("ca", [None])[-1],
    )
