"""Observations by MQTT: a message is acknowledged after the transaction that stored it, never before.

The broker keeps a persistent session for our client id, so what comes while we are away, and what was
delivered but not acknowledged when we died, is delivered (again) on the next connection. MQTT 5 and 3.1.1.
A broker must be told to hold enough for an outage: Mosquitto's ``max_queued_messages`` is 1,000 by default.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import gmqtt
from gmqtt.mqtt.handler import MQTTConnectError

from bim_supervise.core.errors import AuthenticationFailed, InputRefused
from bim_supervise.events.fields import TOPIC
from bim_supervise.events.mqtt_url import parse_broker_url
from bim_supervise.events.rows import Row
from bim_supervise.events.sources_file import decode_json

# The library has no annotations, and strict typing would refuse every call into it.
_Client: Any = gmqtt.Client
_Subscription: Any = gmqtt.Subscription
_Message: Any = gmqtt.Message

_LOG = logging.getLogger(__name__)
_WIRE = logging.getLogger(f"{__name__}.wire")

Messages = list[tuple[str, bytes]]
"""(topic, payload) pairs."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
_CLOSE_WITHIN_S = 5.0
_QUIET_S = 0.003
_FAREWELL_S = 0.05
_NEVER_BY_ITSELF = -2
_ACCEPTED = 0
_WRONG_VERSION = (1, 132)
_WRONG_CREDENTIALS = (4, 5, 134, 135, 138)
_WRONG_CLIENT_ID = (2, 133)


def decode_messages(messages: Sequence[tuple[str, bytes]]) -> list[tuple[int, Row]]:
    """Messages to rows; the *line* is the number of the message in the batch, counted from 1.

    A JSON object is a row, an array of objects several; a bare number or text is the row ``{"$value": it}``.
    Every row carries its topic under ``$topic``.
    """
    rows: list[tuple[int, Row]] = []
    for number, (topic, payload) in enumerate(messages, 1):
        for row in decode_json(payload):
            if isinstance(row, dict):
                row[TOPIC] = topic
            rows.append((number, row))
    return rows


def is_topic_filter(topic: str) -> bool:
    """Whether an MQTT broker takes this as a topic filter."""
    # A broker answers a wrong filter by closing the connection, which looks like a broken network.
    levels = topic.split("/")
    return (
        0 < len(topic.encode("utf-8", "replace")) <= 65_535
        and "\0" not in topic
        and all(level in ("#", "+") or not set(level) & {"#", "+"} for level in levels)
        and "#" not in levels[:-1]
    )


class _ConnectionLost(Exception):
    """The connection ended, or was never made; the text says why."""


class _Batch:
    """Messages that go into one transaction, and the promise that it is committed."""

    def __init__(self) -> None:
        self.messages: Messages = []
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def release(self) -> None:
        """Let the waiting deliveries go on to their acknowledgement."""
        if not self.committed.done():
            self.committed.set_result(None)


