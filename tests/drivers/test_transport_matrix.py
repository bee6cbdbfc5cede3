"""The same scenario over every transport: the right document, or a named error and a part of it.

Never a wrong total, and never a hang: each wait has a bound, which is stated and checked. These
tests cover the cells; those of this file stand without a file's name.

whole:
    print-line, test_print_line.py
        test_a_printed_tape_becomes_one_capture
    peb-cradle
        test_a_whole_medium_is_the_right_document
    usb-storage
        test_a_whole_medium_is_the_right_document
    block-device
        test_a_whole_medium_is_the_right_document
    pc-card
        test_a_whole_medium_is_the_right_document
in pieces:
    print-line, ../e2e/test_tape_byte_by_byte.py
        test_a_tape_that_comes_one_byte_at_a_time_is_the_same_document
    peb-cradle, test_peb_cradle.py
        test_what_the_rules_of_the_link_make_up_for_costs_nothing
    usb-storage
        test_a_reader_that_gives_one_packet_at_a_time_is_read
    block-device
        test_a_node_that_gives_a_few_bytes_at_a_time_is_read
    pc-card
        test_a_node_that_gives_a_few_bytes_at_a_time_is_read
loss, doubling, delay:
    print-line
        test_a_worn_printer_line_never_gives_other_totals
    peb-cradle, test_peb_cradle.py
        test_a_bad_wire_gives_the_right_image_or_a_named_error
    usb-storage
        test_a_worn_bus_gives_the_right_document_or_a_named_error
    block-device
        test_no_mixture_of_node_faults_gives_another_document
    pc-card
        test_no_mixture_of_node_faults_gives_another_document
unplug at every step:
    print-line, test_print_job_framer.py
        test_an_unplug_after_any_byte_keeps_every_byte_before_it
    peb-cradle, test_peb_cradle.py
        test_unplugged_at_every_byte_it_gives_the_right_image_or_a_part_of_it
    usb-storage, usb/test_usb_storage_faults.py
        test_unplugged_at_every_transfer_it_is_the_whole_medium_or_a_named_error
    block-device
        test_a_node_unplugged_at_every_step_is_whole_or_a_named_part
    pc-card
        test_a_node_unplugged_at_every_step_is_whole_or_a_named_part
another medium at every step:
    peb-cradle, test_peb_cradle.py
        test_a_peb_that_is_exchanged_while_it_is_read_gives_no_whole_image
    usb-storage, usb/test_usb_storage.py
        test_a_medium_changed_in_mid_read_is_read_anew
    block-device
        test_a_node_whose_medium_is_exchanged_at_every_read_is_never_whole
    pc-card
        test_a_node_whose_medium_is_exchanged_at_every_read_is_never_whole
"""

import ast
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract import DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import DeviceMatch
from drivers.media.block_device import disk_source
from drivers.media.pc_card import card_source
from drivers.media.source import MediumSource
from drivers.media.visit import MediaSettings, Visit
from drivers.print_line import CaptureReader, PrintLineSettings
from drivers.usb.bulk_transport import LONGEST_AFTERMATH_S
from drivers.usb.usb_storage import ATTEMPTS, UsbStorage, UsbStorageSettings
from election.captures import Capture, Ending
from election.definition_file import load_definition
from election.documents import Tape
from gateway.bench_reading import contents_of
from simulators.cradle.cable import Cable
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.cradle.wired_line import SteppedClock, WiredLine
from simulators.election_night import plan_night
from simulators.golden.printed_line import PrintedLine
from simulators.media.samples import SAMPLES
from simulators.media.simulated_node import NodeFaults, SimulatedSlot
from simulators.sample import sample_definition_bytes
from simulators.usb.card_reader import card_reader
from simulators.usb.worn_usb import Wear, WornUsb

