"""A PEB in a cradle: the right image, or a named error and a part of it; never a wrong one."""

import re
from itertools import pairwise
from random import Random

import pytest

from drivers.contract import INTERFACE_VERSION, DriverHost
from drivers.cradle.link_client import LONGEST_BUSY_S, REPEAT_AFTER_S, LinkClient, LinkFailed
from drivers.cradle.peb_cradle import PLUGIN, READ_WAIT_S, READING_S, PebCradle
from drivers.cradle.peb_link import Frame
from drivers.cradle.peb_messages import (
    DIGEST_REQUEST,
    PAGE_BYTES,
    Answer,
    Command,
    Hello,
    Status,
)
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.media.reader import MediumReader
from drivers.media.source import MediumRemoved
from drivers.transcripts.crossing import Direction
from election.captures import Ending, WriteProtection
from simulators.cradle.cable import Cable, Delivery
from simulators.cradle.faults import CradleFaults
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from tests.drivers.cradle_bench import (
    PAGES,
    PEB,
    REQUEST_S,
    SETTINGS,
    VISIT_S,
    Bench,
    demand_right_or_named,
    peb,
)


def test_a_sound_peb_is_read_twice_and_told_of() -> None:
    bench = Bench()
    [capture] = demand_right_or_named(bench)
    assert capture.ending is Ending.WHOLE
    assert (capture.medium, capture.device) == ("peb", "cradle-1")
    assert capture.reading is not None
    assert capture.reading.write_protection is WriteProtection.NOT_APPLICABLE
    assert capture.reading.identity == "ZT PEB CRADLE SIM, wired in this process"
    assert capture.reading.facts == (
        "PEB 299101, supervisor, revision 1",
        "battery 2980 mV",
        "insertion 1 of this cradle",
    )
    pages = [Command.READ_PAGE] * 2
    reading = [
        *(Command.STATUS, Command.READ_ID, Command.READ_MAP, *pages),
        *(Command.STATUS, Command.READ_ID, Command.DIGEST),
    ]
    looked = [Command.HELLO, Command.STATUS, Command.READ_ID]
    assert bench.server.asked == [*looked, *reading, *reading, Command.BYE]


def test_unplugged_at_every_byte_it_gives_the_right_image_or_a_part_of_it() -> None:
    whole, length = 0, bytes_of_a_session()
    for byte in range(length):
        bench = Bench(CradleFaults(unplug_after_byte=byte))
        captures, error = bench.session()
        whole += [capture.ending for capture in captures] == [Ending.WHOLE]
        assert bench.clock.now() <= VISIT_S
        assert all(PEB.image.startswith(capture.content) for capture in captures)
        assert error is None or isinstance(error, DeviceGone), byte
        assert bool(error) != any(c.ending is Ending.WHOLE for c in captures), byte
    assert whole == len(Frame(Command.BYE, 1).to_bytes())  # only within the farewell
    assert length > 2500


def bytes_of_a_session() -> int:
    """Return how many bytes cross the cable when all goes well, both ways."""
    bench = Bench()
    bench.session()
    return sum(len(crossing.data) for crossing in bench.crossings)


class WornCable(Cable):
    """Loses, doubles, flips, delays and cuts by chance; the seed is the test's parameter."""

    def __init__(self, server: LinkServer, dice: Random, rates: dict[str, float]) -> None:
        super().__init__(server)
        self._dice = dice
        self._rates = rates

    def carry(self, request: bytes) -> Delivery:
        answer = self._wear(self.server.feed(self._wear(request)))
        if self._happens("twice"):
            answer *= 2
        portions = [answer] if answer else []
        if self._happens("cut") and answer:
            at = self._dice.randrange(len(answer))
            portions = [part for part in (answer[:at], answer[at:]) if part]
        return Delivery(tuple(portions), self._dice.random() * 3 if self._happens("late") else 0)

    def _wear(self, data: bytes) -> bytes:
        worn = bytearray()
        for byte in data:
            if not self._happens("lose"):
                flip = 1 << self._dice.randrange(8) if self._happens("flip") else 0
                worn.append(byte ^ flip)
        return bytes(worn)

    def _happens(self, what: str) -> bool:
        return self._dice.random() < self._rates.get(what, 0)


