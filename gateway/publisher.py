"""Sends the outbox to central until every row has its signed receipt.

A PUBACK proves nothing. Rows are sent oldest first, again on every new connection, and again
when no receipt comes; central removes duplicates.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from election.errors import SignatureError, Transient
from election.receipts import Receipt, Verdict
from election.topics import Stream, Topic
from gateway.outbox import OutboxRow, Settlement
from gateway.overview import Overview
from gateway.packets import PacketKey
from gateway.receipts import ReceiptReader
from runtime.broker_link import BrokerLink, BrokerSettings, Delivery, LastWill, PublishRefused
from runtime.heartbeats import Heartbeats
from runtime.reconnect import ReconnectPolicy

WINDOW = 50
"""Rows that are read from the outbox at a time."""

LONGEST_SEND_S = 120.0

NOT_BELIEVED = frozenset({"signature", "scope"})
"""Reasons that say that another key answers than the one that is pinned, or one out of date."""

log = structlog.get_logger("zerotape.gateway.publisher")


@dataclass(frozen=True)
class OutboxDesk:
    """What the publisher may ask of the store; every call runs in the store's thread."""

    waiting: Callable[[int, int], Awaitable[list[OutboxRow]]]
    """Unsettled rows after a sequence number, oldest first, at most so many."""
    from_sequence: Callable[[int, int], Awaitable[list[OutboxRow]]]
    """All rows from a sequence number on, settled or not, at most so many."""
    last_confirmed: Callable[[], Awaitable[OutboxRow | None]]
    """The newest row that central has accepted."""
    settle: Callable[[str, Verdict, bytes, datetime], Awaitable[Settlement]]
    """Record a receipt by payload hash."""


