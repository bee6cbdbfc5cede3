"""Takes returns from the broker into the ledger, and sends the receipts back.

The order is the promise: judged and on the disk, then the receipt is sent, then the message is
acknowledged. Killed anywhere in between, the broker repeats the message and its receipt goes
out again.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog

from central.ledger import Ledger, Outcome
from central.messages import Message
from central.progress import Progress
from central.receipts import ReceiptSigner
from central.status_board import StatusBoard
from election.errors import Transient
from election.receipts import Verdict
from election.topics import Stream, Topic, every_center
from runtime.broker_link import BrokerLink, BrokerSettings, Delivery, PublishRefused
from runtime.crash_points import CrashPoints
from runtime.heartbeats import Heartbeats
from runtime.own_thread import OwnThread
from runtime.reconnect import ReconnectPolicy

CRASH_VARIABLE = "ZEROTAPE_CENTRAL_CRASH_AT"


class CrashPoint(StrEnum):
    """The steps between which a test may kill the aggregator."""

    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"
    AFTER_RECEIPTS = "after-receipts"


STREAMS = (Stream.RETURNS, Stream.STATUS, Stream.ALERTS)

MAX_BATCH = 100
"""Messages per transaction; as measured, a larger batch gains nothing."""

GATHER_S = 0.003
"""How long the first message of a batch waits for others."""

RECEIPT_WINDOW = 20
"""Receipts that may be on their way to the broker at a time."""

LONGEST_BATCH_S = 120.0

log = structlog.get_logger("zerotape.central.ingest")


@dataclass(frozen=True)
class Counter:
    """Where messages are handed in; every call runs in the ledger's own thread."""

    ledger: Ledger
    board: StatusBoard
    signer: ReceiptSigner

    def take_in(self, messages: Sequence[Message]) -> list[tuple[str, bytes]]:
        """Keep `messages`; return topic and envelope of every receipt to be sent.

        Raises DatabaseUnavailable: then none of the returns was kept.
        """
        by_stream: dict[Stream | None, list[Message]] = {}
        for message in messages:
            by_stream.setdefault(_stream(message.topic), []).append(message)
        outcomes = self.ledger.accept_batch(by_stream.pop(Stream.RETURNS, []))
        self.board.post(message for posted in by_stream.values() for message in posted)
        return [self._receipt(outcome) for outcome in outcomes]

    def _receipt(self, outcome: Outcome) -> tuple[str, bytes]:
        receipt = outcome.receipt
        if receipt.verdict in (Verdict.REFUSED, Verdict.PARKED):
            log.warning(
                receipt.verdict.value,
                count_center=outcome.count_center,
                sequence=receipt.sequence,
                reasons=receipt.reasons,
                detail=receipt.detail,
            )
        topic = Topic(receipt.election, Stream.RECEIPTS, outcome.count_center)
        return str(topic), self.signer.envelope(receipt)


@dataclass
class Ingest:
    """One supervised task: keeps a connection, takes in, answers, acknowledges."""

    broker: BrokerSettings
    election: str
    counter: Counter
    thread: OwnThread
    heartbeats: Heartbeats
    progress: Progress
    now: Callable[[], datetime]
    crash_points: CrashPoints = field(default_factory=CrashPoints)
    policy: ReconnectPolicy = field(default_factory=ReconnectPolicy)
    connected: bool = False
    complaint: str = ""
    """Why nothing comes in; empty while all is well."""
    _attempt: int = 0

    async def run(self) -> None:
        """Connect, serve, reconnect, for ever."""
        while True:
            try:
                async with BrokerLink(
                    self.broker, identifier=f"zerotape-central-{self.election}"
                ) as link:
                    await self._serve(link)
            except* Transient as group:
                self._complain(group, "taking in was interrupted")
            except* PublishRefused as group:
                self._complain(group, "the broker refuses our receipts")
            except* Exception as group:  # supervisor edge: pages stay up, nothing is acknowledged
                self._complain(group, "taking in failed")
                log.error("unknown fault", exc_info=group)
            self.connected = False
            self._attempt += 1
            await asyncio.sleep(self.policy.delay(self._attempt, random.random()))  # noqa: S311  # jitter

    async def _serve(self, link: BrokerLink) -> None:
        for stream in STREAMS:
            await link.subscribe(every_center(self.election, stream))
        self.connected = True
        log.info("connected to the broker")
        arrived: asyncio.Queue[Delivery] = asyncio.Queue(MAX_BATCH)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_receive(link, arrived), name="receive")
            tasks.create_task(self._work(link, arrived), name="take in")

    async def _work(self, link: BrokerLink, arrived: asyncio.Queue[Delivery]) -> None:
        while True:
            batch = [await arrived.get()]
            await asyncio.sleep(GATHER_S)
            while len(batch) < MAX_BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            with self.heartbeats.at_work("ingest", LONGEST_BATCH_S):
                await self._take_in(link, batch)
            self._attempt = 0
            self.complaint = ""

    async def _take_in(self, link: BrokerLink, batch: Sequence[Delivery]) -> None:
        at = self.now()
        messages = [Message(delivery.topic, delivery.payload, at) for delivery in batch]
        self.crash_points.reached(CrashPoint.BEFORE_COMMIT)
        receipts = await self.thread.call(self.counter.take_in, messages)
        self.crash_points.reached(CrashPoint.AFTER_COMMIT)
        self.progress.advance()
        for start in range(0, len(receipts), RECEIPT_WINDOW):
            async with asyncio.TaskGroup() as window:
                for topic, envelope in receipts[start : start + RECEIPT_WINDOW]:
                    window.create_task(link.publish(topic, envelope))
        self.crash_points.reached(CrashPoint.AFTER_RECEIPTS)
        for delivery in batch:
            delivery.acknowledge()

    def _complain(self, group: BaseExceptionGroup[BaseException], what: str) -> None:
        self.complaint = str(_first_leaf(group))
        log.warning(what, error=self.complaint)


async def _receive(link: BrokerLink, arrived: asyncio.Queue[Delivery]) -> None:
    async for delivery in link.deliveries():
        await arrived.put(delivery)


def _stream(topic: str) -> Stream | None:
    try:
        return Topic.read(topic).stream
    except ValueError:
        return None


def _first_leaf(error: BaseException) -> BaseException:
    return _first_leaf(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
