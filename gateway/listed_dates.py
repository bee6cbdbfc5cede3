"""Dates in the page headers of listings: election day in the titles, and the run date."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime

from election.listings import ListingHead

_MONTHS = "january february march april may june july august september october november december"
_BY_NAME = re.compile(
    rf"\b({'|'.join(_MONTHS.split())}) +(\d{{1,2}})(?:st|nd|rd|th)? ?,? +(\d{{4}})\b", re.IGNORECASE
)
_BY_NUMBER = re.compile(r"\b(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b")


def dates_in(titles: Iterable[str]) -> tuple[date, ...]:
    """Return the dates that `titles` name, in their order: `November 6, 2018`, `11/06/2018`."""
    found: list[date] = []
    for title in titles:
        for name, day, year in _BY_NAME.findall(title):
            with suppress(ValueError):
                month = _MONTHS.split().index(name.lower()) + 1
                found.append(date(int(year), month, int(day)))
        for month, day, year in _BY_NUMBER.findall(title):
            with suppress(ValueError):
                found.append(date(int(year), int(month), int(day)))
    return tuple(found)


def run_day(head: ListingHead) -> date | None:
    """Return the day on which the listing was printed, None where that is not said."""
    for form in ("%m/%d/%y", "%m/%d/%Y"):
        with suppress(ValueError, IndexError):
            return datetime.strptime(head.run_date.split()[0], form).date()  # noqa: DTZ007  # a day
    return None
