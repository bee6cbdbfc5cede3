"""Result files of others: OpenElections CSV and Clarity XML, good ones and damaged ones."""

from pathlib import Path

import pytest

from listings.comparing.cells import WHOLE, Cell, Choice, Precinct
from listings.reading import NotReadable
from listings.results.sides import read_side

CLARITY = """<?xml version="1.0"?>
<ElectionResult><VoterTurnout><Precincts>
<Precinct name="EAST" totalVoters="9" ballotsCast="5" />
</Precincts></VoterTurnout>
<Contest key="1" text="Sheriff">
<VoteType name="Undervotes"><Precinct name="EAST" votes="1" /></VoteType>
<Choice key="1" text="Ann &amp; Co" party="DEM" totalVotes="4">
<VoteType name="Election Day" votes="3"><Precinct name="EAST" votes="3" /></VoteType>
<VoteType name="Absentee" votes="1"><Precinct name="EAST" votes="1" /></VoteType>
</Choice></Contest></ElectionResult>
"""


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "results"
    path.write_bytes(content)
    return path


def test_open_elections_columns_stand_in_any_order_and_lines_end_in_cr(tmp_path: Path) -> None:
    content = (
        b"\xef\xbb\xbfcounty,precinct,district,office,party,candidate,votes,early_voting,house_district\r"
        b'Gage,0001 EAST,NA,Sheriff,NULL,ANN,"1,005",5,72\r'
        b"Gage,0001 EAST,3,U.S. House,REP,BOB,7,,72\r"
        b"Gage,0001 EAST,NA,,,Registered Voters,9,,72\r"
        b"Gage,Total,NA,Sheriff,,ANN,1005,,\r"
    )
    side = read_side(file_of(tmp_path, content))
    east = Precinct(1, "EAST")
    assert side.cells == {
        Cell(east, "Sheriff", Choice("ANN", ""), ""): 1005,
        Cell(east, "Sheriff", Choice("ANN", ""), "early_voting"): 5,
        Cell(east, "U.S. House 3", Choice("BOB", "REP"), ""): 7,
        Cell(east, "Registered Voters", Choice("", ""), ""): 9,
        Cell(WHOLE, "Sheriff", Choice("ANN", ""), ""): 1005,
    }
    assert side.notes == ("Columns that are not read: house_district.",)


def test_precincts_of_several_counties_carry_the_name_of_theirs(tmp_path: Path) -> None:
    rows = b"county,precinct,office,candidate,votes\nA,1,Sheriff,ANN,1\nB,1,Sheriff,ANN,2\n"
    side = read_side(file_of(tmp_path, rows))
    assert [str(cell.precinct) for cell in side.cells] == ["A: 1", "B: 1"]


@pytest.mark.parametrize("votes", ["1234567", '"1,234,567"', " 1234567 "])
def test_figures_may_have_commas_and_blanks(tmp_path: Path, votes: str) -> None:
    content = f"precinct,office,candidate,votes\n1,Sheriff,ANN,{votes}\n"
    assert list(read_side(file_of(tmp_path, content.encode())).cells.values()) == [1_234_567]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"1,Sheriff,ANN,1.5", "line 2: '1.5' is no count of votes"),
        (b"1,Sheriff,ANN,-3", "line 2: '-3' is no count of votes"),
        (b"1,Sheriff,ANN", "line 2: expected 4 cells, found 3"),
        (b'1,Sheriff,"ANN,3', "line 2: no CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: bytes, said: str) -> None:
    path = file_of(tmp_path, b"precinct,office,candidate,votes\n" + row)
    with pytest.raises(NotReadable, match=said):
        read_side(path)


def test_clarity_gives_statistics_totals_vote_types_and_undervotes(tmp_path: Path) -> None:
    side = read_side(file_of(tmp_path, CLARITY.encode()))
    east, ann = Precinct(None, "EAST"), Choice("Ann & Co", "DEM")
    votes = {(cell.contest, cell.choice, cell.group): n for cell, n in side.cells.items()}
    assert {cell.precinct for cell in side.cells} == {east}
    assert votes["REGISTERED VOTERS", Choice("", ""), ""] == 9
    assert votes["BALLOTS CAST", Choice("", ""), ""] == 5
    assert votes["Sheriff", ann, ""] == 4
    assert votes["Sheriff", ann, "Absentee"] == 1
    assert votes["Sheriff", Choice("UNDER VOTES", ""), ""] == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<ElectionResult>", '<!DOCTYPE x [<!ENTITY a "b">]><ElectionResult>', "document type"),
        ("</ElectionResult>", "", "no XML"),
        ('votes="3" />', 'votes="3.5" />', "no count of votes"),
        ('<Precinct name="EAST" votes="3" />', '<Precinct name="EAST" votes="3" />' * 2, "twice"),
        ("<Contest", "<a>" * 20 + "<Contest", "too deep"),
    ],
)
def test_xml_that_no_site_publishes_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = file_of(tmp_path, CLARITY.replace(old, new, 1).encode())
    with pytest.raises(NotReadable, match=said):
        read_side(path)
