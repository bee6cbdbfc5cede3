"""Follows an EL68A system log: pages, entries, open loads, counting groups."""

import re
from dataclasses import dataclass, field

from election.listings import ListingCheck, SystemAction, SystemLog
from parsers.errors import ParseError
from parsers.unity.el68a.entries import (
    HEADING,
    Dated,
    Effect,
    Said,
    continues,
    read_dated,
    read_selected,
    read_text,
)
from parsers.unity.el68a.replay import Replay
from parsers.unity.findings import Findings
from parsers.unity.log_pages import LogPages

MOST_ACTIONS = 500_000
"""Saguache County, with six weeks of work, has 931."""

MOST_CONTINUATIONS = 4
"""Lines without a date below an entry; one was seen."""

TITLE = re.compile("SYSTEM LOG LISTING")

NO_HEADER = "No page header: an excerpt or a copy, read by the dates of its entries."

_LOAD = re.compile(
    r"(START|STOP) (?:\S{1,8} DOWNLOAD|PACK ACCUMULATION)\b(?: \((\S{1,12}) Mode\b)?"
)
_OVERRIDE = re.compile(r"Time stamp mismatch \(Reply was: Update\)|.{0,40}\balready updated\b")


@dataclass(slots=True)
class _Load:
    """What stands between START and STOP of a download or of the packs."""

    adding: bool
    group: int | None
    lines: list[int]
    """START and the entries that added."""
    precincts: set[int] = field(default_factory=set)
    ballots: int = 0


class Reader:
    """The state between two lines."""

    def __init__(self, cut_line: int) -> None:
        self._cut_line = cut_line
        self._pages = LogPages("EL68A", TITLE, HEADING, lambda text: read_dated(text) is not None)
        self._findings = Findings()
        self._replay = Replay(self._findings)
        self._actions: list[SystemAction] = []
        self._groups: dict[tuple[int, str], None] = {}
        self._selected: int | None = None
        self._load: _Load | None = None
        self._entry: Dated | None = None
        self._texts: list[str] = []
        """Text of the open entry and of the lines that continue it."""
        self._line = 0

    def read(self, text: str, line: int) -> None:
        """Read a line that is not blank; raise ParseError."""
        if self._pages.take(text, line):
            return
        if line == self._cut_line:
            message = f"The log ends without a line end, at {text[-40:]!r}."
            self._findings.add(ListingCheck.CUT, message, line)
        if entry := read_dated(text):
            self._close_entry()
            self._entry, self._texts, self._line = entry, [entry.text], line
        elif self._entry is None:
            raise ParseError("expected an entry with date and time, or a page header", line=line)
        elif not continues(text) or len(self._texts) > MOST_CONTINUATIONS:
            reason = "neither an entry with date and time nor the continuation of the one above"
            raise ParseError(reason, line=line)
        else:
            self._texts.append(text.strip(" "))

    def log(self, line: int, notes: tuple[str, ...]) -> SystemLog:
        """Return the log, which ends with `line`; raise ParseError when it cannot end there."""
        head = self._pages.head()
        if head.pages and not self._pages.below_heading:
            raise ParseError("the log ends in a page header", line=line)
        if not head.pages and self._entry is None:
            raise ParseError("no page header and no entry", line=line)
        self._close_entry()
        self._close_load()
        self._pages.end()
        if not head.pages:
            notes = (*notes, NO_HEADER)
        findings = (*self._pages.findings(), *self._findings.all())
        return SystemLog(head, tuple(self._actions), tuple(self._groups), findings, notes)

    def _close_entry(self) -> None:
        entry = self._entry
        if entry is None:
            return
        if len(self._actions) == MOST_ACTIONS:
            raise ParseError(f"more than {MOST_ACTIONS} entries", line=self._line)
        raw = " ".join(filter(None, self._texts))
        said = read_text(raw, self._line)
        selected = read_selected(said.action)
        if selected:
            self._groups.setdefault(selected)
            self._selected = selected[0]
        self._open_or_close_load(said)
        action = SystemAction(
            entry.month_day,
            entry.time,
            said.action,
            said.precinct,
            said.ballots,
            said.total,
            selected[0] if selected else self._group_of(said),
            entry.user,
            raw,
            self._line,
        )
        self._actions.append(action)
        self._replay.apply(action, said.effect)
        self._look_at(action, said.effect)

    def _group_of(self, said: Said) -> int | None:
        if said.group is not None or said.precinct is None:
            return said.group
        if self._load and self._load.group is not None:
            return self._load.group
        return self._selected if self._load else None

    def _open_or_close_load(self, said: Said) -> None:
        if load := _LOAD.match(said.action):
            self._close_load()
            if load[1] == "START":
                self._load = _Load(load[2] == "Add-to", said.group, [self._line])

    def _look_at(self, action: SystemAction, effect: Effect) -> None:
        if action.precinct is not None and _OVERRIDE.match(action.action):
            message = f"Precinct {action.precinct:04}: {action.action}"
            self._findings.add(ListingCheck.OVERRIDE, message, action.line)
        elif effect is Effect.UNKNOWN:
            message = f"What {action.action[:40]!r} does to the totals is not known: not replayed."
            self._findings.add(ListingCheck.LAYOUT, message, action.line)
        elif effect is Effect.ADD:
            load = self._load or _Load(adding=False, group=action.group, lines=[])
            load.lines.append(action.line)
            load.precincts.add(action.precinct or 0)
            load.ballots += action.ballots or 0
            if not load.adding:
                self._add_finding(load)

    def _close_load(self) -> None:
        if self._load and self._load.adding:
            self._add_finding(self._load)
        self._load = None

    def _add_finding(self, load: _Load) -> None:
        group = "an unknown group" if load.group is None else f"group {load.group}"
        message = (
            f"{load.ballots} ballots were added to those of {group} in {len(load.precincts)} "
            "precincts, not put in their place. Were they new ballots?"
        )
        self._findings.add(ListingCheck.ADDED_TO, message, *load.lines)
