"""The daemon as a process of its own, with a real broker: what a gateway sees of it."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner

from central.cli import app
from election.definition import Mode
from election.envelope import read_envelope
from election.keys import Enrolment, KeyRole, KeyScope
from election.receipts import MAX_ENVELOPE_BYTES, PAYLOAD_TYPE, Reason, Receipt, Verdict
from runtime.broker_link import BrokerLink, BrokerSettings
from runtime.keyfiles import make_key

if TYPE_CHECKING:
    from simulators.brokers import LocalBroker
    from tests.central.conftest import Gateway, Today

RECEIPTS = "zerotape/1/sample-2026/receipts/south"
DEADLINE_S = 30


@dataclass
class Site:
    """The folder of one aggregator, and the gateway that talks to it."""

    folder: Path
    port: int
    aggregator: Enrolment
    gateway: "Gateway"

    @property
    def config(self) -> Path:
        return self.folder / "central.toml"

    def command(self, *arguments: str) -> list[str]:
        program = str(Path(__file__).parents[2] / "zerotape.py")
        return [sys.executable, program, "central", *arguments]

    def ask(self, *arguments: str) -> str:
        """Return what a command prints, run in this process; it must succeed."""
        done = CliRunner().invoke(app, [*arguments, "--config", str(self.config)])
        assert done.exit_code == 0, done.output
        return done.output

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        (self.folder / "state" / "web-address").unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self.command("run", "--config", str(self.config)),
                stderr=log,
                env=os.environ | environment,
            )

    def link(self) -> BrokerLink:
        settings = BrokerSettings(port=self.port, timeout_s=5)
        return BrokerLink(settings, identifier="zerotape-gateway-sample-2026-south")

    async def web(self) -> str:
        """Wait until the daemon says where its pages are, and is connected."""
        path = self.folder / "state" / "web-address"
        async with asyncio.timeout(DEADLINE_S):
            while not path.exists():  # noqa: ASYNC110  # a file of another process
                await asyncio.sleep(0.02)
        await connected(path.read_text(), True)
        return path.read_text()

    async def receipt(self, link: BrokerLink) -> Receipt:
        """Wait for the next receipt, and believe it only with the aggregator's signature."""
        async with asyncio.timeout(DEADLINE_S):
            delivery = await anext(link.deliveries())
        delivery.acknowledge()
        envelope = read_envelope(
            delivery.payload, payload_type=PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES
        )
        assert delivery.topic == RECEIPTS
        assert envelope.is_signed_by(self.aggregator)
        return Receipt.model_validate_json(envelope.payload)

    def logged(self) -> list[str]:
        with contextlib.closing(sqlite3.connect(self.folder / "state/central.sqlite")) as database:
            return [row[0] for row in database.execute("select payload_sha256 from log")]


@pytest.fixture
def site(tmp_path: Path, broker: "LocalBroker", today: "Today") -> Site:
    """Prepare an aggregator: definition, key, configuration, one enrolled gateway."""
    folder = tmp_path / "central"
    (folder / "state").mkdir(parents=True)
    (folder / "definition.json").write_bytes(today.definition)
    now = datetime.now(UTC)
    record = make_key(
        folder / "aggregator.pem",
        holder="CENTRAL",
        role=KeyRole.TEST,
        stands_for=KeyRole.AGGREGATOR,
        scope=KeyScope(
            election="sample-2026",
            mode=Mode.TEST,
            not_before=now - timedelta(hours=1),
            not_after=now + timedelta(hours=1),
        ),
        passphrase=None,
    )
    (folder / "gateway.enrolment.json").write_text(today.gateway.key.record.model_dump_json())
    found = Site(folder, broker.port, record, today.gateway)
    found.config.write_text(
        f'definition = "definition.json"\nstate = "state"\nlog_format = "console"\n'
        f'[signing]\nkey = "aggregator.pem"\n[broker]\nport = {broker.port}\n[web]\nport = 0\n'
    )
    found.ask("enrol", str(folder / "gateway.enrolment.json"))
    return found


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    """End every process that a test leaves."""
    with ExitStack() as stack:
        yield stack


async def connected(web: str, expected: bool) -> None:  # the awaited value
    """Wait until the daemon is, or is no longer, connected to the broker."""
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=web) as client:
        while (await client.get("/health")).json()["connected"] is not expected:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.02)


def ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


async def test_a_published_return_is_kept_answered_and_shown(
    site: Site, processes: ExitStack
) -> None:
    process = site.start()
    processes.callback(ended, process)
    web = await site.web()
    async with site.link() as link:
        await link.subscribe(RECEIPTS)
        await link.publish(site.gateway.topic, site.gateway.issue("hillside"))
        receipt = await site.receipt(link)
        assert (receipt.verdict, receipt.log_index) == (Verdict.ACCEPTED, 0)
        assert site.logged() == [receipt.payload_sha256]

        await link.publish(site.gateway.topic, b"garbage")
        refused = await site.receipt(link)
        assert (refused.verdict, refused.reasons) == (Verdict.REFUSED, (Reason.FORMAT,))
    async with httpx.AsyncClient(base_url=web) as client:
        totals = (await client.get("/api/totals.json")).json()
        assert totals["log_size"] == 1
        async with client.stream("GET", "/events") as events:
            first = await anext(events.aiter_lines())
            assert first.startswith("id: ")
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("where", "verdict"),
    [
        ("before-commit", Verdict.ACCEPTED),
        ("after-commit", Verdict.DUPLICATE),
        ("after-receipts", Verdict.DUPLICATE),
    ],
)
async def test_killed_anywhere_the_return_counts_once_and_is_answered(
    site: Site, processes: ExitStack, where: str, verdict: Verdict
) -> None:
    process = site.start(ZEROTAPE_CENTRAL_CRASH_AT=where)
    processes.callback(ended, process)
    await site.web()
    async with site.link() as link:
        await link.subscribe(RECEIPTS)
        await link.publish(site.gateway.topic, site.gateway.issue("hillside"))
        assert await asyncio.to_thread(process.wait, DEADLINE_S) == -signal.SIGKILL
        if where == "after-receipts":
            assert (await site.receipt(link)).verdict is Verdict.ACCEPTED
        assert len(site.logged()) == (0 if where == "before-commit" else 1)

        again = site.start()
        processes.callback(ended, again)
        receipt = await site.receipt(link)
        assert (receipt.verdict, receipt.log_index) == (verdict, 0)
        assert site.logged() == [receipt.payload_sha256]


async def test_the_daemon_comes_back_when_the_broker_does(
    site: Site, processes: ExitStack, broker: "LocalBroker"
) -> None:
    processes.callback(ended, site.start())
    web = await site.web()
    broker.stop()
    await connected(web, False)
    async with httpx.AsyncClient(base_url=web) as client:
        assert (await client.get("/")).status_code == 200
    broker.start()
    await connected(web, True)
    async with site.link() as link:
        await link.subscribe(RECEIPTS)
        await link.publish(site.gateway.topic, site.gateway.issue("hillside"))
        assert (await site.receipt(link)).verdict is Verdict.ACCEPTED


def test_the_commands_say_what_is_there(site: Site) -> None:
    assert "Good. SAMPLE ELECTION, test mode" in site.ask("check-config")
    assert "Good: 0 log entries" in site.ask("check")
    assert json.loads(site.ask("refusals", "--json"))["refusals"] == []
    status = json.loads(site.ask("status", "--json"))
    key_id = status["centers"][0]["keys"][0]["key"]["record"]["key_id"]
    assert key_id == site.gateway.key.record.key_id
    assert "is revoked from 2026-11-04 03:00:00+00:00" in site.ask(
        "revoke", key_id[:12], "--at", "2026-11-03T21:00:00-06:00"
    )
    csv = site.folder / "totals.csv"
    assert "0 rows" in site.ask("export", "totals", "--csv", str(csv))
    assert csv.read_text().startswith("precinct,contest,choice,party,")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("check", "--config", "none.toml"), 1, "the file cannot be read"),
        (("check",), 2, "--config"),
        (("revoke", "00000000", "--at", "today", "--config", "x"), 2, "is no time"),
    ],
)
def test_exit_statuses_tell_failure_from_wrong_usage(
    site: Site, arguments: tuple[str, ...], status: int, words: str
) -> None:
    done = subprocess.run(site.command(*arguments), check=False, capture_output=True, text=True)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
