"""Two results, cell by cell."""

from dataclasses import replace
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from listings.comparing.cells import Side, cells_of
from listings.comparing.comparison import Comparison, compare_sides
from listings.csv_tables import TOTALS_HEADER, csv_text
from listings.results.sides import read_side
from listings.totals_rows import TotalsRow

NAMES = st.text(alphabet="ab B-1(\u00a0", max_size=4)
ROWS = st.lists(
    st.builds(
        TotalsRow,
        precinct_number=st.none() | st.integers(1, 3),
        precinct=NAMES,
        contest=NAMES,
        choice=NAMES,
        party=st.sampled_from(["", "REP", "DEM", "R"]),
        counting_group=st.sampled_from(["", "EARLY"]),
        votes=st.integers(0, 9),
    ),
    max_size=25,
)


def side(rows: list[TotalsRow], *, leaves_out_zeros: bool = False) -> Side:
    return Side("x", "test", cells_of(rows), leaves_out_zeros=leaves_out_zeros)


def cut(rows: list[TotalsRow]) -> Side:
    """Return a side on which many names may be cut."""
    return replace(side(rows), cut_lengths=frozenset({3, 4}))


def row(choice: str, votes: int, precinct: int | None = 1, contest: str = "SHERIFF") -> TotalsRow:
    return TotalsRow(precinct, "P" if precinct else "", contest, choice, "", "", votes)


def compared(a: list[TotalsRow], b: list[TotalsRow]) -> Comparison:
    return compare_sides(side(a), side(b), {})


@given(ROWS)
def test_nothing_differs_from_itself(rows: list[TotalsRow]) -> None:
    result = compare_sides(cut(rows), cut(rows), {})
    assert result.differences == ()
    assert result.is_equal is (result.compared > 0)


@given(ROWS, st.data())
def test_one_changed_number_is_found_and_only_it(
    rows: list[TotalsRow], data: st.DataObject
) -> None:
    before = cut(rows)
    same = compare_sides(before, before, {})
    certain = [cell for cell in before.cells if cell not in same.only_a]
    assume(certain)
    changed = data.draw(st.sampled_from(certain))
    after = replace(before, cells={**before.cells, changed: before.cells[changed] + 1})
    result = compare_sides(before, after, {})
    assert [(pair.cell, pair.b - pair.a) for pair in result.differences] == [(changed, 1)]


def test_nothing_comparable_is_not_equal() -> None:
    result = compared([row("ANN", 1)], [row("BOB", 1)])
    assert (result.compared, result.differences, result.is_equal) == (0, (), False)
    assert [(each.what, each.a, each.b) for each in result.unpaired] == [
        ("choice", ("SHERIFF / ANN",), ()),
        ("choice", (), ("SHERIFF / BOB",)),
    ]


def test_a_summary_is_compared_with_the_sums_of_precincts() -> None:
    precincts = [row("ANN", 3), row("ANN", 4, 2)]
    assert compared(precincts, [row("Ann", 7, None)]).is_equal
    assert not compared([row("Ann", 8, None)], precincts).is_equal


def test_sums_leave_out_what_a_side_says_of_all_precincts() -> None:
    precincts = [row("ANN", 3), row("ANN", 4, 2), row("ANN", 7, None)]
    assert compared(precincts, [row("ANN", 7, None)]).is_equal


def test_what_a_side_without_zeros_does_not_print_has_no_votes() -> None:
    short = side([row("ANN", 3), row("ANN", 2, 2), row("BOB", 1, 2)], leaves_out_zeros=True)
    zeros = side([row("ANN", 3), row("BOB", 0), row("CY", 0), row("ANN", 2, 2), row("BOB", 1, 2)])
    result = compare_sides(short, zeros, {})
    assert (result.compared, result.is_equal, result.only_b) == (5, True, ())
    lost = side([row("ANN", 3), row("BOB", 6), row("ANN", 2, 2), row("BOB", 1, 2)])
    assert [(each.a, each.b) for each in compare_sides(lost, short, {}).differences] == [(6, 0)]


