"""Prints EL68 manual changes logs, as Unity lays them out."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from election.listings import ListingHead, ManualChange, ManualChangesLog
from simulators.listings.paper import Paper, printed

TITLE = "MANUAL CHANGES LOG LISTING"
COLUMN_HEADING = (
    "  PRECINCT                                CANDIDATE                            "
    "USER  DATE   TIME    GRP     OLD       NEW"
)
GLUED = Paper()
"""CR FF after the last entry of a page, the next title on the same physical line."""


@dataclass(frozen=True, slots=True)
class ManualChangesLayout:
    """How the log is printed; the default is an untouched listing."""

    paper: Paper = GLUED
    page_lines: int = 66
    """On the first page the printer codes take the place of one."""


def print_manual_changes(log: ManualChangesLog, layout: ManualChangesLayout | None = None) -> bytes:
    """Return the bytes of the listing; raise UnicodeEncodeError outside code page 1252."""
    layout = layout or ManualChangesLayout()
    return printed(_pages(log, layout), layout.paper)


def sample_manual_changes(precincts: int, seed: int = 68) -> ManualChangesLog:
    """Return a log of registered voters and of absentee votes that were typed in by precinct."""
    random = Random(seed)  # noqa: S311  # figures for a rehearsal, not keys
    changes: list[ManualChange] = []
    for number in range(1, precincts + 1):
        place = (number, f"Precinct No. {number}")
        changes.append(ManualChange(*place, "VOTERS", "", "11-01", "04:12 pm", None, 0, 1_500))
        for candidate in ("Ada Alvarez", "Bert Ueker", "Yes", "No"):
            new = random.randrange(900)
            changes.append(ManualChange(*place, candidate, "", "11-09", "10:42 am", 3, 0, new))
            if random.random() < 0.2:
                final = new + random.randrange(40)
                changes.append(
                    ManualChange(*place, candidate, "", "11-09", "10:55 am", 4, new, final)
                )
    head = ListingHead(
        "EL68",
        ("Sample County", "General Election", "November 8, 2016"),
        "11/11/16 04:13 PM",
        "17110816",
    )
    return ManualChangesLog(head, tuple(changes))


def page_top(title: str, head: ListingHead, heading: str) -> list[str]:
    """Return the header of a page of EL68, or of another log of this family."""
    first, *others = head.titles or ("",)
    return [
        f"{title:<50}{first}".rstrip(" "),
        *(f"{'':50}{other}" for other in others),
        f"{'RUN DATE:' + head.run_date:<108}ELECTION ID: {head.election}",
        "",
        heading,
        "",
    ]


def _pages(log: ManualChangesLog, layout: ManualChangesLayout) -> Iterator[list[str]]:
    top = page_top(TITLE, log.head, COLUMN_HEADING)
    page, above = [*top], None
    left = layout.page_lines - len(top) - bool(layout.paper.preamble)
    for change in log.changes:
        new_precinct = above is not None and _place(change) != _place(above)
        if above and left < 1 + new_precinct:
            yield page
            page, above, new_precinct = [*top], None, False
            left = layout.page_lines - len(top)
        page += [""] * new_precinct
        page.append(_entry(change, above))
        left -= 1 + new_precinct
        above = change
    yield page


def _place(change: ManualChange) -> tuple[int, str]:
    return change.precinct_number, change.precinct


def _entry(change: ManualChange, above: ManualChange | None) -> str:
    number, precinct, candidate = f"{change.precinct_number:04}", change.precinct, change.candidate
    if above and _place(change) == _place(above):
        number = precinct = ""
    if above and _changes_again(change, above):
        candidate = ""
    group = "" if change.group is None else change.group
    return (
        f"{number:<5}{precinct:<35}{candidate:<39}{change.user:<6}{change.month_day} {change.time}"
        f"{group:>3} {change.old:>8,}{change.new:>10,}"
    )


def _changes_again(change: ManualChange, above: ManualChange) -> bool:
    """Say whether the line above is of the same candidate, not of another of the same name."""
    if change.candidate != above.candidate or (change.group is None) != (above.group is None):
        return False
    return change.group is None or change.group != above.group or change.old == above.new