class MqttSource:
    """Subscribes to topics and hands batches of messages to ``handle``, for as long as ``run`` runs.

    Args:
        url: ``mqtt[s]://[user[:password]@]host[:port][?version=4|5][&ca=FILE]``.
        topics: topic filters, subscribed with QoS 1.
        handle: stores a batch and returns after the commit; it must take every payload (what cannot be
            understood is a rejection, not an exception). If it raises, nothing of the batch is acknowledged,
            the connection is closed, and the broker delivers the batch again after a pause.
        client_id: names the persistent session; every subscriber needs one of its own, and keeps it.
        batch_messages: largest number of messages of a batch; twice as many may be under way (MQTT 5): one
            batch comes in while the other is stored.
        linger_s: longest time [s] a message waits for others to share its transaction.
        session_expiry_s: how long [s] an MQTT 5 broker keeps the session while nobody is connected.
        keepalive_s: seconds of silence after which either side asks whether the other lives.
        connect_within_s: seconds after which a broker that does not answer is given up, and another
            protocol version tried.
        queue_limit: QoS 0 messages waiting beyond this number are dropped and counted: their senders have
            renounced delivery, and memory is finite.
        presence: gives topic and payload of a retained message that says whether we listen. Asked with False
            for every connection before it is made (the broker publishes that when we die), with True when
            the topics are subscribed, and with False when we stop.
    """

    def __init__(
        self,
        url: str,
        topics: Sequence[str],
        handle: Callable[[Messages], Awaitable[object]],
        *,
        client_id: str,
        batch_messages: int = 2_000,
        linger_s: float = 0.05,
        session_expiry_s: int = 7 * 86_400,
        keepalive_s: int = 30,
        connect_within_s: float = 10.0,
        queue_limit: int = 100_000,
        presence: Callable[[bool], tuple[str, bytes]] | None = None,
    ) -> None:
        self.address = parse_broker_url(url)
        if not client_id or not client_id.isascii():
            raise InputRefused(
                "mqtt_client_id_invalid",
                f"'{client_id}' cannot name an MQTT session.",
                "Use a short name of ASCII letters, digits and hyphens.",
                client_id=client_id,
            )
        if not topics or not all(map(is_topic_filter, topics)):
            raise InputRefused(
                "mqtt_topic_invalid",
                f"{', '.join(repr(topic[:80]) for topic in topics) or 'Nothing'} cannot be subscribed to.",
                "Name at least one topic; '+' stands for one whole level, '#' for all the rest (site/+/#).",
                topics=", ".join(topics)[:200],
            )
        self._topics = tuple(dict.fromkeys(topics))
        self._handle = handle
        self._client_id = client_id
        self._batch_messages = batch_messages
        self._linger_s = linger_s
        self._session_expiry_s = session_expiry_s
        self._keepalive_s = keepalive_s
        self._connect_within_s = connect_within_s
        self._queue_limit = queue_limit
        self._presence = presence
        self._session: _Session | None = None
        self._version = self.address.version or 5
        self.connected = False
        """Whether the broker has accepted us and the subscription."""
        self.messages = 0
        """Messages handled (stored and acknowledged) so far."""
        self.dropped = 0
        """QoS 0 messages dropped because too many were waiting."""
        self.last_error: str | None = None
        """Why the last connection failed or ended; None while all is well."""

    @property
    def waiting(self) -> int:
        """Messages that have come and wait for their transaction."""
        session = self._session
        return 0 if session is None else sum(len(batch.messages) for batch in session._batches)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until ``stop`` is set; reconnects by itself, waiting longer after every failure.

        On stop, what was received is handled and acknowledged before the connection is closed.

        Raises:
            AuthenticationFailed: ``mqtt_refused`` when the broker refuses user, password or client id.
            InputRefused: ``mqtt_topic_refused`` when it refuses a subscription; ``mqtt_ca_unreadable``.
        """
        pause = FIRST_PAUSE_S
        with _quiet_client():
            while not stop.is_set():
                handled = self.messages
                try:
                    self._session = _Session(self, stop)
                    await self._session.run()
                except (_ConnectionLost, OSError, TimeoutError) as error:
                    self.last_error = str(error) or type(error).__name__
                finally:
                    self._session = None
                    was_connected, self.connected = self.connected, False
                if stop.is_set():
                    return
                if was_connected or self.messages > handled:
                    pause = FIRST_PAUSE_S
                _LOG.warning("MQTT %s: %s; next attempt in %.1f s", self.address, self.last_error, pause)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Publish a message (QoS 1, or 0 unless retained) if we are connected; returns whether we are."""
        if self._session is None or not self.connected:
            return False
        self._session.publish(topic, payload, retain=retain)
        return True

    def _try_other_version(self) -> None:
        """After a connection that died before it was answered: not every broker says what it cannot speak."""
        if self.address.version is None:
            self._version = 4 if self._version == 5 else 5


