"""Saguache County CO and an excerpt of a county in South Carolina, November 2010."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from election.listings import ListingCheck, SystemAction, SystemLog
from parsers.contract import SNIFF_BYTES
from parsers.unity.el68a.parser import PARSER

LOADED = ("DOWNLOADED", "REPLACED BY", "ADDED-TO")


@pytest.fixture(scope="module")
def saguache(real: Path) -> SystemLog:
    content = (real / "el68a/saguache-2010.txt").read_bytes()
    assert PARSER.recognises(content[:SNIFF_BYTES])
    return PARSER.parse(content)


@pytest.fixture(scope="module")
def expected(real: Path) -> dict[str, Any]:
    text = (real / "expected/saguache-2010-el68a.json").read_text()
    read: dict[str, Any] = json.loads(text)
    return read


def as_the_other_program(log: SystemLog) -> dict[str, list[str]]:
    """Order the entries by precinct and add mode and group, as that program writes them."""
    blocks: dict[str, list[str]] = {f"{n:04}": [] for n in range(1, 25)}
    mode = ""
    for action in log.actions:
        if start := re.match(r"START 650 DOWNLOAD \((\S+) Mode", action.action):
            mode = start[1]
        line = f"{action.month_day} {action.time} {action.raw}"
        if action.action.startswith(LOADED):
            line += f" (MODE={mode} GRP={action.group})"
        if action.precinct is not None:
            blocks[f"{action.precinct:04}"].append(line)
        elif action.action == "DATABASE RESET":
            for block in blocks.values():
                block.append(line)
    return blocks


def test_all_24_precinct_blocks_are_those_of_the_other_program(
    saguache: SystemLog, real: Path
) -> None:
    text = (real / "el68a/saguache-2010-by-precinct.txt").read_text()
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    assert (len(blocks), sum(map(len, blocks))) == (24, 654)
    assert list(as_the_other_program(saguache).values()) == blocks


def test_actions_are_as_often_as_counted(saguache: SystemLog, expected: dict[str, Any]) -> None:
    figures = expected["from_the_log"]
    assert len(saguache.actions) == figures["dated_entries"]
    counted = {
        name: sum(action.action.startswith(name) for action in saguache.actions)
        for name in figures["precinct_events"]
    }
    assert counted == figures["precinct_events"]
    loads = Counter(
        (re.search(r"\((\S+) Mode", action.action) or [""])[1]
        for action in saguache.actions
        if action.action.startswith("START")
    )
    assert loads == figures["start_downloads"]


def test_an_independent_replay_gives_the_printed_totals(
    saguache: SystemLog, expected: dict[str, Any]
) -> None:
    figures = expected["from_the_log"]
    cells: Counter[tuple[int, int]] = Counter()
    equal, before_reset = 0, cells
    for action in saguache.actions:
        replay(cells, action)
        if action.action == "DATABASE RESET":
            if action.month_day != "12-03":
                cells.clear()
        elif action.total is not None:
            equal += action.total == sum(
                count for (precinct, _), count in cells.items() if precinct == action.precinct
            )
    assert equal == figures["replay_equal"] == 291
    assert before_reset.total() == figures["sum_before_reset_of_12_03"] == 4_968
    by_precinct: dict[str, dict[str, int]] = {}
    for (precinct, group), count in sorted(cells.items()):
        if count:
            by_precinct.setdefault(f"{precinct:04}", {})[str(group)] = count
    assert by_precinct == figures["state_before_reset_of_12_03_by_precinct_and_group"]
    assert len(by_precinct) == 20


def replay(cells: Counter[tuple[int, int]], action: SystemAction) -> None:
    if action.precinct is None or action.group is None:
        return
    cell = (action.precinct, action.group)
    if action.action.startswith("RESET"):
        cells[cell] = 0
    elif action.action.startswith("ADDED-TO"):
        cells[cell] += action.ballots or 0
    elif action.action.startswith(LOADED):
        cells[cell] = action.ballots or 0


def test_three_loads_added_17_entries_and_nothing_contradicts(saguache: SystemLog) -> None:
    found = [(finding.check, len(finding.lines)) for finding in saguache.findings]
    assert found == [
        (ListingCheck.ADDED_TO, 1 + 11),
        (ListingCheck.ADDED_TO, 1 + 2),
        (ListingCheck.ADDED_TO, 1 + 4),
        (ListingCheck.CUT, 1),  # the copy has no last line end
    ]


def test_groups_are_named(saguache: SystemLog) -> None:
    assert dict(saguache.groups) == {
        2: "EARLY VOTING",
        3: "MAIL-IN",
        4: "POLLING PLACE",
        5: "PROVISIONAL",
        6: "UOCAVA",
    }
    assert saguache.head.titles[0] == "SAGUACHE COUNTY, COLORADO"
    assert saguache.head.election == "10GSAGUA"


def test_the_typed_excerpt_is_read_without_its_header(real: Path) -> None:
    content = (real / "el68a/sc-2010-excerpt.txt").read_bytes()
    assert PARSER.recognises(content[:SNIFF_BYTES])
    log = PARSER.parse(content)
    assert len(log.actions) == 27  # 28 lines, one of which continues another
    received = {action.precinct: action.ballots for action in log.actions if action.ballots}
    assert received == {23: 728, 40: 816, 49: 1093, 43: 604, 44: 739, 58: 833}
    messages = [finding.message for finding in log.findings]
    assert sum("Time stamp mismatch" in message for message in messages) == 7
    assert [message for message in messages if "already updated" in message] == [
        "Precinct 0044: Precinct already updated (Pack suspended)"
    ]
    assert len(messages) == 8
    assert log.groups == ((3, "iVotronic"),)
    assert "No page header" in log.notes[0]
    retrieved = Counter(a.action for a in log.actions if a.action.startswith("PEB votes"))
    assert retrieved["PEB votes retrieved for P0137152"] == 2
