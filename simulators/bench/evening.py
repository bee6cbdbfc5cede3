"""What is played at the bench: printed strips and media of one precinct, faults included."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from election.definition import Precinct
from election.definition_file import LoadedDefinition
from election.documents import DeviceClass, Tape
from parsers.tapes.columns import LINE_END
from simulators.bench.fault_kinds import Simulator
from simulators.bench.fault_list import Fault
from simulators.bench.thrown import ThrownFaults
from simulators.errors import Refused
from simulators.faults import Faults
from simulators.media.card_damage import edited, forged, malformed, marked_as_backup
from simulators.media.peb_damage import with_wrong_page
from simulators.polling_place.evening import leavings_of
from simulators.polling_place.leavings import Leavings
from simulators.polling_place.mishaps import Mishaps
from simulators.tape_printing import print_job

MOST_BALLOTS = 100_000
"""More than a precinct has voters."""
NOISE = b"\x7f~#~\x02x"
NOISE_AT = 0.6
"""Part of the strip, within its contests."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One report as it goes over the print line."""

    device_class: DeviceClass
    label: str
    """For people: `M100 204401, results report`."""
    file_name: str
    wire: bytes
    is_results: bool
    rest: bytes = b""
    """Follows when somebody has pressed ONLINE: the battery of the printer was low."""
    is_cut: bool = False
    """Its end never comes."""


@dataclass(frozen=True, slots=True)
class BroughtMedium:
    """One medium that is put into a reader."""

    device_class: DeviceClass
    """Of the machine that it comes from."""
    reader: Simulator
    """CRADLE or CARD_READER."""
    label: str
    file_name: str
    image: bytes


@dataclass(frozen=True, slots=True)
class Evening:
    """Everything that one precinct brings to its count center, in order."""

    precinct: Precinct
    strips: tuple[Strip, ...]
    media: tuple[BroughtMedium, ...]

    def part_of(self, simulator: Simulator) -> "Evening":
        """Return what `simulator` plays of it."""
        return replace(
            self,
            strips=tuple(strip for strip in self.strips if _plays(simulator, strip)),
            media=tuple(medium for medium in self.media if _plays(simulator, medium)),
        )


def evening_of(
    loaded: LoadedDefinition, precinct: Precinct, seed: int, faults: ThrownFaults
) -> Evening:
    """Return the evening of `precinct`: the same arguments give the same bytes.

    Raises Refused, also for a fault that this precinct cannot have, and DefinitionError.
    """
    devices = list(
        leavings_of(loaded.definition, loaded.sha256, precinct, seed, mishaps_of(faults))
    )
    if not devices:
        raise Refused(f"No device of {precinct.name} prints tapes. Choose another with --precinct.")
    return Evening(
        precinct,
        tuple(strip for left in devices for strip in _strips(left, faults)),
        tuple(medium for left in devices for medium in _media(left, faults)),
    )


def _plays(simulator: Simulator, item: Strip | BroughtMedium) -> bool:
    if simulator in (Simulator.M100, Simulator.IVOTRONIC):
        return simulator.value == item.device_class.value
    station = Simulator.PRINTER if isinstance(item, Strip) else item.reader
    return station is simulator


def mishaps_of(faults: ThrownFaults) -> Mishaps:
    """Return what of `faults` happens at the polling place."""
    unwritten = faults.ballots(Fault.WRITE_PROTECTED)
    first, last = unwritten or (1, 0)
    return Mishaps(
        clock=faults.duration(Fault.CLOCK),
        stale_definition=Fault.STALE_DEFINITION in faults,
        other_mode=Fault.TEST_MODE in faults,
        leftover_ballot=Fault.ZERO_NOT_ZERO in faults,
        late_zero_tape=Fault.ZERO_LATE in faults,
        unwritten=range(first, MOST_BALLOTS if last is None else last + 1),
        unwritten_at_close=last is None,
        torn_write=Fault.TORN_WRITE in faults,
        scanner_left_open=Fault.CARD_NOT_CLOSED in faults,
        second_card=Fault.SECOND_CARD in faults,
        terminal_left_open=Fault.TERMINAL_NOT_CLOSED in faults,
        other_peb_closes=Fault.OTHER_PEB in faults,
        zero_tape_too_early=Fault.ZERO_SHORT in faults,
        phantom_terminal=Fault.PHANTOM in faults,
        nobody_voted=Fault.UNUSED in faults,
        copies_differ=Fault.COPIES_DIFFER in faults,
        cut_log=Fault.LOG_CUT in faults,
    )


