"""Counts and percentages as the page-layout reports print them."""

import re

from parsers.errors import ParseError

COUNT = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9}"
"""Some reports have thousands commas, some have not, within one file too."""

PERCENT = r"[0-9]{0,6}\.[0-9]{2}"
"""Without a leading zero; blank where the votes are 0. Sheets counted as ballots exceed 100."""

_COUNT = re.compile(COUNT)
_PERCENT = re.compile(PERCENT)


def count_of(text: str, line: int) -> int:
    """Return a printed count; raise ParseError."""
    if len(text) > 11 or not _COUNT.fullmatch(text):
        raise ParseError(f"{text[:20]!r} is no count", line=line)
    return int(text.replace(",", ""))


def hundredths_of(text: str, line: int) -> int:
    """Return a printed percentage in hundredths of a percent; raise ParseError."""
    if not _PERCENT.fullmatch(text):
        raise ParseError(f"{text[:20]!r} is no percentage", line=line)
    return int(text.replace(".", ""))


def hundredths(part: int, whole: int) -> int | None:
    """Return `part` of `whole` in hundredths of a percent, halves up; None of nothing."""
    return (20_000 * part + whole) // (2 * whole) if whole else None


def printed(percent: int) -> str:
    """Return hundredths of a percent as a report prints them."""
    whole, rest = divmod(percent, 100)
    return f"{whole or ''}.{rest:02}"
