import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.listings import ListingCheck, SystemAction, SystemLog
from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError
from parsers.unity.el68a import reader
from parsers.unity.el68a.parser import PARSER
from simulators.listings.el68a import (
    HEADING,
    WARNINGS,
    SystemLogBook,
    SystemLogLayout,
    print_system_log,
    sample_system_log,
)
from simulators.listings.paper import PREAMBLE, RESET, Paper

COPIED = Paper(preamble=b"", reset=b"", line_end=b"\n", page_break=b"")
TOP = [
    "SYSTEM LOG LISTING EXAMPLE COUNTY",
    "RUN DATE:01/18/11 08:22 AM ELECTION ID:",
    "10X",
    HEADING,
]


def listing(*entries: str) -> bytes:
    return "".join(f"{line}\n" for line in [*TOP, *entries]).encode("cp1252")


def dated(*texts: str) -> list[str]:
    return [f"11-02 09:03 pm {text}" for text in texts]


def checks(log: SystemLog) -> list[tuple[ListingCheck, tuple[int, ...]]]:
    return [(finding.check, finding.lines) for finding in log.findings]


def without_findings(log: SystemLog) -> SystemLog:
    return dataclasses.replace(log, findings=())


COUNTS = st.one_of(st.sampled_from([0, 1, 999_999]), st.integers(0, 999_999))
BALLOTS = st.dictionaries(st.integers(1, 9), COUNTS, max_size=4)
GROUPS = st.integers(1, 4)
NAMES = {1: "iVotronic", 2: "EARLY, VOTING", 3: 'MAIL "IN"', 4: "ÉLECTIONS\xa0 4"}


@st.composite
def logs(draw: st.DrawFn) -> SystemLog:
    """Draw what an operator does; the book counts the ballots by itself."""
    book = SystemLogBook()
    book.note("DATABASE CREATED")
    for _ in range(draw(st.integers(0, 8))):
        step = draw(st.sampled_from(["select", "load", "add", "clear", "warn", "reset", "note"]))
        group, precinct = draw(GROUPS), draw(st.integers(1, 9))
        if step == "select":
            book.select(group, NAMES[group])
        elif step in {"load", "add"}:
            book.load(group, draw(BALLOTS), adding=step == "add")
        elif step == "clear":
            book.clear(precinct, group)
        elif step == "warn":
            book.warn(precinct, draw(st.sampled_from(WARNINGS)))
        elif step == "reset":
            book.reset()
        else:
            book.note("Cannot open the .PR file")
    return book.log()


LAYOUTS = st.one_of(
    st.builds(
        SystemLogLayout,
        st.builds(
            Paper,
            preamble=st.sampled_from([PREAMBLE, b""]),
            reset=st.sampled_from([RESET, b""]),
            page_break=st.sampled_from([b"\r\f", b""]),
            trailing=st.sampled_from([b"", b"  "]),
        ),
        st.integers(9, 66),
    ),
    st.builds(SystemLogLayout, st.just(COPIED), st.integers(9, 66), st.just(value=True)),
)


@settings(max_examples=80, deadline=None)
@given(logs(), LAYOUTS)
def test_every_printed_log_is_read_and_replayed_as_it_was_described(
    log: SystemLog, layout: SystemLogLayout
) -> None:
    content = print_system_log(log, layout)
    read = PARSER.parse(content)
    assert PARSER.recognises(content[:SNIFF_BYTES])
    assert without_findings(read) == log
    assert ListingCheck.REPLAY not in {finding.check for finding in read.findings}


def test_both_forms_of_one_log_are_equal() -> None:
    log = sample_system_log(70)
    columns = PARSER.parse(print_system_log(log))
    collapsed = PARSER.parse(print_system_log(log, SystemLogLayout(COPIED, collapsed=True)))
    assert without_findings(columns) == without_findings(collapsed) == log
    assert "  (BALS=" in columns.actions[4].raw
    assert collapsed.actions[4].raw == " ".join(columns.actions[4].raw.split())


