"""The tally as a pure function of the current returns: what the pages and exports add up."""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from election.documents import DeviceClass
from election.returns import ContestVotes, PrecinctReturn, precinct_totals

NO_CHOICE = 0
"""Stands where a line is not that of a choice; choices are numbered from 1."""


class Line(StrEnum):
    """What a number of the tally counts."""

    CHOICE = "choice"
    WRITE_IN = "write-in"
    OVER = "over"
    UNDER = "under"


class TallyRow(NamedTuple):
    """Votes of one line of one contest on one class of devices."""

    precinct: str
    counting_group: str
    contest: int
    device_class: str
    line: str
    choice: int
    votes: int


def tally_rows(content: PrecinctReturn) -> Iterator[TallyRow]:
    """Yield the rows of one current return; over- and undervotes only where reported.

    A choice that the totals list has a row for every class of devices, with 0 where none shows it.
    """
    precinct, group = content.precinct, content.counting_group
    listed = {
        total.contest: [choice.choice for choice in total.choices] for total in content.totals
    }
    for device_class in DeviceClass:
        kind = device_class.value
        for part in _contests(content, device_class):
            contest = part.contest
            for line, choice, votes in _lines(part, listed.get(contest, [])):
                yield TallyRow(precinct, group, contest, kind, line, choice, votes)


def canonical_bytes(rows: Iterable[TallyRow]) -> bytes:
    """Return one line of JSON per row, sorted: equal tallies give equal bytes."""
    lines = (json.dumps(row, ensure_ascii=False) for row in sorted(rows))
    return "".join(f"{line}\n" for line in lines).encode()


def _contests(content: PrecinctReturn, device_class: DeviceClass) -> tuple[ContestVotes, ...]:
    devices = tuple(d for d in content.devices if d.device_class is device_class)
    if len(devices) == len(content.devices):
        return content.totals  # acceptance has held them against the devices
    return devices[0].contests if len(devices) == 1 else precinct_totals(devices)


def _lines(part: ContestVotes, listed: list[int]) -> Iterator[tuple[str, int, int]]:
    votes = dict.fromkeys(listed, 0) | {choice.choice: choice.votes for choice in part.choices}
    for choice, number in votes.items():
        yield Line.CHOICE.value, choice, number
    yield Line.WRITE_IN.value, NO_CHOICE, part.write_ins
    if part.overvotes is not None:
        yield Line.OVER.value, NO_CHOICE, part.overvotes
    if part.undervotes is not None:
        yield Line.UNDER.value, NO_CHOICE, part.undervotes
