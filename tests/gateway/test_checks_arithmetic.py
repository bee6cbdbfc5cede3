"""C15 to C17, C21, C46, C74: whether the numbers can be true together."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.documents import ReportKind, Tape, VoteImagePrecinct
from gateway.packets import Packet

Verdicts = Callable[[Packet], set[tuple[str, str]]]
Build = Callable[..., Packet]
TapeBuild = Callable[..., Tape]


@pytest.fixture
def hillside(packet: Build, tape: TapeBuild) -> Callable[[Tape], Packet]:
    """Return a packet of Hillside with a sound zero tape and the given results tape."""
    return lambda results: packet("hillside", tape("204418", ReportKind.ZERO), results)


@pytest.mark.parametrize("change", [{"undervotes": 6}, {"overvotes": 1}, {"total": 6}])
def test_a_contest_that_does_not_balance_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    change: dict[str, int],
) -> None:
    results = tape("204418", ballots=5)
    wrong = replace(results.contests[0], **change)  # type: ignore[arg-type]  # names of fields
    results = replace(results, contests=(wrong, *results.contests[1:]))
    assert verdicts(hillside(results)) == {("C17", "block")}


def test_a_contest_that_balances_for_other_votes_allowed_blocks(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    """The paper agrees with itself; the definition allows two votes."""
    *others, results = riverside
    director = results.contests[2]
    halved = replace(director, votes_allowed=1, undervotes=12, total=12)
    stray = replace(results, contests=(*results.contests[:2], halved, results.contests[3]))
    assert verdicts(packet("riverside", *others, stray)) == {("C03", "block"), ("C17", "block")}


def test_a_contest_on_more_ballots_than_the_device_counted_blocks(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    results = replace(tape("204418", ballots=5), ballots=4, protective_close=1004)
    assert verdicts(hillside(results)) == {("C74", "block")}


def test_a_contest_on_fewer_ballots_than_the_device_counted_passes(
    hillside: Callable[[Tape], Packet], tape: TapeBuild, verdicts: Verdicts
) -> None:
    results = replace(tape("204418", ballots=5), ballots=6, protective_close=1006)
    assert verdicts(hillside(results)) == set()


def test_terminals_that_do_not_make_the_total_block(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    """Miami-Dade 2004, precinct 816: tape 1,032, machines on it 945."""
    *others, results = riverside
    first, second = results.terminals
    fewer = replace(second, ballots=4, protective_close=1004)
    stray = replace(results, terminals=(first, fewer))
    assert verdicts(packet("riverside", *others, stray)) == {("C15", "block")}


@pytest.mark.parametrize("change", [{"protective_close": 1006}, {"protective_close": 1004}])
def test_a_protective_counter_that_does_not_fit_needs_two_people(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    change: dict[str, int],
) -> None:
    results = replace(tape("204418", ballots=5), **change)  # type: ignore[arg-type]  # names of fields
    assert verdicts(hillside(results)) == {("C16", "two-person")}


def test_a_protective_counter_of_one_terminal_that_does_not_fit_needs_two_people(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    *others, results = riverside
    first, second = results.terminals
    stray = replace(results, terminals=(first, replace(second, protective_close=1006)))
    assert verdicts(packet("riverside", *others, stray)) == {("C16", "two-person")}


@pytest.mark.parametrize(("most", "found"), [(65_535, False), (65_536, True), (-1, True)])
def test_a_counter_beyond_two_bytes_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    most: int,
    found: bool,
) -> None:
    results = replace(tape("204418", ballots=5), write_in_ballots=most)
    assert (("C46", "block") in verdicts(hillside(results))) == found


@pytest.mark.parametrize(("most", "found"), [(4_294_967_295, False), (4_294_967_296, True)])
def test_a_protective_counter_beyond_four_bytes_blocks(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    most: int,
    found: bool,
) -> None:
    results = replace(tape("204418", ballots=5), protective_close=most)
    assert (("C46", "block") in verdicts(hillside(results))) == found


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [
        (475, set()),  # 95 % of the 500 registered
        (476, {("C21", "warn")}),
        (500, {("C21", "warn")}),
        (501, {("C21", "block")}),
    ],
)
def test_turnout_warns_above_95_percent_and_blocks_above_the_registered(
    hillside: Callable[[Tape], Packet],
    tape: TapeBuild,
    verdicts: Verdicts,
    ballots: int,
    expected: set[tuple[str, str]],
) -> None:
    """Benton 2008: 1,223 ballots of 1,155 voters."""
    assert verdicts(hillside(tape("204418", ballots=ballots))) == expected


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [
        (187, set()),  # with 3 on the other terminal 95 % of the 200 registered
        (188, {("C21", "warn")}),
        (197, {("C21", "warn")}),
        (198, {("C21", "block")}),
    ],
)
def test_the_terminals_of_a_listing_are_turnout_too(
    packet: Build,
    lakeside: VoteImagePrecinct,
    verdicts: Verdicts,
    ballots: int,
    expected: set[tuple[str, str]],
) -> None:
    first, second = lakeside.terminals
    many = replace(lakeside, terminals=(first, replace(second, ballots=ballots)))
    assert verdicts(packet("lakeside", many)) == expected


def test_unknown_registered_voters_warn_once_ballots_are_here(
    packet: Build, tape: TapeBuild, verdicts: Verdicts
) -> None:
    zero = tape("204420", ReportKind.ZERO)
    assert verdicts(packet("farside", zero)) == set()
    assert verdicts(packet("farside", zero, tape("204420", ballots=1))) == {("C21", "warn")}


def test_more_votes_in_a_listing_than_its_ballots_allow_block(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    first, second = lakeside.terminals
    fewer = replace(lakeside, terminals=(replace(first, ballots=2), second))
    # Three votes for governor on two ballots, five for director where four are allowed.
    assert verdicts(packet("lakeside", fewer)) == {("C17", "block")}


def test_a_ballot_in_a_listing_with_more_votes_than_allowed_blocks(
    packet: Build, lakeside: VoteImagePrecinct, verdicts: Verdicts
) -> None:
    stray = replace(lakeside, most_votes=(("GOVERNOR", 2), ("CITY DIRECTOR AT LARGE", 2)))
    assert verdicts(packet("lakeside", stray)) == {("C17", "block")}
