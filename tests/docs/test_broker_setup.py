"""The broker as `docs/install.md` sets it up: its certificates, and the files in `systemd/`."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from election.topics import Stream, Topic
from runtime.broker_link import BrokerLink, BrokerSettings, LinkLost, PublishRefused, TlsSettings
from simulators.brokers import mosquitto_program

ROOT = Path(__file__).parents[2]
START_S = 10.0

pytestmark = pytest.mark.skipif(
    mosquitto_program() is None or shutil.which("openssl") is None,
    reason="Mosquitto or openssl is not installed",
)


@dataclass(frozen=True)
class SecureBroker:
    """A running Mosquitto with the shipped configuration."""

    port: int
    certificates: Path
    log: Path

    def settings(self, who: str, *, timeout_s: float = 5) -> BrokerSettings:
        return BrokerSettings(
            host="localhost",
            port=self.port,
            timeout_s=timeout_s,
            tls=TlsSettings(
                authority=self.certificates / "authority.crt",
                certificate=self.certificates / f"{who}.crt",
                key=self.certificates / f"{who}.key",
            ),
        )


@pytest.fixture(scope="module")
def certificates(
    pages: Path, blocks: Callable[[Path, str], list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Run the page's commands; their broker is this machine, and one certificate is revoked."""
    folder = tmp_path_factory.mktemp("tls")
    script = next(each for each in blocks(pages / "install.md", "sh") if "authority.cnf" in each)
    revoking = "openssl ca -config authority.cnf -gencrl -out revoked.crl\n"
    assert script.endswith(revoking)
    script = script.replace("broker.example.org", "localhost").removesuffix(revoking)
    script += f"certificate stolen\nopenssl ca -config authority.cnf -revoke stolen.crt\n{revoking}"
    subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def secure_broker(certificates: Path, tmp_path: Path) -> Iterator[SecureBroker]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    conf = (ROOT / "systemd/mosquitto-zerotape.conf").read_text()
    conf = conf.replace("/etc/zerotape/tls", str(certificates))
    conf = conf.replace("/etc/zerotape/mosquitto.acl", str(tmp_path / "acl"))
    conf = re.sub(r"^listener 8883$", f"listener {port} localhost", conf, flags=re.MULTILINE)
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/zerotape.conf").write_text(conf)
    shutil.copy(ROOT / "systemd/mosquitto-zerotape.acl", tmp_path / "acl")
    (tmp_path / "acl").chmod(0o600)
    main = tmp_path / "mosquitto.conf"  # as Debian's, which includes ours
    main.write_text(
        f"persistence true\npersistence_location {tmp_path}/\ninclude_dir {tmp_path}/conf.d\n"
        "user root\n"
    )
    with _running(main, port):
        yield SecureBroker(port, certificates, tmp_path / "log")


@contextmanager
def _running(conf: Path, port: int) -> Iterator[None]:
    with (conf.parent / "log").open("wb") as log:
        process = subprocess.Popen([str(mosquitto_program()), "-c", str(conf)], stderr=log)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(port):
            assert process.poll() is None, (conf.parent / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.wait(START_S)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True


def topic(stream: Stream, center: str) -> str:
    return str(Topic("sample-2026", stream, center))


async def test_a_return_travels_to_central_and_its_receipt_back(
    secure_broker: SecureBroker,
) -> None:
    async with (
        BrokerLink(secure_broker.settings("central"), identifier="central") as central,
        BrokerLink(secure_broker.settings("north"), identifier="north") as north,
    ):
        await central.subscribe(topic(Stream.RETURNS, "+"))
        await north.subscribe(topic(Stream.RECEIPTS, "north"))
        await north.publish(topic(Stream.RETURNS, "north"), b"return")
        taken = await anext(central.deliveries())
        assert (taken.topic, taken.payload) == (topic(Stream.RETURNS, "north"), b"return")
        await central.publish(topic(Stream.RECEIPTS, "north"), b"receipt")
        assert (await anext(north.deliveries())).payload == b"receipt"


@pytest.mark.parametrize("stream", [Stream.RETURNS, Stream.STATUS, Stream.ALERTS])
async def test_a_gateway_may_not_speak_for_another_center(
    secure_broker: SecureBroker, stream: Stream
) -> None:
    async with BrokerLink(secure_broker.settings("north"), identifier="north") as north:
        await north.publish(topic(stream, "north"), b"mine")
        with pytest.raises(PublishRefused):
            await north.publish(topic(stream, "south"), b"not mine")


async def test_a_gateway_may_not_write_receipts(secure_broker: SecureBroker) -> None:
    async with BrokerLink(secure_broker.settings("north"), identifier="north") as north:
        with pytest.raises(PublishRefused):
            await north.publish(topic(Stream.RECEIPTS, "north"), b"forged")


async def test_a_revoked_certificate_gets_nowhere(secure_broker: SecureBroker) -> None:
    settings = secure_broker.settings("stolen", timeout_s=1)
    with pytest.raises(LinkLost):
        async with BrokerLink(settings, identifier="stolen"):
            pass
    assert "certificate verify failed" in secure_broker.log.read_text()


async def test_nobody_gets_in_without_tls(secure_broker: SecureBroker) -> None:
    settings = BrokerSettings(host="localhost", port=secure_broker.port, timeout_s=1)
    with pytest.raises(LinkLost):
        async with BrokerLink(settings, identifier="nobody"):
            pass
    assert "wrong version number" in secure_broker.log.read_text()
