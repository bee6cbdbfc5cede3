"""Tapes that end too early: cut at every byte, no count ever passes for a whole tape's."""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields

import pytest

from election.documents import Tape
from parsers.errors import ParseError
from parsers.tapes import ivotronic, m100

LinesOf = Callable[[str], list[str]]
Wire = Callable[[Sequence[str]], bytes]

SAMPLES = ["m100-zero", "m100-results", "ivotronic-zero", "ivotronic-results"]
IDENTITY_LINES = 13
"""From the head to SCANNER or PEB."""

END = b"*** END OF REPORT ***"
SINGLE_VALUES = {
    field.name: "" if field.default is MISSING else field.default
    for field in fields(Tape)
    if field.name not in {"contests", "terminals", "truncated", "notes"}
}
"""Fields that a cut leaves whole or empty, and what is empty."""


def read(content: bytes) -> Tape:
    parser = m100.PARSER if b"MODEL 100" in content else ivotronic.PARSER
    document = parser.parse(content)
    assert isinstance(document, Tape)
    return document


def offset_after(content: bytes, lines: int) -> int:
    """Return the length of the first `lines` lines of `content`."""
    return sum(map(len, content.splitlines(keepends=True)[:lines]))


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_before_the_identity_is_whole_is_refused(
    name: str, lines_of: LinesOf, wire: Wire
) -> None:
    whole = wire(lines_of(name))
    for cut in range(offset_after(whole, IDENTITY_LINES)):
        with pytest.raises(ParseError) as refused:
            read(whole[:cut])
        assert refused.value.line is not None


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_anywhere_later_gives_whole_blocks_and_says_so(
    name: str, lines_of: LinesOf, wire: Wire
) -> None:
    content = wire(lines_of(name))
    whole = read(content)
    for cut in range(offset_after(content, IDENTITY_LINES), content.index(END) + len(END)):
        tape = read(content[:cut])
        assert tape.truncated
        assert not tape.damage
        assert tape.contests == whole.contests[: len(tape.contests)]
        assert tape.terminals == whole.terminals[: len(tape.terminals)]
        for name_of_field, empty in SINGLE_VALUES.items():
            assert getattr(tape, name_of_field) in (getattr(whole, name_of_field), empty)


@pytest.mark.parametrize("name", SAMPLES)
def test_only_the_feed_after_the_end_marker_may_be_missing(
    name: str, lines_of: LinesOf, wire: Wire
) -> None:
    content = wire(lines_of(name))
    whole = read(content)
    assert not whole.truncated
    for cut in range(content.index(END) + len(END), len(content)):
        assert read(content[:cut]) == whole


def test_paper_out_after_line_45_keeps_two_whole_contests(lines_of: LinesOf, wire: Wire) -> None:
    tape = read(wire(lines_of("m100-results")[:45]))
    assert (tape.truncated, tape.ballots, [c.contest for c in tape.contests]) == (
        True,
        612,
        [101, 102],
    )
    assert tape.notes == ("cut off in line 46, before a contest or the certificate",)


def test_contest_without_its_total_is_left_out(lines_of: LinesOf, wire: Wire) -> None:
    tape = read(wire(lines_of("m100-results")[:43]))
    assert [contest.contest for contest in tape.contests] == [101]


def test_terminal_without_its_second_line_is_left_out(lines_of: LinesOf, wire: Wire) -> None:
    tape = read(wire(lines_of("ivotronic-results")[:21]))
    assert [terminal.serial for terminal in tape.terminals] == ["5199901"]


@pytest.mark.parametrize("missing", [1, 8, 20, 50])
def test_end_marker_without_a_check_line_before_it_is_truncated(
    missing: int, lines_of: LinesOf, wire: Wire
) -> None:
    lines = lines_of("m100-results")
    tape = read(wire([*lines[: -1 - missing], lines[-1]]))
    assert tape.truncated


def test_check_line_without_an_end_marker_is_truncated_and_checked(
    lines_of: LinesOf, wire: Wire
) -> None:
    lines = lines_of("m100-results")[:-1]
    lines[5] = "GENERAL ELECTIOM"
    tape = read(wire(lines))
    assert tape.truncated
    assert [damage[:13] for damage in tape.damage] == ["line 71: CHEC"]


def test_refusal_of_a_cut_names_the_line_and_what_is_missing(lines_of: LinesOf, wire: Wire) -> None:
    with pytest.raises(ParseError, match=r"^line 11: cut off before PRECINCT$"):
        read(wire(lines_of("m100-results")[:10]))
