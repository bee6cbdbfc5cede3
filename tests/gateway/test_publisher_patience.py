"""What the publisher does when central's answers do not help; the test is in central's place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from election.definition import Mode
from election.receipts import Verdict
from gateway.outbox import OutboxRow, OutboxState, Settlement
from gateway.overview import Overview
from gateway.packets import PacketKey
from gateway.publisher import OutboxDesk, Publisher
from gateway.receipts import ReceiptReader
from runtime.broker_link import BrokerLink, BrokerSettings
from runtime.heartbeats import Heartbeats
from simulators.brokers import LocalBroker
from simulators.stand_in_central import StandInCentral

NOW = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
RETURNS = "zerotape/1/e/returns/c"
RECEIPTS = "zerotape/1/e/receipts/c"


@dataclass
class WaitingRows:
    """An outbox of numbers, of which the receipts settle those they accept."""

    numbers: list[int]
    settled: set[str] = field(default_factory=set)

    async def waiting(self, after: int, limit: int) -> list[OutboxRow]:
        rows = await self.from_sequence(after + 1, limit)
        return [row for row in rows if row.payload_sha256 not in self.settled]

    async def from_sequence(self, first: int, limit: int) -> list[OutboxRow]:
        return [_row(number) for number in self.numbers if number >= first][:limit]

    async def last_confirmed(self) -> None:
        return None

    async def settle(self, payload: str, _: Verdict, _r: bytes, _at: datetime) -> Settlement:
        self.settled.add(payload)
        return Settlement.CONFIRMED


MakeCentral = Callable[[str], StandInCentral]


@pytest.fixture
def make_aggregator(tmp_path: Path) -> MakeCentral:
    """Return `make(name)`: a central with a key of its own."""
    return lambda name: StandInCentral.made(tmp_path / name, "e", "c", NOW)


def answer(
    central: StandInCentral, number: int, verdict: Verdict, expected: int | None = None
) -> bytes:
    """Return what `central` says of the row `number`."""
    detail = f"Number {expected} is missing." if expected else ""
    payload = _row(number).payload
    return central.receipt(payload, verdict, number, expected=expected, detail=detail)


@asynccontextmanager
async def publishing(
    broker: LocalBroker, outbox: WaitingRows, pinned: StandInCentral, resend_s: float
) -> AsyncIterator[tuple[Publisher, BrokerLink]]:
    """Yield a running publisher, and central's end of the broker."""
    settings = BrokerSettings(host="127.0.0.1", port=broker.port, timeout_s=3)
    publisher = Publisher(
        broker=settings,
        reader=ReceiptReader(pinned.record, "e", "c", Mode.TEST),
        outbox=OutboxDesk(
            outbox.waiting, outbox.from_sequence, outbox.last_confirmed, outbox.settle
        ),
        overview=_overview,
        now=lambda: NOW,
        heartbeats=Heartbeats(lambda: 0.0),
        resend_s=resend_s,
        status_s=60.0,
    )
    async with asyncio.timeout(30), BrokerLink(settings, identifier="central") as link:
        await link.subscribe(RETURNS)
        task = asyncio.create_task(publisher.run())
        try:
            yield publisher, link
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_what_central_asks_for_again_goes_out_once_and_not_for_ever(
    broker: LocalBroker, make_aggregator: MakeCentral
) -> None:
    """Central misses number 1 and never takes it, as for a key whose chain began elsewhere."""
    outbox, key, arrived = WaitingRows([1, 2, 3]), make_aggregator("central"), list[int]()
    async with publishing(broker, outbox, key, resend_s=30.0) as (publisher, link):
        async for delivery in link.deliveries():
            delivery.acknowledge()
            arrived.append(int(delivery.payload))
            if len(arrived) == 7:
                break
            if arrived[-1] > 1:
                await link.publish(RECEIPTS, answer(key, arrived[-1], Verdict.PARKED, 1))
            if len(arrived) == 6:
                while not publisher.complaint:  # noqa: ASYNC110  # both answers are in by then
                    await asyncio.sleep(0.01)
                outbox.numbers.append(4)
                publisher.news.set()
        assert publisher.complaint == "Number 1 is missing."
    assert arrived == [1, 2, 3, 1, 2, 3, 4]
    assert outbox.settled == set()


async def test_what_did_not_help_is_tried_again_when_receipts_are_overdue(
    broker: LocalBroker, make_aggregator: MakeCentral
) -> None:
    outbox, key, arrived = WaitingRows([1, 2]), make_aggregator("central"), list[int]()
    async with publishing(broker, outbox, key, resend_s=0.1) as (_, link):
        async for delivery in link.deliveries():
            delivery.acknowledge()
            arrived.append(int(delivery.payload))
            is_helped = len(arrived) > 4
            if arrived[-1] == 2:
                verdict = Verdict.ACCEPTED if is_helped else Verdict.PARKED
                await link.publish(RECEIPTS, answer(key, 2, verdict, None if is_helped else 1))
            elif is_helped:
                await link.publish(RECEIPTS, answer(key, 1, Verdict.ACCEPTED))
            if len(outbox.settled) == 2 or len(arrived) > 20:
                break
    assert arrived[:6] == [1, 2, 1, 2, 1, 2]


async def test_the_clerk_is_told_that_another_key_answers_than_the_pinned_one(
    broker: LocalBroker, make_aggregator: MakeCentral
) -> None:
    outbox, pinned, other = WaitingRows([1]), make_aggregator("pinned"), make_aggregator("other")
    told = []
    async with publishing(broker, outbox, pinned, resend_s=0.1) as (publisher, link):
        async for delivery in link.deliveries():
            delivery.acknowledge()
            told.append(publisher.complaint)
            signer = pinned if "not believed" in told[-1] else other
            await link.publish(RECEIPTS, answer(signer, 1, Verdict.ACCEPTED))
            if signer is pinned:
                break
        while not outbox.settled:  # noqa: ASYNC110  # the publisher has no event for this
            await asyncio.sleep(0.01)
        assert publisher.complaint == ""
    assert told[0] == ""


def _row(number: int) -> OutboxRow:
    payload = b"%d" % number
    return OutboxRow(
        sequence=number,
        payload_sha256=sha256(payload).hexdigest(),
        payload=payload,
        envelope=payload,
        key=PacketKey(f"p{number}", "election-day"),
        stored_at=NOW,
        state=OutboxState.WAITING,
        receipt=None,
        settled_at=None,
    )


async def _overview() -> Overview:
    return Overview(
        at=NOW,
        election="e",
        election_title="Election",
        mode=Mode.TEST,
        time_zone="America/Denver",
        count_center="c",
        definition_sha256="0" * 64,
        software="test",
        packets=(),
        unplaced=(),
        devices=(),
        left_alone=(),
        outbox_waiting=0,
        outbox_oldest_at=None,
        outbox_confirmed=0,
        outbox_refused=0,
        free_bytes=1,
        connected=True,
        complaint="",
        evidence=0,
    )
