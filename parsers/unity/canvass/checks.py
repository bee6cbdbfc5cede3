"""Holds what a canvass says of a contest against itself."""

from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter

from election.listings import ListedCount, ListingCheck
from parsers.unity.canvass.contests import Block, Column, Contest, Precinct, Row, is_blank
from parsers.unity.figures import hundredths, printed
from parsers.unity.findings import Findings

NO_CHOICES = {"OVER VOTES", "UNDER VOTES"}
"""Columns that are no part of the votes that percentages are of."""

TURNOUT, BALLOTS, REGISTERED = "VOTER TURNOUT", "BALLOTS CAST", "REGISTERED VOTERS"

_VOTES = attrgetter("votes")


def check_contest(contest: Contest, findings: Findings, *, blanks_are_odd: bool) -> None:
    """Add whatever is wrong with a contest that has been read to its end."""
    for block in contest.blocks:
        _check_sums(contest, block, findings)
        _check_repeats(contest, block, findings)
        if blanks_are_odd and contest.first.title:
            _check_blanks(contest, block, findings)
    _check_key(contest, findings)
    _check_counted(contest, findings)
    if contest.first.title:
        _check_percents(contest, findings)
    else:
        _check_labels(contest, findings)
        _check_turnout(contest, findings)


def check_precincts(precincts: Iterable[Precinct], findings: Findings) -> None:
    """Add the precincts that contests have and statistics lack: nothing else covers a number."""
    precincts = list(precincts)
    if not any(precinct.statistics for precinct in precincts):
        return
    for precinct in precincts:
        if not precinct.statistics:
            message = (
                f"Precinct {precinct.number} {precinct.name} has votes, but no statistics, which "
                "others have. Is it another precinct whose number was misprinted?"
            )
            findings.add(ListingCheck.LAYOUT, message, precinct.line)


def _check_sums(contest: Contest, block: Block, findings: Findings) -> None:
    rows = list(map(itemgetter(2), block.rows))
    for place, column in enumerate(block.columns):
        total = column.total
        votes = sum(filter(None, map(_VOTES, map(itemgetter(place), rows))))
        if votes != (total.votes or 0):
            said = f"{total.votes:,}" if total.votes is not None else "nothing"
            findings.add(
                ListingCheck.COLUMN_SUM,
                f"{contest.name}, {total.label}: the rows make {votes:,}, the total says {said}.",
                total.line or contest.first.line,
                *_ends(block.rows),
            )


def _check_repeats(contest: Contest, block: Block, findings: Findings) -> None:
    if block.precincts() == len(block.rows):
        return
    first: dict[int, int] = {}
    for precinct, line, _ in block.rows:
        if (before := first.setdefault(precinct.number, line)) != line:
            message = f"{contest.name}: precinct {precinct.number} is printed twice."
            findings.add(ListingCheck.REPEATED, message, before, line)


def _check_blanks(contest: Contest, block: Block, findings: Findings) -> None:
    if not any(column.cells.some_blank for column in block.columns):
        return
    for precinct, line, cells in block.rows:
        missing = [cell.label for cell in cells if is_blank(cell)]
        if missing:
            message = (
                f"{contest.name}: precinct {precinct.number} has no figure for "
                f"{', '.join(missing[:3])}; rows print a 0 where there are no votes."
            )
            findings.add(ListingCheck.LAYOUT, message, contest.first.line, line)


def _check_key(contest: Contest, findings: Findings) -> None:
    """Say when not every choice of the key of an EL52 has its column."""
    key = contest.first.heading.key
    columns = sum(len(block.columns) for block in contest.blocks)
    if key and columns != len(key):
        message = f"{contest.name}: {len(key)} choices in the key, {columns} columns with rows."
        findings.add(ListingCheck.COLUMN_SUM, message, key[0].line, contest.first.line)


