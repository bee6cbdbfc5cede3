"""What stands behind `--fault` and in a script is read strictly, and a mistake is explained."""

from datetime import timedelta

import pytest

from simulators.bench.fault_kinds import Simulator
from simulators.bench.fault_list import FAULTS, Fault
from simulators.bench.thrown import BadFault, parse_faults
from simulators.bench.timetable import BadStep, Step, Verb, read_timetable


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_thrown_as_the_list_writes_it(name: str) -> None:
    kind = FAULTS[name]
    assert parse_faults([name]) == parse_faults([kind.usage])
    assert parse_faults([kind.usage]).kinds == (kind,)


def test_values_are_read_as_what_they_are() -> None:
    thrown = parse_faults(
        [
            "clock=-66h",
            "peb-pulled-at=.25",
            "paper-out-at-line=7",
            "write-protected-during-voting=201-260",
        ]
    )
    assert thrown.duration(Fault.CLOCK) == timedelta(hours=-66)
    assert thrown.fraction(Fault.PEB_PULLED) == 0.25
    assert thrown.count(Fault.PAPER_OUT) == 7
    assert thrown.ballots(Fault.WRITE_PROTECTED) == (201, 260)
    assert parse_faults(["write-protected-during-voting=9"]).ballots(Fault.WRITE_PROTECTED) == (
        9,
        None,
    )


def test_a_fault_that_is_not_thrown_changes_nothing() -> None:
    thrown = parse_faults([])
    assert Fault.CLOCK not in thrown
    assert thrown.duration(Fault.CLOCK) == timedelta()
    assert thrown.count(Fault.PAPER_OUT) is None
    assert thrown.fraction(Fault.UNPLUG) is None
    assert thrown.ballots(Fault.WRITE_PROTECTED) is None


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["crc-pge=4"], "is no fault. Did you mean crc-page"),
        (["crc-edit"], "crc-edit is a fault of m100 and card-reader, not of cradle"),
        (["cradle-busy", "cradle-busy=4"], "is given twice"),
        (["cradle-battery-low=1"], "takes no value"),
        (["crc-page=0x1"], "takes a page, from 0 to 4095, not '0x1'. For example: crc-page=272"),
        (["crc-page="], "takes a page, from 0 to 4095, not ''"),
        (["crc-page=4096"], "takes a page, from 0 to 4095, not '4096'"),
        (["crc-page=\u0664"], "takes a page"),
        (["cradle-busy=0"], "takes a whole number from 1 on, not '0'"),
        (["peb-pulled-at=1.5"], "takes a part between 0 and 1"),
        (["peb-pulled-at=0.0"], "takes a part between 0 and 1"),
    ],
)
def test_a_wrong_fault_is_explained(texts: list[str], words: str) -> None:
    with pytest.raises(BadFault) as raised:
        parse_faults(texts, Simulator.CRADLE)
    assert words in str(raised.value)


@pytest.mark.parametrize("text", ["clock=66", "clock=1w", "clock=9999999d"])
def test_a_time_has_a_unit_and_an_end(text: str) -> None:
    with pytest.raises(BadFault, match="takes a time"):
        parse_faults([text])


@pytest.mark.parametrize("text", ["260-201", "0-4", "a", "1-2-3"])
def test_ballots_are_numbered_from_one_and_upwards(text: str) -> None:
    with pytest.raises(BadFault, match="takes ballots"):
        parse_faults([f"write-protected-during-voting={text}"])


def test_a_script_is_actions_with_times_and_remarks() -> None:
    script = ["# evening", "", "print all", "2.5 insert 3  # the card", "40 pull cradle", "quit"]
    assert read_timetable(script) == (
        Step(Verb.PRINT, "all"),
        Step(Verb.INSERT, "3", 2.5),
        Step(Verb.PULL, "cradle", 40.0),
        Step(Verb.QUIT),
    )


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (["dance"], "Line 1: 'dance' is no action"),
        (["print 1", "print"], "Line 2: 'print' is not how print is written"),
        (["wait long"], "is not how wait is written"),
        (["5 print 1", "4 print 2"], "The times of the script go back"),
        (["100000 print 1"], "more than a day"),
        (["5"], "'5' is no action"),
    ],
)
def test_a_wrong_script_is_explained(script: list[str], words: str) -> None:
    with pytest.raises(BadStep) as raised:
        read_timetable(script)
    assert words in str(raised.value)
