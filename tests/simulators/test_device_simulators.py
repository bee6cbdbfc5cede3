"""Simulated devices: the published sample election byte for byte, their states, their faults."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest

from election.documents import ReportKind, Tape, WriteInName
from parsers.tapes import ivotronic as ivotronic_tapes
from parsers.tapes import m100 as m100_tapes
from simulators.ballot_layout import BallotLayout, ChoiceLayout, ContestLayout
from simulators.counting import Ballot, Marks
from simulators.errors import Refused
from simulators.faults import Faults
from simulators.ivotronic import IvotronicTerminal, MasterPeb
from simulators.m100 import M100
from simulators.tape_printing import print_job, print_tape

SHA256 = {
    "m100 zero": "c529abb1b46b6957cf60e14e9dbf7825ec798afb64b88f07d20816133d09d8de",
    "m100 results": "4267022f2a2709ad924da8db488e02a541d0622d33812bb9a757427d0bb22de6",
    "ivotronic zero": "6abbdef7f1a6438df85b2d478617dfacd5469720c916b2fb1064ac7dd27eaff1",
    "ivotronic results": "602310288ab2cc49c978e0ba4d9be55e0b9b93895708498df83acd1028d1a0ab",
}
"""Wire bytes of the sample reports, as the description of the profiles states them."""

LAYOUT = BallotLayout(
    county="EXAMPLE COUNTY",
    title="GENERAL ELECTION",
    date="NOVEMBER 3, 2026",
    election="99110326",
    definition_version=1,
    definition_sha256="d7c9bb37b97875577f3ea1693ee1cf0346483b306834196552457aae541f4f81",
    test=False,
    precinct=21,
    precinct_name="RIVERSIDE",
    contests=(
        ContestLayout(
            101,
            "GOVERNOR",
            1,
            True,
            (
                ChoiceLayout(1, "ADA ALVAREZ", "DEM"),
                ChoiceLayout(2, "BEN BRANDT", "REP"),
                ChoiceLayout(3, "CORA CHEN", "IND"),
            ),
        ),
        ContestLayout(
            102,
            "JUSTICE OF THE PEACE DISTRICT 4",
            1,
            False,
            (ChoiceLayout(1, "DANA DUVAL", "DEM"), ChoiceLayout(2, "EVAN ELLIS", "REP")),
        ),
        ContestLayout(
            103,
            "CITY DIRECTOR AT LARGE",
            2,
            False,
            (
                ChoiceLayout(1, "FAYE FOX", "NON"),
                ChoiceLayout(2, "GUS GRAY", "NON"),
                ChoiceLayout(3, "HANA HOLT", "NON"),
                ChoiceLayout(4, "IRA IVES", "NON"),
            ),
        ),
        ContestLayout(
            201,
            "ISSUE NO. 1 LIBRARY MILLAGE",
            1,
            False,
            (ChoiceLayout(1, "FOR"), ChoiceLayout(2, "AGAINST")),
        ),
    ),
)


def clock(time: str) -> datetime:
    """Return a wall clock time of the sample's election day."""
    return datetime.fromisoformat(f"2026-11-03 {time}")


def marked(*choices: int) -> Marks:
    return Marks(frozenset(choices))


def ballots(columns: dict[int, list[tuple[int, Marks]]]) -> list[Ballot]:
    """Return ballots from one column of (times, marks) per contest; all columns equally long."""
    spread = {
        contest: [marks for times, marks in runs for _ in range(times)]
        for contest, runs in columns.items()
    }
    rows = zip(*spread.values(), strict=True)
    return [dict(zip(spread, row, strict=True)) for row in rows]


BLANK = marked()
PAPER_WRITE_IN = Marks(write_ins=("",))

PAPER_BALLOTS = ballots(
    {
        101: [
            (2, marked(1, 2)),
            (287, marked(1)),
            (268, marked(2)),
            (31, marked(3)),
            (4, PAPER_WRITE_IN),
            (20, BLANK),
        ],
        102: [(2, marked(1)), (3, marked(1, 2)), (279, marked(1)), (279, marked(2)), (49, BLANK)],
        103: [
            (2, marked(1, 2, 3)),
            (96, marked(1)),
            (205, marked(1, 2)),
            (51, marked(2, 3)),
            (197, marked(3, 4)),
            (61, BLANK),
        ],
        201: [
            (1, marked(1, 2)),
            (333, marked(1)),
            (13, BLANK),
            (262, marked(2)),
            (3, BLANK),
        ],
    }
)
"""612 paper ballots: 5 overvoted, 4 with a write-in, 3 blank in every contest."""

