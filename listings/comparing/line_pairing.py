"""Which lines of which contests are the same on both sides."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from listings.comparing.cells import Choice, Side
from listings.comparing.choice_pairing import Lines, pair_choices
from listings.comparing.pairing import Doubt, Names, Paired, Said, pair_names


class Line(NamedTuple):
    """A choice of a contest, or a statistic."""

    contest: str
    choice: Choice

    def __str__(self) -> str:
        choice = f" / {self.choice.name}" if self.choice.name else ""
        party = f" ({self.choice.party})" if self.choice.party else ""
        again = f" [line {sum(self.choice.place) + 1}]" if any(self.choice.place) else ""
        return f"{self.contest}{choice}{party}{again}"


@dataclass(slots=True)
class LinesPaired:
    """Contests, and the lines of those that are paired."""

    contests: Paired[str]
    of_a: dict[str, list[Choice]]
    """Contests of A with their choices, both in printed order."""
    of_b: dict[str, list[Choice]]
    lines: Paired[Line] = field(default_factory=Paired)
    covered_a: set[str] = field(default_factory=set)
    """Contests of A, each paired with one of B of which every line is paired without doubt."""
    covered_b: set[str] = field(default_factory=set)

    def in_paired_contests(self) -> tuple[list[Line], list[Line]]:
        """Return all lines of A and of B whose contests are paired."""
        contests_a = dict.fromkeys(mine for mine, _ in self.contests.pairs)
        contests_b = dict.fromkeys(other for _, other in self.contests.pairs)
        return (
            [Line(contest, choice) for contest in contests_a for choice in self.of_a[contest]],
            [Line(contest, choice) for contest in contests_b for choice in self.of_b[contest]],
        )


def pair_lines(a: Side, b: Side, said: Said) -> LinesPaired:
    """Pair the contests of `a` and `b`, then their choices."""
    of_a, of_b = _contests(a), _contests(b)
    names = (Names(tuple(of_a), a.cut_lengths), Names(tuple(of_b), b.cut_lengths))
    paired = LinesPaired(pair_names(*names, said), of_a, of_b)
    pairs = paired.contests.pairs
    alone_a, alone_b = _alone(mine for mine, _ in pairs), _alone(other for _, other in pairs)
    for mine, theirs in pairs:
        lines = _lines(a, mine, of_a[mine]), _lines(b, theirs, of_b[theirs])
        choices = pair_choices(*lines, said)
        _keep(choices, mine, theirs, paired.lines)
        if mine in alone_a and theirs in alone_b and not choices.doubts:
            if {choice for choice, _ in choices.pairs} == set(of_a[mine]):
                paired.covered_b.add(theirs)
            if {choice for _, choice in choices.pairs} == set(of_b[theirs]):
                paired.covered_a.add(mine)
    return paired


def _lines(side: Side, contest: str, choices: list[Choice]) -> Lines:
    uneven = frozenset(name for where, name in side.uneven if where == contest)
    return Lines(choices, side.cut_lengths, uneven)


def _keep(choices: Paired[Choice], mine: str, theirs: str, lines: Paired[Line]) -> None:
    lines.pairs += [(Line(mine, one), Line(theirs, other)) for one, other in choices.pairs]
    lines.doubts += [
        Doubt(
            tuple(Line(mine, choice) for choice in doubt.a),
            tuple(Line(theirs, choice) for choice in doubt.b),
            doubt.why,
        )
        for doubt in choices.doubts
    ]


def _contests(side: Side) -> dict[str, list[Choice]]:
    contests: defaultdict[str, dict[Choice, None]] = defaultdict(dict)
    for cell in side.cells:
        contests[cell.contest][cell.choice] = None
    return {contest: list(choices) for contest, choices in contests.items()}


def _alone(names: Iterable[str]) -> set[str]:
    seen = list(names)
    return {name for name in seen if seen.count(name) == 1}
