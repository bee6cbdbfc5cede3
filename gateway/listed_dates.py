"""Dates in the page headers of listings: election day in the titles, and the run date."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime

from election.listings import ListingHead

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT = {name[:3]: month for month, name in enumerate(_MONTHS, start=1)}
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS).replace("sep", "sept?")
_BY_NAME = re.compile(
    rf"\b({_MONTH})\.? *([0-9]{{1,2}})(?:st|nd|rd|th)? ?,? +([0-9]{{4}})\b", re.IGNORECASE
)
_BY_NUMBER = re.compile(
    r"\b([0-9]{1,2})[/-]([0-9]{1,2})(?:[/-]([0-9]{4})|/([0-9]{2}))\b"  # 1-2-10 is no date
)
_CENTURY = 2000


def dates_in(titles: Iterable[str]) -> tuple[date, ...]:
    """Return the dates that `titles` name, in their order: `Nov. 6, 2018`, `11/06/18`."""
    found: list[date] = []
    for title in titles:
        for name, day, year in _BY_NAME.findall(title):
            with suppress(ValueError):
                found.append(date(int(year), _SHORT[name[:3].lower()], int(day)))
        for month, day, year, short in _BY_NUMBER.findall(title):
            with suppress(ValueError):
                full = int(year) if year else _CENTURY + int(short)
                found.append(date(full, int(month), int(day)))
    return tuple(found)


def is_headed_otherwise(head: ListingHead, day: date) -> bool:
    """Say whether the listing names no ELECTION ID, and other days than `day` of the election."""
    dates = dates_in(head.titles)
    return not head.election and bool(dates) and day not in dates


def is_printed_before(head: ListingHead, day: date) -> bool:
    """Say whether the listing was printed before `day`; False where it does not say when."""
    printed = run_day(head)
    return printed is not None and printed < day


def run_day(head: ListingHead) -> date | None:
    """Return the day on which the listing was printed, None where that is not said."""
    for form in ("%m/%d/%y", "%m/%d/%Y"):
        with suppress(ValueError, IndexError):
            return datetime.strptime(head.run_date.split()[0], form).date()  # noqa: DTZ007  # a day
    return None
