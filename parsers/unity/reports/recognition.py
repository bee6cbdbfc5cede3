"""Which of the four reports the first lines of a file are."""

import re
from collections.abc import Sequence

from parsers.unity.reports.kinds import EL30, EL30A, EL45, EL45A, KINDS, Kind

_PRECINCT_LINE = re.compile(r" {0,20}\d{4}(?: .*)?")
_COUNTED = re.compile(r" {1,20}PRECINCTS COUNTED \(OF ", re.IGNORECASE)
_SUMMARY = re.compile(r" {0,20}SUMMARY REP", re.IGNORECASE)
_BY_PRECINCT = re.compile(r" {0,20}PREC(?:INCT)? REP", re.IGNORECASE)

_NEAR_HEADING = 3
"""Lines above the heading that a precinct line is among; a section title may come between."""

_BELOW_HEADING = 3
"""Lines below the heading that PRECINCTS COUNTED is among."""


def kind_of(lines: Sequence[str]) -> Kind | None:
    """Return the report that `lines`, the first of a file that are not blank, are."""
    for place, text in enumerate(lines):
        headed = [kind for kind in KINDS if kind.heading.fullmatch(text)]
        if headed:
            above, below = lines[:place], lines[place + 1 :][:_BELOW_HEADING]
            return next((kind for kind in headed if _is_page(kind, above, below)), None)
    return None


def missing(lines: Sequence[str], kind: Kind) -> str:
    """Return why `lines`, which have a title or a heading of `kind`, are no page of it."""
    title = _BY_PRECINCT if kind.by_precinct else _SUMMARY
    titled = any(title.match(text) and _is_grouped(text) is kind.grouped for text in lines)
    headed = any(kind.heading.fullmatch(text) for text in lines)
    if titled and not headed:
        return f"no column heading {_HEADINGS[kind.name]!r} follows its title."
    if headed and kind.by_precinct and not titled:
        return "no precinct line (four digits and a name) stands above its column heading."
    if headed and titled:
        return "its first page has no precinct line above the column heading."
    if headed:
        return "it has neither its title nor a row PRECINCTS COUNTED."
    return ""


def _is_page(kind: Kind, above: Sequence[str], below: Sequence[str]) -> bool:
    near = above[-_NEAR_HEADING:]
    by_precinct = any(_PRECINCT_LINE.fullmatch(text) for text in near)
    if kind.by_precinct:
        return by_precinct and not any(_SUMMARY.match(text) for text in above)
    summary = any(_SUMMARY.match(text) for text in above) or any(map(_COUNTED.match, below))
    return summary and not any(_BY_PRECINCT.match(text) for text in above)


def _is_grouped(title: str) -> bool:
    return "GROUP DETAIL" in title.upper() or "EL30A" in title.upper()


_HEADINGS = {
    EL30.name: "VOTES  PERCENT",
    EL45.name: "VOTES PERCENT",
    EL30A.name: "TOTAL VOTES     %",
    EL45A.name: "TOTAL VOTES     %",
}
