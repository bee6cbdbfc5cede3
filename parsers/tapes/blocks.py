"""Blocks that both tapes are built of; each is read whole or not at all."""

from collections.abc import Iterable

from election.documents import TapeChoice, TapeContest, TapeTerminal, WriteInName
from parsers.errors import ParseError
from parsers.tapes.columns import (
    MOST_CONTEST_TOTAL,
    MOST_VOTES,
    RULE,
    number,
    read_choice_line,
    read_contest_line,
    read_terminal_lines,
    read_vote_for_line,
    read_write_in_line,
    right_of,
)
from parsers.tapes.reading import LineCursor

MOST_CHOICES = 100
"""Per contest."""


def read_contest(cursor: LineCursor, *, has_overvotes: bool) -> TapeContest:
    """Read one contest from its title to CONTEST TOTAL, and whether its numbers agree."""
    contest, title = cursor.read("a contest", read_contest_line)
    allowed, ballots = cursor.read("VOTE FOR and BALLOTS", read_vote_for_line)
    choices = _read_choices(cursor)
    write_ins = None
    if cursor.peek("WRITE-IN").startswith(" WRITE-IN "):
        write_ins = read_count(cursor, " WRITE-IN")
    overvotes = read_count(cursor, " OVER VOTES") if has_overvotes else None
    undervotes = read_count(cursor, " UNDER VOTES")
    total = read_count(cursor, " CONTEST TOTAL", most=MOST_CONTEST_TOTAL)
    listed = sum(choice.votes for choice in choices)
    added = listed + (write_ins or 0) + (overvotes or 0) + undervotes
    if added != total:
        cursor.contradict(f"CONTEST TOTAL says {total}, the lines above it add up to {added}")
    if ballots * allowed != total:
        cursor.contradict(
            f"CONTEST TOTAL says {total}, {ballots} ballots with {allowed} votes allowed "
            f"make {ballots * allowed}"
        )
    return TapeContest(
        contest, title, allowed, ballots, choices, write_ins, overvotes, undervotes, total
    )


def read_terminal(cursor: LineCursor) -> TapeTerminal:
    """Read the two lines of one terminal."""
    first = cursor.take("a terminal")
    return cursor.read(
        "the two lines of a terminal", lambda second: read_terminal_lines(first, second)
    )


def read_write_in_names(cursor: LineCursor) -> tuple[WriteInName, ...]:
    """Read the names up to the next rule."""
    names = [cursor.read("a write-in name", read_write_in_line)]
    while cursor.peek("a write-in name") != RULE:
        names.append(cursor.read("a write-in name", read_write_in_line))
    return tuple(names)


def read_count(cursor: LineCursor, label: str, *, most: int = MOST_VOTES) -> int:
    """Read a line `label … count`."""
    return cursor.read(
        f"{label.strip()} and a count", lambda line: number(right_of(line, label), most=most)
    )


def contradict_repeated(cursor: LineCursor, what: str, numbers: Iterable[int | str]) -> None:
    """Keep as damage that the last of `numbers` stands on the tape a second time."""
    *earlier, last = numbers
    if last in earlier:
        cursor.contradict(f"{what} {last} is on the tape twice")


def _read_choices(cursor: LineCursor) -> tuple[TapeChoice, ...]:
    choices: list[TapeChoice] = []
    while cursor.peek("a choice")[1:3].isdigit():
        choices.append(cursor.read("a choice", read_choice_line))
        contradict_repeated(cursor, "choice", [choice.choice for choice in choices])
        if len(choices) > MOST_CHOICES:
            raise ParseError(f"more than {MOST_CHOICES} choices", line=cursor.number)
    return tuple(choices)