def _check_counted(contest: Contest, findings: Findings) -> None:
    first = contest.first
    if first.counted is None:
        return
    counted, of = first.counted
    if counted != of:
        message = f"{contest.name}: {counted} of {of} precincts are counted."
        findings.add(ListingCheck.PRECINCTS_COUNTED, message, first.line)
    for block in contest.blocks:
        precincts = block.precincts()
        if precincts != of:
            message = f"{contest.name}: rows of {precincts} precincts, the heading says {of}."
            lines = (first.line, *_ends(block.rows))
            findings.add(ListingCheck.PRECINCTS_COUNTED, message, *lines)


def _check_labels(contest: Contest, findings: Findings) -> None:
    """Say when nothing below a missing title is a statistic: then it may be a contest."""
    labels = [total.label for total in contest.totals()]
    if not any(label.upper().startswith((REGISTERED, BALLOTS, TURNOUT)) for label in labels):
        message = (
            f"{', '.join(labels[:3])} stand below no title and were read as statistics. Is the "
            "title of a contest lost?"
        )
        findings.add(ListingCheck.LAYOUT, message, contest.first.line)


def _check_percents(contest: Contest, findings: Findings) -> None:
    """Hold printed percentages against the totals of the choices.

    EL52 prints them rounded, EL111 cut off; in further blocks EL111 prints percentages of some
    other number (Sarpy County 2008: 231 of 26,268 votes are said to be .43), so only the first
    block is held to it.
    """
    totals = contest.totals()
    whole = sum(each.votes or 0 for each in totals if each.label.upper() not in NO_CHOICES)
    held = contest.first.heading.key or tuple(each.total for each in contest.blocks[0].columns)
    for total in held:
        if total.percent is not None and not _is_percent(total.percent, total.votes or 0, whole):
            findings.add(
                ListingCheck.PERCENT,
                f"{contest.name}, {total.label}: {total.votes or 0:,} of {whole:,} votes are "
                f"not {printed(total.percent)} percent.",
                *sorted({contest.blocks[0].percents_line or total.line, total.line}),
            )


def _check_turnout(contest: Contest, findings: Findings) -> None:
    """Hold each turnout against registered voters and ballots of the same group of voters."""
    for block in contest.blocks:
        for registered, ballots, turnout in _turnouts(block.columns):
            for precinct, line, cells in block.rows:
                _check_turnout_of(
                    f"Precinct {precinct.number}",
                    (cells[registered], cells[ballots], cells[turnout]),
                    (line,),
                    findings,
                )
            totals = [block.columns[index].total for index in (registered, ballots, turnout)]
            lines = tuple(dict.fromkeys(total.line for total in totals if total.line))
            _check_turnout_of("The totals", (totals[0], totals[1], totals[2]), lines, findings)


def _check_turnout_of(
    whose: str,
    cells: tuple[ListedCount, ListedCount, ListedCount],
    lines: tuple[int, ...],
    findings: Findings,
) -> None:
    registered, ballots, turnout = cells
    if turnout.percent is None or not registered.votes or ballots.votes is None:
        return
    if not _is_percent(turnout.percent, ballots.votes, registered.votes):
        findings.add(
            ListingCheck.PERCENT,
            f"{whose}: {ballots.votes:,} ballots of {registered.votes:,} voters are not "
            f"{printed(turnout.percent)} percent.",
            *lines,
        )


def _turnouts(columns: tuple[Column, ...]) -> Iterator[tuple[int, int, int]]:
    """Yield the places of registered voters, ballots and turnout of each group of voters."""
    place = {column.total.label: index for index, column in enumerate(columns)}
    for label, turnout in place.items():
        if label.startswith(TURNOUT):
            registered = place.get(label.replace(TURNOUT, REGISTERED, 1))
            ballots = place.get(label.replace(TURNOUT, BALLOTS, 1))
            if registered is not None and ballots is not None:
                yield registered, ballots, turnout


def _ends(rows: list[Row]) -> list[int]:
    """Return the lines of the first and the last row."""
    return [row[1] for row in (*rows[:1], *rows[1:][-1:])]


def _is_percent(percent: int, part: int, whole: int) -> bool:
    """Say whether `percent` is `part` of `whole`, rounded or cut off."""
    return whole > 0 and percent in {hundredths(part, whole), 10_000 * part // whole}
