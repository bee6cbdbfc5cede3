"""Dillon County 2016 against its certified results, and an excerpt of Richland County 2010."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from election.documents import VoteImageLog, VoteImagePrecinct
from election.listings import ListingCheck, ListingFinding
from parsers.unity.el155.parser import PARSER

NO_BREAK_SPACE = "\xa0"
ABSENTEE = "ABSENTEE"
"""Its paper ballots are never in an EL155 listing."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def dillon(real: Path) -> VoteImageLog:
    return PARSER.parse((real / "el155/dillon-2016.lst").read_bytes())


@pytest.fixture(scope="module")
def richland(real: Path) -> dict[int, VoteImagePrecinct]:
    log = PARSER.parse((real / "el155/richland-2010-excerpt.txt").read_bytes())
    return {precinct.number: precinct for precinct in log.precincts}


@pytest.fixture(scope="module")
def clarity(real: Path) -> list[dict[str, str]]:
    """Certified rows without Absentee.

    147 of them belong to Emergency, Provisional and Failsafe Provisional, which the listing does
    not have; their votes are all certified as 0.
    """
    certified = rows(real / "expected/dillon-2016-clarity.csv")
    return [row for row in certified if row["precinct"].upper() != ABSENTEE]


@pytest.fixture(scope="module")
def contest_keys(real: Path) -> dict[str, str]:
    names = rows(real / "expected/dillon-2016-contest-map.csv")
    return {name["el155_contest"]: name["clarity_key"] for name in names}


def votes_by_line(log: VoteImageLog, contest_keys: dict[str, str]) -> Counter[tuple[str, str, str]]:
    """Votes by precinct, contest and ballot line; the raw name keeps fusion lines apart."""
    votes: Counter[tuple[str, str, str]] = Counter()
    for precinct in log.precincts:
        for terminal in precinct.terminals:
            for count in terminal.counts:
                name = "Write-In" if count.write_in else count.name
                votes[precinct.name.upper(), contest_keys[count.contest], name] += count.votes
    return votes


def person(clarity_choice: str) -> str:
    """Return the first name of a ticket, as the listing prints it."""
    return clarity_choice.split(" / ", maxsplit=1)[0]


def test_dillon_is_recognised(real: Path) -> None:
    for name in ("dillon-2016.lst", "richland-2010-excerpt.txt"):
        assert PARSER.recognises((real / "el155" / name).read_bytes()[:8192])


def test_no_other_real_listing_is_taken_for_el155(real: Path) -> None:
    others = [path for path in real.rglob("*") if path.is_file() and path.parent.name != "el155"]
    assert len(others) > 20
    for path in others:
        assert not PARSER.recognises(path.read_bytes()[:8192]), path


def test_dillon_has_the_figures_of_the_other_reader(dillon: VoteImageLog, real: Path) -> None:
    expected = json.loads((real / "expected/dillon-2016.json").read_text(encoding="utf-8"))
    figures = expected["from_the_el155_file"]
    terminals = [terminal for precinct in dillon.precincts for terminal in precinct.terminals]
    counts = [count for terminal in terminals for count in terminal.counts]
    ballots = {precinct.number: precinct.ballots for precinct in dillon.precincts}
    assert {
        "pages": dillon.pages,
        "vote_lines": dillon.vote_lines,
        "records": sum(ballots.values()),
        "records_absentee": ballots[750],
        "records_failsafe": ballots[850],
        "records_no_votes_cast": sum(terminal.blank_ballots for terminal in terminals),
        "precincts": len(dillon.precincts),
        "terminals": len({terminal.serial for terminal in terminals}),
        "election_id": dillon.election,
        "write_in_lines": sum(count.votes for count in counts if count.write_in),
        "straight_party_lines": sum(c.votes for c in counts if c.contest == "STRAIGHT PARTY"),
        "lines_with_a0": sum(count.votes for count in counts if NO_BREAK_SPACE in count.name),
        "a0_bytes": sum(count.votes * count.name.count(NO_BREAK_SPACE) for count in counts),
        "contests": len({count.contest for count in counts}),
        "lines": 110_013,
    } == figures


def test_dillon_contradicts_itself_nowhere_but_nothing_controls_it(dillon: VoteImageLog) -> None:
    assert dillon.run_date == "11/11/16 11:03 AM"
    assert not dillon.findings
    assert not [said for precinct in dillon.precincts for said in precinct.disagreements]
    assert all(precinct.trailer is None for precinct in dillon.precincts)
    assert [note for note in dillon.notes if "No PRECINCT TOTALS" in note]


