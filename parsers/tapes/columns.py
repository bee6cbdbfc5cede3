"""Lines of the project profiles `zt-m100-tape-1` and `zt-ivotronic-tape-1`: 40 columns, 20..7E.

Project profile, not the vendor's format. Parser and simulator share this module: every `read_...`
raises ValueError for whatever its counterpart would not have written, character for character.
"""

import binascii
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from election.documents import ReportKind, TapeChoice, TapeTerminal, WriteInName

WIDTH = 40
"""Columns of a line; the DPU-414 prints as many in normal characters."""

TITLE_WIDTH = 35
"""A contest title is cut here."""

NAME_WIDTH = 24
"""The name of a choice is cut here: columns 5 to 28."""

PARTY_WIDTH = 4
"""Columns 29 to 32."""

WRITE_IN_WIDTH = 28
"""A write-in text is cut here; contest, blanks and a count of 5 digits fill the line."""

MOST_VOTES = 65_535
"""Largest value of a counter of either device."""

MOST_VOTES_ALLOWED = 20
MOST_CONTEST_TOTAL = MOST_VOTES * MOST_VOTES_ALLOWED
MOST_PROTECTIVE = 4_294_967_295
"""Largest protective count: both devices keep it in four bytes."""

CAN = b"\x18"
"""Sent before every report: empties the line that the printer may still hold."""

LINE_END = b"\r\n"
FEED = b"\n\n\n\n"
"""Sent after every report, so that it can be torn off."""

DOUBLE_RULE = "=" * WIDTH
RULE = "-" * WIDTH
NOTICE = "PROJECT PROFILE - NOT THE VENDOR FORMAT"
TEST_MARK = "***** TEST - NOT OFFICIAL RESULTS *****"
MODE_OFFICIAL = "OFFICIAL"
MODE_TEST = "TEST"
WRITE_IN_HEADING = "WRITE-IN NAMES"
CERTIFICATE = {
    ReportKind.ZERO: "WE CERTIFY THAT EVERY COUNT ABOVE IS 0",
    ReportKind.RESULTS: "WE CERTIFY THIS RESULT RECORD",
}
SIGNATURES = (
    *(who.ljust(8) + "X" + "_" * 31 for who in ("JUDGE", "CLERK 1", "CLERK 2", "CLERK 3")),
    "TIME".ljust(9) + "_" * 31,
)


def plain(text: str) -> str:
    """Return `text` as devices know it, which have the characters 20..7E alone: without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def centred(text: str) -> str:
    """Return `text` centred in 40 columns, without trailing blanks."""
    return text.center(WIDTH).rstrip()


END_MARKER = centred("*** END OF REPORT ***")


def text_of(text: str) -> str:
    """Return `text` if it can stand alone on a line: printable, 1 to 40 long, no outer blanks."""
    if not text or len(text) > WIDTH or text != text.strip():
        raise ValueError(f"does not stand alone on a line: {text!r}")
    return _printable(text)


def spread(left: str, right: str) -> str:
    """Return `left`, at least one blank, and `right` so that it ends in column 40."""
    gap = WIDTH - len(left) - len(right)
    if gap < 1 or not right or right != right.strip():
        raise ValueError(f"{left!r} and {right!r} do not share a line")
    return _printable(left + " " * gap + right)


def right_of(line: str, left: str) -> str:
    """Return what stands right of `left`."""
    right = line.removeprefix(left).lstrip(" ")
    if spread(left, right) != line:
        raise ValueError(f"no {left!r} in {line!r}")
    return right


def digits(value: int, *, width: int = 1, least: int = 0, most: int = MOST_VOTES) -> str:
    """Return `value` in at least `width` digits; raise ValueError outside `least`..`most`."""
    if not least <= value <= most:
        raise ValueError(f"{value} is not within {least}..{most}")
    return f"{value:0{width}}"


def number(text: str, *, width: int = 1, least: int = 0, most: int = MOST_VOTES) -> int:
    """Read what `digits` writes."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    value = int(text)
    if digits(value, width=width, least=least, most=most) != text:
        raise ValueError(f"{text} does not have {width} digits")
    return value


def moment_text(moment: datetime) -> str:
    """Return a wall clock time as `MM/DD/YYYY HH:MM:SS`."""
    return f"{moment:%m/%d/%Y %H:%M:%S}"


def read_moment(text: str) -> datetime:
    """Read what `moment_text` writes; the result has no time zone, as the clock has none."""
    moment = datetime.strptime(text, "%m/%d/%Y %H:%M:%S")  # noqa: DTZ007  # a device's wall clock
    if moment_text(moment) != text:
        raise ValueError(f"not a time in full digits: {text!r}")
    return moment


def definition_text(version: int, sha256_digits: str) -> str:
    """Return version and the first 16 hexadecimal digits, upper case."""
    if not re.fullmatch(r"[0-9A-F]{16}", sha256_digits):
        raise ValueError(f"not 16 hexadecimal digits, upper case: {sha256_digits!r}")
    return f"{digits(version)} {sha256_digits}"


def read_definition(text: str) -> tuple[int, str]:
    """Read what `definition_text` writes."""
    version, _, sha256_digits = text.partition(" ")
    pair = number(version), sha256_digits
    definition_text(*pair)
    return pair


def contest_line(contest: int, title: str) -> str:
    """Return `NNNN title`."""
    return text_of(f"{digits(contest, width=4, least=1, most=9999)} {text_of(title)}")


