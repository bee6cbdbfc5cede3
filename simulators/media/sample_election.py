"""The sample election of the media profiles: one precinct, four contests, two kinds of devices.

Every sample image is built from it, byte for byte the same on every machine.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from simulators.ballot_layout import BallotLayout, ChoiceLayout, ContestLayout

ELECTION = "99110326"
PRECINCT = 21
PRECINCT_NAME = "RIVERSIDE"
DEFINITION_VERSION = 1

SCANNER = "204417"
SCANNER_FIRMWARE = "5.2.1.0"
CARD = "M100C-0000417"
PROTECTIVE_BEFORE = 48_211
"""Of the scanner, when its polls opened."""

TERMINALS = {5199901: 9_034, 5199902: 4_410}
"""Serial and protective count when the polls opened."""
TERMINAL_FIRMWARE = "9.1.6.4"
MASTER_PEB = 299101
VOTER_PEB = 299102
"""Activates the voters' ballots."""
QUALIFICATION_CODE = 0x5A17C0DE

POLLS_OPEN = datetime(2026, 11, 3, 7, 30)  # noqa: DTZ001  # a device's wall clock
POLLS_CLOSE = datetime(2026, 11, 3, 19, 30)  # noqa: DTZ001  # a device's wall clock

MEASURES = frozenset({201})


class Counts(NamedTuple):
    """Counters of one contest on one kind of device."""

    choices: tuple[int, ...]
    write_ins: int
    overvotes: int
    undervotes: int
    blank: int
    ballots: int


M100_COUNTS: Mapping[int, Counts] = {
    101: Counts((287, 268, 31), 4, 2, 20, 20, 612),
    102: Counts((281, 279), 0, 3, 49, 49, 612),
    103: Counts((301, 256, 248, 197), 0, 4, 218, 61, 612),
    201: Counts((333, 262), 0, 1, 16, 16, 612),
}
IVOTRONIC_COUNTS: Mapping[int, Counts] = {
    101: Counts((17, 15, 2), 1, 0, 2, 2, 37),
    102: Counts((16, 18), 0, 0, 3, 3, 37),
    103: Counts((19, 16, 14, 12), 0, 0, 13, 3, 37),
    201: Counts((21, 14), 0, 0, 2, 2, 37),
}
"""Both terminals together."""

M100_BALLOTS = 612
M100_BLANK_BALLOTS = 3
M100_OVERVOTED_BALLOTS = 5
M100_WRITE_IN_BALLOTS = 4

DEFINITION = (
    b'{"contests":[{"choices":[{"id":1,"name":"ADA ALVAREZ","party":"DEM"},'
    b'{"id":2,"name":"BEN BRANDT","party":"REP"},{"id":3,"name":"CORA CHEN","party":"IND"}],'
    b'"id":101,"title":"GOVERNOR","type":"candidate","vote_for":1,"write_in":true},'
    b'{"choices":[{"id":1,"name":"DANA DUVAL","party":"DEM"},'
    b'{"id":2,"name":"EVAN ELLIS","party":"REP"}],"id":102,'
    b'"title":"JUSTICE OF THE PEACE DISTRICT 4","type":"candidate","vote_for":1,'
    b'"write_in":false},{"choices":[{"id":1,"name":"FAYE FOX","party":"NON"},'
    b'{"id":2,"name":"GUS GRAY","party":"NON"},{"id":3,"name":"HANA HOLT","party":"NON"},'
    b'{"id":4,"name":"IRA IVES","party":"NON"}],"id":103,"title":"CITY DIRECTOR AT LARGE",'
    b'"type":"candidate","vote_for":2,"write_in":false},{"choices":[{"id":1,"name":"FOR",'
    b'"party":""},{"id":2,"name":"AGAINST","party":""}],"id":201,'
    b'"title":"ISSUE NO. 1 LIBRARY MILLAGE","type":"measure","vote_for":1,"write_in":false}],'
    b'"county":"EXAMPLE COUNTY","date":"2026-11-03","election_id":"99110326","format":"zt-def-1",'
    b'"precincts":[{"contests":[101,102,103,201],"id":21,"name":"RIVERSIDE"}],'
    b'"title":"GENERAL ELECTION","version":1}'
)
"""The definition `zt-def-1`, a test vector alone: elections have the definition of the project."""

DEFINITION_SHA256 = sha256(DEFINITION).hexdigest()


def sample_layout() -> BallotLayout:
    """Return the ballot of the precinct, as its devices know it."""
    definition = json.loads(DEFINITION)
    return BallotLayout(
        county=definition["county"],
        title=definition["title"],
        date="NOVEMBER 3, 2026",
        election=definition["election_id"],
        definition_version=definition["version"],
        definition_sha256=DEFINITION_SHA256,
        test=False,
        precinct=PRECINCT,
        precinct_name=PRECINCT_NAME,
        contests=tuple(
            ContestLayout(
                contest["id"],
                contest["title"],
                contest["vote_for"],
                contest["write_in"],
                tuple(
                    ChoiceLayout(choice["id"], choice["name"], choice["party"])
                    for choice in contest["choices"]
                ),
            )
            for contest in definition["contests"]
        ),
    )
