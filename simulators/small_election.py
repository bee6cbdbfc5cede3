"""An election of as many small precincts as a rehearsal needs, each with one M100."""

from collections.abc import Sequence
from datetime import UTC, datetime

from election.definition import (
    AssignedDevice,
    Choice,
    Contest,
    CountCenter,
    CountingGroup,
    District,
    ElectionDefinition,
    Mode,
    Precinct,
)
from election.documents import DeviceClass

FIRST_UNIT = 200001
VOTERS = 60
"""Registered in each precinct: few, so that thousands of precincts are simulated in seconds."""


def small_election(precincts: int, count_centers: Sequence[str]) -> ElectionDefinition:
    """Return an election in test mode; `p-1`, `p-2`, ... go to the centers in turn."""
    contests = (
        Contest(
            id=1,
            title="SHERIFF",
            district="county",
            choices=(Choice(id=1, name="ADA ALVAREZ"), Choice(id=2, name="BEN BRANDT")),
        ),
        Contest(
            id=2,
            title="LEVY",
            district="county",
            write_in=False,
            choices=(Choice(id=1, name="FOR"), Choice(id=2, name="AGAINST")),
        ),
    )
    return ElectionDefinition(
        format="zerotape-definition-1",
        election="small-election",
        version=1,
        mode=Mode.TEST,
        title="SMALL ELECTION",
        jurisdiction="COUNTY",
        date="2026-11-03",
        time_zone="America/Denver",
        polls_close=datetime(2026, 11, 4, 3, tzinfo=UTC),
        device_election="11030001",
        counties=(District(id="county", name="COUNTY"),),
        districts=(District(id="county", name="COUNTY"),),
        counting_groups=(CountingGroup(id="election-day", name="Election day"),),
        count_centers=tuple(CountCenter(id=center, name=center) for center in count_centers),
        contests=contests,
        precincts=tuple(
            _precinct(number, count_centers[(number - 1) % len(count_centers)])
            for number in range(1, precincts + 1)
        ),
    )


def _precinct(number: int, count_center: str) -> Precinct:
    device = AssignedDevice(
        device_class=DeviceClass.M100,
        serial=str(FIRST_UNIT + number - 1),
        counting_group="election-day",
    )
    return Precinct(
        id=f"p-{number}",
        number=number,
        name=f"PRECINCT {number}",
        county="county",
        count_center=count_center,
        districts=("county",),
        registered_voters=VOTERS,
        devices=(device,),
    )
