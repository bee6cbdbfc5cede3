"""What both canvass reports print: a matrix of precincts and choices for each contest."""

from collections.abc import Iterator
from dataclasses import dataclass

from election.listings import ListedCount, ListedPrecinct, TotalsListing

END_RULER = "=" * 132
CONTINUED = "  (CONTINUED FROM PREVIOUS PAGE)"


@dataclass(frozen=True, slots=True)
class Matrix:
    """One contest of all precincts, or the statistics of all."""

    title: str
    """Empty: statistics."""
    party: str
    votes_allowed: int | None
    counted: tuple[int, int] | None
    totals: tuple[ListedCount, ...]
    """One a column, with its label and party."""
    rows: tuple[tuple[ListedPrecinct, tuple[ListedCount, ...]], ...]


def matrices(listing: TotalsListing) -> Iterator[Matrix]:
    """Yield statistics and contests in the order of `listing.control`."""
    control = listing.control
    if control is None:
        raise ValueError("a canvass prints totals; this listing has none")
    if control.statistics:
        rows = tuple((each, each.statistics) for each in listing.precincts if each.statistics)
        yield Matrix("", "", None, listing.counted, control.statistics, rows)
    contests = {
        (precinct.number, contest.title, contest.party): contest.counts
        for precinct in listing.precincts
        for contest in precinct.contests
    }
    for contest in control.contests:
        keyed = (
            (precinct, contests.get((precinct.number, contest.title, contest.party)))
            for precinct in listing.precincts
        )
        yield Matrix(
            contest.title,
            contest.party,
            contest.votes_allowed,
            contest.counted,
            contest.counts,
            tuple((precinct, counts) for precinct, counts in keyed if counts is not None),
        )


def figures(count: ListedCount) -> str:
    """Return a cell as it is printed; empty where there is nothing."""
    if count.votes is not None:
        return str(count.votes)
    return percentage(count.percent)


def percentage(percent: int | None) -> str:
    """Return hundredths of a percent without a leading zero, as `.80`."""
    if percent is None:
        return ""
    text = f"{percent:03}"
    return f"{text[:-2].removeprefix('0') if percent < 100 else text[:-2]}.{text[-2:]}"


def title_lines(title: str, width: int) -> list[str]:
    """Return `title` in lines of at most `width` characters where its blanks allow it."""
    lines = [""]
    for word in title.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines
