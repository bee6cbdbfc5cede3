"""A broker of its own on a free loopback port: Mosquitto where it is installed, else iotcore.

For rehearsal and tests only: no TLS, everybody may do everything. `stop` with SIGKILL is a power
cut.
"""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from election.errors import ZerotapeError

BrokerKind = Literal["mosquitto", "iotcore"]

START_S = 10.0

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
persistence true
persistence_location {folder}/
autosave_interval 1
max_packet_size 524288
set_tcp_nodelay true
user root
"""
"""Without `user root` a Mosquitto that root starts becomes another user and cannot read this."""

IOTCORE = """\
id = 0

[router]
id = 0
max_connections = 200
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10

[v5.1]
name = "v5-1"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 524288
max_inflight_count = 100
dynamic_filters = true
"""
"""MQTT 5 needs a listener of its own; the default limit of 20 kB is below our returns."""


class NoBroker(ZerotapeError):
    """Neither broker is on this machine, or the chosen one does not start."""


def mosquitto_program() -> str | None:
    """Return the path of Mosquitto; None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def best_broker() -> BrokerKind:
    """Return the broker that this machine can run, Mosquitto first; raise NoBroker."""
    if mosquitto_program():
        return "mosquitto"
    try:
        import iotcore  # noqa: F401, PLC0415  # only where Mosquitto is absent
    except ImportError as error:
        raise NoBroker(
            "There is no MQTT broker. Install one: apt-get install mosquitto, or "
            "pip install 'zerotape[demo]'."
        ) from error
    return "iotcore"


class LocalBroker:
    """One broker process; `start` after `stop` brings it back on the same port.

    `extra` are further lines of Mosquitto's configuration.
    """

    def __init__(self, folder: Path, kind: BrokerKind, *, extra: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self.kind = kind
        self._folder = folder
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Return when the port answers; raise NoBroker when it does not."""
        log = (self._folder / "broker.log").open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603  # our own program and file
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        self.stop(signal.SIGKILL)
        raise NoBroker(f"{self.kind} does not start; see {self._folder / 'broker.log'}.")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait for it; harmless when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(sign)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process as a power cut does."""
        self.stop(signal.SIGKILL)

    def _command(self) -> list[str]:
        if self.kind == "mosquitto":
            program = mosquitto_program()
            if program is None:
                raise NoBroker("Mosquitto is not installed: apt-get install mosquitto.")
            config = self._folder / "mosquitto.conf"
            text = MOSQUITTO.format(port=self.port, folder=self._folder)
            config.write_text(text + self._extra)
            return [program, "-c", str(config)]
        config = self._folder / "iotcore.toml"
        config.write_text(IOTCORE.format(port=self.port))
        return [sys.executable, "-m", "iotcore", "--config", str(config)]