def test_entries_are_read_as_by_hand() -> None:
    log = PARSER.parse(
        listing(
            "10-26 09:45 am DATABASE CREATED",
            "10-26 09:45 am MAIL-IN GROUP 3 SELECTED FOR UPDATE",
            "EQUIPMENT TYPE 650 - UPDATE PRECINCTS COUNTED:Y",
            "10-26 09:45 am START 650 DOWNLOAD (Replace Mode - all counted precincts) (GRP 3)",
            "10-26 09:45 am PRC 0001 DOWNLOADED FROM 650 (BALS=4 TOT=4)",
            "10-26 09:46 am STOP 650 DOWNLOAD (GRP 3)",
            "10-26 09:47 am PRC 0001 RESET (GRP 3)",
            "10-26 09:47 am PRC 0002 FORCED",
            "10-26 09:48 am 0044-Precinct already updated (Pack suspended)",
        )
    )
    assert log.head.titles == ("EXAMPLE COUNTY",)
    assert (log.head.election, log.head.run_date) == ("10X", "01/18/11 08:22 AM")
    assert log.groups == ((3, "MAIL-IN"),)
    early = ("10-26", "09:45 am")
    assert log.actions == (
        SystemAction(*early, "DATABASE CREATED"),
        SystemAction(
            *early,
            "MAIL-IN GROUP 3 SELECTED FOR UPDATE EQUIPMENT TYPE 650 - UPDATE PRECINCTS COUNTED:Y",
            group=3,
        ),
        SystemAction(
            *early,
            "START 650 DOWNLOAD (Replace Mode - all counted precincts) (GRP 3)",
            group=3,
        ),
        SystemAction(*early, "DOWNLOADED FROM 650", 1, 4, 4, 3),
        SystemAction("10-26", "09:46 am", "STOP 650 DOWNLOAD (GRP 3)", group=3),
        SystemAction("10-26", "09:47 am", "RESET (GRP 3)", 1, group=3),
        SystemAction("10-26", "09:47 am", "FORCED", 2),
        SystemAction("10-26", "09:48 am", "Precinct already updated (Pack suspended)", 44),
    )
    assert [action.line for action in log.actions] == [5, 6, 8, 9, 10, 11, 12, 13]
    assert checks(log) == [(ListingCheck.OVERRIDE, (13,))]


def test_packs_are_for_the_group_that_was_selected() -> None:
    log = PARSER.parse(
        listing(
            *dated(
                "DATABASE RESET",
                "iVotronic GROUP 3 SELECTED FOR UPDATE",
                "START PACK ACCUMULATION (Replace Mode - restarting)",
                "PRC 0023 PACK RECEIVED VTR (BALS=728 TOT=728)",
                "STOP PACK ACCUMULATION",
            )
        )
    )
    assert log.actions[3].group == 3
    assert not log.findings


def test_a_total_that_is_not_the_sum_over_groups_is_said() -> None:
    book = SystemLogBook()
    book.note("DATABASE CREATED")
    book.load(2, {1: 10, 2: 20})
    book.load(3, {1: 5, 2: 6})
    book.load(2, {1: 11}, adding=True)
    content = print_system_log(book.log(), SystemLogLayout(COPIED, collapsed=True))
    assert b"(BALS=11 TOT=26)" in content
    log = PARSER.parse(content.replace(b"(BALS=11 TOT=26)", b"(BALS=11 TOT=62)"))
    replay = [finding for finding in log.findings if finding.check is ListingCheck.REPLAY]
    (finding,) = replay
    assert "Precinct 0001 has TOT=62; replaying the log gives 26" in finding.message
    lines = content.split(b"\n")
    assert [lines[line - 1] for line in finding.lines] == [
        b"11-08 08:00 pm PRC 0001 DOWNLOADED FROM 650 (BALS=5 TOT=15)",
        b"11-08 08:00 pm PRC 0001 ADDED-TO FROM 650 (BALS=11 TOT=26)",
    ]


def test_every_digit_of_a_figure_that_is_changed_is_noticed() -> None:
    book = SystemLogBook()
    book.note("DATABASE CREATED")
    for group in (2, 3):
        book.load(group, {precinct: 40 + precinct + group for precinct in (1, 2, 3)})
    content = print_system_log(book.log())
    digits = [
        at
        for at in range(len(content))
        if content[at : at + 1].isdigit()
        and max(content.rfind(b"BALS=", 0, at), content.rfind(b"TOT=", 0, at))
        > content.rfind(b"\n", 0, at)
    ]
    assert len(digits) > 20
    for at in digits:
        digit = b"%d" % ((content[at] - 47) % 10)
        changed = content[:at] + digit + content[at + 1 :]
        found = {finding.check for finding in PARSER.parse(changed).findings}
        assert ListingCheck.REPLAY in found


