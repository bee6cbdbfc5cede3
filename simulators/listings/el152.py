"""Prints EL152 event logs, as Unity's iVotronic audit program lays them out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from election.listings import Event, EventLog, ListingHead
from simulators.listings.paper import Paper, printed

COLUMN_HEADING = "Votronic  PEB#   Type    Date       Time     Event"
UNSET = "00/00/00 00:00:00"

ONE_BREAK = Paper(page_break=b"")
"""EL152 begins a page on a line of its own, without a form feed."""

OPENING = (
    ("0002808", "Terminal - opening state"),
    ("0001303", "Transfer PEB vote data to terminal"),
    ("0001672", "Terminal Opened"),
    ("0001633", "Terminal shutdown"),
)
CLOSING = (
    ("0002810", "Terminal - time to close voting"),
    ("0002809", "Terminal - closing state"),
    ("0001626", "Close terminal"),
    ("0001210", "Transfer terminal vote data to PEB"),
    ("0001673", "Terminal Closed"),
    ("0001416", "Copy audit data from TF 1 to CF"),
)
VOTE = ("0001510", "Vote cast by voter")
POWER = ("0001635", "Terminal shutdown - IPS exit")


@dataclass(frozen=True, slots=True)
class EventLogLayout:
    """How the log is printed; the default is an untouched listing."""

    paper: Paper = ONE_BREAK
    page_lines: int = 67


def print_event_log(log: EventLog, layout: EventLogLayout | None = None) -> bytes:
    """Return the bytes of the listing; dates are printed as `Event.printed_at` has them."""
    layout = layout or EventLogLayout()
    return printed(_pages(log, layout.page_lines), layout.paper)


def sample_event_log(
    terminals: int, seed: int = 152, *, two_digit_years: bool = False, clocks: bool = True
) -> EventLog:
    """Return a polling day: every terminal is opened, votes, loses its power and is closed.

    Without `clocks` the clock of every terminal is unset.
    """
    random = Random(seed)  # noqa: S311  # a day for a benchmark, not keys
    shape = "%m/%d/%y %H:%M:%S" if two_digit_years else "%m/%d/%Y %H:%M:%S"
    events = (
        Event(serial, peb, kind, at, at.strftime(shape), *what)
        if clocks
        else Event(serial, peb, kind, None, UNSET, *what)
        for serial in map(str, range(5_120_000, 5_120_000 + terminals))
        for peb, kind, at, what in _day(random)
    )
    head = ListingHead("EL152", (), "11/11/16 11:03 AM", "17110816")
    return EventLog(head, tuple(events))


def _day(random: Random) -> Iterator[tuple[str, str, datetime, tuple[str, str]]]:
    at = datetime(2016, 11, 8, 6, 10, random.randrange(60))  # noqa: DTZ001  # a wall clock
    master = str(155_000 + random.randrange(900))
    booths = [str(156_000 + random.randrange(900)) for _ in range(3)]
    for what in OPENING:
        at += timedelta(seconds=random.randrange(40))
        yield master, "SUP", at, what
    peb = booths[0]
    for _ in range(random.randrange(120, 220)):
        at += timedelta(seconds=random.randrange(20, 400))
        if random.random() < 0.25:
            peb = random.choice(booths)
        if random.random() < 0.02:
            yield "0", "UNK", at, POWER
        yield peb, "SUP", at, VOTE
    for what in CLOSING:
        at += timedelta(seconds=random.randrange(40))
        yield master, "SUP", at, what


def _pages(log: EventLog, page_lines: int) -> Iterator[list[str]]:
    header = f"ELECTION ID: {log.head.election}"
    if log.head.run_date:
        header = f"{'RUN DATE:' + log.head.run_date:<76}{header}"
    top = [header, "", COLUMN_HEADING, ""]
    page, above = [*top], None
    for event in log.events:
        new_terminal = above is not None and event.terminal != above.terminal
        if len(page) + 1 + new_terminal > max(page_lines, len(top) + 1):
            yield page
            page, above = [*top], None
        elif new_terminal:
            page.append("")
        page.append(_row(event, above))
        above = event
    yield page


def _row(event: Event, above: Event | None) -> str:
    date, time = event.printed_at.split(" ")
    terminal, peb = event.terminal, event.peb
    if above and terminal == above.terminal:
        terminal = ""
        peb = "" if peb == above.peb else peb
    row = f"{terminal:<9}{peb:<8}{event.peb_type:<6}{date:<11}{time}   {event.number}"
    return f"{row} {event.description}" if event.description else row
