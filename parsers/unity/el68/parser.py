"""EL68 manual changes log: the totals that somebody typed into the tabulation software."""

import re
from dataclasses import dataclass

from election.listings import ListingCheck, ListingFinding, ManualChange, ManualChangesLog
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError
from parsers.unity.el68.entries import HEADING, Entry, read_entry
from parsers.unity.findings import MOST_LINES
from parsers.unity.listing import ListingText
from parsers.unity.log_near_misses import why_no_log
from parsers.unity.log_pages import LogPages
from parsers.unity.recognition import top_lines

MOST_CHANGES = 100_000
"""Colleton County, where a whole count was typed in, has 407."""

VOTERS = "VOTERS"
"""The statistic that has no counting group; every other entry has one."""

_TITLE = re.compile("MANUAL CHANGES LOG LISTING")


@dataclass(frozen=True, slots=True)
class El68Parser:
    """Reads manual changes logs; satisfies `parsers.contract.Parser`."""

    interface_version: int = INTERFACE_VERSION
    name: str = "el68"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        """Say whether the title is the first line and the column heading on the same page."""
        top = top_lines(head)
        return bool(top) and _TITLE.match(top[0]) is not None and any(map(HEADING.fullmatch, top))

    def resembles(self, head: bytes) -> str:
        """Say what is missing around the title, the column heading or entries of the log."""
        if self.recognises(head):
            return ""
        headings = "PRECINCT CANDIDATE USER DATE TIME GRP OLD NEW"
        return why_no_log(top_lines(head), _TITLE, HEADING, _is_entry, headings)

    def parse(self, content: Content) -> ManualChangesLog:
        """Return all entries; raise ParseError naming the line."""
        text = ListingText(content)
        reader = _Reader(text.cut_line)
        line = 1
        for line, each in text.text_lines():
            if each:
                reader.read(each, line)
        return reader.log(line, text.notes)


PARSER = El68Parser()


class _Reader:
    """The state between two lines."""

    def __init__(self, cut_line: int) -> None:
        self._cut_line = cut_line
        self._pages = LogPages("EL68", _TITLE, HEADING, _is_entry)
        self._changes: list[ManualChange] = []
        self._findings: list[ListingFinding] = []
        self._above: ManualChange | None = None
        """The entry above on the same page: blank columns repeat its own."""
        self._below_blank: list[int] = []
        """Lines of entries without precinct below a blank line."""
        self._is_spaced = True
        """Whether no entry without precinct stands right below another."""

    def read(self, text: str, line: int) -> None:
        """Read a line that is not blank; raise ParseError."""
        if self._pages.take(text, line):
            self._above = None
            return
        if not self._pages.below_heading:
            raise ParseError("expected the title MANUAL CHANGES LOG LISTING", line=line)
        entry = read_entry(text, line)
        if entry is None:
            cut = "the log ends in the middle of this line"
            reason = "expected a manual change, or the title of a page"
            raise ParseError(cut if line == self._cut_line else reason, line=line)
        if len(self._changes) == MOST_CHANGES:
            raise ParseError(f"more than {MOST_CHANGES} changes", line=line)
        self._above = self._filled(entry, line)
        self._changes.append(self._above)
        self._findings += (*_without_group(entry, line), *_added_up(self._above))

    def log(self, line: int, notes: tuple[str, ...]) -> ManualChangesLog:
        """Return the log, which ends with `line`; raise ParseError when it cannot end there."""
        if not self._pages.below_heading:
            raise ParseError("the log ends before title and column heading", line=line)
        self._pages.end()
        changes = tuple(self._changes)
        pages = (*self._pages.findings(), *self._lost_precincts())
        findings = (*pages, *_typed_in(changes), *self._findings)
        return ManualChangesLog(self._pages.head(), changes, findings, notes)

    def _filled(self, entry: Entry, line: int) -> ManualChange:
        if entry.number:
            precinct = int(entry.number), entry.precinct
        elif self._above:
            precinct = self._above.precinct_number, self._above.precinct
            if line > self._above.line + 1:
                self._below_blank.append(line)
            else:
                self._is_spaced = False
        else:
            reason = "the first entry of a page names no precinct: nobody knows where it belongs"
            raise ParseError(reason, line=line)
        return ManualChange(
            *precinct,
            candidate=entry.candidate or self._carried(entry, line),
            user=entry.user,
            month_day=entry.month_day,
            time=entry.time,
            group=entry.group,
            old=entry.old,
            new=entry.new,
            line=line,
        )

    def _lost_precincts(self) -> tuple[ListingFinding, ...]:
        """Report blank lines, which stand between precincts, that no precinct follows.

        A copy in which blank lines stand between all entries says nothing by them.
        """
        lines = self._below_blank
        if self._is_spaced or not lines:
            return ()
        message = (
            f"{len(lines)} entries below a blank line name no precinct and were read as of the one "
            "above. Was the entry that names it lost?"
        )
        return (ListingFinding(ListingCheck.LAYOUT, message, tuple(lines[:MOST_LINES])),)

    def _carried(self, entry: Entry, line: int) -> str:
        """Return the candidate of an entry that leaves it blank, also below a new precinct."""
        above = self._above.candidate if self._above else ""
        if entry.group is None:
            if above not in {"", VOTERS}:
                message = f"No candidate and no group, below {above}: read as {VOTERS}."
                self._findings.append(ListingFinding(ListingCheck.LAYOUT, message, (line,)))
            return VOTERS
        if above in {"", VOTERS}:
            raise ParseError(f"an entry of group {entry.group} without a candidate", line=line)
        return above


def _without_group(entry: Entry, line: int) -> tuple[ListingFinding, ...]:
    if not entry.candidate or (entry.group is None) == (entry.candidate == VOTERS):
        return ()
    group = "no group" if entry.group is None else f"group {entry.group}"
    message = f"{entry.candidate} has {group}: only {VOTERS} have none."
    return (ListingFinding(ListingCheck.LAYOUT, message, (line,)),)


def _typed_in(changes: tuple[ManualChange, ...]) -> tuple[ListingFinding, ...]:
    if not changes:
        return ()
    precincts = len({change.precinct_number for change in changes})
    named = sum(bool(change.user) for change in changes)
    message = (
        f"{len(changes)} figures in {precincts} precincts were typed in by hand; "
        f"{named or 'none'} of them with the name of a user."
    )
    lines = tuple(change.line for change in changes[:MOST_LINES])
    return (ListingFinding(ListingCheck.MANUAL_CHANGE, message, lines),)


def _added_up(change: ManualChange) -> tuple[ListingFinding, ...]:
    if not 0 < 2 * change.old <= change.new:
        return ()
    message = (
        f"{change.candidate}, precinct {change.precinct_number:04} {change.precinct}: "
        f"{change.old} was changed to {change.new}, at least twice as many. Was the old total "
        "typed plus the new one?"
    )
    return (ListingFinding(ListingCheck.MANUAL_CHANGE, message, (change.line,)),)


def _is_entry(text: str) -> bool:
    try:
        return read_entry(text, 0) is not None
    except ParseError:
        return False
