"""A USB bus that wears: it loses, doubles and delays whole transfers, by chance and by a seed."""

import errno
from array import array
from dataclasses import dataclass
from random import Random

import usb.core

from simulators.cradle.wired_line import SteppedClock
from simulators.usb.usb_backend import Attached, SimulatedUsb


@dataclass(frozen=True)
class Wear:
    """How badly a bus carries transfers: each as a probability."""

    seed: int = 0
    lose: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    most_packets: int | None = None
    """That one IN transfer brings."""
    unplug_at: int | None = None
    """Number of the transfer, from 1, at which the cable is pulled."""


class WornUsb(SimulatedUsb):
    """A bus that loses, doubles and delays whole transfers; time passes on `clock` only."""

    def __init__(self, clock: SteppedClock, wear: Wear) -> None:
        super().__init__(sleep=clock.sleep)
        self._clock = clock
        self._wear = wear
        self._dice = Random(wear.seed)  # noqa: S311  # the seed makes it repeatable
        self._again: list[bytes] = []

    def bulk_write(
        self, dev: Attached, ep: int, intf: int, data: "array[int]", timeout: int
    ) -> int:
        """Do one OUT transfer, or lose it, or do it twice."""
        if self._happens(self._wear.lose):
            dev.device.begin_transfer()
            dev.check()
            return len(data)
        for _ in range(self._happens(self._wear.double)):
            super().bulk_write(dev, ep, intf, data, timeout)
        return super().bulk_write(dev, ep, intf, data, timeout)

    def bulk_read(self, dev: Attached, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        """Do one IN transfer; its bytes may be late, lost, few, or come once more."""
        if self._happens(self._wear.delay):
            self._clock.sleep(self._dice.random() * timeout / 1000)
        if self._again:
            return _filled(buff, self._again.pop())
        most = (self._wear.most_packets or len(buff) // 512 + 1) * 512
        part = array("B", bytes(min(len(buff), most)))
        got = super().bulk_read(dev, ep, intf, part, timeout)
        if self._happens(self._wear.lose):
            self._clock.sleep(timeout / 1000)
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        came = part[:got].tobytes()
        if self._happens(self._wear.double):
            self._again.append(came)
        return _filled(buff, came)

    def _happens(self, probability: float) -> bool:
        return self._dice.random() < probability


def _filled(buffer: "array[int]", data: bytes) -> int:
    """Put into `buffer` what has room in it: the rest would babble, and is lost."""
    part = data[: len(buffer)]
    buffer[: len(part)] = array("B", part)
    return len(part)
