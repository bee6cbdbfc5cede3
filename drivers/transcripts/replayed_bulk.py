"""Bulk endpoints of USB mass storage that give a recorded session again."""

from collections.abc import Mapping

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.transcripts.replay import ErrorOf, Replay
from drivers.transcripts.transcript_file import Transcript
from drivers.usb.bulk_pipes import BULK_ONLY_RESET, GET_MAX_LUN, Pipe
from drivers.usb.errors import Garbled, Stalled, TimedOut

BULK = "bulk"
CONTROL = "control"
CLEAR_HALT = bytes([0x02, 0x01, 0, 0])
"""Front of CLEAR_FEATURE(ENDPOINT_HALT); the endpoint follows."""
AS_RECORDED = "as recorded"
BULK_ERRORS: Mapping[str, ErrorOf] = {
    "DeviceGone": lambda device: DeviceGone(device, AS_RECORDED),
    "DeviceBlocked": lambda device: DeviceBlocked(device, AS_RECORDED),
    "DeviceRefused": lambda device: DeviceRefused(device, AS_RECORDED),
    "Stalled": lambda device: Stalled(device, AS_RECORDED),
    "TimedOut": lambda device: TimedOut(device, AS_RECORDED),
    "Garbled": lambda device: Garbled(device, AS_RECORDED),
}


class ReplayedBulk:
    """Stands in for BulkPipes; `replay` is the Clock of the session."""

    def __init__(
        self,
        transcript: Transcript,
        *,
        endpoint_in: int = 0x81,
        endpoint_out: int = 0x02,
        interface: int = 0,
        packet_bytes: int = 512,
    ) -> None:
        self.replay = Replay(transcript, BULK_ERRORS)
        self.packet_bytes = packet_bytes
        self._endpoints = {Pipe.IN: endpoint_in, Pipe.OUT: endpoint_out}
        self._interface = interface

    def open(self) -> None:
        """Do nothing: opening crosses no bytes."""

    def close(self) -> None:
        """Do nothing."""

    def write(self, data: bytes, timeout_ms: int) -> None:  # noqa: ARG002  # as BulkPipes has it
        """Hold a transfer against the recording."""
        self.replay.take(BULK, data)

    def read(self, size: int, timeout_ms: int) -> bytes:  # noqa: ARG002  # as BulkPipes has it
        """Return what the same transfer brought then."""
        return self.replay.give(BULK)[:size]

    def clear_halt(self, pipe: Pipe) -> None:
        """Hold the clearing of an endpoint against the recording."""
        self.replay.take(CONTROL, CLEAR_HALT + bytes([self._endpoints[pipe], 0, 0, 0]))

    def reset(self) -> None:
        """Hold a Bulk-Only Mass Storage Reset against the recording."""
        self.replay.take(CONTROL, bytes([*BULK_ONLY_RESET, 0, 0, self._interface, 0, 0, 0]))

    def last_lun(self) -> bytes:
        """Return what the device answered to GET MAX LUN then."""
        self.replay.take(CONTROL, bytes([*GET_MAX_LUN, 0, 0, self._interface, 0, 1, 0]))
        return self.replay.give(CONTROL)
