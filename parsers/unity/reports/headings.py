"""Column headings: where the columns of a page begin, and what the counting groups are called."""

from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.unity.reports.kinds import FIRST_GROUP_END, GROUP_PITCH, MOST_GROUPS, Kind

_NAME_ENDS = (FIRST_GROUP_END, FIRST_GROUP_END + 1)
"""Names have 13 columns, of which the last is that of the figures; the one before is blank."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The column heading of a page."""

    starts: tuple[int, ...]
    """First character of each column of the page, from 0."""
    groups: tuple[str, ...]
    """Names by column, `""` for an unnamed group; names may repeat."""


def read_heading(text: str, kind: Kind, line: int) -> Heading | None:
    """Return the heading of a `kind`, or None when `text` is none; raise ParseError."""
    match = kind.heading.fullmatch(text)
    if match is None:
        return None
    width = len(match[1])
    begins = [match.start(1)]
    if not kind.grouped and (second := len(text) - width) != begins[0]:
        begins.append(second)
    starts = tuple(begin - kind.heading_at for begin in begins)
    if starts[0] < 0:
        raise ParseError("the column heading stands further left than in any report", line=line)
    return Heading(starts, _names(text[starts[0] :], line) if kind.grouped else ())


def _names(text: str, line: int) -> tuple[str, ...]:
    """Cut group names out of a heading: between two of them every column is blank."""
    for end in _NAME_ENDS:
        begins = range(end - GROUP_PITCH, len(text), GROUP_PITCH)
        if all(text[begin : begin + 1].strip() == "" for begin in begins):
            names = [text[begin : begin + GROUP_PITCH].strip(" ") for begin in begins]
            while names and not names[-1]:
                names.pop()
            if len(names) > MOST_GROUPS:
                raise ParseError(f"more than {MOST_GROUPS} counting groups", line=line)
            return tuple(names)
    raise ParseError("the names of the counting groups do not stand over their columns", line=line)