def test_an_add_to_load_is_one_finding_with_all_its_entries() -> None:
    book = SystemLogBook()
    book.note("DATABASE CREATED")
    book.load(3, {1: 10, 2: 20})
    book.load(3, {1: 2, 2: 3}, adding=True)
    book.load(3, {}, adding=True)
    log = PARSER.parse(print_system_log(book.log(), SystemLogLayout(COPIED, collapsed=True)))
    first, second = log.findings
    assert (first.check, first.lines) == (ListingCheck.ADDED_TO, (11, 12, 13))
    assert "5 ballots were added to those of group 3 in 2 precincts" in first.message
    assert (second.check, second.lines) == (ListingCheck.ADDED_TO, (15,))


def test_an_entry_that_added_outside_such_a_load_is_said_alone() -> None:
    log = PARSER.parse(
        listing(*dated("DATABASE RESET", "PRC 0001 ADDED-TO FROM 650 (BALS=2 TOT=2)"))
    )
    assert checks(log) == [(ListingCheck.ADDED_TO, (6,))]


def test_what_was_there_before_the_log_began_is_no_contradiction() -> None:
    log = PARSER.parse(
        listing(
            *dated(
                "START 650 DOWNLOAD (Replace Mode - all counted precincts) (GRP 3)",
                "PRC 0001 DOWNLOADED FROM 650 (BALS=10 TOT=30)",
                "START 650 DOWNLOAD (Replace Mode - all counted precincts) (GRP 4)",
                "PRC 0001 REPLACED BY 650 RESULTS (BALS=12 TOT=25)",
                "PRC 0001 REPLACED BY 650 RESULTS (BALS=13 TOT=26)",
                "PRC 0001 REPLACED BY 650 RESULTS (BALS=14 TOT=26)",
            )
        )
    )
    assert checks(log) == [(ListingCheck.REPLAY, (9, 10))]


def test_an_unknown_action_with_figures_is_said_and_not_replayed() -> None:
    log = PARSER.parse(
        listing(
            *dated(
                "DATABASE RESET",
                "START 650 DOWNLOAD (Replace Mode - all) (GRP 3)",
                "PRC 0001 DOWNLOADED FROM 650 (BALS=10 TOT=10)",
                "PRC 0001 MERGED WITH 650 (BALS=3 TOT=11)",
                "PRC 0001 DOWNLOADED FROM 650 (BALS=10 TOT=10)",
            )
        )
    )
    assert checks(log) == [(ListingCheck.LAYOUT, (8,))]


def test_an_excerpt_without_page_header_is_read_with_a_note() -> None:
    content = "".join(f"{line}\n" for line in dated("STOP PROCESS PEBS", "x")).encode()
    assert PARSER.recognises(content)
    log = PARSER.parse(content)
    assert len(log.actions) == 2
    assert "No page header" in log.notes[0]


@pytest.mark.parametrize(
    "entry",
    [
        "1x-02 09:03 pm PRC 0001 DOWNLOADED FROM 650 (BALS=4 TOT=4)",
        "11-02 9:03 pm DATABASE RESET",
        "11-02 09:03 pm PRC 0001 DOWNLOADED FROM 650 (BALS=4 TOT=x)",
        "11-02 09:03 pm PRC 0001 DOWNLOADED FROM 650 (BALS=4 TO",
        "11-02 09:03 pm PRC 0001 DOWNLOADED FROM 650 (BALS=4 TOT=4) y",
        "11-02 09:03 pm PRC 001 DOWNLOADED FROM 650 (BALS=4 TOT=4)",
        "11-02 09:03 pm PRC 0001",
        "11-02 09:03 pm DOWNLOADED FROM 650 (BALS=4 TOT=4)",
        "PRC 0001 RESET (GRP 3)",
    ],
)
def test_an_entry_that_cannot_be_read_for_certain_is_refused(entry: str) -> None:
    with pytest.raises(ParseError) as refused:
        PARSER.parse(listing(*dated("DATABASE CREATED"), entry, *dated("STOP PROCESS PEBS")))
    assert refused.value.line == 6


def test_pages_of_another_election_are_said_where_the_id_is_wrapped() -> None:
    other = [*TOP[:2], "11Y", HEADING]
    entries = dated("DATABASE CREATED")
    others = dated("DATABASE RESET")
    assert not PARSER.parse(listing(*entries, *TOP, *others)).findings
    log = PARSER.parse(listing(*entries, *other, *others))
    assert checks(log) == [(ListingCheck.PAGES, (8,))]