SCREEN_BALLOTS = ballots(
    {
        101: [
            (17, marked(1)),
            (15, marked(2)),
            (2, marked(3)),
            (1, Marks(write_ins=("DREW DOYLE",))),
            (2, BLANK),
        ],
        102: [(16, marked(1)), (18, marked(2)), (3, BLANK)],
        103: [
            (7, marked(1)),
            (11, marked(1, 2)),
            (1, marked(1, 4)),
            (4, marked(2, 3)),
            (1, marked(2, 4)),
            (10, marked(3, 4)),
            (3, BLANK),
        ],
        201: [(21, marked(1)), (14, marked(2)), (2, BLANK)],
    }
)


def new_m100(faults: Faults | None = None) -> M100:
    return M100(
        LAYOUT, scanner="204417", card="M100C-0000417", protective_count=48211, faults=faults
    )


def counted_m100(marks: Iterable[Ballot]) -> M100:
    """Return an M100 that counted `marks` and closed."""
    m100 = new_m100()
    m100.polls.open(clock("06:55:00"))
    for ballot in marks:
        m100.count(ballot)
    m100.polls.close(clock("19:41:30"))
    return m100


def opened_peb(faults: Faults | None = None) -> tuple[MasterPeb, list[IvotronicTerminal]]:
    """Return the sample's PEB after it opened its two terminals."""
    peb = MasterPeb(LAYOUT, serial="299101", faults=faults)
    terminals = [
        IvotronicTerminal(LAYOUT, serial="5199901", protective_count=9034),
        IvotronicTerminal(LAYOUT, serial="5199902", protective_count=4410),
    ]
    for terminal, time in zip(terminals, ("07:02:14", "07:05:40"), strict=True):
        peb.open_terminal(terminal, clock(time))
    return peb, terminals


def read(content: bytes) -> Tape:
    """Return what the parser of the right device reads."""
    parsers = (m100_tapes.PARSER, ivotronic_tapes.PARSER)
    (parser,) = (parser for parser in parsers if parser.recognises(content))
    document = parser.parse(content)
    assert isinstance(document, Tape)
    return document


def test_m100_prints_the_published_zero_report() -> None:
    printed = print_tape(new_m100().zero_report(clock("06:52:10")))
    assert sha256(printed).hexdigest() == SHA256["m100 zero"]


def test_m100_that_counts_the_sample_ballots_prints_the_published_results() -> None:
    m100 = counted_m100(PAPER_BALLOTS)
    assert (m100.public_count, m100.protective_count) == (612, 48823)
    printed = print_tape(m100.results_report(clock("19:42:05")))
    assert sha256(printed).hexdigest() == SHA256["m100 results"]


def test_peb_prints_the_published_zero_report() -> None:
    peb, _ = opened_peb()
    printed = print_tape(peb.zero_report(clock("07:08:30")))
    assert sha256(printed).hexdigest() == SHA256["ivotronic zero"]


def test_terminals_that_count_the_sample_ballots_print_the_published_results() -> None:
    peb, (first, second) = opened_peb()
    for ballot in SCREEN_BALLOTS[:22]:
        first.count(ballot)
    for ballot in SCREEN_BALLOTS[22:]:
        second.count(ballot)
    assert (first.public_count, second.protective_count) == (22, 4425)
    peb.close_terminal(first, clock("19:47:20"))
    peb.close_terminal(second, clock("19:50:22"))
    printed = print_tape(peb.results_report(clock("19:53:10")))
    assert sha256(printed).hexdigest() == SHA256["ivotronic results"]


def test_ballots_counted_in_bulk_give_the_same_tape() -> None:
    m100 = new_m100()
    m100.polls.open(clock("06:55:00"))
    kinds = [ballot for ballot in PAPER_BALLOTS if ballot[101] == marked(1)]
    for ballot in {tuple(ballot.items()): ballot for ballot in kinds}.values():
        m100.count(ballot, times=kinds.count(ballot))
    m100.polls.close(clock("19:41:30"))
    bulk, single = (d.results_report(clock("19:42:05")) for d in (m100, counted_m100(kinds)))
    assert bulk == single
    assert bulk.ballots == 287


def test_steps_out_of_order_are_refused() -> None:
    m100 = new_m100()
    with pytest.raises(Refused, match="M100 204417 is not opened, not open"):
        m100.count({})
    with pytest.raises(Refused):
        m100.results_report(clock("06:00:00"))
    m100.polls.open(clock("06:55:00"))
    with pytest.raises(Refused):
        m100.polls.open(clock("06:56:00"))
    m100.polls.close(clock("19:41:30"))
    with pytest.raises(Refused, match="is closed, not open"):
        m100.count({})
    with pytest.raises(Refused):
        m100.zero_report(clock("19:42:00"))


@pytest.mark.parametrize(
    ("ballot", "reason"),
    [
        ({999: marked(1)}, "Contest 999 is not on this ballot"),
        ({101: marked(4)}, r"Contest 101 has no choice \[4\]"),
        ({102: PAPER_WRITE_IN}, "Contest 102 takes no write-ins"),
    ],
)
def test_marks_that_the_ballot_lacks_are_refused(ballot: Ballot, reason: str) -> None:
    m100 = new_m100()
    m100.polls.open(clock("06:55:00"))
    with pytest.raises(Refused, match=reason):
        m100.count(ballot)
    assert m100.public_count == 0


