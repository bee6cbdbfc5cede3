"""A Zerotape daemon as a process of its own, started, asked, stopped and killed from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from election.errors import ZerotapeError

START_S = 30.0
STOP_S = 15.0
ANSWER_S = 5.0
LAST_LINES = 5


class ServiceFailed(ZerotapeError):
    """A daemon did not start, or ended by itself."""

    def __init__(self, name: str, log: Path) -> None:
        text = log.read_text(errors="replace") if log.exists() else ""
        last = "\n".join(text.splitlines()[-LAST_LINES:])
        super().__init__(f"{name} does not run. Its log {log} ends with:\n{last}")


@dataclass
class Service:
    """`zerotape GROUP run --config CONFIG` in a process of its own."""

    name: str
    group: str
    config: Path
    state: Path
    """Where the daemon writes its web address."""
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Added to ours."""
    patience: float = 1.0
    """By how much this machine is slower than others: every time limit is so many times longer."""
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start the process; it is ready when `wait_until_ready` returned."""
        self._address_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", "zerotape", self.group, "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )

    def wait_until_ready(self) -> None:
        """Return when the daemon answers; raise ServiceFailed when it ends or takes too long."""
        deadline = time.monotonic() + START_S * self.patience
        while time.monotonic() < deadline:
            if not self.is_running:
                break
            if self._address_file.exists() and self.answers():
                return
            time.sleep(0.02)
        self.kill()
        raise ServiceFailed(self.name, self.log)

    @property
    def is_running(self) -> bool:
        """Say whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id, None before the first start and after the end."""
        return self._process.pid if self._process else None

    @property
    def address(self) -> str:
        """Where its pages are: `http://host:port`."""
        return self._address_file.read_text().strip()

    def answers(self) -> bool:
        """Say whether `/health` answers with good news."""
        try:
            self.ask("/health")
        except (OSError, ValueError):
            return False
        return True

    def ask(self, path: str) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON at `path`; raise OSError while the daemon does not answer."""
        try:
            with urlopen(self.address + path, timeout=ANSWER_S * self.patience) as answer:  # noqa: S310  # ours
                return json.load(answer)
        except URLError as error:
            raise ConnectionError(f"{self.name}: {error}") from error

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int | None:
        """End the process and wait for it; return its exit status, None when it did not run."""
        if self._process is None:
            return None
        self._process.send_signal(sign)
        try:
            status = self._process.wait(STOP_S * self.patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process = None
        return status

    def wait(self) -> int:
        """Wait until the process ends by itself and return its exit status; -9 if it never does."""
        assert self._process is not None, "wait() before start()"
        try:
            status = self._process.wait(START_S * self.patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process = None
        return status

    def kill(self) -> None:
        """End the process as a power cut does."""
        self.stop(signal.SIGKILL)

    @property
    def _address_file(self) -> Path:
        return self.state / "web-address"