WIRES: dict[str, dict[str, float]] = {
    "random loss": {"lose": 0.0005},
    "heavy loss": {"lose": 0.01},
    "flipped bits": {"flip": 0.001},
    "duplication": {"twice": 0.5},
    "delay": {"late": 0.1},
    "everything": {"lose": 0.0003, "flip": 0.0003, "twice": 0.1, "late": 0.05, "cut": 0.5},
}


@pytest.mark.parametrize("rates", WIRES.values(), ids=WIRES)
def test_a_bad_wire_gives_the_right_image_or_a_named_error(rates: dict[str, float]) -> None:
    read = 0
    for seed in range(40):
        dice = Random(seed)
        bench = Bench(cable_of=lambda server, d=dice: WornCable(server, d, rates))  # type: ignore[misc]  # bound now
        read += any(c.ending is Ending.WHOLE for c in demand_right_or_named(bench))
    if rates != WIRES["heavy loss"]:
        assert read >= 30  # repeating is what makes up for a bad wire


@pytest.mark.parametrize(
    "faults",
    [
        CradleFaults(byte_by_byte=True),
        CradleFaults(twice=True),
        CradleFaults(delay_s=0.45),
        CradleFaults(delay_s=1.9, delay_every=7),
        CradleFaults(wrong_sequence_every=4),
        CradleFaults(busy_answers=10),
        CradleFaults(lose_every=1009),
        CradleFaults(flip_every=1013),
    ],
    ids=repr,
)
def test_what_the_rules_of_the_link_make_up_for_costs_nothing(faults: CradleFaults) -> None:
    assert [c.ending for c in demand_right_or_named(Bench(faults))] == [Ending.WHOLE]