def test_one_ballot_of_dillon_carries_one_vote_in_each_contest(dillon: VoteImageLog) -> None:
    most = {most for precinct in dillon.precincts for _, most in precinct.most_votes}
    assert most == {1}


def test_ballots_by_precinct_are_the_certified_ones(dillon: VoteImageLog, real: Path) -> None:
    certified = {
        row["precinct"].upper(): int(row["ballots_cast"])
        for row in rows(real / "expected/dillon-2016-clarity-ballots.csv")
    }
    counted = {precinct.name.upper(): precinct.ballots for precinct in dillon.precincts}
    assert (certified.pop(ABSENTEE), counted.pop(ABSENTEE)) == (1_922, 983)
    assert counted == certified
    assert sum(counted.values()) == 9_875


def test_all_certified_cells_are_equal_with_fusion_lines_added(
    dillon: VoteImageLog,
    clarity: list[dict[str, str]],
    contest_keys: dict[str, str],
    real: Path,
) -> None:
    certified: Counter[tuple[str, str, str]] = Counter()
    for row in clarity:
        cell = (row["precinct"].upper(), row["contest_key"], person(row["choice"]))
        certified[cell] += int(row["votes"])
    counted: Counter[tuple[str, str, str]] = Counter()
    for (precinct, contest, name), votes in votes_by_line(dillon, contest_keys).items():
        if precinct != ABSENTEE:
            counted[precinct, contest, name.rstrip(NO_BREAK_SPACE)] += votes
    assert len(certified) == 946
    assert {cell: counted[cell] for cell in certified} == dict(certified)

    not_certified = {
        (row["precinct"], contest_keys[row["el155_contest"]], "Write-In"): int(
            row["write_in_votes_in_el155"]
        )
        for row in rows(real / "expected/dillon-2016-writein-extra.csv")
    }
    assert len(not_certified) == 20
    assert {cell: v for cell, v in counted.items() if cell not in certified} == not_certified


def test_all_certified_rows_are_equal_with_fusion_lines_kept_apart(
    dillon: VoteImageLog, clarity: list[dict[str, str]], contest_keys: dict[str, str]
) -> None:
    counted = votes_by_line(dillon, contest_keys)
    lines_of: dict[tuple[str, str], list[str]] = {}
    for _, contest, name in sorted(counted, key=lambda cell: cell[2].count(NO_BREAK_SPACE)):
        lines = lines_of.setdefault((contest, name.rstrip(NO_BREAK_SPACE)), [])
        if name not in lines:
            lines.append(name)
    seen: Counter[tuple[str, str, str]] = Counter()
    equal = 0
    for row in clarity:
        precinct, contest, name = row["precinct"].upper(), row["contest_key"], person(row["choice"])
        lines = lines_of.get((contest, name), [name])
        line = lines[seen[precinct, contest, name]]
        seen[precinct, contest, name] += 1
        assert counted[precinct, contest, line] == int(row["votes"]), row
        equal += 1
    assert equal == len(clarity) == 1_066


def test_the_richland_excerpt_has_18_ballots(richland: dict[int, VoteImagePrecinct]) -> None:
    assert {number: precinct.ballots for number, precinct in richland.items()} == {
        101: 7,
        353: 4,
        383: 3,
        750: 4,
    }
    assert richland[101].name == "College"
    assert sum(t.blank_ballots for p in richland.values() for t in p.terminals) == 1


def test_the_richland_trailers_belong_to_other_ballots_and_all_disagree(
    richland: dict[int, VoteImagePrecinct],
) -> None:
    for precinct in richland.values():
        assert precinct.trailer
        assert ListingCheck.PRECINCT_TOTALS in {said.check for said in precinct.disagreements}
    trailer = dict(richland[101].trailer or ())
    assert (trailer[1], trailer[11], trailer[118], len(trailer)) == (2, 385, 191, 81)
    message = "Candidate 11 has 385 votes in PRECINCT TOTALS, 3 were counted on lines 2 to 123."
    assert (
        ListingFinding(ListingCheck.PRECINCT_TOTALS, message, (2, 123, 127))
        in richland[101].disagreements
    )


def test_the_records_pasted_into_richland_show_as_numbers_with_two_meanings(
    richland: dict[int, VoteImagePrecinct],
) -> None:
    for number in (101, 383):
        said = {finding.check for finding in richland[number].disagreements}
        assert ListingCheck.CANDIDATE_NUMBER in said


def test_the_votes_of_one_ballot_for_a_school_board_are_counted_together(
    richland: dict[int, VoteImagePrecinct],
) -> None:
    # Lines 269 to 271; the fourth vote, line 272, has the contest name that its author altered.
    assert dict(richland[383].most_votes)["SCH0002 School Board District 2"] == 3