@dataclass
class Publisher:
    """One supervised task: keeps a connection, sends, and takes receipts in."""

    broker: BrokerSettings
    reader: ReceiptReader
    outbox: OutboxDesk
    overview: Callable[[], Awaitable[Overview]]
    now: Callable[[], datetime]
    heartbeats: Heartbeats
    resend_s: float
    status_s: float
    policy: ReconnectPolicy = field(default_factory=ReconnectPolicy)
    connected: bool = False
    complaint: str = ""
    """Why central takes none of our returns; empty when it does."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever puts a row into the outbox."""
    _from: int = 0
    """Rows up to this sequence number were sent on this connection."""
    _asked_until: int = 0
    """Up to here central asks for everything again, settled or not: it misses numbers."""
    _asked_from: int = 0
    """The number that central asked for last, on this connection and since it accepted one."""
    _back_to: int | None = None
    """What `_from` is to become before the next rows are read."""
    _silent_passes: int = 0
    """How often all was sent again without a receipt in between."""

    async def run(self) -> None:
        """Connect, serve, reconnect, for ever."""
        attempt = 0
        while True:
            try:
                async with await self._link() as link:
                    attempt = 0
                    await self._serve(link)
            except* Transient as group:
                log.warning("the broker is not reached", error=str(group.exceptions[0]))
            except* PublishRefused as group:
                log.error("the broker refuses us", error=str(group.exceptions[0]))
            self.connected = False
            attempt += 1
            await asyncio.sleep(self.policy.delay(attempt, random.random()))  # noqa: S311  # jitter

    async def _link(self) -> BrokerLink:
        will = (await self.overview()).status(online=False).model_dump_json().encode()
        return BrokerLink(
            self.broker,
            identifier=f"zerotape-gateway-{self.reader.election}-{self.reader.count_center}",
            will=LastWill(self._topic(Stream.STATUS), will),
        )

    async def _serve(self, link: BrokerLink) -> None:
        await link.subscribe(self._topic(Stream.RECEIPTS))
        self.connected = True
        self._from, self._asked_from, self._back_to = 0, 0, None
        if (last := await self.outbox.last_confirmed()) is not None:
            # Asks where central stands: one that was restored parks it and says what it misses.
            await link.publish(self._topic(Stream.RETURNS), last.envelope)
        log.info("connected to the broker")
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(link), name="receipts")
                tasks.create_task(self._send(link), name="outbox")
                tasks.create_task(self._tell(link), name="status")
        except asyncio.CancelledError:  # we are stopped; the will speaks only for who vanishes
            with suppress(Transient, PublishRefused):  # a broker that is gone must not keep us
                await self._say(link, await self.overview(), online=False)
            raise

    async def _send(self, link: BrokerLink) -> None:
        topic = self._topic(Stream.RETURNS)
        while True:
            self.news.clear()
            rows = await self._next_rows()
            with self.heartbeats.at_work("publisher", LONGEST_SEND_S):
                for row in rows:
                    await link.publish(topic, row.envelope)
                    self._from = max(self._from, row.sequence)
            if not rows:
                await self._wait_for_news()

    async def _next_rows(self) -> list[OutboxRow]:
        if self._back_to is not None:
            self._from, self._back_to = self._back_to, None
        if self._from < self._asked_until:
            return await self.outbox.from_sequence(self._from + 1, WINDOW)
        return await self.outbox.waiting(self._from, WINDOW)

    async def _wait_for_news(self) -> None:
        """Wait until a row is added or asked for, or until receipts are overdue."""
        patience = ReconnectPolicy(first=self.resend_s, ceiling=20 * self.resend_s, jitter=0)
        try:
            async with asyncio.timeout(patience.delay(self._silent_passes + 1, 0.5)):
                await self.news.wait()
        except TimeoutError:
            self._silent_passes += 1
            self._from = 0

    async def _receive(self, link: BrokerLink) -> None:
        async for delivery in link.deliveries():
            with self.heartbeats.at_work("receipts", LONGEST_SEND_S):
                await self._take_in(delivery)
            delivery.acknowledge()

    async def _take_in(self, delivery: Delivery) -> None:
        try:
            receipt = self.reader.read(delivery.payload, self.now())
        except SignatureError as error:
            log.warning("a receipt is not believed", reason=error.reason, error=str(error))
            if error.reason in NOT_BELIEVED:  # noise that nobody signed is no news for the clerk
                self.complaint = f"something that is not believed: {error} Call the technician."
            return
        if receipt.verdict is Verdict.REFUSED and receipt.sequence is None:
            # The number is not consumed: the row waits until a person has helped (enrolment, ...).
            self.complaint = receipt.detail or ", ".join(receipt.reasons)
            log.error("central does not take our returns", reasons=receipt.reasons)
            return
        if receipt.verdict is Verdict.PARKED:
            self._send_again_from(receipt)
            return
        self._silent_passes = 0
        self.complaint = ""
        if receipt.verdict is Verdict.ACCEPTED:
            self._asked_from = 0
        settlement = await self.outbox.settle(
            receipt.payload_sha256, receipt.verdict, delivery.payload, self.now()
        )
        log.info(
            "receipt",
            sequence=receipt.sequence,
            verdict=receipt.verdict.value,
            settlement=settlement.value,
        )

    async def _tell(self, link: BrokerLink) -> None:
        told: dict[PacketKey, str] = {}
        while True:
            overview = await self.overview()
            await self._say(link, overview, online=True)
            alerts = overview.alerts()
            for key, alert in alerts.items():
                if told.get(key) != alert.message:
                    await link.publish(self._topic(Stream.ALERTS), alert.model_dump_json().encode())
            told = {key: alert.message for key, alert in alerts.items()}
            await asyncio.sleep(self.status_s)

    def _send_again_from(self, parked: Receipt) -> None:
        """Go back to where central stands; after a restore it may miss what it once confirmed.

        Asked for the same number again, what was sent is still on its way or did not help: then
        it goes out once more only when receipts are overdue, else both sides would never rest.
        """
        if parked.expected_sequence is None or parked.sequence is None:
            return
        self._asked_until = max(self._asked_until, parked.sequence)
        if parked.expected_sequence == self._asked_from:
            self.complaint = parked.detail
            return
        self._asked_from = parked.expected_sequence
        self._back_to = parked.expected_sequence - 1
        self._silent_passes = 0
        self.news.set()

    async def _say(self, link: BrokerLink, overview: Overview, *, online: bool) -> None:
        status = overview.status(online=online).model_dump_json().encode()
        await link.publish(self._topic(Stream.STATUS), status, retain=True)

    def _topic(self, stream: Stream) -> str:
        return str(Topic(self.reader.election, stream, self.reader.count_center))
