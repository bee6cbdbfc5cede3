"""The traps of MQTT that were measured, on a real broker."""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from election.errors import Transient
from runtime.broker_link import (
    BrokerLink,
    BrokerSettings,
    CertificatesUnusable,
    LastWill,
    LinkLost,
    OutcomeUnknown,
    PublishRefused,
    TlsSettings,
)
from simulators.brokers import BrokerKind, LocalBroker

TOPIC = "zerotape/1/e/returns/c"


def settings_for(broker: LocalBroker, timeout_s: float = 5.0) -> BrokerSettings:
    return BrokerSettings(host="127.0.0.1", port=broker.port, timeout_s=timeout_s)


async def received(link: BrokerLink, number: int) -> list[bytes]:
    found: list[bytes] = []
    async for delivery in link.deliveries():
        found.append(delivery.payload)
        delivery.acknowledge()
        if len(found) == number:
            break
    return found


async def subscribed_once(broker: LocalBroker, identifier: str) -> None:
    async with BrokerLink(settings_for(broker), identifier=identifier) as link:
        await link.subscribe(TOPIC)


async def test_messages_for_an_absent_subscriber_wait_in_order(broker: LocalBroker) -> None:
    await subscribed_once(broker, "central")
    sent = [b"%d" % number for number in range(40)]
    async with BrokerLink(settings_for(broker), identifier="gateway") as link:
        for payload in sent:
            await link.publish(TOPIC, payload)
    async with BrokerLink(settings_for(broker), identifier="central") as link:
        async with asyncio.timeout(10):
            assert await received(link, 40) == sent


async def test_what_was_not_acknowledged_comes_again(broker: LocalBroker) -> None:
    await subscribed_once(broker, "central")
    async with BrokerLink(settings_for(broker), identifier="gateway") as link:
        for number in range(50):
            await link.publish(TOPIC, b"%d" % number)
    taken = []
    async with BrokerLink(settings_for(broker), identifier="central") as link:
        async with asyncio.timeout(10):
            async for delivery in link.deliveries():
                taken.append(delivery.payload)
                if len(taken) == 10:
                    break
    async with BrokerLink(settings_for(broker), identifier="central") as link:
        async with asyncio.timeout(10):
            again = await received(link, 50)
    assert set(taken) <= set(again)
    assert sorted(again, key=int) == [b"%d" % number for number in range(50)]


async def test_a_killed_broker_ends_the_deliveries_and_the_next_publish(
    broker: LocalBroker,
) -> None:
    link = BrokerLink(settings_for(broker), identifier="gateway")
    await link.__aenter__()
    await link.publish(TOPIC, b"before")
    broker.stop(signal.SIGKILL)
    async with asyncio.timeout(10):
        with pytest.raises(LinkLost):
            await received(link, 1)
        with pytest.raises(OutcomeUnknown):
            await link.publish(TOPIC, b"after")
        with suppress(LinkLost):
            await link.__aexit__(None, None, None)


async def test_an_absent_broker_is_a_lost_link(broker: LocalBroker) -> None:
    broker.stop()
    with pytest.raises(LinkLost, match="No connection to the broker"):
        async with BrokerLink(settings_for(broker, timeout_s=2), identifier="gateway"):
            pytest.fail("entered without a broker")


async def test_the_will_speaks_when_the_gateway_vanishes(broker: LocalBroker) -> None:
    will = LastWill("zerotape/1/e/status/c", b"offline")
    async with BrokerLink(settings_for(broker), identifier="central") as central:
        await central.subscribe(will.topic)
        code = (
            "import asyncio, os\n"
            "from runtime.broker_link import *\n"
            "async def main():\n"
            f"    settings = BrokerSettings(host='127.0.0.1', port={broker.port})\n"
            f"    will = LastWill({will.topic!r}, {will.payload!r})\n"
            "    async with BrokerLink(settings, identifier='gateway', will=will):\n"
            "        os.kill(os.getpid(), 9)\n"
            "asyncio.run(main())\n"
        )
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
        async with asyncio.timeout(20):
            assert await child.wait() == -signal.SIGKILL
            assert await received(central, 1) == [b"offline"]


@pytest.mark.parametrize("content", [None, b"", b"half of a certifi"])
async def test_certificates_that_are_missing_or_half_written_may_be_whole_the_next_time(
    tmp_path: Path, content: bytes | None
) -> None:
    files = [tmp_path / name for name in ("authority.crt", "gateway.crt", "gateway.key")]
    for file in files if content is not None else ():
        file.write_bytes(content or b"")
    tls = TlsSettings(authority=files[0], certificate=files[1], key=files[2])
    with pytest.raises(CertificatesUnusable, match=r"authority\.crt") as caught:
        BrokerLink(BrokerSettings(tls=tls), identifier="gateway")
    assert isinstance(caught.value, Transient)


async def test_a_denied_topic_is_refused_and_not_swallowed(
    tmp_path: Path, broker_kind: BrokerKind
) -> None:
    if broker_kind != "mosquitto":
        pytest.skip("iotcore has no access lists; install mosquitto")
    (tmp_path / "acl").write_text("topic read #\n")
    denying = LocalBroker(tmp_path, "mosquitto", extra=f"acl_file {tmp_path / 'acl'}\n")
    with denying:
        link = BrokerLink(settings_for(denying), identifier="gateway")
        await link.__aenter__()
        with pytest.raises(PublishRefused, match="access list"):
            await link.publish(TOPIC, b"denied")
        with suppress(LinkLost):  # Mosquitto 2.0 drops the connection right after a refusal
            await link.__aexit__(None, None, None)
