"""One command after the other over Bulk-Only Transport, and back to order after a fault."""

from drivers.errors import DeviceGone
from drivers.line import Clock, SystemClock
from drivers.usb.bulk_only import (
    MAX_TAG,
    STATUS_WRAPPER,
    CommandWrapper,
    Status,
    StatusDamaged,
    StatusWrapper,
)
from drivers.usb.errors import Stalled, TimedOut, TransferFault
from drivers.usb.pipes import Pipe, Pipes
from drivers.usb.scsi import Command, Query, Sense
from drivers.usb.storage_interfaces import CALL_MS
from election.errors import Transient

CALL_S = CALL_MS / 1000

LONGEST_AFTERMATH_S = 4 * CALL_S
"""After a failure: REQUEST SENSE, or a reset with its three requests, or both in part."""


class CommandFailed(Transient):
    """The device refused or could not do a command; `sense` says why."""

    def __init__(self, command: Command, sense: Sense) -> None:
        super().__init__(f"{command}: {sense}. It is tried again.")
        self.sense = sense
        self.detail = str(sense)


class TransferBroken(Transient):
    """A command did not go as the transport's rules say; the device was reset since."""

    def __init__(self, command: Command, detail: str) -> None:
        super().__init__(f"{command}: {detail}. It is tried again.")
        self.detail = detail


class BulkTransport:
    """Sends commands to one logical unit of an open device, from one thread."""

    def __init__(
        self,
        device: str,
        pipes: Pipes,
        *,
        lun: int,
        answer_s: float,
        clock: Clock | None = None,
    ) -> None:
        """`clock` stands in for the time, such as in a replay."""
        self._device = device
        self._pipes = pipes
        self._lun = lun
        self._answer_s = answer_s
        self._clock = clock or SystemClock()
        self._tag = 0

    def run(self, command: Command) -> bytes:
        """Return the answer to `command`, in at most `answer_s` + LONGEST_AFTERMATH_S.

        Raises CommandFailed, TransferBroken, or DeviceGone, also when a reset does not help.
        """
        until = self._clock.now() + self._answer_s
        data, passed = self._carried_out(command, until)
        if passed:
            return data
        raw, _ = self._carried_out(Query.REQUEST_SENSE, max(until, self._clock.now() + CALL_S))
        try:
            sense = Sense.from_bytes(raw)
        except ValueError as error:
            raise TransferBroken(command, str(error)) from error
        raise CommandFailed(command, sense)

    def _carried_out(self, command: Command, until: float) -> tuple[bytes, bool]:
        """Return the data of `command` and whether it passed; reset the device after a fault."""
        self._tag = self._tag % MAX_TAG + 1
        wrapper = CommandWrapper(
            tag=self._tag,
            length=command.answer_bytes,
            to_host=True,
            lun=self._lun,
            block=command.block,
        )
        try:
            self._pipes.write(wrapper.to_bytes(), CALL_MS)
            data = self._data(command, until) if command.answer_bytes else b""
            status = StatusWrapper.from_bytes(self._status(until))
            status.belongs_to(wrapper)
        except TransferFault as error:
            self._recover()
            raise TransferBroken(command, error.detail) from error
        except StatusDamaged as error:
            self._recover()
            raise TransferBroken(command, str(error)) from error
        if status.status is Status.PHASE_ERROR:
            self._recover()
            raise TransferBroken(command, "the device reports a phase error")
        passed = status.status is Status.PASSED
        if passed and command.is_exact and (len(data) != wrapper.length or status.residue):
            raise TransferBroken(
                command,
                f"{len(data)} of {wrapper.length} bytes came, and the device says that "
                f"{status.residue} are missing",
            )
        return data, passed

    def _data(self, command: Command, until: float) -> bytes:
        """Return what comes before the status: all of it, or less if the device ends it."""
        size = command.answer_bytes
        data = self._chunk(size, until)
        # A call that runs out of time in the middle of the data brings whole packets. A shorter
        # answer may end with a whole packet too, so only an exact one is waited for.
        while command.is_exact and data and len(data) < size and not self._is_ended(data):
            more = self._chunk(size - len(data), until)
            if not more:
                break
            data += more
        return data

    def _is_ended(self, data: bytes) -> bool:
        return len(data) % self._pipes.packet_bytes != 0

    def _chunk(self, size: int, until: float) -> bytes:
        try:
            return self._waited_for(size, until)
        except Stalled:  # how a device says that it has no more
            self._pipes.clear_halt(Pipe.IN)
            return b""

    def _status(self, until: float) -> bytes:
        size = max(self._pipes.packet_bytes, STATUS_WRAPPER.size)  # a longer packet would babble
        try:
            return self._waited_for(size, until)
        except Stalled:
            self._pipes.clear_halt(Pipe.IN)
            return self._waited_for(size, until)

    def _waited_for(self, size: int, until: float) -> bytes:
        while True:
            left_ms = int((until - self._clock.now()) * 1000)
            try:
                return self._pipes.read(size, max(1, min(CALL_MS, left_ms)))
            except TimedOut:
                if left_ms <= CALL_MS:
                    raise

    def _recover(self) -> None:
        """Do what Bulk-Only Transport 1.0, section 5.3.4, asks for after a fault."""
        try:
            self._pipes.reset()
            self._pipes.clear_halt(Pipe.IN)
            self._pipes.clear_halt(Pipe.OUT)
        except TransferFault as error:
            raise DeviceGone(
                self._device, f"it does not obey a reset: {error.detail}. Unplug it first"
            ) from error
