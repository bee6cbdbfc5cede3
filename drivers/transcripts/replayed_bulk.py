"""Bulk endpoints of USB mass storage that give a recorded session again."""

from collections.abc import Mapping

from drivers.errors import DeviceGone
from drivers.transcripts.device_errors import AS_RECORDED, DEVICE_ERRORS
from drivers.transcripts.replay import ErrorOf, Replay
from drivers.transcripts.transcript_file import Transcript
from drivers.usb.bulk_pipes import BULK_ONLY_RESET, GET_MAX_LUN
from drivers.usb.errors import Garbled, Stalled, TimedOut
from drivers.usb.pipes import Pipe, PipeAddresses

BULK = "bulk"
CONTROL = "control"
DESCRIPTORS = "descriptors"
CLEAR_HALT = bytes([0x02, 0x01, 0, 0])
"""Front of CLEAR_FEATURE(ENDPOINT_HALT); the endpoint follows."""
BULK_ERRORS: Mapping[str, ErrorOf] = {
    **DEVICE_ERRORS,
    "Stalled": lambda device: Stalled(device, AS_RECORDED),
    "TimedOut": lambda device: TimedOut(device, AS_RECORDED),
    "Garbled": lambda device: Garbled(device, AS_RECORDED),
}


class ReplayedBulk:
    """Pipes whose other end is a recording; `replay` is the Clock that the driver must go by."""

    def __init__(self, transcript: Transcript) -> None:
        self.replay = Replay(transcript, BULK_ERRORS)
        self._addresses: PipeAddresses | None = None

    @property
    def packet_bytes(self) -> int:
        """Of the IN endpoint then."""
        return self._opened().packet_bytes

    def open(self) -> None:
        """Learn which endpoints the device had then."""
        self._addresses = PipeAddresses.from_bytes(self.replay.give(DESCRIPTORS))

    def close(self) -> None:
        """Do nothing."""

    def write(self, data: bytes, timeout_ms: int) -> None:  # noqa: ARG002  # as BulkPipes has it
        """Hold a transfer against the recording; raise DeviceGone at its end."""
        if self.replay.is_over:
            raise DeviceGone(self.replay.device, "the recording ends here")
        self._take(BULK, data)

    def read(self, size: int, timeout_ms: int) -> bytes:
        """Return what the same transfer brought then."""
        if self.replay.waits_for_output:  # it may be more patient than then, by one read
            self.replay.sleep(timeout_ms / 1000)
            raise TimedOut(self.replay.device, AS_RECORDED)
        return self.replay.give(BULK)[:size]

    def clear_halt(self, pipe: Pipe) -> None:
        """Hold the clearing of an endpoint against the recording."""
        self._take(CONTROL, CLEAR_HALT + bytes([self._opened().of(pipe), 0, 0, 0]))

    def reset(self) -> None:
        """Hold a Bulk-Only Mass Storage Reset against the recording."""
        self._take(CONTROL, self._request(BULK_ONLY_RESET, answer_bytes=0))

    def last_lun(self) -> bytes:
        """Return what the device answered to GET MAX LUN then."""
        self._take(CONTROL, self._request(GET_MAX_LUN, answer_bytes=1))
        return self.replay.give(CONTROL)

    def _take(self, channel: str, data: bytes) -> None:
        self.replay.pass_over(TimedOut.__name__)  # it may be less patient than then
        self.replay.take(channel, data)

    def _request(self, request: tuple[int, int], *, answer_bytes: int) -> bytes:
        return bytes([*request, 0, 0, self._opened().interface, 0, answer_bytes, 0])

    def _opened(self) -> PipeAddresses:
        if self._addresses is None:
            raise DeviceGone(self.replay.device, "it is not open")
        return self._addresses
