"""One MQTT 5 connection on which nothing is lost without notice.

aiomqtt 2 acknowledges messages before we have them, ignores negative PUBACKs and looks connected
after re-entry. This module is the only one that knows; it touches private names of aiomqtt, and
`tests/runtime/test_broker_link.py` fails when a release changes them.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Annotated, Any, Self

import aiomqtt
from paho.mqtt.client import MQTT_ERR_SUCCESS
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import Field

from election.errors import Transient, ZerotapeError
from runtime.settings import ConfiguredPath, Settings

SESSION_EXPIRY_S = 7 * 24 * 3600
"""How long the broker keeps our subscriptions and queue while we are away."""

RECEIVE_MAXIMUM = 50
"""Messages that the broker may have in flight to us."""

KEEPALIVE_S = 15


class TlsSettings(Settings):
    """Client certificate and the authority that both sides trust."""

    authority: ConfiguredPath
    certificate: ConfiguredPath
    key: ConfiguredPath


class BrokerSettings(Settings):
    """Where the broker is. Without `tls` the connection is readable by everybody on the way."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8883
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    tls: TlsSettings | None = None


class LinkLost(Transient):
    """The broker cannot be reached, or the connection broke."""

    def __init__(self, where: str) -> None:
        super().__init__(f"No connection to the broker at {where}. It is tried again; wait.")


class CertificatesUnusable(Transient):
    """The files of `tls` cannot be used; they may just be in the middle of a renewal."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The certificates under [broker.tls] cannot be used: "
            f"{reason}. Correct the files; it is tried again."
        )


class OutcomeUnknown(Transient):
    """No PUBACK was seen: send again on a new link, the receiver removes duplicates."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"The broker did not confirm a message to {topic}. It is sent again.")


class PublishRefused(ZerotapeError):
    """PUBACK carried a failure code: trying again cannot help, a person must."""

    def __init__(self, topic: str, code: str) -> None:
        super().__init__(
            f"The broker refuses messages to {topic}: {code}. Have its access list corrected."
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One QoS 1 message; the broker repeats it on the next link until `acknowledge`."""

    topic: str
    payload: bytes
    acknowledge: Callable[[], object]


@dataclass(frozen=True, slots=True)
class LastWill:
    """What the broker publishes, retained, when we vanish."""

    topic: str
    payload: bytes


class BrokerLink:
    """One connection, entered once; make a new object for every attempt.

    Making one raises CertificatesUnusable, entering it LinkLost. Construct it in the task that
    uses it.
    """

    def __init__(
        self, settings: BrokerSettings, *, identifier: str, will: LastWill | None = None
    ) -> None:
        self._where = f"{settings.host}:{settings.port}"
        self._timeout_s = settings.timeout_s
        self._client = aiomqtt.Client(
            settings.host,
            settings.port,
            identifier=identifier,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,  # the default deletes what waits for us
            properties=_connect_properties(),
            keepalive=KEEPALIVE_S,
            timeout=settings.timeout_s,
            tls_context=_tls_context(settings.tls),
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # else 40 ms a message
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=True) if will else None,
        )
        self._waiting: dict[int, asyncio.Future[ReasonCode]] = {}
        self._paho = self._client._client  # noqa: SLF001  # aiomqtt 2 has no public manual ack
        self._paho.manual_ack_set(True)
        self._paho.on_publish = self._on_puback

    async def __aenter__(self) -> Self:
        try:
            await self._client.__aenter__()
        except aiomqtt.MqttError as error:
            raise LinkLost(self._where) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cause()  # fetch it, else asyncio reports "exception was never retrieved"
        try:
            await self._client.__aexit__(kind, error, trace)
        except aiomqtt.MqttError as lost:
            raise LinkLost(self._where) from lost

    async def subscribe(self, topic: str) -> None:
        """Subscribe at QoS 1; harmless to repeat; raises LinkLost."""
        try:
            await self._client.subscribe(topic, qos=1)
        except aiomqtt.MqttError as error:
            raise LinkLost(self._where) from error

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Return after a positive PUBACK; raise PublishRefused or OutcomeUnknown."""
        info = self._paho.publish(topic, payload, qos=1, retain=retain)
        if info.rc != MQTT_ERR_SUCCESS:
            raise OutcomeUnknown(topic) from self._cause()
        answer: asyncio.Future[ReasonCode] = asyncio.get_running_loop().create_future()
        self._waiting[info.mid] = answer
        race: set[asyncio.Future[Any]] = {answer, self._lost}
        try:
            await asyncio.wait(race, timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[info.mid]
        if not answer.done():
            raise OutcomeUnknown(topic) from self._cause()
        if answer.result().is_failure:
            raise PublishRefused(topic, str(answer.result()))

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Yield messages in order; raise LinkLost when the link drops."""
        try:
            async for message in self._client.messages:
                acknowledge = partial(self._paho.ack, message.mid, message.qos)
                yield Delivery(str(message.topic), message.payload, acknowledge)
        except aiomqtt.MqttError as error:
            raise LinkLost(self._where) from error

    @property
    def _lost(self) -> asyncio.Future[None]:
        return self._client._disconnected  # noqa: SLF001  # aiomqtt replaces the future

    def _cause(self) -> BaseException | None:
        return self._lost.exception() if self._lost.done() else None

    def _on_puback(
        self, _client: object, _data: object, mid: int, code: ReasonCode, _properties: object
    ) -> None:
        answer = self._waiting.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(code)


def _connect_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho
    properties.SessionExpiryInterval = SESSION_EXPIRY_S
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return properties


def _tls_context(settings: TlsSettings | None) -> ssl.SSLContext | None:
    if settings is None:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.authority)
        context.load_cert_chain(settings.certificate, settings.key)
    except OSError as error:  # ssl.SSLError is one; neither names the file
        files = f"{settings.authority}, {settings.certificate}, {settings.key}"
        raise CertificatesUnusable(f"{error} ({files})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
