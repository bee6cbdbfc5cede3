"""Sessions with whole media: what the driver recorded is what it does again, without a device."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from drivers.contract import Driver, DriverHost
from drivers.errors import DeviceGone
from drivers.hotplug.attached import DeviceMatch
from drivers.media.pc_card import PLUGIN, PcCardSettings
from drivers.transcripts.crossing import Crossing, Direction
from drivers.transcripts.node_crossings import REQUEST
from drivers.transcripts.recorded_node import recorded as recorded_nodes
from drivers.transcripts.recorder import Recorder
from drivers.transcripts.replay import ReplayDiverged
from drivers.transcripts.replayed_bulk import ReplayedBulk
from drivers.transcripts.replayed_node import ReplayedNode, ReplayedNodes
from drivers.transcripts.session import held, replayed
from drivers.transcripts.transcript_file import (
    ExpectedOutcome,
    TranscriptError,
    TranscriptHeader,
    read_transcript,
)
from drivers.usb.errors import TimedOut
from drivers.usb.pipes import PipeAddresses
from drivers.usb.usb_storage import UsbStoragePlugin, UsbStorageSettings
from election.captures import Ending
from simulators.media.m100_samples import loaded
from simulators.media.simulated_node import SimulatedSlot
from simulators.usb.card_reader import card_reader
from simulators.usb.mass_storage import ReadFault, StorageFaults
from simulators.usb.usb_backend import SimulatedUsb

IN, OUT = Direction.IN, Direction.OUT
SHOWN = b'{"name":"mtd0","size":1024,"token":"1","protection":"on","facts":["MTD device"]}'


def header_of(driver: str, settings: BaseModel) -> TranscriptHeader:
    return TranscriptHeader(
        driver=driver,
        device="bench-1",
        settings=settings.model_dump(mode="json"),
        started=datetime(2026, 11, 3, 19, 0, tzinfo=UTC),
    )


async def recorded(
    path: Path, header: TranscriptHeader, open_driver: Callable[[DriverHost], Driver]
) -> ExpectedOutcome:
    """Record a session until its first capture, on the time of this machine."""
    with Recorder(path, header) as recorder:
        return await held(open_driver(DriverHost(record=recorder)), captures=1)


async def test_a_card_image_that_was_recorded_is_read_again_after_it_is_gone(
    tmp_path: Path,
) -> None:
    image, path = tmp_path / "card.img", tmp_path / "session.jsonl"
    image.write_bytes(loaded())
    settings = PcCardSettings(path=image, poll_s=0.01)
    header = header_of("pc-card", settings)
    came = await recorded(path, header, lambda host: PLUGIN.open("bench-1", settings, host))
    assert [capture.ending for capture in came.captures] == [Ending.WHOLE]
    image.unlink()
    _, again = await replayed(path)
    assert (again.captures, again.error) == (came.captures, "DeviceGone")  # the recording ends


async def test_answers_that_did_not_come_are_waited_for_on_the_clock_of_the_recording(
    tmp_path: Path,
) -> None:
    path = tmp_path / "session.jsonl"
    lost = dict.fromkeys((1, 4), ReadFault.LOST_STATUS)
    device, _ = card_reader(bytes(range(256)) * 640, faults=StorageFaults(at_read=lost))
    plugin = UsbStoragePlugin(backend=lambda _device: SimulatedUsb([device]))
    settings = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), answer_s=0.7, poll_s=0.01)
    header = header_of("usb-storage", settings)
    began = time.monotonic()
    came = await recorded(path, header, lambda host: plugin.open("bench-1", settings, host))
    assert time.monotonic() - began > 1.4
    [capture] = came.captures
    assert (capture.ending, capture.facts[-1]) == (Ending.WHOLE, "commands repeated: 2")
    began = time.monotonic()
    _, again = await replayed(path)
    assert again.captures == came.captures
    assert time.monotonic() - began < 1.0


def test_a_record_begins_with_the_first_medium() -> None:
    crossed: list[Crossing] = []
    slot = SimulatedSlot(None)
    open_node = recorded_nodes(slot, crossed.append, "card")
    slot.plugged = False
    with pytest.raises(FileNotFoundError):
        open_node()
    slot.plugged = True
    assert open_node() is None
    assert crossed == []
    slot.image = bytes(512)
    assert open_node() is not None
    slot.image = None
    assert open_node() is None
    slot.plugged = False
    with pytest.raises(FileNotFoundError):
        open_node()
    assert [(c.channel, bool(c.data), c.error) for c in crossed] == [
        ("node", False, ""),
        ("node", True, ""),
        ("node", False, ""),
        ("node", False, "ENOENT"),
    ]


def replayed_nodes(folder: Path, *crossings: Crossing) -> ReplayedNodes:
    return ReplayedNodes(read_transcript(written(folder, *crossings)), "card")


def written(folder: Path, *crossings: Crossing) -> Path:
    path = folder / "session.jsonl"
    with Recorder(path, header_of("pc-card", PcCardSettings(path=Path("/dev/mtd0")))) as record:
        for crossing in crossings:
            record(crossing)
    return path


def opened(nodes: ReplayedNodes) -> ReplayedNode:
    node = nodes()
    assert node is not None
    return node


def test_a_node_shows_brings_and_refuses_what_it_did_then(tmp_path: Path) -> None:
    nodes = replayed_nodes(
        tmp_path,
        Crossing(IN, "node", b"", "EACCES"),
        Crossing(IN, "node", b""),
        Crossing(IN, "node", SHOWN),
        Crossing(IN, "identity", b"Omnidrive"),
        Crossing(IN, "attribute", b""),
        Crossing(OUT, "card", REQUEST.pack(0, 512)),
        Crossing(IN, "card", b"ZT"),
        Crossing(OUT, "card", REQUEST.pack(512, 512)),
        Crossing(IN, "card", b"", "EIO"),
    )
    with pytest.raises(PermissionError):
        nodes()
    assert nodes() is None
    node = opened(nodes)
    assert (node.name, node.size, node.token, node.facts) == ("mtd0", 1024, "1", ("MTD device",))
    assert (node.identity(), node.attribute_memory()) == ("Omnidrive", b"")
    assert node.read_at(0, 512) == b"ZT"
    with pytest.raises(OSError, match="Input/output"):
        node.read_at(512, 512)
    nodes.replay.finish()
    with pytest.raises(DeviceGone, match="the recording ends here"):
        nodes()


def test_a_read_from_elsewhere_diverges(tmp_path: Path) -> None:
    request = Crossing(OUT, "card", REQUEST.pack(0, 512))
    nodes = replayed_nodes(tmp_path, Crossing(IN, "node", SHOWN), request)
    with pytest.raises(ReplayDiverged, match="line 3"):
        opened(nodes).read_at(512, 512)


def test_what_is_no_opening_is_named_with_its_line(tmp_path: Path) -> None:
    nodes = replayed_nodes(tmp_path, Crossing(IN, "node", b"{}"))
    with pytest.raises(TranscriptError, match="line 2: no opening of a node"):
        nodes()


def replayed_bulk(folder: Path, *crossings: Crossing) -> ReplayedBulk:
    descriptors = Crossing(IN, "descriptors", PipeAddresses(1, 0x83, 0x04, 64).to_bytes())
    pipes = ReplayedBulk(read_transcript(written(folder, descriptors, *crossings)))
    pipes.open()
    return pipes


def test_endpoints_are_those_of_the_recorded_device(tmp_path: Path) -> None:
    pipes = replayed_bulk(
        tmp_path,
        Crossing(OUT, "control", bytes.fromhex("21ff000001000000")),  # interface 1
        Crossing(OUT, "bulk", b"USBC"),
    )
    assert pipes.packet_bytes == 64
    pipes.reset()
    pipes.write(b"USBC", 500)
    with pytest.raises(DeviceGone, match="the recording ends here"):
        pipes.write(b"USBC", 500)


def test_one_wait_more_or_less_than_then_does_not_diverge(tmp_path: Path) -> None:
    waited = Crossing(IN, "bulk", b"", "TimedOut")
    pipes = replayed_bulk(
        tmp_path, waited, waited, Crossing(OUT, "bulk", b"A"), Crossing(OUT, "bulk", b"B")
    )
    with pytest.raises(TimedOut):
        pipes.read(512, 500)
    pipes.write(b"A", 500)
    before = pipes.replay.now()
    with pytest.raises(TimedOut):
        pipes.read(512, 500)
    assert pipes.replay.now() == pytest.approx(before + 0.5)
    pipes.write(b"B", 500)
    pipes.replay.finish()


@pytest.mark.parametrize("length", [0, 22, 24])
def test_what_is_no_interface_with_two_endpoints_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no interface with two endpoints"):
        PipeAddresses.from_bytes(bytes(length))