def test_an_unknown_name_is_not_taken_for_zero() -> None:
    short = side([row("ANN SMITH", 3)], leaves_out_zeros=True)
    result = compare_sides(short, side([row("ANN", 3), row("BOB", 0)]), {})
    assert result.compared == 0


def test_equal_lines_of_which_one_is_missing_are_not_compared() -> None:
    a = [row("NOBODY", 1), row("NOBODY", 2), row("NOBODY", 5, 2), row("NOBODY", 6, 2)]
    b = [row("NOBODY", 2), row("NOBODY", 5, 2), row("NOBODY", 6, 2)]
    result = compared(a, b)
    assert (result.compared, result.is_equal) == (2, True)
    assert [each.what for each in result.unpaired] == ["line"]


def test_two_contests_that_a_person_says_are_one_are_compared_where_only_one_is_voted_on() -> None:
    a = [row("ANN", 1, 1, "HOUSE 15"), row("BOB", 2, 2, "HOUSE 16"), row("CY", 3, 3, "HOUSE 15")]
    a.append(row("CY", 4, 3, "HOUSE 16"))
    b = [row("ANN", 1, 1, "House"), row("BOB", 2, 2, "House"), row("CY", 3, 3, "House")]
    result = compare_sides(side(a), side(b), {"house 15": {"house"}, "house 16": {"house"}})
    assert (result.compared, result.is_equal) == (2, True)
    assert [cell.choice.name for cell in result.only_b] == ["CY"]


def test_reading_back_our_csv_gives_the_same_cells(tmp_path: Path) -> None:
    rows = [
        TotalsRow(1, "=EAST", "'+X", 'A "B", C', "", "", 1),
        TotalsRow(None, "", "REGISTERED VOTERS", "", "", "EARLY", 2),
    ]
    path = tmp_path / "totals.csv"
    path.write_text(csv_text(TOTALS_HEADER, rows), newline="")
    assert read_side(path).cells == cells_of(rows)


def test_lines_told_apart_by_party_on_one_side_only_are_compared_where_all_are_there() -> None:
    def party(name: str, votes: int, precinct: int) -> TotalsRow:
        return row("WRITE-IN", votes, precinct)._replace(party=name)

    a = [party(name, n, 1) for n, name in enumerate(("DEM", "REP", "NON"))]
    a += [party(name, n, 2) for n, name in enumerate(("REP", "NON"), start=7)]
    b = [row("WRITE-IN", each.votes, each.precinct_number) for each in a]
    result = compared(a, b)
    assert (result.compared, result.is_equal) == (3, True)
    assert {cell.precinct.number for cell in (*result.only_a, *result.only_b)} == {2}


def test_one_line_that_a_person_says_is_two_is_not_compared_where_both_are_voted_on() -> None:
    a = [row("ANN", 3, 1, "HOUSE"), row("ANN", 4, 2, "HOUSE")]
    b = [row("ANN", 3, 1, "House 15"), row("ANN", 0, 1, "House 16"), row("ANN", 4, 2, "House 16")]
    result = compare_sides(side(a), side(b), {"house": {"house 15", "house 16"}})
    assert (result.compared, result.is_equal) == (1, True)
    assert [cell.precinct.number for cell in result.only_a] == [1]


def test_equal_lines_of_which_a_party_has_more_on_one_side_are_not_compared() -> None:
    def lines(precinct: int, *parties: str) -> list[TotalsRow]:
        return [row("NOBODY", 1, precinct)._replace(party=party) for party in parties]

    both = lines(2, "REP", "REP", "DEM", "DEM")
    result = compared(lines(1, "REP", "DEM", "DEM") + both, lines(1, "REP", "REP", "DEM") + both)
    assert (result.compared, result.is_equal) == (4, True)
    assert {cell.precinct.number for cell in (*result.only_a, *result.only_b)} == {1}


def test_a_side_without_zeros_counts_no_lost_votes() -> None:
    short = side([row("ANN", 3)], leaves_out_zeros=True)
    result = compare_sides(side([row("ANN", 3), row("OVER VOTES", 2)]), short, {})
    assert (result.compared, result.is_equal) == (1, True)
    assert [cell.choice.name for cell in result.only_a] == ["OVER VOTES"]
