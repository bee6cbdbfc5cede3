"""The lines of a contest in the order in which they are shown and exported."""

from collections.abc import Iterator
from dataclasses import dataclass

from central.tally import NO_CHOICE, Line
from election.definition import Contest


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One line: a choice, the write-ins, the overvotes or the undervotes."""

    line: Line
    choice: int
    """Id of the choice; 0 on the other lines."""
    name: str
    """For people: without trailing spaces, and no two alike in one contest."""
    raw_name: str
    """As in the definition."""
    party: str

    @property
    def key(self) -> tuple[str, int]:
        """Line and choice as the tally names them."""
        return self.line.value, self.choice

    @property
    def is_vote(self) -> bool:
        """Whether the line counts votes for somebody."""
        return self.line in (Line.CHOICE, Line.WRITE_IN)


def ballot_lines(contest: Contest) -> tuple[BallotLine, ...]:
    """Return all lines of `contest`: choices in ballot order, then the others."""
    return (
        *_choice_lines(contest),
        *([_other(Line.WRITE_IN, "Write-ins", "WRITE-IN", contest)] if contest.write_in else []),
        _other(Line.OVER, "Overvotes", "OVER VOTES", contest),
        _other(Line.UNDER, "Undervotes", "UNDER VOTES", contest),
    )


def _choice_lines(contest: Contest) -> Iterator[BallotLine]:
    """Tell the ballot lines of a fusion candidate apart in words.

    Definitions do it by trailing no-break spaces, which nobody can see or hear.
    """
    seen: dict[str, int] = {}
    for choice in contest.choices:
        name = choice.name.rstrip()
        seen[name] = seen.get(name, 0) + 1
        which = f" ({_ordinal(seen[name])} ballot line)" if seen[name] > 1 else ""
        yield BallotLine(Line.CHOICE, choice.id, name + which, choice.name, choice.party)


def _other(line: Line, name: str, raw_name: str, contest: Contest) -> BallotLine:
    """Give the line its contest's party: the write-ins of two primaries are not one line."""
    return BallotLine(line, NO_CHOICE, name, raw_name, contest.party)


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