def _strips(left: Leavings, faults: ThrownFaults) -> Iterator[Strip]:
    yield _strip(left.zero, print_job(left.zero, Faults()))
    if left.results is None:
        return
    strip = _strip(left.results, print_job(left.results, Faults()))
    yield _spoiled(strip, left.results, faults)
    if Fault.PRINTED_TWICE in faults:
        assert left.results.printed is not None
        again = left.results.printed + timedelta(minutes=2)
        copy = replace(left.results, copy=left.results.copy + 1, printed=again)
        yield _strip(copy, print_job(copy, Faults()))


def _strip(tape: Tape, wire: bytes) -> Strip:
    unit = "M100" if tape.device_class is DeviceClass.M100 else "iVotronic PEB"
    copy = f", copy {tape.copy}" if tape.copy > 1 else ""
    return Strip(
        tape.device_class,
        f"{unit} {tape.unit}, {tape.kind} report{copy}",
        f"{tape.device_class}-{tape.unit}-{tape.kind}-{tape.copy}.tape",
        wire,
        is_results=tape.kind.value == "results",
    )


def _spoiled(strip: Strip, tape: Tape, faults: ThrownFaults) -> Strip:
    wire = strip.wire
    if Fault.LINE_NOISE in faults:
        noisy = Faults(garbled={round(len(wire) * NOISE_AT): NOISE})
        wire = print_job(tape, noisy)
    line = faults.count(Fault.PAPER_OUT)
    if line is not None:
        wire = print_job(tape, Faults(paper_out_after_line=line))
        if wire.count(LINE_END) < line:
            raise Refused(f"{strip.label} has fewer than {line} lines, so no paper ends there.")
        return replace(strip, label=f"{strip.label} (paper out)", wire=wire, is_cut=True)
    line = faults.count(Fault.LOW_BATTERY)
    if line is not None:
        head = LINE_END.join(wire.split(LINE_END)[:line]) + LINE_END
        return replace(strip, wire=head, rest=wire[len(head) :])
    return replace(strip, wire=wire)


def _media(left: Leavings, faults: ThrownFaults) -> Iterator[BroughtMedium]:
    if left.device.device_class is DeviceClass.M100:
        yield from _cards(left, faults)
        return
    for serial, image in left.media.items():
        is_master = serial == left.device.serial
        if is_master and Fault.PEB_LEFT in faults:
            continue
        page = faults.count(Fault.PAGE_CRC) if is_master else None
        content = image if page is None else with_wrong_page(image, page)
        yield _medium(left, Simulator.CRADLE, f"PEB {serial}", f"peb-{serial}.img", content)
    label = f"audit card of the terminals of PEB {left.device.serial}"
    name = f"audit-card-{left.device.serial}.img"
    yield _medium(left, Simulator.CARD_READER, label, name, left.audit_card)


def _medium(
    left: Leavings, reader: Simulator, label: str, file_name: str, image: bytes
) -> BroughtMedium:
    return BroughtMedium(left.device.device_class, reader, label, file_name, image)


def _cards(left: Leavings, faults: ThrownFaults) -> Iterator[BroughtMedium]:
    for serial, image in left.media.items():
        own = _after_the_day(image, faults)
        label, name = f"memory card {serial}", f"card-{serial}"
        yield _medium(left, Simulator.CARD_READER, label, f"{name}.img", own)
        if Fault.DUPLICATE in faults:
            yield _medium(left, Simulator.CARD_READER, f"{label} again", f"{name}-again.img", own)


def _after_the_day(card: bytes, faults: ThrownFaults) -> bytes:
    """Return what becomes of `card` between polling place and count center."""
    changes = {
        Fault.CRC_EDIT: edited,
        Fault.CRC_FORGED: forged,
        Fault.MALFORMED: malformed,
        Fault.BACKUP: marked_as_backup,
        Fault.BLANK: _blank,
    }
    for fault, change in changes.items():
        card = change(card) if fault in faults else card
    return card


def _blank(card: bytes) -> bytes:
    return b"\xff" * len(card)