def test_counter_never_passes_its_range() -> None:
    m100 = new_m100()
    m100.polls.open(clock("06:55:00"))
    m100.count({}, times=32_767)  # 103 allows two votes: 65,534 undervotes
    with pytest.raises(Refused, match="1 more ballots may exceed"):
        m100.count({})
    m100.polls.close(clock("19:41:30"))
    assert read(print_tape(m100.results_report(clock("19:42:05")))).contests[2].undervotes == 65_534


def test_terminal_prevents_an_overvote() -> None:
    _, (terminal, _) = opened_peb()
    with pytest.raises(Refused, match="Terminal 5199901 prevents overvotes: contest 102"):
        terminal.count({102: marked(1, 2)})


def test_only_the_peb_that_opened_a_terminal_closes_it() -> None:
    _, (terminal, _) = opened_peb()
    with pytest.raises(Refused, match="PEB 299102 did not open terminal 5199901"):
        MasterPeb(LAYOUT, serial="299102").close_terminal(terminal, clock("19:47:20"))


def test_terminal_left_open_is_printed_open_and_its_votes_are_missing() -> None:
    peb, (first, second) = opened_peb()
    for terminal in (first, second):
        terminal.count({101: marked(1)}, times=10)
    peb.close_terminal(first, clock("19:47:20"))
    tape = read(print_tape(peb.results_report(clock("19:53:10"))))
    assert (tape.ballots, tape.terminals_not_closed, tape.damage) == (10, 1, ())
    assert [terminal.closed for terminal in tape.terminals] == [True, False]


def test_names_are_collected_over_terminals_and_cut_alike() -> None:
    peb, terminals = opened_peb()
    for terminal in terminals:
        terminal.count({101: Marks(write_ins=("DREW DOYLE WITH A NAME FAR TOO LONG",))})
        terminal.count({101: Marks(write_ins=("",))})
        peb.close_terminal(terminal, clock("19:47:20"))
    tape = read(print_tape(peb.results_report(clock("19:53:10"))))
    assert tape.write_in_names == (WriteInName(101, "DREW DOYLE WITH A NAME FAR T", 2),)
    assert tape.contests[0].write_ins == 4


def test_test_mode_is_printed() -> None:
    m100 = M100(replace(LAYOUT, test=True), scanner="204417", card="M100C-0000417")
    tape = read(print_tape(m100.zero_report(clock("06:52:10"))))
    assert (tape.test, tape.damage) == (True, ())


def test_leftover_ballot_shows_on_a_consistent_zero_report() -> None:
    m100 = new_m100(Faults(leftover_ballot=True))
    peb, _ = opened_peb(Faults(leftover_ballot=True))
    for device in (m100, peb):
        tape = read(print_tape(device.zero_report(clock("07:08:30"))))
        assert (tape.kind, tape.ballots, tape.damage) == (ReportKind.ZERO, 1, ())
        assert tape.contests[0].choices[0].votes == 1
    m100.faults.clear()
    assert read(print_tape(m100.zero_report(clock("07:08:30")))).ballots == 0


def test_paper_out_cuts_the_report_after_its_line() -> None:
    tape = counted_m100(PAPER_BALLOTS).results_report(clock("19:42:05"))
    printed = print_job(tape, Faults(paper_out_after_line=45))
    assert printed.count(b"\n") == 45
    assert read(printed).truncated


def test_noise_shows_as_notes_or_damage() -> None:
    tape = counted_m100(PAPER_BALLOTS).results_report(clock("19:42:05"))
    noisy = read(print_job(tape, Faults(noise_before=b"\x00\xfe")))
    assert replace(noisy, notes=()) == tape
    county = print_tape(tape).index(b"EXAMPLE")
    garbled = read(print_job(tape, Faults(garbled={county: b"EXEMPEL"})))
    assert garbled.county == "EXEMPEL COUNTY"
    assert garbled.damage


def test_report_printed_twice_counts_the_copies() -> None:
    tape = counted_m100(PAPER_BALLOTS).results_report(clock("19:42:05"), copy=2)
    job = print_job(tape, Faults(printed_twice=True))
    first, second = (b"\x18" + report for report in job.split(b"\x18")[1:])
    assert (read(first), read(second)) == (tape, replace(tape, copy=3))


def test_cleared_faults_leave_a_whole_tape() -> None:
    faults = Faults(
        leftover_ballot=True,
        paper_out_after_line=3,
        noise_before=b"x",
        garbled={1: b"x"},
        printed_twice=True,
        unplug_after_byte=7,
    )
    faults.clear()
    assert faults == Faults()
    tape = new_m100(faults).zero_report(clock("06:52:10"))
    assert sha256(print_job(tape, faults)).hexdigest() == SHA256["m100 zero"]
