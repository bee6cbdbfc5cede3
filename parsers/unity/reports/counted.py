"""Precincts counted: what a summary says of itself as a whole, and of each contest."""

import re

from election.listings import ListedCount, ListingCheck
from parsers.unity.figures import hundredths, printed
from parsers.unity.findings import Findings

_LABEL = re.compile(r"PRECINCTS COUNTED \(OF (\d{1,3}(?:,\d{3})|\d{1,6})\)", re.IGNORECASE)


class PrecinctsCounted:
    """Takes in the numbers of precincts and holds them against each other."""

    def __init__(self, findings: Findings) -> None:
        self.counted: tuple[int, int] | None = None
        self._line = 0
        self._findings = findings

    def take(self, count: ListedCount) -> bool:
        """Take a row `PRECINCTS COUNTED (OF n)`; return False for every other row."""
        match = _LABEL.fullmatch(count.label)
        if match is None or count.votes is None:
            return False
        of, line = int(match[1].replace(",", "")), count.line
        if self.counted is not None:
            if self.counted != (count.votes, of):
                self._say("the report says another number of precincts than above", line)
            return True
        self.counted, self._line = (count.votes, of), line
        if count.votes != of:
            self._say(f"{count.votes} of {of} precincts are counted", line)
        expected = hundredths(count.votes, of) if count.votes else None
        if (expected or 0) != (count.percent or 0):
            said = "blank" if count.percent is None else printed(count.percent)
            message = f"Line {line}: {count.votes} of {of} precincts counted, percentage {said}."
            self._findings.add(ListingCheck.PERCENT, message, line)
        return True

    def of_contest(self, counted: tuple[int, int], title: str, line: int) -> None:
        """Take a line `(WITH n OF m PRECINCTS COUNTED)`."""
        n, of = counted
        if self.counted is None:
            if n != of:
                self._say(f"{n} of {of} precincts are counted for {title}", line)
            return
        whole, whole_of = self.counted
        if of > whole_of or n > whole:
            self._say(f"{n} of {of} precincts for {title}, of {whole} and {whole_of} above", line)
        elif n > of or (n < of and whole == whole_of):
            self._say(f"{n} of {of} precincts are counted for {title}", line)

    def _say(self, what: str, line: int) -> None:
        lines = sorted({self._line, line} - {0})
        self._findings.add(ListingCheck.PRECINCTS_COUNTED, f"Line {line}: {what}.", *lines)
