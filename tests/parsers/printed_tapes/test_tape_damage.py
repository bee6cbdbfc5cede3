"""Tapes whose lines fit the grammar and contradict each other, with CHECK made right again."""

from collections.abc import Callable, Sequence

import pytest

from election.documents import Tape
from parsers.tapes import ivotronic, m100

LinesOf = Callable[[str], list[str]]
Wire = Callable[[Sequence[str]], bytes]


def read(content: bytes) -> Tape:
    parser = m100.PARSER if m100.PARSER.recognises(content) else ivotronic.PARSER
    document = parser.parse(content)
    assert isinstance(document, Tape)
    return document


def edited(lines: list[str], old: str, new: str) -> list[str]:
    """Return `lines` in which the first line `old` is `new` instead."""
    place = lines.index(old)
    return [*lines[:place], new, *lines[place + 1 :]]


def test_changed_text_is_damage_at_the_check_line(lines_of: LinesOf, wire: Wire) -> None:
    lines = edited(lines_of("m100-results"), "EXAMPLE COUNTY", "EXAMPLE COUNTX")
    (damage,) = read(wire(lines)).damage
    assert damage.startswith("line 71: CHECK says D3A9, ")


def test_wrong_number_of_lines_is_damage(lines_of: LinesOf, wire: Wire) -> None:
    check = "LINES 070                     CHECK D3A9"
    lines = edited(lines_of("m100-results"), check, check.replace("070", "071"))
    assert read(wire(lines)).damage == ("line 71: LINES says 71, 70 stand before it",)


@pytest.mark.parametrize(
    ("name", "old", "new", "damage"),
    [
        (
            "m100-results",
            " 01 ADA ALVAREZ             DEM      287",
            " 01 ADA ALVAREZ             DEM      288",
            "line 36: CONTEST TOTAL says 612, the lines above it add up to 613",
        ),
        (
            "ivotronic-results",
            " WRITE-IN                              1",
            " WRITE-IN                              0",
            "line 33: CONTEST TOTAL says 37, the lines above it add up to 36",
        ),
        (
            "ivotronic-results",
            "TOTAL BALLOTS                         37",
            "TOTAL BALLOTS                         38",
            "line 24: TOTAL BALLOTS says 38, the terminals add up to 37",
        ),
        (
            "ivotronic-results",
            " PROTECTIVE 4410-4425         BALLOTS 15",
            " PROTECTIVE 4410-4425         BALLOTS 16",
            "line 24: TOTAL BALLOTS says 37, the terminals add up to 38",
        ),
        (
            "ivotronic-results",
            "TERMINALS                              2",
            "TERMINALS                              3",
            "line 23: TERMINALS says 3, 2 are listed above",
        ),
        (
            "ivotronic-zero",
            "TERMINALS NOT CLOSED                   2",
            "TERMINALS NOT CLOSED                   0",
            "line 23: TERMINALS NOT CLOSED says 0, 2 are listed OPEN",
        ),
        (
            "m100-zero",
            "0102 JUSTICE OF THE PEACE DISTRICT 4",
            "0101 JUSTICE OF THE PEACE DISTRICT 4",
            "line 44: contest 101 is on the tape twice",
        ),
        (
            "m100-zero",
            " 02 BEN BRANDT              REP        0",
            " 01 BEN BRANDT              REP        0",
            "line 31: choice 1 is on the tape twice",
        ),
        (
            "ivotronic-zero",
            "5199902 OPEN         11/03/2026 07:05:40",
            "5199901 OPEN         11/03/2026 07:05:40",
            "line 22: terminal 5199901 is on the tape twice",
        ),
    ],
)
def test_contradiction_is_damage_that_names_its_line(
    name: str, old: str, new: str, damage: str, lines_of: LinesOf, sealed: Wire
) -> None:
    assert read(sealed(edited(lines_of(name), old, new))).damage == (damage,)


def test_ballots_times_votes_allowed_must_be_the_contest_total(
    lines_of: LinesOf, sealed: Wire
) -> None:
    lines = lines_of("m100-results")
    place = lines.index("0103 CITY DIRECTOR AT LARGE") + 1
    lines[place] = "VOTE FOR 2                   BALLOTS 611"
    damage = "line 54: CONTEST TOTAL says 1224, 611 ballots with 2 votes allowed make 1222"
    assert read(sealed(lines)).damage == (damage,)


@pytest.mark.parametrize(
    ("mark", "mode", "test", "damage"),
    [
        (True, "TEST", True, ()),
        (False, "OFFICIAL", False, ()),
        (
            True,
            "OFFICIAL",
            True,
            ("line 11: MODE says OFFICIAL, but the tape carries the test mark",),
        ),
        (
            False,
            "TEST",
            True,
            ("line 10: MODE says TEST, but the tape does not carry the test mark",),
        ),
    ],
)
def test_mark_or_mode_makes_a_test_tape_and_must_agree(
    mark: bool,
    mode: str,
    test: bool,
    damage: tuple[str, ...],
    lines_of: LinesOf,
    sealed: Wire,
) -> None:
    lines = edited(lines_of("m100-zero"), f"MODE{'OFFICIAL':>36}", f"MODE{mode:>36}")
    marked = ["***** TEST - NOT OFFICIAL RESULTS *****"] if mark else []
    tape = read(sealed([*lines[:4], *marked, *lines[4:]]))
    assert (tape.test, tape.damage) == (test, damage)
