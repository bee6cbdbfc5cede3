"""Colleton County SC, 2 November 2010: 407 typed figures, 389 of them known elsewhere."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from election.listings import ListingCheck, ManualChangesLog
from parsers.contract import SNIFF_BYTES
from parsers.unity.el68.parser import PARSER
from simulators.listings.el68 import ManualChangesLayout, print_manual_changes
from simulators.listings.paper import Paper


@pytest.fixture(scope="module")
def content(real: Path) -> bytes:
    return (real / "el68/colleton-2010.txt").read_bytes()


@pytest.fixture(scope="module")
def colleton(content: bytes) -> ManualChangesLog:
    assert PARSER.recognises(content[:SNIFF_BYTES])
    return PARSER.parse(content)


def test_all_rows_of_the_independent_table_are_in_the_log(
    colleton: ManualChangesLog, real: Path
) -> None:
    with (real / "el68/colleton-2010-expected.tsv").open(newline="") as table:
        rows = Counter(
            tuple(cell.strip() for cell in row) for row in csv.reader(table, delimiter="\t")
        )
    read: Counter[tuple[str, ...]] = Counter(
        (
            f"{change.precinct_number:04}",
            change.precinct,
            change.candidate,
            change.month_day,
            change.time,
            str(change.group or 0),
            str(change.old),
            str(change.new),
        )
        for change in colleton.changes
    )
    assert (rows.total(), read.total()) == (389, 407)
    assert not rows - read
    assert {row[2] for row in read - rows} == {"VOTERS"}


def test_the_log_has_the_counts_of_its_figures(colleton: ManualChangesLog, real: Path) -> None:
    text = (real / "expected/colleton-2010-el68.json").read_text()
    figures = json.loads(text)["from_the_log"]
    changes = colleton.changes
    groups = Counter(str(change.group or "none") for change in changes)
    assert groups == figures["entries_by_group"]
    dates = Counter(change.month_day for change in changes)
    assert dates == figures["entries_by_date"]
    assert len({change.precinct_number for change in changes}) == figures["precincts"]
    assert colleton.head.pages == figures["pages"]
    doubled = [c for c in changes if c.group == 4 and 1.8 * c.old <= c.new <= 2.25 * c.old]
    assert len(doubled) == figures["group_4_entries_with_new_between_1_8_and_2_25_times_old"]
    assert all(change.candidate == "VOTERS" for change in changes if change.group is None)


def test_289_of_292_changed_figures_are_at_least_doubled(colleton: ManualChangesLog) -> None:
    assert sum(change.old > 0 for change in colleton.changes) == 292
    summary, *suspected = colleton.findings
    assert len(suspected) == 289
    assert {finding.check for finding in colleton.findings} == {ListingCheck.MANUAL_CHANGE}
    assert "407 figures in 34 precincts" in summary.message
    assert "none of them with the name of a user" in summary.message


def test_printed_again_the_log_is_the_same_file_byte_for_byte(
    colleton: ManualChangesLog, content: bytes
) -> None:
    layout = ManualChangesLayout(Paper(blank_line_end=b"\n"))
    assert print_manual_changes(colleton, layout) == content
