"""Every documented fault ends in what its documentation names, and the documentation is of these.

`ZEROTAPE_WRITE_FAULTS=1 pytest tests/simulators/bench/test_fault_list.py` writes `docs/faults.md`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from election.captures import Ending
from gateway.checks.catalogue import CHECKS_RUN
from simulators.bench.fault_kinds import Argument, Door, FaultKind, Outcome, Simulator
from simulators.bench.fault_list import FAULTS, Fault

if TYPE_CHECKING:
    from tests.simulators.bench.conftest import Played

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
TO_REGENERATE = "Write it again: ZEROTAPE_WRITE_FAULTS=1 pytest " + "/".join(
    Path(__file__).parts[-4:]
)
STRUCK = [(kind, simulator) for kind in FAULTS.values() for simulator in kind.simulators]
BY_READING = {"C103"}
"""Checks that are made before anything is placed in a packet."""

HEAD = """\
# Faults of the simulators

Every line was played to the gateway's own drivers, parsers and checks: an official election, one
precinct with a scanner and two terminals, totals from media beside tapes. The test that plays them
wrote this page; do not edit it (see `tests/simulators/bench/test_fault_list.py`).

Throw a fault with `--fault NAME` or `--fault NAME=VALUE` at `zerotape simulate m100`, `ivotronic`,
`printer`, `cradle`, `card-reader` or `bench`; several at once are allowed. The value shown is the
one that was played and the one taken when none is given. What the checks mean and ask for stands in
[clerk.md](clerk.md#checks).

- *must end in*: what the test demands. `ready`: nothing is lost and the return may leave.
  `DeviceGone`, `MediumRemoved`, `MediumUnreadable`: named by the driver, which goes on by itself.
  `put aside`: no parser knows it. `not read`: the driver tells the clerk why.
- *packet*: where it stands then; *checks found*: all of them.
- \\* only while it is played, not with `--out`. \\*\\* only on the (simulated) USB: `--usbredir`.

| fault | on the real machine | source | simulator | must end in | packet | checks found |
|---|---|---|---|---|---|---|
"""
MARKS = {Door.ANY: "", Door.PLAYED: " \\*", Door.USB: " \\*\\*"}


@pytest.fixture(scope="session")
def outcome(play: "Callable[..., Played]") -> "Callable[[FaultKind, Simulator], Played]":
    """Return `outcome(kind, simulator)`: each is played once."""
    known: dict[tuple[str, Simulator], Played] = {}

    def of(kind: FaultKind, simulator: Simulator) -> "Played":
        if (kind.name, simulator) not in known:
            known[kind.name, simulator] = play(kind.name, simulator=simulator)
        return known[kind.name, simulator]

    return of


@pytest.mark.parametrize(
    ("kind", "simulator"), STRUCK, ids=lambda value: getattr(value, "name", value)
)
def test_every_fault_ends_in_what_its_documentation_names(
    kind: FaultKind,
    simulator: Simulator,
    outcome: "Callable[[FaultKind, Simulator], Played]",
) -> None:
    played = outcome(kind, simulator)
    assert set(kind.ends_in) <= played.outcomes
    assert (Outcome.READY in kind.ends_in) == (Outcome.READY in played.states)


def test_an_orderly_evening_is_ready_without_a_finding(play: "Callable[..., Played]") -> None:
    played = play(simulator=Simulator.PRINTER)
    assert played.outcomes == {Outcome.READY}


def test_the_committed_page_is_what_the_faults_have_ended_in(
    outcome: "Callable[[FaultKind, Simulator], Played]",
) -> None:
    page = HEAD + "".join(f"{row}\n" for row in _rows(outcome))
    if os.environ.get("ZEROTAPE_WRITE_FAULTS"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page, TO_REGENERATE


def test_every_name_in_the_table_means_something() -> None:
    assert set(FAULTS) == set(Fault)
    known = {*CHECKS_RUN, *BY_READING, *Outcome}
    for kind in FAULTS.values():
        assert kind.simulators, kind.name
        assert kind.ends_in, kind.name
        assert set(kind.ends_in) <= known, kind.name
        assert bool(kind.default) == (kind.argument is not Argument.NONE), kind.name


@pytest.mark.parametrize(
    ("fault", "simulator", "words"),
    [
        (Fault.LOSES, Simulator.CRADLE, "requests that had to be repeated on this line so far: "),
        (Fault.STALLS, Simulator.CARD_READER, "commands repeated: "),
        (Fault.PHASE_ERROR, Simulator.CARD_READER, "commands repeated: "),
    ],
)
def test_a_fault_that_nothing_is_lost_by_has_struck_all_the_same(
    fault: Fault,
    simulator: Simulator,
    words: str,
    outcome: "Callable[[FaultKind, Simulator], Played]",
) -> None:
    captures = outcome(FAULTS[fault], simulator).captures
    facts = [fact for c in captures if c.reading for fact in c.reading.facts]
    repeats = [int(fact.removeprefix(words)) for fact in facts if fact.startswith(words)]
    assert max(repeats) >= 1


def test_a_busy_cradle_was_asked_until_it_was_not(
    outcome: "Callable[[FaultKind, Simulator], Played]",
) -> None:
    cradle = outcome(FAULTS[Fault.BUSY], Simulator.CRADLE).cradles[0]
    assert cradle.faults.busy_answers == 0


def test_a_window_of_write_protection_leaves_a_closed_card_that_is_short(
    play: "Callable[..., Played]",
) -> None:
    played = play(f"{Fault.WRITE_PROTECTED}=20-30", simulator=Simulator.M100)
    assert {"C07", "C15"} <= played.outcomes
    assert "C68" not in played.outcomes


def test_a_strange_card_alone_is_not_taken_for_the_one_that_the_tapes_name(
    play: "Callable[..., Played]",
) -> None:
    played = play(Fault.SECOND_CARD, simulator=Simulator.M100, only_last_card=True)
    assert "C65" in played.checks


@pytest.mark.parametrize("fault", [Fault.PEB_PULLED, Fault.NO_ACCESS])
def test_a_part_of_a_peb_is_called_a_part_and_not_impossible(
    fault: Fault, outcome: "Callable[[FaultKind, Simulator], Played]"
) -> None:
    played = outcome(FAULTS[fault], Simulator.CRADLE)
    assert any(c.ending in (Ending.UNPLUGGED, Ending.UNREADABLE) for c in played.captures)
    assert "C66" not in played.checks


def test_a_damaged_log_is_not_taken_for_a_terminal_that_was_left_open(
    outcome: "Callable[[FaultKind, Simulator], Played]",
) -> None:
    played = outcome(FAULTS[Fault.LOG_CUT], Simulator.IVOTRONIC)
    assert list(played.checks) == ["C44"]


def _rows(outcome: "Callable[[FaultKind, Simulator], Played]") -> Iterator[str]:
    for kind, simulator in STRUCK:
        played = outcome(kind, simulator)
        is_first = simulator is kind.simulators[0]
        cells = (
            f"`{kind.usage}`{MARKS[kind.door]}" if is_first else "",
            kind.what if is_first else "",
            kind.source if is_first else "",
            simulator.value,
            ", ".join(f"`{end}`" if end[0] != "C" else end for end in kind.ends_in),
            ", ".join(sorted(played.states)),
            ", ".join(played.checks) or "none",
        )
        yield f"| {' | '.join(cells)} |"
