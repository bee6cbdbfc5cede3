"""What tells the four page-layout reports apart, and where their figures stand.

    EL30    label 2-43   VOTES end 50                          PERCENT end 58
    EL45    label 2-40   VOTES end 50                          PERCENT end 58
    EL30A   label 2-43   TOTAL VOTES end 51   % end 59 or 60   groups end 73, 87, 101, ...
    EL45A   label 2-40   TOTAL VOTES end 51   % end 59 or 60   groups end 73, 87, 101, ...

Columns count from 1 within a column of the page: an 80-column copy has a margin of 10, the right
half of a 132-column page begins at 73. Some files have their groups one column further right.
"""

import re
from dataclasses import dataclass

GROUP_PITCH = 14
"""Columns from one counting group to the next."""

FIRST_GROUP_END = 73
"""Column where the figures of the first group end; in some files it is the next one."""

MOST_GROUPS = 12
"""Counting groups of a report; up to seven were seen."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the four reports."""

    name: str
    """Stable name of the parser."""
    by_precinct: bool
    grouped: bool
    label_end: int
    """Columns that hold indent, label and leader."""
    votes_end: int
    percent_ends: tuple[int, ...]
    """Ascending."""
    heading: re.Pattern[str]
    """Column heading; group 1 marks where the first word of it begins."""
    heading_at: int
    """Where in a column of the page that word begins, from 0."""

    @property
    def report(self) -> str:
        """Name of the report as its pages print it."""
        return self.name.upper()


_TWO_BLANKS = re.compile(r" *(VOTES {2}PERCENT)(?: +VOTES {2}PERCENT)?", re.IGNORECASE)
_ONE_BLANK = re.compile(r" *(VOTES PERCENT)(?: +VOTES PERCENT)?", re.IGNORECASE)
_TOTAL_VOTES = re.compile(r" *(TOTAL VOTES {2,9}%)(?: .*)?", re.IGNORECASE)

EL30 = Kind("el30", True, False, 43, 50, (58,), _TWO_BLANKS, 44)
EL45 = Kind("el45", False, False, 40, 50, (58,), _ONE_BLANK, 45)
EL30A = Kind("el30a", True, True, 43, 51, (59, 60), _TOTAL_VOTES, 40)
EL45A = Kind("el45a", False, True, 40, 51, (59, 60), _TOTAL_VOTES, 40)
KINDS = (EL30, EL30A, EL45, EL45A)