@pytest.mark.parametrize(
    ("faults", "ending", "note", "pages"),
    [
        (CradleFaults(page_status={2: Status.ACCESS}), Ending.UNREADABLE, "page 2.*ACCESS", 2),
        (CradleFaults(page_status={2: Status.FORBIDDEN}), Ending.UNREADABLE, "page 2.*FORBID", 2),
        (CradleFaults(page_status={2: Status.PULLED}), Ending.UNPLUGGED, "page 2", 2),
        (CradleFaults(page_status={2: Status.BAD_CRC}), Ending.UNREADABLE, "page 2.*4 tries", 2),
        (CradleFaults(page_status={2: Status.BUSY}), Ending.UNREADABLE, "page 2.*busy", 2),
        (CradleFaults(pulled_at=0.6), Ending.UNPLUGGED, "moved", 2),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_what_the_cradle_refuses_ends_the_reading_and_names_the_page(
    faults: CradleFaults, ending: Ending, note: str, pages: int
) -> None:
    [capture] = demand_right_or_named(Bench(faults))
    assert capture.ending is ending
    assert capture.content == PEB.image[: pages * PAGE_BYTES]
    assert len(capture.notes) == 1
    assert re.search(note, capture.notes[0])


def test_a_low_battery_is_told_before_anything_is_read() -> None:
    bench = Bench(CradleFaults(battery_low=True))
    bench.source.open()
    assert bench.source.present() == "299101-1"
    visit = bench.visit()
    assert visit.captures == []
    assert "page 0: the cradle says BATTERY (0A)" in visit.advice
    assert "battery 2210 mV, low" in bench.source.facts()


def test_a_page_with_a_wrong_checksum_is_kept_and_named() -> None:
    damaged = bytearray(PEB.image)
    damaged[2 * PAGE_BYTES] ^= 0x10
    [capture], error = Bench(inserted=PebInSlot.of_image(bytes(damaged))).session()
    assert (capture.content, capture.ending, error) == (bytes(damaged), Ending.WHOLE, None)
    assert capture.reading is not None
    told = "the cradle says that the checksum is wrong in page 2"
    assert told in capture.reading.facts


def test_an_unfinished_exchange_is_told() -> None:
    [capture], _ = Bench(CradleFaults(io_flag=True)).session()
    assert (capture.content, capture.ending) == (PEB.image, Ending.WHOLE)
    assert capture.reading is not None
    told = "the PEB carries the flag of an unfinished exchange with a terminal"
    assert told in capture.reading.facts


def test_another_content_at_the_second_reading_keeps_both() -> None:
    first, second = Bench(CradleFaults(changed_byte=1200)).session()[0]
    assert (first.ending, second.ending) == (Ending.UNSTABLE, Ending.UNSTABLE)
    assert first.content == PEB.image
    assert first.reading is not None
    assert first.reading.differs_at == 1200
    assert [n for n in range(len(PEB.image)) if first.content[n] != second.content[n]] == [1200]


class Swapping(Cable):
    """Somebody exchanges the PEB, silently, when `command` is asked for the second time."""

    after: tuple[Command, int] = (Command.READ_MAP, 2)
    other = peb(serial=299102, first=b"two")
    event = False

    def carry(self, request: bytes) -> Delivery:
        command, times = self.after
        due = request[3] == command and self.server.asked.count(command) == times - 1
        event = b""
        if due:
            event = self.server.pull() + self.server.insert(self.other)
        delivery = super().carry(request)
        return Delivery((event, *delivery.portions)) if due and self.event else delivery


@pytest.mark.parametrize("event", [False, True])
@pytest.mark.parametrize("command", [Command.READ_PAGE, Command.DIGEST, Command.READ_MAP])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("other", [peb(serial=299102), PEB], ids=["another PEB", "the same again"])
def test_a_peb_that_is_exchanged_while_it_is_read_gives_no_whole_image(
    command: Command, times: int, other: PebInSlot, *, event: bool
) -> None:
    def cable(server: LinkServer) -> Cable:
        swapping = Swapping(server)
        swapping.after, swapping.other, swapping.event = (command, times), other, event
        return swapping

    captures, error = Bench(cable_of=cable).session()
    if (command, other, event) == (Command.DIGEST, PEB, False) and times == 2:
        assert [c.content for c in captures] == [PEB.image]  # nothing was missed by then
        return
    assert {c.ending for c in captures} <= {Ending.UNPLUGGED, Ending.UNREADABLE}
    assert captures or times == 1  # it may be noticed before the first page is kept
    assert isinstance(error, MediumRemoved | None)


def test_each_insertion_is_told_from_the_one_before() -> None:
    bench = Bench(inserted=None)
    bench.source.open()
    assert bench.source.present() is None
    keys = []
    for inserted in (PEB, PEB, peb(serial=299102)):
        bench.server.insert(inserted)
        keys.append(bench.source.present())
        bench.server.pull()
        assert bench.source.present() is None
    assert keys == ["299101-1", "299101-2", "299102-3"]


def test_a_cradle_that_never_answers_is_given_up_within_the_bound() -> None:
    bench = Bench(CradleFaults(delay_s=1e9))
    with pytest.raises(DeviceBlocked, match="does not answer as a cradle"):
        bench.source.open()
    assert bench.clock.now() <= 4 * 0.5 + sum(REPEAT_AFTER_S) + 0.1
    bench.source.close()


def test_a_cradle_that_falls_silent_is_gone_when_it_is_looked_at() -> None:
    bench = Bench()
    bench.source.open()
    assert bench.source.present()
    bench.faults.delay_s = 1e9
    with pytest.raises(DeviceGone, match="no longer answers"):
        bench.source.present()


def test_after_a_link_error_the_cradle_is_greeted_anew_and_read() -> None:
    bench = Bench(CradleFaults(page_status={2: Status.BAD_CRC}))
    bench.source.open()
    bench.source.present()
    assert [c.ending for c in bench.visit().captures] == [Ending.UNREADABLE]
    bench.faults.clear()
    assert bench.source.present() == "299101-1"
    assert bench.server.asked.count(Command.HELLO) == 2
    assert [c.content for c in bench.visit().captures] == [PEB.image]


@pytest.mark.parametrize(("pages", "ending"), [(580, Ending.WHOLE), (640, Ending.UNREADABLE)])
def test_a_reading_takes_at_most_the_time_of_the_profile(pages: int, ending: Ending) -> None:
    """Half a second a page: 290 s for 580 pages, and 320 s for 640."""
    image = b"".join(with_trailer(PEB.image[:512], number) for number in range(pages))
    bench = Bench(CradleFaults(delay_s=0.49), PebInSlot.of_image(image))
    captures, _ = bench.session()
    assert [capture.ending for capture in captures] == [ending]
    assert image.startswith(captures[0].content)
    if ending is Ending.UNREADABLE:
        assert "it took too long" in captures[0].notes[0]
        assert bench.clock.now() <= READING_S + 10
    assert bench.clock.now() <= VISIT_S


def test_a_long_wait_ends_with_the_time_of_the_reading() -> None:
    bench = Bench(CradleFaults(delay_s=1e9))
    client = LinkClient(bench.line, bench.clock)
    with pytest.raises(LinkFailed, match="it took too long"):
        client.ask(Command.DIGEST, DIGEST_REQUEST.pack(0, PAGES), until=1.0)
    assert 1.0 <= bench.clock.now() <= 1.0 + REPEAT_AFTER_S[0] + READ_WAIT_S


class Flooding(Cable):
    """Sends bytes without end and never an answer."""

    def carry(self, request: bytes) -> Delivery:  # noqa: ARG002  # whatever is asked
        return Delivery((b"\x00" * 64,) * 100_000)


class Stop(Exception):
    """A test that has heard enough."""


def test_a_line_that_never_falls_silent_does_not_keep_a_long_wait_from_being_ended() -> None:
    bench = Bench(cable_of=Flooding)

    def stop() -> None:
        raise Stop

    client = LinkClient(bench.line, bench.clock, while_waiting=stop)
    with pytest.raises(Stop):
        client.ask(Command.DIGEST, DIGEST_REQUEST.pack(0, PAGES))
    assert bench.clock.now() == 0.0  # the flood was not waited for


class BusyAndSlow(Cable):
    """Says BUSY, but only when it is asked for the fourth time."""

    tries = 0

    def carry(self, request: bytes) -> Delivery:
        self.tries += 1
        if self.tries % (1 + len(REPEAT_AFTER_S)):
            return Delivery(())
        return Delivery((Answer(Status.BUSY).to_frame(request[3], request[4]).to_bytes(),))


def test_a_cradle_that_is_busy_and_slow_is_given_up_in_time() -> None:
    bench = Bench(cable_of=BusyAndSlow)
    client = LinkClient(bench.line, bench.clock)
    with pytest.raises(LinkFailed, match="busy for 10 s"):
        client.ask(Command.STATUS)
    assert LONGEST_BUSY_S <= bench.clock.now() <= LONGEST_BUSY_S + REQUEST_S


def test_no_cradle_sends_an_escape_sequence_to_a_terminal() -> None:
    said = Hello(PAGES, "ES&S \x1b[2J PEB\r\n Cradle").to_bytes()
    assert Hello.from_bytes(said).product == "ES&S [2J PEB Cradle"


def test_repeated_requests_carry_the_number_of_the_first() -> None:
    bench = Bench(CradleFaults(wrong_sequence_every=3))
    bench.session()
    sent = [c.data for c in bench.crossings if c.direction is Direction.OUT]
    again = [b for a, b in pairwise(sent) if a == b]
    assert again
    numbers = [data[4] for data in dict.fromkeys(sent)]
    assert numbers == [1 + n % 255 for n in range(len(numbers))]


def test_a_cradle_of_another_kind_is_refused() -> None:
    bench = Bench()
    bench.server._hello = Hello(4096, "ANOTHER", page_bytes=264)
    with pytest.raises(DeviceRefused, match="4096 pages of 264 bytes"):
        bench.source.open()


def test_a_source_that_is_not_open_is_gone() -> None:
    source = PebCradle("cradle-1", SETTINGS, lambda _: None)
    with pytest.raises(DeviceGone):
        source.present()
    source.close()


def test_the_entry_point_is_a_driver_of_this_interface() -> None:
    assert PLUGIN.interface_version == INTERFACE_VERSION
    settings = PLUGIN.settings.model_validate(
        {"match": {"model": "ES&S PEB Cradle -w- USB Interface"}}
    )
    assert isinstance(PLUGIN.open("cradle-1", settings, DriverHost()), MediumReader)
