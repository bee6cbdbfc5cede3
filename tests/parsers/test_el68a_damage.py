import random
import time

import pytest

from election.listings import SystemAction
from parsers.errors import ParseError
from parsers.unity.el68a.parser import PARSER
from simulators.listings.el68a import print_system_log, sample_system_log

UNTOUCHED = print_system_log(sample_system_log(40))


def actions_or_line(content: bytes) -> tuple[SystemAction, ...] | int:
    try:
        return PARSER.parse(content).actions
    except ParseError as error:
        line = error.line
    assert line is not None
    return line


def test_no_cut_gives_a_figure_that_was_not_there() -> None:
    whole = PARSER.parse(UNTOUCHED).actions
    for cut in range(1, len(UNTOUCHED), 131):
        read = actions_or_line(UNTOUCHED[:cut])
        if isinstance(read, tuple) and read:
            assert read[:-1] == whole[: len(read) - 1]
            assert read[-1].total in {None, whole[len(read) - 1].total}


def test_flipped_bits_and_swapped_lines_end_in_a_log_or_an_error_with_its_line() -> None:
    lines, dice = UNTOUCHED.split(b"\r\n"), random.Random(680)
    for _ in range(120):
        flipped = bytearray(UNTOUCHED)
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        actions_or_line(bytes(flipped))
        one, other = dice.sample(range(len(lines)), 2)
        swapped = [*lines]
        swapped[one], swapped[other] = lines[other], lines[one]
        actions_or_line(b"\r\n".join(swapped))


@pytest.mark.parametrize("filler", ["(GRP", " ", "x ", "PRC 0001 ", "BALS=", "11-02 09:03 pm "])
def test_no_line_takes_long(filler: str) -> None:
    line = "11-02 09:03 pm " + filler * (4_000 // len(filler))
    content = "".join([f"{line}\n"] * 50).encode()
    began = time.process_time()
    actions_or_line(content)
    assert time.process_time() - began < 2
