"""Colleton County SC, 2 November 2010: figures of another program, and of a published analysis."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from election.listings import Event, EventLog
from parsers.contract import SNIFF_BYTES
from parsers.unity.el152.parser import PARSER
from simulators.listings.el152 import EventLogLayout, print_event_log
from simulators.listings.paper import Paper

VOTES = {"0001510", "0001511"}


@pytest.fixture(scope="module")
def content(real: Path) -> bytes:
    return (real / "el152/colleton-2010.lst").read_bytes()


@pytest.fixture(scope="module")
def colleton(content: bytes) -> EventLog:
    assert PARSER.recognises(content[:SNIFF_BYTES])
    return PARSER.parse(content)


@pytest.fixture(scope="module")
def expected(real: Path) -> dict[str, Any]:
    text = (real / "expected/colleton-2010-findings.json").read_text()
    read: dict[str, Any] = json.loads(text)
    return read


def test_every_row_is_that_of_the_independent_table(colleton: EventLog, real: Path) -> None:
    with (real / "el152/colleton-2010-expected.tsv").open(newline="") as table:
        _heading, *rows = csv.reader(table, delimiter="\t")
    assert len(colleton.events) == len(rows) == 16_590
    for event, (terminal, peb, kind, date, time, number, _text) in zip(
        colleton.events, rows, strict=True
    ):
        assert event[:3] == (terminal, peb, kind)
        assert (event.printed_at, event.number) == (f"{date} {time}", number)
        assert event.at
        assert event.at.strftime("%m/%d/%Y %H:%M:%S") == event.printed_at


def test_texts_are_those_of_the_independent_table(colleton: EventLog, real: Path) -> None:
    def bare(text: str) -> str:
        return "".join(filter(str.isalnum, text.lower()))

    lines = (real / "el152/colleton-2010-expected.tsv").read_text().splitlines()[1:]
    texts = [bare(line.split("\t")[6]) for line in lines]
    assert [bare(event.description) for event in colleton.events] == texts


def test_the_log_says_what_was_counted_in_it(colleton: EventLog, expected: dict[str, Any]) -> None:
    figures, events = expected["from_the_log"], colleton.events
    votes = [event for event in events if event.number in VOTES]
    assert colleton.head.pages == figures["pages"]
    assert len({event.terminal for event in events}) == figures["terminals"]
    assert len({event.peb for event in events} - {"0"}) == figures["peb_numbers_without_0"]
    unknown = [event for event in events if (event.peb, event.peb_type) == ("0", "UNK")]
    assert len(unknown) == figures["events_with_peb_0_type_UNK"]
    assert len(votes) == figures["vote_events"]
    on_the_day = [vote for vote in votes if vote.printed_at.startswith("11/02/2010")]
    assert len(on_the_day) == figures["vote_events_on_11_02_2010"]
    problems = Counter(event.terminal for event in events if event.number == "0001518")
    assert problems == figures["events_1518_by_terminal"]
    paper = expected["independent"]
    assert max(problems.values()) == paper["max_terminal_problem_cancellations_on_one_terminal"]
    with_votes = {vote.terminal for vote in votes}
    silent = {event.terminal for event in events} - with_votes
    assert sorted(silent) == figures["terminals_without_vote_events"]


def test_terminals_closed_with_another_peb_are_those_of_the_paper(
    colleton: EventLog, expected: dict[str, Any]
) -> None:
    opened = last_by_terminal(colleton, "0001672")
    closed = last_by_terminal(colleton, "0001673")
    different = {
        (terminal, opened[terminal].peb, event.peb)
        for terminal, event in closed.items()
        if opened[terminal].peb != event.peb
    }
    paper = expected["independent"]["terminals_opened_and_closed_with_different_pebs"]
    assert different == {
        *((each["terminal"], each["opened_with"], each["closed_with"]) for each in paper),
        ("5130427", "156058", "155996"),  # opened and closed in October, without votes
    }
    closing = {event.peb for event in closed.values()}
    assert len(closing) == expected["independent"]["pebs_used_to_collect_votes"]
    alone = [terminal for terminal, event in closed.items() if event.peb == "156226"]
    votes = [e for e in colleton.events if e.terminal in alone and e.number in VOTES]
    assert len(votes) == expected["independent"]["votes_not_uploaded"]


def test_the_one_clock_that_goes_back_was_set_there(
    colleton: EventLog, expected: dict[str, Any]
) -> None:
    pairs = zip(colleton.events, colleton.events[1:], strict=False)
    back = [
        later.number
        for event, later in pairs
        if event.terminal == later.terminal and event.at and later.at and later.at < event.at
    ]
    assert len(back) == expected["from_the_log"]["out_of_order_rows"]
    assert back == ["0001656"]
    assert not colleton.findings
    assert not colleton.notes


def test_line_numbers_are_those_of_the_file(colleton: EventLog, content: bytes) -> None:
    lines = content.split(b"\n")
    for event, line in list(zip(colleton.events, colleton.lines, strict=True))[::97]:
        assert event.number.encode() in lines[line - 1]
        assert event.printed_at[-8:].encode() in lines[line - 1]


def test_printed_again_the_log_is_the_same_file_byte_for_byte(
    colleton: EventLog, content: bytes
) -> None:
    paper = Paper(page_break=b"", blank_line_end=b"\n")
    assert print_event_log(colleton, EventLogLayout(paper)) == content


def last_by_terminal(log: EventLog, number: str) -> dict[str, Event]:
    return {event.terminal: event for event in log.events if event.number == number}
