"""The publisher on a real broker, with the test in central's place."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from election.definition import Mode
from election.errors import Transient
from election.receipts import Reason, Verdict
from election.status import GatewayStatus
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
class ListedOutbox:
    """An outbox in memory: what the publisher asks of the store, and no more."""

    rows: list[OutboxRow] = field(default_factory=list)
    settled: dict[str, Verdict] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, number: int) -> None:
        payload = b"payload %d" % number
        self.rows.append(
            OutboxRow(
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
        )

    async def waiting(self, after: int, limit: int) -> list[OutboxRow]:
        rows = [row for row in self.rows if row.payload_sha256 not in self.settled]
        return [row for row in rows if row.sequence > after][:limit]

    async def from_sequence(self, first: int, limit: int) -> list[OutboxRow]:
        return [row for row in self.rows if row.sequence >= first][:limit]

    async def last_confirmed(self) -> OutboxRow | None:
        confirmed = [row for row in self.rows if row.payload_sha256 in self.settled]
        return confirmed[-1] if confirmed else None

    async def settle(
        self, payload_sha256: str, verdict: Verdict, _receipt: bytes, _at: datetime
    ) -> Settlement:
        self.settled[payload_sha256] = verdict
        self.changed.set()
        return Settlement.CONFIRMED

    async def until_settled(self, number: int) -> None:
        while len(self.settled) < number:
            self.changed.clear()
            await self.changed.wait()


def overview() -> Overview:
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


@pytest.fixture
def aggregator(tmp_path: Path) -> StandInCentral:
    return StandInCentral.made(tmp_path / "central.key", "e", "c", NOW)


@asynccontextmanager
async def publishing(
    broker: LocalBroker, outbox: ListedOutbox, aggregator: StandInCentral, resend_s: float = 30.0
) -> AsyncIterator[Publisher]:
    publisher = Publisher(
        broker=BrokerSettings(host="127.0.0.1", port=broker.port, timeout_s=3),
        reader=ReceiptReader(aggregator.record, "e", "c", Mode.TEST),
        outbox=OutboxDesk(
            outbox.waiting, outbox.from_sequence, outbox.last_confirmed, outbox.settle
        ),
        overview=_overview,
        now=lambda: NOW,
        heartbeats=Heartbeats(lambda: 0.0),
        resend_s=resend_s,
        status_s=0.2,
    )
    task = asyncio.create_task(publisher.run())
    try:
        async with asyncio.timeout(30):
            yield publisher
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], bool]) -> None:
    """Poll `condition`; the timeout around it is the bound."""
    while not condition():  # noqa: ASYNC110  # the publisher has no event for this
        await asyncio.sleep(0.01)


async def _overview() -> Overview:
    return overview()


@asynccontextmanager
async def central(broker: LocalBroker, *topics: str) -> AsyncIterator[BrokerLink]:
    settings = BrokerSettings(host="127.0.0.1", port=broker.port, timeout_s=3)
    async with BrokerLink(settings, identifier="central") as link:
        for topic in topics:
            await link.subscribe(topic)
        yield link


async def answer_until(
    link: BrokerLink,
    outbox: ListedOutbox,
    number: int,
    answer: Callable[[bytes], Awaitable[None]],
) -> list[bytes]:
    """Answer returns until `number` rows are settled; return what arrived, in order."""
    arrived: list[bytes] = []

    async def serve() -> None:
        async for delivery in link.deliveries():
            arrived.append(delivery.payload)
            delivery.acknowledge()
            await answer(delivery.payload)

    serving = asyncio.create_task(serve())
    await outbox.until_settled(number)
    serving.cancel()
    await asyncio.wait([serving])
    return arrived


async def test_rows_go_out_oldest_first_and_a_signed_receipt_settles_each(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in range(1, 8):
        outbox.add(number)
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator):

        async def accept(payload: bytes) -> None:
            receipt = aggregator.receipt(payload, Verdict.ACCEPTED, int(payload.split()[1]))
            await link.publish(RECEIPTS, receipt)

        arrived = await answer_until(link, outbox, 7, accept)
    assert arrived == [row.payload for row in outbox.rows]
    assert set(outbox.settled.values()) == {Verdict.ACCEPTED}


async def test_a_receipt_that_another_key_signed_settles_nothing(
    broker: LocalBroker, aggregator: StandInCentral, tmp_path: Path
) -> None:
    impostor = StandInCentral.made(tmp_path / "impostor.key", "e", "c", NOW)
    outbox = ListedOutbox()
    outbox.add(1)
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator, 0.2):
        seen = 0

        async def answer(payload: bytes) -> None:
            nonlocal seen
            seen += 1
            signer = aggregator if seen > 2 else impostor
            assert outbox.settled == {}
            await link.publish(RECEIPTS, signer.receipt(payload, Verdict.ACCEPTED, 1))

        arrived = await answer_until(link, outbox, 1, answer)
    assert len(arrived) >= 3


async def test_a_refusal_that_consumed_no_number_leaves_the_row_waiting_and_is_shown(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    outbox.add(1)
    complaints = []
    async with (
        central(broker, RETURNS) as link,
        publishing(broker, outbox, aggregator, 0.2) as publisher,
    ):

        async def answer(payload: bytes) -> None:
            complaints.append(publisher.complaint)
            assert outbox.settled == {}
            if len(complaints) == 1:
                reasons = (Reason.UNKNOWN_KEY,)
                receipt = aggregator.receipt(payload, Verdict.REFUSED, None, reasons=reasons)
            else:
                receipt = aggregator.receipt(payload, Verdict.ACCEPTED, 1)
            await link.publish(RECEIPTS, receipt)

        await answer_until(link, outbox, 1, answer)
        assert publisher.complaint == ""
    assert complaints[:2] == ["", "unknown-key"]


async def test_a_parked_return_is_sent_again_together_with_those_before_it(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in (1, 2, 3):
        outbox.add(number)
    known: set[int] = set()
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator):

        async def answer(payload: bytes) -> None:
            number = int(payload.split()[1])
            if number == 1 and not known:
                known.add(0)  # the first copy of number 1 is lost on the way
            elif number - 1 in known - {0} or number == 1:
                known.add(number)
                receipt = aggregator.receipt(payload, Verdict.ACCEPTED, number)
                await link.publish(RECEIPTS, receipt)
            else:
                receipt = aggregator.receipt(
                    payload, Verdict.PARKED, number, expected=1, reasons=(Reason.GAP,)
                )
                await link.publish(RECEIPTS, receipt)

        await answer_until(link, outbox, 3, answer)
    assert len(outbox.settled) == 3


async def test_a_central_that_lost_its_store_gets_what_it_had_confirmed(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in (1, 2, 3):
        outbox.add(number)
    for row in outbox.rows[:2]:
        outbox.settled[row.payload_sha256] = Verdict.ACCEPTED
    last = 0
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator):

        async def answer(payload: bytes) -> None:
            nonlocal last
            number = int(payload.split()[1])
            if number == last + 1:
                last = number
                receipt = aggregator.receipt(payload, Verdict.ACCEPTED, number)
            else:
                receipt = aggregator.receipt(payload, Verdict.PARKED, number, expected=last + 1)
            await link.publish(RECEIPTS, receipt)

        arrived = await answer_until(link, outbox, 3, answer)
    assert [int(payload.split()[1]) for payload in arrived][-3:] == [1, 2, 3]


async def test_a_gateway_with_nothing_to_send_still_asks_where_central_stands(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in (1, 2):
        outbox.add(number)
    for row in outbox.rows:
        outbox.settled[row.payload_sha256] = Verdict.ACCEPTED
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator):
        async for delivery in link.deliveries():
            delivery.acknowledge()
            assert delivery.payload == outbox.rows[-1].payload
            break


async def test_a_publisher_that_is_stopped_while_the_broker_dies_does_end(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    async with publishing(broker, ListedOutbox(), aggregator) as publisher:
        await until(lambda: publisher.connected)
        broker.stop(signal.SIGKILL)  # and `publishing` cancels the publisher at once


async def test_a_broker_that_was_killed_costs_a_repeat_and_nothing_else(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in range(1, 6):
        outbox.add(number)
    async with publishing(broker, outbox, aggregator, 0.5) as publisher:
        await until(lambda: publisher.connected)
        broker.stop(signal.SIGKILL)
        await until(lambda: not publisher.connected)
        broker.start()
        async with central(broker, RETURNS) as link:

            async def accept(payload: bytes) -> None:
                receipt = aggregator.receipt(payload, Verdict.ACCEPTED, int(payload.split()[1]))
                await link.publish(RECEIPTS, receipt)

            await answer_until(link, outbox, 5, accept)
    assert len(outbox.settled) == 5


async def test_a_new_connection_sends_everything_unconfirmed_again_at_once(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = ListedOutbox()
    for number in range(1, 4):
        outbox.add(number)
    settings = BrokerSettings(host="127.0.0.1", port=broker.port, timeout_s=3)
    hour_s = 3600.0  # before which no receipt is overdue
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator, hour_s):
        await expect_payloads(link, outbox)
        async with BrokerLink(settings, identifier="zerotape-gateway-e-c"):
            pass  # the broker ends the publisher's connection: it keeps one of each name
        await expect_payloads(link, outbox)


class BusyOnce(ListedOutbox):
    """An outbox whose disk is busy when the first receipt comes."""

    async def settle(
        self, payload_sha256: str, verdict: Verdict, receipt: bytes, at: datetime
    ) -> Settlement:
        if not self.changed.is_set():
            self.changed.set()
            raise Transient("busy")
        return await super().settle(payload_sha256, verdict, receipt, at)


async def test_a_receipt_that_could_not_be_stored_comes_again_from_the_broker(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    outbox = BusyOnce()
    outbox.add(1)
    async with central(broker, RETURNS) as link, publishing(broker, outbox, aggregator, 3600.0):
        await expect_payloads(link, outbox)
        receipt = aggregator.receipt(outbox.rows[0].payload, Verdict.ACCEPTED, 1)
        await link.publish(RECEIPTS, receipt)  # once: central answers no repetition here
        await until(lambda: bool(outbox.settled))


async def expect_payloads(link: BrokerLink, outbox: ListedOutbox) -> None:
    """Take one delivery for each row; fail unless they are the rows, oldest first."""
    awaited = [row.payload for row in outbox.rows]
    async for delivery in link.deliveries():
        delivery.acknowledge()
        assert delivery.payload == awaited.pop(0)
        if not awaited:
            break


async def test_the_retained_status_says_online_and_then_offline(
    broker: LocalBroker, aggregator: StandInCentral
) -> None:
    async with central(broker, "zerotape/1/e/status/c") as link:
        async with publishing(broker, ListedOutbox(), aggregator):
            async for delivery in link.deliveries():
                delivery.acknowledge()
                status = GatewayStatus.model_validate_json(delivery.payload)
                assert status.online
                break
        async with asyncio.timeout(10):
            async for delivery in link.deliveries():
                delivery.acknowledge()
                if not GatewayStatus.model_validate_json(delivery.payload).online:
                    break
