"""A rehearsal county in one folder: a broker, central and gateways as real processes.

Demo, end-to-end tests and benchmarks all stand on it, so that they test what is installed and
not a copy of it. Keys are test keys: nothing made here is worth anything in official mode.
"""

import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from election.definition import Mode
from election.definition_file import LoadedDefinition, load_definition
from election.errors import ZerotapeError
from election.keys import KeyRole, KeyScope
from runtime.keyfiles import enrolment_path, make_key
from simulators.brokers import BrokerKind, LocalBroker
from simulators.services import Service

CENTRAL = """\
definition = "definition.json"
state = "central-state"
log_format = "json"

[signing]
key = "central.key"

[broker]
host = "127.0.0.1"
port = {broker_port}
timeout_s = 3.0

[web]
port = {web_port}
"""

GATEWAY = """\
count_center = "{center}"
definition = "definition.json"
state = "{center}-state"
keep_free_mb = 1
log_format = "json"

[signing]
key = "{center}.key"

[aggregator]
enrolment = "central.enrolment.json"

[broker]
host = "127.0.0.1"
port = {broker_port}
timeout_s = 3.0

[delivery]
resend_s = {resend_s}
status_s = 1.0

[web]
port = 0

"""

DEVICES = """\
[[devices]]
name = "printer"
driver = "print-line"
settings = {{ url = "{folder}/{center}-printer", idle_s = {idle_s} }}

[[devices]]
name = "drop"
driver = "drop-folder"
settings = {{ folder = "{folder}/{center}-drop", settle_s = 0.05, poll_s = 0.05 }}
"""


class NotTestMode(ZerotapeError):
    """A rehearsal was asked for on an official definition."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Times that a rehearsal shortens, in seconds."""

    resend_s: float = 1.0
    idle_s: float = 5.0
    patience: float = 1.0
    """By how much this machine is slower than others; see `Service`."""


class County:
    """Everything of one rehearsal; enter it to have all processes started and, at last, stopped.

    `devices` are the stanzas of each gateway's devices: a format text with the fields `folder`,
    `center` and `idle_s`.
    """

    def __init__(
        self,
        folder: Path,
        definition: bytes,
        broker_kind: BrokerKind,
        *,
        pace: Pace = Pace(),  # frozen
        devices: str = DEVICES,
        web_port: int = 0,
    ) -> None:
        self.folder = folder.absolute()
        self.loaded: LoadedDefinition = load_definition(definition, "the rehearsal's definition")
        if self.loaded.definition.mode is not Mode.TEST:
            raise NotTestMode("A rehearsal needs a definition in test mode. Set `mode` to `test`.")
        self._definition = definition
        self._pace = pace
        self._devices = devices
        self._web_port = web_port
        self.broker = LocalBroker(self._made("broker"), broker_kind)
        self.centers = tuple(center.id for center in self.loaded.definition.count_centers)
        self.central = self._service("central", "central")
        self.gateways = {center: self._service(center, "gateway") for center in self.centers}

    def __enter__(self) -> Self:
        self.set_up()
        with ExitStack() as undo:  # nobody leaves what was not entered
            undo.callback(self.stop)
            self.start()
            undo.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def set_up(self) -> None:
        """Write the definition, make all keys, enrol the gateways, write all configurations."""
        (self.folder / "definition.json").write_bytes(self._definition)
        self._key("central", KeyRole.AGGREGATOR, None)
        for center in self.centers:
            self._key(center, KeyRole.GATEWAY, center)
            self.drop_folder(center).mkdir(exist_ok=True)
        places = {"folder": self.folder, "broker_port": self.broker.port}
        pace = {"resend_s": self._pace.resend_s, "idle_s": self._pace.idle_s}
        central = CENTRAL.format(**places, web_port=self._web_port)
        (self.folder / "central.toml").write_text(central)
        for center in self.centers:
            text = (GATEWAY + self._devices).format(**places, **pace, center=center)
            (self.folder / f"{center}.toml").write_text(text)
        records = [str(enrolment_path(self.folder / f"{center}.key")) for center in self.centers]
        self.run_central("enrol", *records)

    def start(self) -> None:
        """Start the broker and all daemons, and return when all answer."""
        self.broker.start()
        services = (self.central, *self.gateways.values())
        for service in services:
            service.start()
        for service in services:
            service.wait_until_ready()

    def stop(self) -> None:
        """Stop whatever runs, gateways first."""
        for service in (*self.gateways.values(), self.central):
            service.stop()
        self.broker.stop(signal.SIGTERM)

    def drop_folder(self, center: str) -> Path:
        """Return the folder that the gateway of `center` watches."""
        return self.folder / f"{center}-drop"

    def printer_line(self, center: str) -> Path:
        """Return the path under which the gateway of `center` expects its printer line."""
        return self.folder / f"{center}-printer"

    def run_central(self, command: str, *arguments: str) -> str:
        """Run `zerotape central COMMAND` on this county; return what it printed."""
        return self._zerotape("central", *command.split(), *arguments, "--config", "central.toml")

    def export_totals(self, csv: Path) -> None:
        """Have central write its totals to `csv`."""
        self.run_central("export totals", "--csv", str(csv.absolute()))

    def _zerotape(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "zerotape", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ZerotapeError(f"zerotape {' '.join(arguments)} failed:\n{done.stderr.strip()}")
        return done.stdout

    def _key(self, name: str, role: KeyRole, center: str | None) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        scope = KeyScope(
            election=self.loaded.definition.election,
            count_center=center,
            mode=Mode.TEST,
            not_before=now - timedelta(minutes=1),
            not_after=now + timedelta(days=2),
        )
        make_key(
            self.folder / f"{name}.key",
            holder=f"rehearsal {name}",
            role=KeyRole.TEST,
            stands_for=role,
            scope=scope,
            passphrase=None,
        )

    def _service(self, name: str, group: str) -> Service:
        return Service(
            name=name,
            group=group,
            config=self.folder / f"{name}.toml",
            state=self._made(f"{name}-state"),
            log=self.folder / f"{name}.log",
            patience=self._pace.patience,
        )

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
