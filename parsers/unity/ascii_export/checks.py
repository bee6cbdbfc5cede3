"""What an ASCII export says about itself, held against its records."""

from collections.abc import Iterable, Sequence

from election.listings import ListedContest, ListedCount, ListedPrecinct, ListingCheck
from parsers.unity.findings import MOST_LINES, Findings

_STATISTICS = ("REGISTERED VOTERS", "BALLOTS CAST")
_REGISTERED = _STATISTICS[0]
_BALLOTS = "BALLOTS CAST - TOTAL"
_NO_PARTY = frozenset({"", "NON"})
_OVER, _UNDER = "OVER VOTES", "UNDER VOTES"


def is_statistic(title: str) -> bool:
    """Say whether what looks like a contest holds statistics of the precincts, by its title."""
    return title.startswith(_STATISTICS)


def statistic_label(title: str, name: str) -> str:
    """Return the label of a statistic; a candidate name that says less than the title is added."""
    return name if is_statistic(name) else " ".join(filter(None, (title, name)))


class GroupSums:
    """Holds the counting groups of each record against its total."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._less = 0
        self._less_lines: list[int] = []

    def differs(self, label: str, total: int, groups: tuple[int, ...], line: int) -> None:
        """Take in a record whose groups are not its total."""
        if sum(groups) > total:
            message = f"The groups of {label} have {sum(groups)} votes, their total is {total}."
            self._findings.add(ListingCheck.GROUP_SUM, message, line)
        elif not label.startswith(_REGISTERED):  # voters belong to no group
            self._less += 1
            if len(self._less_lines) < MOST_LINES:
                self._less_lines.append(line)

    def end(self) -> None:
        """Say once of all records whose groups are less than the total."""
        if self._less:
            message = (
                f"In {self._less} records the groups have fewer votes than the total: this export "
                "does not hold all groups, or figures are wrong."
            )
            self._findings.add(ListingCheck.GROUP_SUM, message, *self._less_lines)


def check_totals(precincts: Sequence[ListedPrecinct], findings: Findings) -> None:
    """Add where the votes of a contest do not make the ballots cast in its precinct."""
    primary = _is_primary(contest for precinct in precincts for contest in precinct.contests)
    for precinct in precincts:
        ballots = [count for count in precinct.statistics if count.label == _BALLOTS]
        if len(ballots) == 1:
            for contest in precinct.contests:
                partial = len(_parties(contest)) == 1 and (primary or _all_have_party(contest))
                _check_total(precinct, contest, ballots[0], findings, partial=partial)


def _check_total(
    precinct: ListedPrecinct,
    contest: ListedContest,
    ballots: ListedCount,
    findings: Findings,
    *,
    partial: bool,
) -> None:
    """Compare one contest; where it is `partial`, not every ballot carries it."""
    labels = {count.label for count in contest.counts}
    if contest.votes_allowed != 1 or not {_OVER, _UNDER} <= labels:
        return
    votes = sum(count.votes or 0 for count in contest.counts)
    cast = ballots.votes or 0
    if votes > cast or (votes < cast and not partial):
        message = (
            f"{contest.title}, precinct {precinct.number}: the votes with over and under votes are "
            f"{votes}, ballots cast {cast}."
        )
        lines = (ballots.line, *(count.line for count in contest.counts))
        findings.add(ListingCheck.CONTEST_TOTAL, message, *lines)


def _is_primary(contests: Iterable[ListedContest]) -> bool:
    """Say whether several parties have candidates, but no two of them in one contest."""
    parties = {frozenset(_parties(contest)) for contest in contests} - {frozenset()}
    return len(parties) > 1 and all(len(of_contest) == 1 for of_contest in parties)


def _parties(contest: ListedContest) -> set[str]:
    return {count.party for count in contest.counts} - _NO_PARTY


def _all_have_party(contest: ListedContest) -> bool:
    return all(count.party for count in contest.counts if count.label not in {_OVER, _UNDER})
