"""Rows of figures of an EL30A, told by their tokens: the blanks of a PDF say nothing.

     DONALD J TRUMP (REP).  .  .  .  .     300    79.79          292
    8             0             0

The label ends where the leader dots begin. A label too long for dots ends at its party. The
numbers must be as many as the heading names columns: total, percent unless it is blank, and one
for each counting group.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from election.listings import ListedCount
from parsers.errors import ParseError
from parsers.unity.figures import COUNT, PERCENT, count_of, hundredths_of

LONGEST_LABEL = 100
"""EL30A prints 43 characters."""

_NUMBER = re.compile(rf"{COUNT}|{PERCENT}")
_PARTY = re.compile(r"(.{1,100}) \(([^() ]{1,10})\)")
_REGISTERED = re.compile(r"REGISTERED VOTERS\b", re.IGNORECASE)
_TURNOUT = re.compile(r"VOTER TURNOUT\b", re.IGNORECASE)
_STATISTIC = re.compile(r"(?:REGISTERED VOTERS|BALLOTS CAST|VOTER TURNOUT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowTokens:
    """A line taken apart, before anything is known of the columns."""

    label: tuple[str, ...]
    """Without leader dots that stand alone."""
    numbers: tuple[str, ...]
    """At the end of the line."""
    is_row: bool
    """Whether it is clear where the label ends."""


def row_tokens(text: str) -> RowTokens:
    """Take `text` apart; a title without leader dots is no row."""
    tokens = text.split()
    numbers = len(list(takewhile(_NUMBER.fullmatch, reversed(tokens))))
    before, after = tokens[: len(tokens) - numbers], tokens[len(tokens) - numbers :]
    dots = len(list(takewhile(".".__eq__, reversed(before))))
    label = before[: len(before) - dots]
    party = bool(numbers and label and label[-1].endswith((")", ").")))
    return RowTokens(tuple(label), tuple(after), is_row=bool(dots) or party)


def is_statistic(label: str) -> bool:
    """Say whether a row with this label is about the precinct, not about a choice."""
    return _STATISTIC.match(label) is not None


def read_row(text: str, groups: int, line: int) -> ListedCount:
    """Return what a row says, wrapped lines joined; raise ParseError."""
    tokens = row_tokens(text)
    label = " ".join(tokens.label).removesuffix(".")
    if not tokens.is_row:
        raise ParseError(f"where the label {label[:40]!r} ends is not clear", line=line)
    if not label or len(label) > LONGEST_LABEL:
        raise ParseError("a row of figures without a label, or one too long", line=line)
    party = _PARTY.fullmatch(label)
    name, abbreviation = (party[1], party[2]) if party else (label, "")
    votes, percent, cells = _columns(label, tokens.numbers, groups, line)
    return ListedCount(name, votes, cells, percent, abbreviation, line=line)


def _columns(
    label: str, numbers: tuple[str, ...], groups: int, line: int
) -> tuple[int | None, int | None, tuple[int | None, ...]]:
    blank = (None,) * groups
    kinds = "".join("%" if "." in number else "n" for number in numbers)
    if kinds == "%" and _TURNOUT.match(label):
        return None, hundredths_of(numbers[0], line), blank
    if kinds == "n" and _REGISTERED.match(label):
        return count_of(numbers[0], line), None, blank
    if kinds not in {"n" * (1 + groups), "n%" + "n" * groups}:
        reason = (
            f"{len(numbers)} numbers for {label[:40]!r}; expected a total, a percentage or none, "
            f"and {groups} counting groups"
        )
        raise ParseError(reason, line=line)
    votes, *rest = numbers
    percent = hundredths_of(rest.pop(0), line) if "%" in kinds else None
    return count_of(votes, line), percent, tuple(count_of(cell, line) for cell in rest)
