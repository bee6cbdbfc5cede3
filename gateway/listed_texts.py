"""Texts of totals listings, and when two of them mean the same."""

import re

TITLE_CUT = 56
"""Columns of a contest title in the ASCII export; page-layout reports have more room."""
LABEL_CUT = 38
"""Columns of a choice in the ASCII export; of a precinct report 43, its party included."""
PARTY_CUT = 3
"""Columns of a party in the ASCII export."""
PRECINCT_CUT = 30
"""Columns of the name of a precinct in the ASCII export."""

_NO_LETTER = re.compile(r"[^a-z]+")


def letters(label: str) -> str:
    """Return the letters of `label` alone, in lower case: reports space and dot them freely."""
    return _NO_LETTER.sub("", label.casefold())


def folded(text: str) -> str:
    """Return `text` without case, repeated and outer blanks."""
    return " ".join(text.split()).casefold()


def same_text(printed: str, defined: str, cut: int) -> bool:
    """Say whether `printed`, cut after `cut` columns at the earliest, stands for `defined`."""
    short, whole = folded(printed), folded(defined)
    if short == whole:
        return True
    # A cut behind a blank leaves one column less.
    return len(printed.strip()) >= cut - 1 and whole.startswith(short)