class _Session:
    """One connection: a client of its own, so that a late acknowledgement can never reach the next one.

    Packet numbers are reused by the broker; an acknowledgement for a connection that is gone might
    otherwise confirm another message.
    """

    def __init__(self, source: MqttSource, stop: asyncio.Event) -> None:
        self._source = source
        self._stop = stop
        self._wake = asyncio.Event()
        self._lost = asyncio.Event()
        self._refused_topics: list[str] = []
        self._batches = [_Batch()]
        self._delivering = 0
        will = source._presence(False) if source._presence else None
        self._client = _Client(
            source._client_id,
            will_message=_Message(*will, qos=1, retain=True) if will else None,
            clean_session=False,
            optimistic_acknowledgement=False,
            logger=_WIRE,
            receive_maximum=min(2 * source._batch_messages, 65_535),
            session_expiry_interval=source._session_expiry_s,
        )
        # Back-off, version and the fresh client are ours to decide.
        self._client.set_config({"reconnect_retries": _NEVER_BY_ITSELF})
        if source.address.user is not None:
            self._client.set_auth_credentials(source.address.user, source.address.password)
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1 if retain else 0, retain=retain)

    async def run(self) -> None:
        stopping = asyncio.ensure_future(self._stop.wait())
        stopping.add_done_callback(lambda _: self._wake.set())
        try:
            await self._connect()
            await self._pump()
        finally:
            stopping.cancel()
            if self._source._presence and self._source.connected and not self._lost.is_set():
                # Whoever leaves properly says so: the broker publishes a will only for the dead.
                self.publish(*self._source._presence(False), retain=True)
                await asyncio.sleep(_FAREWELL_S)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._client.disconnect(), _CLOSE_WITHIN_S)
            # The connection is closed: these acknowledgements go nowhere, the messages will come again.
            for batch in self._batches:
                batch.release()

    async def _connect(self) -> None:
        source, address = self._source, self._source.address
        connecting = asyncio.ensure_future(
            self._client.connect(
                address.host,
                address.port,
                ssl=address.tls_context(),
                keepalive=source._keepalive_s,
                version=source._version,
            )
        )
        lost = asyncio.ensure_future(self._lost.wait())
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait(
                {connecting, lost, stopping},
                timeout=source._connect_within_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if connecting.done():
                connecting.result()
            elif not stopping.done():
                source._try_other_version()
                raise _ConnectionLost("the broker did not answer" if not lost.done() else "closed unanswered")
        except MQTTConnectError as error:
            self._raise_refusal(error)
        finally:
            for task in (connecting, lost, stopping):
                task.cancel()
        if not self._stop.is_set():
            self._client.subscribe([_Subscription(topic, qos=1) for topic in source._topics])

    def _raise_refusal(self, error: MQTTConnectError) -> None:
        code, address = error._code, self._source.address
        if code in _WRONG_VERSION and address.version is None:
            self._source._try_other_version()
        elif code in _WRONG_CREDENTIALS or code in _WRONG_CLIENT_ID:
            raise AuthenticationFailed(
                "mqtt_refused",
                f"The broker {address} refuses us: {error.message}.",
                "Check user and password in the URL, and that no other subscriber uses the same client id.",
                broker=str(address),
                answer=code,
                problem=str(error.message),
            ) from None
        raise _ConnectionLost(str(error))

    async def _pump(self) -> None:
        """Hand on batch after batch until the connection is lost or we are stopped."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._refused_topics:
                self._raise_topics()
            if not self._lost.is_set() and not self._stop.is_set():
                await self._gather()
            while self._batches[0].messages:
                await self._commit(self._batches[0])
            if self._stop.is_set():
                await self._acknowledged()
                return
            if self._lost.is_set():
                raise _ConnectionLost("the connection was lost")

    async def _acknowledged(self) -> None:
        """Wait until every delivery that was stored has resumed and written its acknowledgement."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _CLOSE_WITHIN_S
        while self._delivering and loop.time() < until:
            await asyncio.sleep(0)
        # The client writes the acknowledgement some turns of the loop after the delivery has returned.
        await asyncio.sleep(_QUIET_S)

    async def _gather(self) -> None:
        """Wait for company: until a batch is full, nothing more comes, or the linger time is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._source._linger_s
        seen = -1
        while len(self._batches) == 1 and seen != len(self._batches[0].messages) and loop.time() < until:
            seen = len(self._batches[0].messages)
            await asyncio.sleep(_QUIET_S)

    async def _commit(self, batch: _Batch) -> None:
        # What comes from now on belongs to the next transaction.
        if self._batches[-1] is batch:
            self._batches.append(_Batch())
        try:
            await self._source._handle(batch.messages)
        except Exception as error:
            # Whatever failed, the messages stay with the broker; closing makes it deliver them again.
            _LOG.exception("MQTT %s: a batch of %d was not stored", self._source.address, len(batch.messages))
            raise _ConnectionLost(f"storing failed: {error}") from error
        self._source.messages += len(batch.messages)
        self._batches.pop(0)
        batch.release()

    async def _on_message(
        self, client: Any, topic: str | bytes, payload: bytes, qos: int, properties: dict[str, Any]
    ) -> int:
        name = topic.decode("utf-8", "replace") if isinstance(topic, bytes) else topic
        if qos == 0 and sum(len(batch.messages) for batch in self._batches) >= self._source._queue_limit:
            self._source.dropped += 1
            return _ACCEPTED
        batch = self._batches[-1]
        batch.messages.append((name, payload))
        if len(batch.messages) >= self._source._batch_messages:
            self._batches.append(_Batch())
        self._wake.set()
        if qos > 0:
            self._delivering += 1
            try:
                await batch.committed
            finally:
                self._delivering -= 1
        return _ACCEPTED

    def _on_disconnect(self, client: Any, packet: Any, exc: Any = None) -> None:
        self._lost.set()
        self._wake.set()

    def _on_subscribe(self, client: Any, mid: int, granted: Sequence[int], properties: Any) -> None:
        self._refused_topics = [
            topic for topic, qos in zip(self._source._topics, granted, strict=False) if qos >= 128
        ]
        if not self._refused_topics:
            self._source.connected = True
            if self._source._presence:
                self.publish(*self._source._presence(True), retain=True)
            self._source.last_error = None
            _LOG.info("MQTT %s: listening (version %d)", self._source.address, self._source._version)
        self._wake.set()

    def _raise_topics(self) -> None:
        topics = ", ".join(self._refused_topics)
        raise InputRefused(
            "mqtt_topic_refused",
            f"The broker {self._source.address} refuses the subscription to {topics}.",
            "Check the spelling of the topic and the user's permissions at the broker.",
            topics=topics,
            broker=str(self._source.address),
        )


class _OnlyWhenDebugging(logging.Filter):
    """The client library logs every closed connection as an error; the source reports those itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _LOG.isEnabledFor(logging.DEBUG)


@contextlib.contextmanager
def _quiet_client() -> Iterator[None]:
    loggers = (_WIRE, logging.getLogger("gmqtt.mqtt.protocol"), logging.getLogger("gmqtt.mqtt.package"))
    quiet = _OnlyWhenDebugging()
    for logger in loggers:
        logger.addFilter(quiet)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(quiet)
