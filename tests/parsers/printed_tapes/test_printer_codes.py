"""What a report printer is sent becomes the text on its paper, and counts of all the rest."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.documents import Tape
from parsers.errors import ParseError
from parsers.tapes import m100
from parsers.tapes.printer_codes import decode

LinesOf = Callable[[str], list[str]]
Wire = Callable[[Sequence[str]], bytes]

JOBS = Path(__file__).parent / "print_jobs"


def job(name: str) -> tuple[bytes, list[int]]:
    """Return the bytes of a job, in which line ends of the file mean nothing, and its columns."""
    head, body = [], ""
    for line in (JOBS / f"{name}.job").read_text("ascii").splitlines():
        if line.startswith("# "):
            head.append(line)
        else:
            body += line
    columns = head[-1].removeprefix("# Columns: ").split()
    return body.encode("ascii").decode("unicode_escape").encode("latin-1"), list(map(int, columns))


@pytest.mark.parametrize("name", [path.stem for path in sorted(JOBS.glob("*.job"))])
def test_a_job_reads_as_a_person_reads_its_paper(name: str) -> None:
    raw, columns = job(name)
    printed = decode(raw)
    expected = (JOBS / f"{name}.txt").read_text("utf-8").removesuffix("\n").split("\n")
    assert [line.text.rstrip("\r") for line in printed.lines] == expected
    assert [line.columns for line in printed.lines] == columns
    assert printed.rest == ""


def test_all_that_is_no_text_is_counted() -> None:
    assert decode(job("logo-and-condensed")[0]).notes() == (
        "2 XON or XOFF removed",
        "printer codes removed: DC2 1, DC4 1, ESC A 1, ESC C 1, ESC S 2, SI 1, SO 1",
        "1 bit images of 5 bytes skipped",
    )
    assert decode(job("what-nobody-can-read")[0]).notes() == (
        "unknown printer codes: ESC 45 1",
        "7 characters cancelled before they were printed",
    )


def test_text_without_codes_has_no_notes() -> None:
    printed = decode(b"\x18ZERO\r\nTAPE\r\n\n\n\nrest")
    assert [line.text for line in printed.lines] == ["ZERO\r", "TAPE\r", "", "", ""]
    assert (printed.rest, printed.notes()) == ("rest", ())


@pytest.mark.parametrize(
    ("style", "columns"),
    [(b"", 40), (b"\x0f", 80), (b"\x0e", 20), (b"\x0f\x0e", 40), (b"\x0f\x12", 40)],
)
def test_a_line_wider_than_the_paper_is_told(style: bytes, columns: int) -> None:
    fits, too_long = (decode(style + b"x" * n + b"\n") for n in (columns, columns + 1))
    assert fits.lines[0].columns == too_long.lines[0].columns == columns
    assert not any("longer than the paper" in note for note in fits.notes())
    assert too_long.notes()[-1] == "1 lines longer than the paper is wide"


def test_double_width_ends_with_its_line() -> None:
    printed = decode(b"\x0eA\nB\n\x0eC\x14\nD\n")
    assert [line.columns for line in printed.lines] == [20, 40, 40, 40]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_535])
def test_a_bit_image_is_skipped_by_its_length(size: int) -> None:
    dots = bytes(range(256)) * 256
    raw = b"A\x1bK" + size.to_bytes(2, "little") + dots[:size] + b"B\n"
    printed = decode(raw)
    assert ([line.text for line in printed.lines], printed.image_sizes) == (["A▦B"], (size,))


@pytest.mark.parametrize("cut", [b"\x1bK", b"\x1bK\xff", b"\x1bK\xff\xff", b"\x1bK\xff\xffabc\n"])
def test_an_image_longer_than_all_that_came_ends_with_it(cut: bytes) -> None:
    printed = decode(b"text\n" + cut)
    assert [line.text for line in printed.lines] == ["text"]
    assert printed.image_sizes == (max(0, len(cut) - 4),)


@pytest.mark.parametrize("cut", [b"\x1b", b"\x1bA", b"\x1bQ"])
def test_an_escape_cut_off_at_the_end_harms_nothing(cut: bytes) -> None:
    assert [line.text for line in decode(b"text\n" + cut).lines] == ["text"]


@given(st.binary(max_size=3000))
def test_any_bytes_are_decoded_and_nothing_grows(raw: bytes) -> None:
    printed = decode(raw)
    shown = sum(len(line.text) + 1 for line in printed.lines) + len(printed.rest)
    assert shown + printed.flow_control + printed.cancelled <= len(raw)
    assert len(printed.notes()) <= 6


SILENT = st.one_of(
    st.sampled_from([b"\x0e", b"\x0f", b"\x11", b"\x12", b"\x13", b"\x14"]),
    st.builds(
        lambda kind, n: b"\x1b" + kind + bytes((n,)),
        st.sampled_from([b"A", b"C", b"S"]),
        st.integers(0, 255),
    ),
)
"""Codes that change how text looks, or when it is sent, and not what it is."""

TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)


@given(st.lists(TEXT, max_size=12), st.data())
def test_text_comes_through_whatever_codes_are_strewn_into_it(
    lines: list[str], data: st.DataObject
) -> None:
    """decode(encode(text)) = text."""
    raw = b""
    for line in lines:
        for character in line:
            raw += b"".join(data.draw(st.lists(SILENT, max_size=1))) + character.encode("ascii")
        raw += data.draw(st.sampled_from([b"\n", b"\r\n"]))
    assert [line.text.rstrip("\r") for line in decode(raw).lines] == lines


def test_a_report_with_printer_codes_reads_like_the_bare_one(lines_of: LinesOf, wire: Wire) -> None:
    plain = wire(lines_of("m100-results"))
    logo = b"\x1bK\x10\x00" + bytes(range(16)) + b"\r\n"
    dressed = (
        b"\x1bA\x04"
        + logo
        + plain.replace(b"MODEL 100", b"\x0f\x12MODEL 100").replace(
            b"----\r\n0102", b"----\r\n" + logo + b"0102"
        )
        + b"\x0c"
    )
    assert m100.PARSER.recognises(dressed)
    tape = m100.PARSER.parse(dressed)
    assert isinstance(tape, Tape)
    assert tape.notes == (
        "printer codes removed: DC2 1, ESC A 1, SI 1",
        "2 bit images of 32 bytes skipped",
    )
    assert replace(tape, notes=()) == m100.PARSER.parse(plain)


@pytest.mark.parametrize(
    "code", [b"\x08", b"\x09", b"\x7f", b"\x1bE", b"\x1bK\x01\x00\x00"], ids=repr
)
def test_a_count_that_can_be_read_two_ways_is_refused(
    code: bytes, lines_of: LinesOf, wire: Wire
) -> None:
    plain = wire(lines_of("m100-results"))
    assert plain.count(b"612\r\nPROTECTIVE") == 1
    with pytest.raises(ParseError, match="line 21"):
        m100.PARSER.parse(plain.replace(b"612\r\nPROTECTIVE", b"61" + code + b"2\r\nPROTECTIVE"))


def test_a_line_that_was_cancelled_is_missed(lines_of: LinesOf, wire: Wire) -> None:
    plain = wire(lines_of("m100-results"))
    with pytest.raises(ParseError, match="line 21"):
        m100.PARSER.parse(plain.replace(b"612\r\nPROTECTIVE", b"612\x18\r\nPROTECTIVE"))
