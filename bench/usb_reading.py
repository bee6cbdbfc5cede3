"""What the driver `usb-storage` costs over a simulated bus, where the bus costs next to nothing.

Run it as `python -m bench.usb_reading`. First READ(10) beside plain copies of the same bytes in
the same portions, processor time; then a whole visit of a flash image, read twice, compared and
hashed, beside `cat FILE | sha256sum` twice, by the clock because that is two other processes.
"""

import subprocess
import threading
import time
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from bench.paired_rounds import ROUNDS, compare
from drivers.contract import DriverHost
from drivers.hotplug.attached import DeviceMatch
from drivers.media.visit import Visit
from drivers.usb.bulk_pipes import TRANSFER_BYTES, BulkPipes
from drivers.usb.bulk_transport import BulkTransport, CommandFailed
from drivers.usb.scsi import Query, Read10
from drivers.usb.storage_interfaces import the_storage_interface
from drivers.usb.usb_storage import UsbStorage, UsbStorageSettings
from simulators.usb.card_reader import card_reader
from simulators.usb.usb_backend import SimulatedUsb

FLASH_BYTES = 2_031_616
"""An iVotronic's flash image."""

THROUGHPUT_BYTES = 32 * 1024 * 1024
MATCH = DeviceMatch(serial="CF-1")
SETTINGS = UsbStorageSettings(match=MATCH)


def main() -> None:
    """Measure alternating rounds and print medians."""
    dice = Random(5)
    read_throughput(dice.randbytes(THROUGHPUT_BYTES))
    whole_visits(dice.randbytes(FLASH_BYTES))


def read_throughput(image: bytes) -> None:
    """Compare reading `image` in transfers of 64 KiB with copying it in such portions."""
    device, _ = card_reader(image)
    usb = SimulatedUsb([device])
    pipes = BulkPipes("bench", the_storage_interface("bench", MATCH, usb), lambda _crossing: None)
    pipes.open()
    transport = BulkTransport("bench", pipes, lun=0, answer_s=5.0)
    step = TRANSFER_BYTES // 512
    reads = [Read10(first, step, 512) for first in range(0, len(image) // 512, step)]
    _clear_attention(transport)

    def read() -> None:
        for command in reads:
            transport.run(command)

    def copy() -> None:
        view = memoryview(image)
        for begin in range(0, len(image), TRANSFER_BYTES):
            view[begin : begin + TRANSFER_BYTES].tobytes()

    compare(f"READ(10) of {len(image) >> 20} MiB", {"copies": copy, "driver": read})
    pipes.close()


def whole_visits(image: bytes) -> None:
    """Compare a visit with hashing a file twice, and print the median of the ratios."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "flash.img"
        file.write_bytes(image)
        pairs = [(_seconds_of_visit(image), _seconds_of_hashing(file)) for _ in range(ROUNDS)]
    visits, hashings = zip(*pairs, strict=True)
    ratio = median(visit / hashing for visit, hashing in pairs)
    print(
        f"flash image of {len(image)} bytes: driver {median(visits) * 1000:.1f} ms  "
        f"cat | sha256sum, twice {median(hashings) * 1000:.1f} ms  ratio {ratio:.2f}"
    )


def _seconds_of_visit(image: bytes) -> float:
    device, _ = card_reader(image)
    usb = SimulatedUsb([device])
    source = UsbStorage("bench", SETTINGS, lambda _crossing: None, lambda _device: usb)
    began = time.perf_counter()
    source.open()
    while source.present() is None:
        pass
    visit = Visit("bench", source, SETTINGS, DriverHost(), threading.Event())
    visit.read()
    (capture,) = visit.captures
    digest = capture.sha256
    source.close()
    spent = time.perf_counter() - began
    assert capture.content == image
    assert digest
    return spent


def _seconds_of_hashing(file: Path) -> float:
    began = time.perf_counter()
    for _ in range(2):
        subprocess.run(
            ["/bin/sh", "-c", 'cat "$0" | sha256sum', file], check=True, capture_output=True
        )
    return time.perf_counter() - began


def _clear_attention(transport: BulkTransport) -> None:
    """Let the reader say that it was plugged in: the first command after that fails."""
    try:
        transport.run(Query.TEST_UNIT_READY)
    except CommandFailed:
        transport.run(Query.TEST_UNIT_READY)


if __name__ == "__main__":
    main()