def test_an_entry_above_its_column_heading_is_refused_not_taken_for_a_title() -> None:
    lines = print_system_log(sample_system_log(3, 1)).split(b"\r\n")
    heading = next(at for at, line in enumerate(lines) if b"SYSTEM ACTION OR ERROR" in line)
    entry = next(at for at in range(heading + 1, len(lines)) if lines[at])
    lines[heading], lines[entry] = lines[entry], lines[heading]
    with pytest.raises(ParseError, match="an entry between") as refusal:
        PARSER.parse(b"\r\n".join(lines))
    assert refusal.value.line == heading + 1


START = "START 650 DOWNLOAD (Add-to Mode - all counted precincts) (GRP 3)"


def test_a_reset_of_a_group_that_was_never_shown_leaves_the_total_open() -> None:
    loads = [f"PRC 0001 DOWNLOADED FROM 650 (BALS=10 TOT={total})" for total in (30, 12)]
    log = PARSER.parse(listing(*dated(START, loads[0], "PRC 0001 RESET (GRP 4)", loads[1])))
    assert ListingCheck.REPLAY not in dict(checks(log))


def test_ballots_added_to_a_group_that_was_never_shown_are_not_taken_for_all_of_it() -> None:
    added = "PRC 0001 ADDED-TO FROM 650 (BALS=5 TOT=30)"
    replaced = "PRC 0001 REPLACED BY 650 RESULTS (BALS=40 TOT=55)"
    log = PARSER.parse(listing(*dated(START, added, replaced)))
    assert ListingCheck.REPLAY not in dict(checks(log))


def test_a_first_total_below_its_own_ballots_is_said() -> None:
    log = PARSER.parse(listing(*dated(START, "PRC 0001 DOWNLOADED FROM 650 (BALS=10 TOT=4)")))
    assert (ListingCheck.REPLAY, (6,)) in checks(log)


def test_a_page_that_stands_there_twice_is_said() -> None:
    entries = dated("DATABASE CREATED", "EXITED ELECTION REPORTING MANAGER SYSTEM")
    log = PARSER.parse(listing(*entries, *TOP, *entries))
    assert checks(log) == [(ListingCheck.REPEATED, (5, 11))]


@pytest.mark.parametrize(
    "stray",
    [
        "11-02\xa009:03\xa0pm\xa0PRC\xa00008\xa0FORCED",
        "RUN DATE:01/18/11 08:22 AM ELECTION ID:",
        TOP[-1],
    ],
)
def test_an_entry_or_a_header_in_disguise_is_not_text_of_the_entry_above(stray: str) -> None:
    with pytest.raises(ParseError) as refused:
        PARSER.parse(listing(*dated("DATABASE CREATED"), stray))
    assert refused.value.line == 6


def test_a_counting_group_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ParseError, match="counting group") as refused:
        PARSER.parse(listing(*dated("PRC 0001 RESET (GRP O)")))
    assert refused.value.line == 5


def test_text_without_end_below_an_entry_is_refused() -> None:
    with pytest.raises(ParseError) as refused:
        PARSER.parse(listing(*dated("DATABASE CREATED"), *["more of it"] * 5))
    assert refused.value.line == 10


@pytest.mark.parametrize("content", [b"", b"\r\n", b"text\n", b"\n".join(map(str.encode, TOP[:2]))])
def test_content_without_an_entry_is_refused(content: bytes) -> None:
    with pytest.raises(ParseError):
        PARSER.parse(content)


def test_a_log_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_ACTIONS", 1)
    with pytest.raises(ParseError, match="more than 1 entries"):
        PARSER.parse(listing(*dated("DATABASE CREATED", "DATABASE RESET")))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"SYSTEM LOG LISTING\n", "no line has the headings"),
        (f"x\nSYSTEM LOG LISTING\n{HEADING}\n".encode(), "'x' stands above its title"),
        (f"{HEADING}\n".encode(), "it has no title"),
        (b"x\n11-02 09:03 pm STOP PROCESS PEBS\n", "begins with 'x'"),
        (b"11-02 09:03 pm nothing of the kind\n", ""),
        (b"MANUAL CHANGES LOG LISTING\n", ""),
    ],
)
def test_what_only_resembles_a_log_is_told_why(content: bytes, reason: str) -> None:
    assert not PARSER.recognises(content)
    assert reason in PARSER.resembles(content)
    assert bool(PARSER.resembles(content)) == bool(reason)


def test_the_parser_satisfies_its_contract() -> None:
    parser: Parser = PARSER
    assert (parser.interface_version, parser.name) == (2, "el68a")
