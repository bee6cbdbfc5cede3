"""Which precincts are in: what has been reported, held against what is assigned."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from central.schema import current_returns, reported_devices
from election.definition import AssignedDevice, ElectionDefinition, Precinct


class Reporting(StrEnum):
    """How much of a precinct is in."""

    NOT_IN = "not in"
    PARTLY = "partly in"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class CurrentReturn:
    """The return that counts for a precinct and counting group."""

    log_index: int
    payload_sha256: str
    ballots: int
    complete: bool


@dataclass(frozen=True, slots=True)
class PrecinctState:
    """One precinct, and what is still missing."""

    precinct: Precinct
    reporting: Reporting
    returns: dict[str, CurrentReturn]
    """By counting group."""
    missing: tuple[AssignedDevice, ...]
    """Assigned devices that no current return lists."""

    @property
    def ballots(self) -> int:
        """Ballots counted so far."""
        return sum(current.ballots for current in self.returns.values())


@dataclass(frozen=True, slots=True)
class PrecinctCount:
    """How many of some precincts are in."""

    complete: int
    partly: int
    total: int

    @property
    def not_in(self) -> int:
        """Precincts from which nothing is in."""
        return self.total - self.complete - self.partly


def precinct_states(
    connection: Connection, definition: ElectionDefinition
) -> dict[str, PrecinctState]:
    """Return the state of every precinct by its id, in the order of the definition."""
    returns: dict[str, dict[str, CurrentReturn]] = {}
    for row in connection.execute(select(current_returns)):
        returns.setdefault(row.precinct, {})[row.counting_group] = CurrentReturn(
            row.log_index, row.payload_sha256, row.ballots, bool(row.complete)
        )
    devices = reported_devices.c
    reported: set[tuple[str, str, str, str]] = {
        (precinct, group, device_class, serial)
        for precinct, group, device_class, serial in connection.execute(
            select(devices.precinct, devices.counting_group, devices.device_class, devices.serial)
        )
    }
    return {
        precinct.id: _state(precinct, returns.get(precinct.id, {}), reported)
        for precinct in definition.precincts
    }


def count(states: Iterable[PrecinctState]) -> PrecinctCount:
    """Count `states` by how much is in."""
    found = [state.reporting for state in states]
    return PrecinctCount(found.count(Reporting.COMPLETE), found.count(Reporting.PARTLY), len(found))


def _state(
    precinct: Precinct,
    returns: dict[str, CurrentReturn],
    reported: set[tuple[str, str, str, str]],
) -> PrecinctState:
    missing = tuple(
        device
        for device in precinct.devices
        if (precinct.id, device.counting_group, device.device_class.value, device.serial)
        not in reported
    )
    if not returns:
        reporting = Reporting.NOT_IN
    elif missing or not all(current.complete for current in returns.values()):
        reporting = Reporting.PARTLY
    else:
        reporting = Reporting.COMPLETE
    return PrecinctState(precinct, reporting, returns, missing)
