"""A simulated USB bus, and the proof that no driver harms what was plugged into it."""

import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from random import Random

import pytest

from drivers.contract import DriverHost
from drivers.hotplug.attached import DeviceMatch
from drivers.media.reader import MediumReader
from drivers.media.visit import Visit
from drivers.transcripts.crossing import Crossing
from drivers.usb.usb_storage import UsbStorage, UsbStoragePlugin, UsbStorageSettings
from election.captures import Capture
from simulators.usb.card_reader import card_reader
from simulators.usb.mass_storage import MassStorage, StorageFaults
from simulators.usb.usb_backend import Attached, SimulatedUsb

ANSWER_S = 0.06
"""Longest wait for an answer of a simulated reader, which has none to give after that."""

THE_READER = DeviceMatch(serial="CF-1")


class Bus:
    """The bus of one test, and everything that was ever plugged into it."""

    def __init__(self, card: bytes) -> None:
        self.usb = SimulatedUsb()
        self.card = card
        self._seen: list[tuple[Attached, MassStorage]] = []

    def plug(
        self,
        image: bytes | None = None,
        *,
        faults: StorageFaults | None = None,
        serial: str = "CF-1",
        port: tuple[int, ...] = (1,),
        block_bytes: int = 512,
    ) -> tuple[Attached, MassStorage]:
        """Plug a reader in, with `card` in its slot unless another `image` is given."""
        device, storage = card_reader(
            self.card if image is None else image,
            serial=serial,
            port=port,
            block_bytes=block_bytes,
            faults=faults,
        )
        self._seen.append((self.usb.plug(device), storage))
        return self._seen[-1]

    def driver(self, host: DriverHost, match: DeviceMatch = THE_READER) -> MediumReader:
        """Return the driver as a daemon opens it."""
        plugin = UsbStoragePlugin(backend=lambda _device: self.usb)
        return plugin.open("flash", settings(match), host)

    def source(self, chosen: UsbStorageSettings | None = None) -> UsbStorage:
        """Return what the driver reads from, for a test that is its own thread."""
        chosen = chosen or settings(THE_READER)
        return UsbStorage("flash", chosen, _unrecorded, lambda _device: self.usb)

    def captured(self, source: UsbStorage | None = None) -> list[Capture]:
        """Open, wait for the medium, read it, and close; raise what a driver raises."""
        source = source or self.source()
        try:
            source.open()
            return self.visited(source)
        finally:
            source.close()

    def visited(self, source: UsbStorage) -> list[Capture]:
        """Wait for the medium and read it; raise DeviceGone where nothing is to be kept."""
        while source.present() is None:
            pass
        visit = Visit("flash", source, settings(THE_READER), DriverHost(), threading.Event())
        visit.read()
        if visit.gone and not visit.captures:
            raise visit.gone
        return visit.captures

    def check(self) -> None:
        """Fail unless only listed commands were sent, and all was given back."""
        for attached, storage in self._seen:
            assert storage.violations == []
            assert attached.handles == 0, "a handle is still open"
            assert attached.kernel_driver or not attached.device.plugged, "not given back"


@pytest.fixture(scope="session")
def card() -> bytes:
    """Return what is on the card: three READs of 64 KiB, the last one short."""
    return Random(4).randbytes(160 * 1024)


@pytest.fixture
def bus(card: bytes) -> Iterator[Bus]:
    """Return a bus; at the end the card is as it was, and nobody asked for more than reading."""
    before = sha256(card).hexdigest()
    bus = Bus(card)
    yield bus
    bus.check()
    assert sha256(card).hexdigest() == before


@pytest.fixture(scope="session")
def new_bus(card: bytes) -> Callable[[], Bus]:
    """Return `new_bus()`: one for each of many examples in one test."""
    return lambda: Bus(card)


def settings(match: DeviceMatch) -> UsbStorageSettings:
    """Return settings that lose no time."""
    return UsbStorageSettings(match=match, answer_s=ANSWER_S, poll_s=0.01)


def _unrecorded(_crossing: Crossing) -> None:
    """Nobody records."""
