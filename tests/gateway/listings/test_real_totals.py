"""Real precinct reports: drafted, taken in and compared with what was published."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition, definition_bytes, load_definition
from election.listings import TotalsListing
from gateway.contents import GroupTotals
from gateway.drafting.definition import draft_definition
from gateway.packets import Decision, Packet, PacketKey, PacketState
from parsers.registry import load_parsers

CENTER = "main"

Cells = Counter[tuple[int, str, str]]
"""Votes by precinct, name and counting group, over all contests in which the name stands."""


@pytest.fixture(scope="module")
def butler(real: Path) -> TotalsListing:
    [el30a] = load_parsers(["el30a"])
    listing = el30a.parse((real / "el30a-el45a" / "butler-2018-el30a.htm").read_bytes())
    assert isinstance(listing, TotalsListing)
    return listing


@pytest.fixture(scope="module")
def definition(butler: TotalsListing) -> LoadedDefinition:
    draft = draft_definition(butler, count_centers=(CENTER,))
    return load_definition(definition_bytes(draft), "draft of Butler")


def test_butler_is_drafted_with_its_groups_registration_and_precincts(
    definition: LoadedDefinition,
) -> None:
    drafted: ElectionDefinition = definition.definition
    assert drafted.date == "2018-11-06"
    assert [(group.listing_column, group.listing_heading) for group in drafted.counting_groups] == [
        (1, "ELECTION DAY"),
        (2, "ABSENTEE"),
        (3, "PROVISIONAL"),
    ]
    assert len(drafted.precincts) == 89
    assert drafted.precinct_by_number[1].registered_voters == 3957


def test_every_published_cell_of_butler_is_in_a_packet_that_is_ready(
    real: Path,
    butler: TotalsListing,
    definition: LoadedDefinition,
    packets: Callable[..., dict[PacketKey, Packet]],
    decisions: Callable[..., dict[PacketKey, Decision]],
) -> None:
    decided = decisions(butler, loaded=definition)
    assert {decision.state for decision in decided.values()} == {PacketState.READY}
    assert len(decided) == 89 * 3
    counted = _counted(packets(butler, loaded=definition), definition.definition)
    published = _published(real)
    different = {c: (v, counted[c]) for c, v in published.items() if v != counted[c]}
    assert different == {}
    assert len(published) > 89 * 3 * 16  # sixteen names are on every ballot


def _counted(packets: dict[PacketKey, Packet], definition: ElectionDefinition) -> Cells:
    cells: Cells = Counter()
    for key, packet in packets.items():
        number = definition.precinct_by_id[key.precinct].number
        [document] = packet.documents
        assert isinstance(document.content, GroupTotals)
        result = document.content.result
        cells[number, "BALLOTSCAST", key.counting_group] += result.ballots or 0
        for contest in result.contests:
            names = {c.id: c.name for c in definition.contest_by_id[contest.contest].choices}
            cells[number, "WRITEINS", key.counting_group] += contest.write_ins
            for choice in contest.choices:
                name = _letters(names[choice.choice])
                cells[number, name, key.counting_group] += choice.votes
    return cells


def _published(real: Path) -> Cells:
    cells: Cells = Counter()
    with (real / "expected" / "butler-2018-openelections.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            if line["office"] == "Registered Voters":
                continue
            name = _letters(line["candidate"] or line["office"])
            for group in ("election_day", "absentee", "provisional"):
                cells[int(line["precinct_no"]), name, group.replace("_", "-")] += int(line[group])
    return cells


def _letters(name: str) -> str:
    return re.sub(r"[^A-Z]", "", name.upper())
