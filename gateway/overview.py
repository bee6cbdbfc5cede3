"""One look at everything: what the status message, the metrics and the clerk's page say."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from election.definition import Mode
from election.findings import Finding, Severity
from election.status import Alert, DeviceStatus, GatewayStatus
from gateway.packets import PacketKey, PacketState

ATTENTION = frozenset({PacketState.BLOCKED, PacketState.HELD})
"""States in which a packet needs a person."""


@dataclass(frozen=True, slots=True)
class PacketView:
    """One packet as the clerk sees it."""

    key: PacketKey
    precinct_name: str
    state: PacketState
    findings: tuple[Finding, ...]
    awaited: tuple[str, ...]

    @property
    def needs_person(self) -> bool:
        """Whether it is held back, or something serious came to light after it had left."""
        serious = any(finding.severity is not Severity.WARN for finding in self.findings)
        return serious or self.state in ATTENTION


@dataclass(frozen=True, slots=True)
class UnplacedView:
    """Evidence that belongs to no packet of this count center."""

    sha256: str
    taken_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of a gateway at one instant."""

    at: datetime
    election: str
    election_title: str
    mode: Mode
    time_zone: str
    """Of the election, for people; every instant is in UTC."""
    count_center: str
    definition_sha256: str
    software: str
    packets: tuple[PacketView, ...]
    unplaced: tuple[UnplacedView, ...]
    devices: tuple[DeviceStatus, ...]
    left_alone: tuple[str, ...]
    """What is plugged in, could be read, and is not in the configuration."""
    outbox_waiting: int
    outbox_oldest_at: datetime | None
    outbox_confirmed: int
    outbox_refused: int
    free_bytes: int
    connected: bool
    complaint: str
    evidence: int

    def local(self, instant: datetime) -> str:
        """Return the time of day at the count center, with the name of its zone."""
        return instant.astimezone(ZoneInfo(self.time_zone)).strftime("%H:%M:%S %Z")

    @property
    def outbox_oldest_s(self) -> int | None:
        """Age of the oldest unconfirmed return in whole seconds; None without one."""
        if self.outbox_oldest_at is None:
            return None
        return max(0, int((self.at - self.outbox_oldest_at).total_seconds()))

    @property
    def packets_by_state(self) -> dict[str, int]:
        """Number of packets in every state that occurs."""
        return dict(Counter(packet.state.value for packet in self.packets))

    def status(self, *, online: bool) -> GatewayStatus:
        """Return the status message; it holds no vote count."""
        return GatewayStatus(
            election=self.election,
            count_center=self.count_center,
            online=online,
            at=self.at,
            software=self.software,
            packets=self.packets_by_state,
            outbox_waiting=self.outbox_waiting,
            outbox_oldest_s=self.outbox_oldest_s,
            free_disk_bytes=self.free_bytes,
            devices=self.devices,
        )

    def alerts(self) -> dict[PacketKey, Alert]:
        """Return an alert for every packet that needs a person."""
        return {packet.key: _alert(self, packet) for packet in self.packets if packet.needs_person}


def _alert(overview: Overview, packet: PacketView) -> Alert:
    serious = [f for f in packet.findings if f.severity is not Severity.WARN]
    return Alert(
        election=overview.election,
        count_center=overview.count_center,
        at=overview.at,
        precinct=packet.key.precinct,
        counting_group=packet.key.counting_group,
        state=packet.state.value,
        checks=tuple(finding.check for finding in serious)[:50],
        message=serious[0].message[:500] if serious else "",
    )