DRIVERS = ("print-line", "peb-cradle", "usb-storage", "block-device", "pc-card")
POLLS = 8  # looks for a medium
ANSWER_S = 2.0
COMMAND_S = ATTEMPTS * (ANSWER_S + LONGEST_AFTERMATH_S)  # the longest, to a USB reader
IN_MEMORY_S = 5.0  # the longest session that waits for nothing, on this machine
PARTS = {Ending.UNPLUGGED, Ending.UNREADABLE, Ending.UNSTABLE}


@cache
def sample(name: str) -> bytes:
    return SAMPLES[name]()


@dataclass
class Played:
    """What came of one session."""

    captures: list[Capture]
    error: str = ""


def play(source: MediumSource) -> Played:
    """Open, look and read, as MediumReader does; other errors than a device's are the test's."""
    try:
        source.open()
        if not any(source.present() for _ in range(POLLS)):
            return Played([], "no medium")
        visit = Visit("bench", source, MediaSettings(), DriverHost(), threading.Event())
        visit.read()
    except (DeviceGone, DeviceBlocked, DeviceRefused) as error:
        return Played([], type(error).__name__)
    finally:
        source.close()
    assert visit.advice, "the clerk is always told what to do"
    return Played(visit.captures, type(visit.gone).__name__ if visit.gone else "")


def demand_right_or_part(played: Played, image: bytes, *, is_prefix: bool = True) -> None:
    """Demand the right document, or parts that nobody interprets, with a note why."""
    for capture in played.captures:
        if capture.ending is Ending.WHOLE:
            assert capture.content == image
            assert not played.error
            continue
        assert capture.ending in PARTS
        assert contents_of(capture).document is None
        if capture.ending is not Ending.UNSTABLE:
            assert image.startswith(capture.content) or not is_prefix
            assert capture.notes


def is_whole(played: Played) -> bool:
    return [capture.ending for capture in played.captures] == [Ending.WHOLE]


def cradle_with(image: bytes) -> MediumSource:
    clock = SteppedClock()
    server = LinkServer(clock=clock.now)
    server.insert(PebInSlot.of_image(image))
    line = WiredLine("bench", Cable(server), clock)
    chosen = PebCradleSettings(url="/dev/ttyACM0")
    return PebCradle("bench", chosen, lambda _crossing: None, line=line, clock=clock)


def disk_with(image: bytes, faults: NodeFaults | None = None) -> MediumSource:
    return disk_source("bench", "block-device", SimulatedSlot(image, faults=faults))


def card_with(image: bytes, faults: NodeFaults | None = None) -> MediumSource:
    return card_source("bench", SimulatedSlot(image, faults=faults))


WHOLE: dict[str, tuple[Callable[[bytes], MediumSource], str, str]] = {
    "peb-cradle": (cradle_with, "peb-closed", "peb"),
    "usb-storage": (lambda image: bus_with(image, Wear())[0], "cf-card", "flash-card"),
    "block-device": (disk_with, "flash-5199902", "flash"),
    "pc-card": (card_with, "m100-closed", "m100-card"),
}
"""How to read it, the sample, and its parser."""


@pytest.mark.parametrize("driver", WHOLE)
def test_a_whole_medium_is_the_right_document(driver: str) -> None:
    source_of, name, parser = WHOLE[driver]
    image = sample(name)
    played = play(source_of(image))
    assert is_whole(played)
    demand_right_or_part(played, image)
    contents = contents_of(played.captures[0])
    assert (contents.parser, contents.is_sound) == (parser, True)


def bus_with(image: bytes, wear: Wear) -> tuple[UsbStorage, SteppedClock, Callable[[], None]]:
    """Return a source on a worn bus, its clock, and the proof that nothing was left or written."""
    clock = SteppedClock()
    worn = WornUsb(clock, wear)
    device, storage = card_reader(image)
    attached = worn.plug(device)
    device.unplug_at_transfer = wear.unplug_at
    chosen = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), answer_s=ANSWER_S)
    source = UsbStorage("bench", chosen, lambda _crossing: None, lambda _: worn, clock=clock)

    def check() -> None:
        assert storage.violations == []
        assert attached.handles == 0
        assert not device.plugged or (attached.kernel_driver and not attached.claimed)

    return source, clock, check


