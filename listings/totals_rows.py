"""Totals of precincts, contests and choices as rows of one shape, whatever listing they are from.

Statistics of a precinct are contests of their own with one choice without a name.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from election.documents import VoteImageLog, VoteImagePrecinct
from election.listings import ListedCount, ListedPrecinct, TotalsListing

WRITE_IN = "WRITE-IN"
BALLOTS_CAST = "BALLOTS CAST"
BLANK_BALLOTS = "BALLOTS CAST - BLANK"
REGISTERED_VOTERS = "REGISTERED VOTERS"
OVER_VOTES = "OVER VOTES"
UNDER_VOTES = "UNDER VOTES"

_LOST_VOTES = {
    spelling: name
    for name in (OVER_VOTES, UNDER_VOTES)
    for spelling in (name, name.replace(" ", ""), name.removesuffix("S"))
}


class TotalsRow(NamedTuple):
    """Votes of one choice in one precinct, in total or in one counting group."""

    precinct_number: int | None
    """None: not numbered, or the whole jurisdiction, which has no name either."""
    precinct: str
    contest: str
    choice: str
    """As printed. Empty: a statistic, which `contest` names."""
    party: str
    """Of the choice; where it has none, the party whose primary the contest is in."""
    counting_group: str
    """Empty: all groups together, as the listing prints it."""
    votes: int


def totals_rows(document: TotalsListing | VoteImageLog) -> Iterator[TotalsRow]:
    """Yield the rows of `document` in printed order: precinct, contest, choice, group."""
    if isinstance(document, VoteImageLog):
        for precinct in document.precincts:
            yield from _vote_image_rows(precinct)
        return
    groups = group_names(document.groups)
    for listed in document.precincts:
        yield from _listed_rows(listed, groups)


def group_names(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name of its own for every column of counting groups.

    A heading stays as printed; column n without one is `GROUP-n`; what repeats gets ` (2)` and so
    on, from left to right.
    """
    names: list[str] = []
    for column, heading in enumerate(headings, start=1):
        name = printed = heading or f"GROUP-{column}"
        again = 1
        while name in names:
            again += 1
            name = f"{printed} ({again})"
        names.append(name)
    return tuple(names)


def statistic_name(label: str) -> str:
    """Return the contest that a statistics row is in: `BALLOTS CAST - TOTAL` is BALLOTS CAST.

    The headings of an EL111 have lost the dash.
    """
    return " ".join(label.upper().split()).removesuffix(" TOTAL").removesuffix(" -")


def _listed_rows(listed: ListedPrecinct, groups: tuple[str, ...]) -> Iterator[TotalsRow]:
    for count in listed.statistics:
        yield from _count_rows(listed, statistic_name(count.label), "", count.party, count, groups)
    for contest in listed.contests:
        for count in contest.counts:
            choice = _LOST_VOTES.get(count.label.upper(), count.label)
            party = count.party or contest.party
            yield from _count_rows(listed, contest.title, choice, party, count, groups)


def _count_rows(
    listed: ListedPrecinct,
    contest: str,
    choice: str,
    party: str,
    count: ListedCount,
    groups: tuple[str, ...],
) -> Iterator[TotalsRow]:
    cells = [("", count.votes), *zip(groups, count.by_group, strict=False)]
    for group, votes in cells:
        if votes is not None:
            yield TotalsRow(listed.number, listed.name, contest, choice, party, group, votes)


def _vote_image_rows(precinct: VoteImagePrecinct) -> Iterator[TotalsRow]:
    """Yield ballots, then the votes by candidate number: one row a line of the ballot."""
    votes: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    for terminal in precinct.terminals:
        for count in terminal.counts:
            choice = WRITE_IN if count.write_in else count.name
            votes[count.number, count.contest, choice] += count.votes
    blank = sum(terminal.blank_ballots for terminal in precinct.terminals)
    where = (precinct.number, precinct.name)
    yield TotalsRow(*where, BALLOTS_CAST, "", "", "", precinct.ballots)
    yield TotalsRow(*where, BLANK_BALLOTS, "", "", "", blank)
    for (_, contest, choice), total in sorted(votes.items()):
        yield TotalsRow(*where, contest, choice, "", "", total)