def read_contest_line(line: str) -> tuple[int, str]:
    """Return contest and title."""
    contest, title = number(line[:4], width=4, least=1, most=9999), text_of(line[5:])
    if contest_line(contest, title) != line:
        raise ValueError(f"not a contest and its title: {line!r}")
    return contest, title


def vote_for_line(votes_allowed: int, ballots: int) -> str:
    """Return `VOTE FOR v … BALLOTS n`."""
    allowed = digits(votes_allowed, least=1, most=MOST_VOTES_ALLOWED)
    return spread(f"VOTE FOR {allowed}", f"BALLOTS {digits(ballots)}")


def read_vote_for_line(line: str) -> tuple[int, int]:
    """Return votes allowed and ballots."""
    allowed, _, ballots = line.removeprefix("VOTE FOR ").partition(" ")
    pair = number(allowed), number(ballots.lstrip().removeprefix("BALLOTS "))
    if vote_for_line(*pair) != line:
        raise ValueError(f"not VOTE FOR and BALLOTS: {line!r}")
    return pair


def choice_line(choice: TapeChoice) -> str:
    """Return `_NN name`, the party from column 29, the count right-aligned in 33 to 40."""
    name, party = text_of(choice.name), choice.party and text_of(choice.party)
    if len(name) > NAME_WIDTH or len(party) > PARTY_WIDTH:
        raise ValueError(f"{name!r} or {party!r} does not fit its columns")
    count = digits(choice.votes).rjust(8)
    return f" {digits(choice.choice, width=2, least=1, most=99)} {name:24}{party:4}{count}"


def read_choice_line(line: str) -> TapeChoice:
    """Read what `choice_line` writes."""
    choice = TapeChoice(
        number(line[1:3], width=2, least=1, most=99),
        line[4:28].rstrip(),
        line[28:32].rstrip(),
        number(line[32:].lstrip()),
    )
    if choice_line(choice) != line:
        raise ValueError(f"columns of a choice do not fit: {line!r}")
    return choice


def write_in_line(write_in: WriteInName) -> str:
    """Return `_NNNN text … count`."""
    contest = digits(write_in.contest, width=4, least=1, most=9999)
    return spread(f" {contest} {text_of(write_in.name)}", digits(write_in.votes))


def read_write_in_line(line: str) -> WriteInName:
    """Read what `write_in_line` writes."""
    left, _, votes = line.rpartition(" ")
    contest = number(line[1:5], width=4, least=1, most=9999)
    write_in = WriteInName(contest, left[6:].rstrip(), number(votes))
    if write_in_line(write_in) != line:
        raise ValueError(f"columns of a write-in do not fit: {line!r}")
    return write_in


def terminal_lines(terminal: TapeTerminal) -> tuple[str, str]:
    """Return `NNNNNNN OPEN|CLOSED … time` and `_PROTECTIVE a[-b] … BALLOTS n`."""
    serial = digits(int(terminal.serial), width=7, most=9_999_999)
    if terminal.at is None or terminal.closed != (terminal.protective_close is not None):
        raise ValueError(f"terminal {serial}: no time, or its state and counts contradict")
    protective = digits(terminal.protective_open, most=MOST_PROTECTIVE)
    if terminal.protective_close is not None:
        protective += "-" + digits(terminal.protective_close, most=MOST_PROTECTIVE)
    state = "CLOSED" if terminal.closed else "OPEN"
    return (
        spread(f"{serial} {state}", moment_text(terminal.at)),
        spread(f" PROTECTIVE {protective}", f"BALLOTS {digits(terminal.ballots)}"),
    )


def read_terminal_lines(first: str, second: str) -> TapeTerminal:
    """Read what `terminal_lines` writes."""
    closed = first[8:].startswith("CLOSED ")
    at = read_moment(first[-19:])
    protective, _, ballots = second.removeprefix(" PROTECTIVE ").partition(" ")
    opening, dash, closing = protective.partition("-")
    terminal = TapeTerminal(
        serial=first[:7],
        closed=closed,
        at=at,
        protective_open=number(opening, most=MOST_PROTECTIVE),
        protective_close=number(closing, most=MOST_PROTECTIVE) if dash else None,
        ballots=number(ballots.lstrip().removeprefix("BALLOTS ")),
    )
    if terminal_lines(terminal) != (first, second):
        raise ValueError(f"not the two lines of a terminal: {first!r}, {second!r}")
    return terminal


def crc_of(lines: Sequence[str]) -> int:
    """Return the CRC-16/CCITT-FALSE over `lines`, each followed by one LF."""
    return binascii.crc_hqx("".join(f"{line}\n" for line in lines).encode("ascii"), 0xFFFF)


def check_line(count: int, crc: int) -> str:
    """Return `LINES nnn … CHECK hhhh`."""
    return spread(f"LINES {count:03}", f"CHECK {crc:04X}")


def read_check_line(line: str) -> tuple[int, int]:
    """Return the number of lines and the CRC that `check_line` was given."""
    count = number(line[6:].partition(" ")[0], width=3)
    crc = int(line[-4:], 16)
    if check_line(count, crc) != line:
        raise ValueError(f"not a check line: {line!r}")
    return count, crc


def _printable(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        raise ValueError(f"not within the characters 20..7E: {line!r}")
    return line
