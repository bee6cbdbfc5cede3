"""Whatever can be printed is read back as it was."""

import string
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.documents import (
    DeviceClass,
    ReportKind,
    Tape,
    TapeChoice,
    TapeContest,
    TapeTerminal,
    WriteInName,
)
from parsers.tapes import ivotronic, m100
from simulators.tape_printing import print_tape

MOST = 65_535
SIX_DIGITS = 999_999
"""Two protective counts and five digits of ballots share the second line of a terminal."""

PARSERS = {DeviceClass.M100: m100.PARSER, DeviceClass.IVOTRONIC: ivotronic.PARSER}

PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "
assert {ord(character) for character in PRINTABLE} == set(range(0x20, 0x7F))


class AnyTape:
    """Makes tapes that contradict themselves nowhere; hypothesis chooses size and seed."""

    def __init__(self, seed: int) -> None:
        self._dice = Random(seed)  # 400 texts and counts a tape: too many draws for hypothesis

    def tape(self, device_class: DeviceClass, contests: int, choices: int) -> Tape:
        is_m100 = device_class is DeviceClass.M100
        kind = self._dice.choice(list(ReportKind))
        ballots = self._count()
        numbers = self._dice.sample(range(1, 10_000), contests)
        terminals = () if is_m100 else self._terminals(ballots)
        named = not is_m100 and kind is ReportKind.RESULTS
        return Tape(
            device_class=device_class,
            kind=kind,
            county=self._text(40),
            title=self._text(40),
            date=self._text(40),
            test=self._toss(),
            election=self._text(28),
            definition_version=self._count(),
            definition_digits=f"{self._dice.getrandbits(64):016X}",
            precinct=self._dice.randint(1, 9999),
            precinct_name=self._text(40),
            unit=self._text(32),
            firmware=self._text(31),
            card=self._text(35) if is_m100 else "",
            opened=self._time() if is_m100 and self._toss() else None,
            closed=self._time() if is_m100 and self._toss() else None,
            printed=self._time(),
            copy=self._count(),
            terminals=terminals,
            terminals_not_closed=sum(not terminal.closed for terminal in terminals),
            ballots=ballots,
            protective_open=self._protective(2**32 - 1) if is_m100 else None,
            protective_close=self._protective(2**32 - 1) if is_m100 else None,
            blank_ballots=self._count() if is_m100 else None,
            overvoted_ballots=self._count() if is_m100 else None,
            write_in_ballots=self._count() if is_m100 else None,
            contests=tuple(
                self._contest(number, ballots, choices, overvotes=is_m100) for number in numbers
            ),
            write_in_names=tuple(
                WriteInName(self._dice.choice(numbers), self._text(28), self._count())
                for _ in range(self._dice.randint(0, 3) * named)
            ),
        )

    def _contest(self, number: int, ballots: int, choices: int, *, overvotes: bool) -> TapeContest:
        allowed = self._dice.randint(1, min(20, MOST // max(ballots, 1)))
        write_in = self._toss()
        counted = self._shares(ballots * allowed, choices + write_in + overvotes + 1)
        return TapeContest(
            contest=number,
            title=self._text(35),
            votes_allowed=allowed,
            ballots=ballots,
            choices=tuple(
                TapeChoice(place, self._text(24), self._text(4) * self._toss(), counted.pop())
                for place in range(1, choices + 1)
            ),
            write_ins=counted.pop() if write_in else None,
            overvotes=counted.pop() if overvotes else None,
            undervotes=counted.pop(),
            total=ballots * allowed,
        )

    def _terminals(self, ballots: int) -> tuple[TapeTerminal, ...]:
        serials = self._dice.sample(range(10_000_000), self._dice.randint(1, 9))
        closed = [self._toss() for _ in serials]
        counted = self._shares(ballots, len(serials))
        return tuple(
            TapeTerminal(
                serial=f"{serial:07}",
                closed=is_closed,
                at=self._time(),
                protective_open=self._protective(SIX_DIGITS),
                protective_close=self._protective(SIX_DIGITS) if is_closed else None,
                ballots=count,
            )
            for serial, is_closed, count in zip(serials, closed, counted, strict=True)
        )

    def _shares(self, total: int, places: int) -> list[int]:
        cuts = sorted(self._dice.randint(0, total) for _ in range(places - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]

    def _text(self, longest: int) -> str:
        length = self._dice.choice([1, longest, self._dice.randint(1, longest)])
        return "".join(self._dice.choices(PRINTABLE, k=length)).strip() or "?"

    def _count(self) -> int:
        return self._dice.choice([0, 1, MOST, self._dice.randint(0, MOST)])

    def _protective(self, most: int) -> int:
        return self._dice.choice([0, most, self._dice.randint(0, most)])

    def _time(self) -> datetime:
        seconds = timedelta(seconds=self._dice.randrange(2**32))
        return datetime.fromisoformat("1994-01-01") + seconds

    def _toss(self) -> bool:
        return self._dice.random() < 0.5


seeds = st.integers(0, 2**32 - 1).map(AnyTape)


@pytest.mark.parametrize("device_class", PARSERS)
@settings(max_examples=80, deadline=None)
@given(maker=seeds, contests=st.integers(1, 20), choices=st.integers(0, 20))
def test_printed_tape_is_read_back_as_it_was(
    device_class: DeviceClass, maker: AnyTape, contests: int, choices: int
) -> None:
    tape = maker.tape(device_class, contests, choices)
    assert PARSERS[device_class].parse(print_tape(tape)) == tape


@pytest.mark.parametrize("device_class", PARSERS)
@settings(max_examples=30, deadline=None)
@given(maker=seeds)
def test_no_printed_line_is_wider_than_the_paper(device_class: DeviceClass, maker: AnyTape) -> None:
    printed = print_tape(maker.tape(device_class, contests=3, choices=5))
    lines = printed.removeprefix(b"\x18").removesuffix(b"\n\n\n\n").split(b"\r\n")
    assert max(map(len, lines)) == 40
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("county", "CA\xd1ON"),
        ("county", "C" * 41),
        ("county", ""),
        ("election", "E" * 29),
        ("definition_digits", "d7c9bb37b9787557"),
        ("precinct", 10_000),
        ("ballots", 65_536),
        ("ballots", -1),
    ],
)
def test_what_does_not_fit_is_never_printed(field: str, value: Any) -> None:
    tape = AnyTape(1).tape(DeviceClass.IVOTRONIC, contests=1, choices=1)
    with pytest.raises(ValueError, match=r"."):
        print_tape(replace(tape, **{field: value}))
