"""What blank lines and page headers between the rows of an EL152 event log say of the rows.

A blank line stands between two terminals of a page, and no page stands in a log twice.
"""

from collections.abc import Iterable, Iterator, Sequence

from election.listings import Event, ListingCheck
from parsers.unity.findings import Findings


def check_blanks(
    events: Sequence[Event], places: Sequence[int], blanks: Iterable[int], findings: Findings
) -> None:
    """Report blank lines within a terminal: the row that named another may be lost.

    `blanks` are the rows that stand below one, and on the same page as the row above. A copy in
    which blank lines stand between all rows says nothing by them.
    """
    below = [
        places[at]
        for at in blanks
        if 0 < at < len(events) and events[at].terminal == events[at - 1].terminal
    ]
    if below and 2 * len(below) < len(events):
        message = (
            f"{len(below)} rows below a blank line are of the terminal above. Was the row lost "
            "that names another?"
        )
        findings.add(ListingCheck.RECORD, message, *below)


def check_pages(
    events: Sequence[Event], places: Sequence[int], starts: Iterable[int], findings: Findings
) -> None:
    """Report pages whose rows are those of a page above; `starts` are the first rows of pages."""
    first: dict[tuple[Event, Event, int], int] = {}
    for begin, end in _pages(starts, len(events)):
        key = events[begin], events[end - 1], end - begin
        above = first.setdefault(key, begin)
        if above != begin and events[above : above + end - begin] == events[begin:end]:
            message = (
                f"The page whose rows begin on line {places[begin]} has those of the page that "
                f"begins on line {places[above]}; the log may hold it twice."
            )
            findings.add(ListingCheck.REPEATED, message, places[above], places[begin])


def _pages(starts: Iterable[int], rows: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each page that has rows."""
    begins = list(dict.fromkeys(starts))
    return (
        (begin, end) for begin, end in zip(begins, [*begins[1:], rows], strict=True) if begin < end
    )
