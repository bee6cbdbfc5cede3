"""What the configuration says of a line arrives at its far end, and shows in what is read there."""

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers.contract import Driver
from drivers.print_line import PLUGIN, PrintLineSettings
from election.captures import Capture, Ending
from election.documents import Tape
from parsers.tapes import m100
from simulators.rfc2217_port import Framing, Rfc2217Port, as_received

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn

GOLDEN = Path(__file__).parents[1] / "parsers/golden/m100-results.tape"
SEVEN_EVEN = Framing(9600, 7, "E")


@pytest.fixture(scope="module")
def tape() -> bytes:
    """Return the golden tape on the wire."""
    lines = [line for line in GOLDEN.read_text("ascii").splitlines() if line[:2] != "# "]
    return b"\x18" + "".join(f"{line}\r\n" for line in lines).encode("ascii") + b"\n\n\n\n"


@pytest.fixture
def port(nothing_left_open: None) -> Iterator[Rfc2217Port]:
    with Rfc2217Port() as port:
        yield port


def print_line(daemon: "DaemonStandIn", port: Rfc2217Port, **settings: Any) -> Driver:
    return PLUGIN.open("tape-1", PrintLineSettings(url=port.url, **settings), daemon.host)


async def printed(driver: Driver, port: Rfc2217Port, report: bytes) -> Capture:
    """Let the device print `report`, and return what the driver captured."""
    async with driver, aclosing(driver.captures()) as captures:  # type: ignore[type-var]  # every driver has a generator
        port.send(report)
        capture = await anext(captures)
        await driver.accept(capture)
    return capture


@pytest.mark.parametrize("flow_control", ["none", "xonxoff", "rtscts"])
@pytest.mark.parametrize(
    ("settings", "framing"),
    [
        ({"data_bits": 7, "parity": "even"}, Framing(9600, 7, "E")),
        ({"data_bits": 7, "parity": "odd", "baud": 1200}, Framing(1200, 7, "O")),
        ({}, Framing(9600, 8, "N")),
        ({"baud": 19200}, Framing(19200, 8, "N")),
    ],
    ids=str,
)
async def test_framing_speed_and_flow_control_arrive_and_the_tape_comes_through(
    daemon: "DaemonStandIn",
    port: Rfc2217Port,
    tape: bytes,
    settings: dict[str, Any],
    framing: Framing,
    flow_control: str,
) -> None:
    port.device = framing
    capture = await printed(
        print_line(daemon, port, flow_control=flow_control, **settings), port, tape
    )
    assert (port.asked, port.flow_control) == (framing, flow_control)
    assert (capture.content, capture.ending) == (tape, Ending.WHOLE)


async def test_seven_bits_read_as_eight_are_kept_and_the_remedy_is_named(
    daemon: "DaemonStandIn", port: Rfc2217Port, tape: bytes
) -> None:
    port.device = SEVEN_EVEN
    driver = print_line(daemon, port, idle_s=0.3)  # no end mark is recognised
    capture = await printed(driver, port, tape)
    assert capture.content == as_received(tape, SEVEN_EVEN, Framing())
    assert capture.content != tape
    assert not m100.PARSER.recognises(capture.content)
    assert "set data_bits 7 and parity even" in m100.PARSER.resembles(capture.content)


async def test_a_line_at_the_wrong_speed_gives_no_tape(
    daemon: "DaemonStandIn", port: Rfc2217Port, tape: bytes
) -> None:
    port.device = Framing(1200)
    capture = await printed(print_line(daemon, port, idle_s=0.3), port, tape)
    assert capture.ending is Ending.IDLE
    assert not m100.PARSER.recognises(capture.content)


async def test_no_line_errors_are_claimed_where_nobody_counts_them(
    daemon: "DaemonStandIn", port: Rfc2217Port, tape: bytes
) -> None:
    capture = await printed(print_line(daemon, port), port, tape)
    assert capture.line_errors is None
    assert isinstance(m100.PARSER.parse(capture.content), Tape)


@pytest.mark.parametrize(
    ("sender", "byte", "expected"),
    [
        (SEVEN_EVEN, 0x41, 0x41),  # two ones: the parity bit is 0
        (SEVEN_EVEN, 0x43, 0xC3),  # three ones: it is 1
        (Framing(9600, 7, "O"), 0x41, 0xC1),
        (Framing(9600, 8, "N"), 0xC3, 0xC3),
    ],
)
def test_the_parity_bit_stands_where_eight_bits_have_their_last(
    sender: Framing, byte: int, expected: int
) -> None:
    assert as_received(bytes((byte,)), sender, Framing()) == bytes((expected,))
