"""What gateways say about themselves. Never a vote count: these messages are not embargoed."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from election.records import Count, PrecinctId, Record, Slug, Text, UtcInstant

MAX_BYTES = 128 * 1024
"""Room for 64 devices with the longest words."""

MAX_DEPTH = 6

Words = Annotated[str, Field(max_length=500)]


class DeviceState(StrEnum):
    """What the operator sees of one device."""

    STARTING = "starting"
    SERVING = "serving"
    WAITING = "waiting"
    """Absent or busy; it is tried again without a person."""
    PARKED = "parked"
    """Given up until a person has looked at it."""


class DeviceStatus(Record):
    """One device of a gateway."""

    name: Annotated[str, Field(max_length=64)]
    state: DeviceState
    message: Words = ""
    """Why it is not served, and what helps."""
    what_to_do: Words = ""
    """About the medium in it; empty where nothing is to be done."""
    done_bytes: Annotated[int, Field(ge=0)] | None = None
    """Of what is being read now; None where nothing is. So is `total_bytes`."""
    total_bytes: Annotated[int, Field(ge=0)] | None = None


class GatewayStatus(Record):
    """The retained message on a status topic; the will is the same with `online` false."""

    schema_version: Literal[1] = 1
    election: Slug
    count_center: Slug
    online: bool
    at: UtcInstant
    software: Text
    packets: Annotated[dict[str, Count], Field(max_length=20)]
    """Number of packets per packet state."""
    outbox_waiting: Count
    outbox_oldest_s: Count | None
    """Age of the oldest unconfirmed return in seconds; None when there is none."""
    free_disk_bytes: Annotated[int, Field(ge=0)]
    devices: Annotated[tuple[DeviceStatus, ...], Field(max_length=64)]


class Alert(Record):
    """A packet that is blocked or held, in short."""

    schema_version: Literal[1] = 1
    election: Slug
    count_center: Slug
    at: UtcInstant
    precinct: PrecinctId
    counting_group: Slug
    state: Annotated[str, Field(max_length=20)]
    checks: Annotated[tuple[str, ...], Field(max_length=50)]
    message: Words
