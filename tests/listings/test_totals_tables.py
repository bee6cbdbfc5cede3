"""Documents as tables: one row a choice and counting group, one row an entry of a log."""

import csv
from datetime import datetime
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from election.documents import (
    VoteImageCount,
    VoteImageLog,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.listings import (
    Event,
    EventLog,
    ListedContest,
    ListedCount,
    ListedPrecinct,
    ListingHead,
    ManualChange,
    ManualChangesLog,
    SystemAction,
    SystemLog,
    TotalsListing,
)
from listings.csv_tables import armed, csv_text, disarmed, table_of
from listings.totals_rows import group_names, statistic_name, totals_rows

HEAD = ListingHead("EL30A")


def listing(precinct: ListedPrecinct, *groups: str) -> TotalsListing:
    return TotalsListing(HEAD, groups, (precinct,))


def test_a_choice_is_a_row_for_its_total_and_one_for_each_group_that_has_a_cell() -> None:
    contest = ListedContest("SHERIFF", (ListedCount("ANN", 7, (4, None, 3), party="DEM"),))
    document = listing(ListedPrecinct(1, "EAST", (), (contest,)), "EARLY", "", "LATE")
    assert list(totals_rows(document)) == [
        (1, "EAST", "SHERIFF", "ANN", "DEM", "", 7),
        (1, "EAST", "SHERIFF", "ANN", "DEM", "EARLY", 4),
        (1, "EAST", "SHERIFF", "ANN", "DEM", "LATE", 3),
    ]


def test_statistics_are_contests_without_a_choice_and_percentages_are_no_rows() -> None:
    statistics = (
        ListedCount("REGISTERED VOTERS - TOTAL", 10),
        ListedCount("Ballots Cast - Blank", 1),
        ListedCount("VOTER TURNOUT - TOTAL", None, percent=5000),
    )
    rows = totals_rows(listing(ListedPrecinct(None, "", statistics)))
    assert list(rows) == [
        (None, "", "REGISTERED VOTERS", "", "", "", 10),
        (None, "", "BALLOTS CAST - BLANK", "", "", "", 1),
    ]


@pytest.mark.parametrize(
    ("label", "contest"),
    [
        ("BALLOTS CAST - TOTAL", "BALLOTS CAST"),
        ("BALLOTS CAST TOTAL", "BALLOTS CAST"),
        ("Ballots  Cast - Republican", "BALLOTS CAST - REPUBLICAN"),
        ("BALLOTS CAST - TOTAL PAGE 1", "BALLOTS CAST - TOTAL PAGE 1"),
    ],
)
def test_a_statistic_is_named_alike_in_all_reports(label: str, contest: str) -> None:
    assert statistic_name(label) == contest


def test_over_and_undervotes_are_choices_and_equal_labels_stay_in_order() -> None:
    counts = tuple(
        ListedCount(label, votes)
        for label, votes in [("NOBODY", 0), ("NOBODY", 2), ("Over Votes", 3), ("Under Votes", 4)]
    )
    rows = totals_rows(listing(ListedPrecinct(1, "E", (), (ListedContest("CLERK", counts),))))
    assert [(row.choice, row.votes) for row in rows] == [
        ("NOBODY", 0),
        ("NOBODY", 2),
        ("OVER VOTES", 3),
        ("UNDER VOTES", 4),
    ]


def test_in_a_primary_a_choice_without_a_party_has_that_of_its_contest() -> None:
    counts = (ListedCount("ANN", 1), ListedCount("BOB", 1, party="NPA"))
    contest = ListedContest("CLERK", counts, party="Republican")
    rows = totals_rows(listing(ListedPrecinct(1, "E", (), (contest,))))
    assert [row.party for row in rows] == ["Republican", "NPA"]


def test_every_column_of_groups_has_a_name_of_its_own() -> None:
    headings = ("ABSENTEE", "", "ABSENTEE", "ABSENTEE (2)", "")
    names = group_names(headings)
    assert names == ("ABSENTEE", "GROUP-2", "ABSENTEE (2)", "ABSENTEE (2) (2)", "GROUP-5")


def test_vote_images_are_summed_over_terminals_and_fusion_lines_stay_apart() -> None:
    def terminal(serial: str, *votes: int) -> VoteImageTerminal:
        names = (("Dixon", False), ("Dixon\u00a0", False), ("", True))
        counts = tuple(
            VoteImageCount(number, "SENATE", name, write_in, count)
            for number, ((name, write_in), count) in enumerate(zip(names, votes, strict=True))
        )
        return VoteImageTerminal(serial, 9, 1, counts)

    precinct = VoteImagePrecinct(
        4, "EAST", (terminal("1", 3, 2, 1), terminal("2", 4, 0, 1)), (), None
    )
    log = VoteImageLog("X", "", 1, 6, (precinct,))
    assert [(row.contest, row.choice, row.votes) for row in totals_rows(log)] == [
        ("BALLOTS CAST", "", 18),
        ("BALLOTS CAST - BLANK", "", 2),
        ("SENATE", "Dixon", 7),
        ("SENATE", "Dixon\u00a0", 2),
        ("SENATE", "WRITE-IN", 2),
    ]


def test_logs_have_the_columns_that_scripts_were_promised() -> None:
    at = datetime(2010, 11, 2, 6, 12, 55)  # noqa: DTZ001  # the terminal's wall clock
    real = Event("5118378", "0", "UNK", at, "11/02/2010 06:12:55", "0002804", "blank state")
    unset = real._replace(at=None, printed_at="00/00/00 00:00:00")
    change = ManualChange(1, "Ashton", "VOTERS", "", "10-25", "04:12 pm", None, 0, 103)
    action = SystemAction("10-26", "09:45 am", "DOWNLOADED", 1, 4, 4, 3, raw="PRC 0001 (BALS=4)")
    tables = [
        table_of(EventLog(HEAD, (real, unset))),
        table_of(ManualChangesLog(HEAD, (change,))),
        table_of(SystemLog(HEAD, (action,))),
    ]
    assert [csv_text(table.header, table.rows).splitlines() for table in tables if table] == [
        [
            "terminal,peb,peb_type,timestamp,event,description",
            "5118378,0,UNK,2010-11-02T06:12:55,0002804,blank state",
            "5118378,0,UNK,00/00/00 00:00:00,0002804,blank state",
        ],
        [
            "precinct_number,precinct,candidate,user,month_day,time,group,old,new",
            "1,Ashton,VOTERS,,10-25,04:12 pm,,0,103",
        ],
        [
            "month_day,time,action,precinct_number,ballots,total,raw",
            "10-26,09:45 am,DOWNLOADED,1,4,4,PRC 0001 (BALS=4)",
        ],
    ]


@given(st.text(alphabet="='+-@\t\rab,\"\n"))
@example("'=1")
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell: str) -> None:
    safe = disarmed(cell)
    assert isinstance(safe, str)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert armed(safe) == cell
    _, row = csv.reader(StringIO(csv_text(("a", "b"), [(cell, "x")]), newline=""), strict=True)
    assert armed(row[0]) == cell