def test_a_reader_that_gives_one_packet_at_a_time_is_read() -> None:
    image = sample("flash-5199901")
    source, _, check = bus_with(image, Wear(most_packets=1))
    played = play(source)
    assert is_whole(played)
    demand_right_or_part(played, image)
    check()


SHORT = sample("flash-5199901")[: 192 * 1024]  # three READs
COMMANDS = 2 * (len(SHORT) // 65_536 + 2) + POLLS + 2  # readings, looks, introduction

wears = st.builds(
    Wear,
    seed=st.integers(0, 2**32),
    lose=st.sampled_from([0.0, 0.01, 0.05, 0.3]),
    double=st.sampled_from([0.0, 0.01, 0.05, 0.3]),
    delay=st.sampled_from([0.0, 0.1, 1.0]),
    most_packets=st.sampled_from([None, None, 1, 7]),
    unplug_at=st.one_of(st.none(), st.integers(1, 120)),
)


@settings(max_examples=60, deadline=None)
@given(wears)
def test_a_worn_bus_gives_the_right_document_or_a_named_error(wear: Wear) -> None:
    source, clock, check = bus_with(SHORT, wear)
    played = play(source)
    # One piece lost and another doubled in a READ keep its length: only a second reading tells.
    demand_right_or_part(played, SHORT, is_prefix=not (wear.lose and wear.double))
    check()
    assert clock.now() <= COMMANDS * COMMAND_S


def test_a_bus_that_is_only_a_little_worn_is_read_all_the_same() -> None:
    seeds = range(20)
    read = [play(bus_with(SHORT, Wear(seed, lose=0.01, double=0.01))[0]) for seed in seeds]
    assert sum(map(is_whole, read)) >= 15  # repeating is what makes up for it


NODES: dict[str, tuple[Callable[[bytes, NodeFaults | None], MediumSource], str]] = {
    "block-device": (disk_with, "flash-5199901"),
    "pc-card": (card_with, "m100-loaded"),
}


@pytest.mark.parametrize("driver", NODES)
@pytest.mark.parametrize("most", [1, 511, 4096])
def test_a_node_that_gives_a_few_bytes_at_a_time_is_read(driver: str, most: int) -> None:
    source_of, name = NODES[driver]
    image = sample(name)[: 4096 if most == 1 else None]
    played = play(source_of(image, NodeFaults(most_bytes=most)))
    assert is_whole(played)
    demand_right_or_part(played, image)


def node_faults(size: int) -> st.SearchStrategy[NodeFaults]:
    offset = st.one_of(st.none(), st.integers(0, size - 1))
    step = st.one_of(st.none(), st.integers(1, 40))
    return st.builds(
        NodeFaults,
        ends_at=offset,
        unreadable_at=offset,
        differs_at=offset,
        most_bytes=st.sampled_from([None, 4096, 65_536]),
        unplug_at_read=step,
        unplug_at_opening=st.one_of(st.none(), st.integers(1, 8)),
        swap_at_read=step,
    )


@pytest.mark.parametrize("driver", NODES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_mixture_of_node_faults_gives_another_document(driver: str, data: st.DataObject) -> None:
    source_of, name = NODES[driver]
    image = sample(name)
    began = time.monotonic()
    played = play(source_of(image, data.draw(node_faults(len(image)))))
    assert time.monotonic() - began < IN_MEMORY_S
    demand_right_or_part(played, image)


def every_step(driver: str) -> Iterator[NodeFaults]:
    """Yield an unplug at each read and each opening of a session that goes well, and none."""
    slot = SimulatedSlot(sample(NODES[driver][1]))
    source = {"block-device": disk_source("b", "b", slot), "pc-card": card_source("b", slot)}
    play(source[driver])
    yield from (NodeFaults(unplug_at_read=number + 1) for number in range(slot.reads))
    yield from (NodeFaults(unplug_at_opening=number + 1) for number in range(slot.openings))


@pytest.mark.parametrize("driver", NODES)
def test_a_node_unplugged_at_every_step_is_whole_or_a_named_part(driver: str) -> None:
    source_of, name = NODES[driver]
    steps = list(every_step(driver))
    assert len(steps) > 16
    for faults in steps:
        played = play(source_of(sample(name), faults))
        assert played.error in ("DeviceGone", "MediumRemoved"), faults
        assert {capture.ending for capture in played.captures} <= {Ending.UNPLUGGED}, faults
        demand_right_or_part(played, sample(name))


@pytest.mark.parametrize("driver", NODES)
def test_a_node_whose_medium_is_exchanged_at_every_read_is_never_whole(driver: str) -> None:
    source_of, name = NODES[driver]
    reads = [f.unplug_at_read for f in every_step(driver) if f.unplug_at_read]
    for number in reads:
        played = play(source_of(sample(name), NodeFaults(swap_at_read=number)))
        assert played.error == "MediumRemoved"
        assert {capture.ending for capture in played.captures} <= {Ending.UNPLUGGED}


@cache
def tape() -> tuple[bytes, Tape]:
    """Return a results tape as it is printed, and what it says."""
    loaded = load_definition(sample_definition_bytes(), "sample")
    plan = plan_night(loaded.definition, loaded.sha256, seed=3)
    job = plan.jobs[-1]
    return job.wire, job.tape


def printed(portions: Iterable[bytes]) -> list[Capture]:
    """Return what a print line gives on which `portions` come, one a read, and then no more."""
    clock = SteppedClock()
    line = PrintedLine([*((0, portion) for portion in portions), (400, b"")], clock)
    reader = CaptureReader("bench", PrintLineSettings(url="/dev/ttyUSB0"), line, clock)
    captures: list[Capture] = []
    with suppress(DeviceGone):
        while True:
            captures += reader.read()
    return captures + reader.finish(Ending.UNPLUGGED)


def worn(wire: bytes, dice: Random, rate: float) -> Iterator[bytes]:
    """Yield `wire` in portions, with bytes lost and doubled."""
    kept = bytes(
        byte for byte in wire for _ in range(dice.choice((0, 2)) if dice.random() < rate else 1)
    )
    at = 0
    while at < len(kept):
        size = dice.randrange(1, 200)
        yield kept[at : at + size]
        at += size


@pytest.mark.parametrize("rate", [0.0003, 0.003, 0.03])
def test_a_worn_printer_line_never_gives_other_totals(rate: float) -> None:
    wire, right = tape()
    outcomes = set()
    for seed in range(25):
        for capture in printed(worn(wire, Random(seed), rate)):
            document = contents_of(capture).document
            is_right = document == right
            is_damaged = document is None or (isinstance(document, Tape) and bool(document.damage))
            assert is_right or is_damaged, (seed, rate)
            outcomes.add(is_right)
    assert False in outcomes


def cells() -> Iterator[tuple[str, str, str, str]]:
    """Yield scenario, driver, file and test of each cell in the table above."""
    scenario = driver = ""
    for line in (__doc__ or "").splitlines():
        if line.startswith("        "):
            name, _, file = driver.partition(", ")
            yield scenario, name, file, line.strip()
        elif line.startswith("    "):
            driver = line.strip()
        elif line.endswith(":"):
            scenario = line.removesuffix(":")


def test_every_cell_names_a_test_that_exists() -> None:
    for _, _, file, test in cells():
        path = Path(__file__).parent / file if file else Path(__file__)
        nodes = ast.walk(ast.parse(path.read_text()))
        functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert test in functions, path


def test_every_scenario_has_a_cell_for_every_driver() -> None:
    named = [(scenario, driver) for scenario, driver, _, _ in cells()]
    scenarios = {scenario for scenario, _ in named}
    assert len(scenarios) == 5
    no_medium = {("another medium at every step", "print-line")}  # a line has none
    assert sorted(named) == sorted({*product(scenarios, DRIVERS)} - no_medium)
