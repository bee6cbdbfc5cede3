"""Which lines of a contest are the same on both sides: names first, then parties, then places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap

from listings.comparing.cells import Choice
from listings.comparing.names import choice_words, parties_agree, party_words, words
from listings.comparing.pairing import Doubt, Names, Paired, Said, pair_names

PARTIES_DIFFER = "the name is the same, the party is not"
LINES_MISSING = "some precincts leave out lines with this name, and which is not known"
NUMBERS_DIFFER = "a different number of lines with this name"
LINES_DIFFER = "this precinct has other lines with this name on the other side, or not as many"
ORDER_DIFFERS = "lines with this name stand below other names on the other side"


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that a contest has anywhere on one side, in printed order."""

    choices: Sequence[Choice]
    cut_lengths: frozenset[int]
    uneven: frozenset[str] = frozenset()
    """Names of which some precincts have fewer lines than others."""

    def by_name(self) -> dict[str, list[Choice]]:
        """Return lines of one name in the order of the ballot, as far as it shows."""
        named: defaultdict[str, list[Choice]] = defaultdict(list)
        for choice in sorted(self.choices, key=lambda choice: choice.place):
            named[choice.name].append(choice)
        return named

    def above(self) -> dict[Choice, set[str]]:
        """Return for every line the names between it and the line of its name before it."""
        above: dict[Choice, set[str]] = {}
        before: defaultdict[str, int] = defaultdict(int)
        for end, choice in enumerate(self.choices):
            begin = before[choice.name]
            above[choice] = {other.name for other in self.choices[begin:end]}
            before[choice.name] = end + 1
        return above


def pair_choices(a: Lines, b: Lines, said: Said) -> Paired[Choice]:
    """Pair the lines of a contest. Equal names of equal number are told apart by party, or place.

    Parties must not contradict each other, unless a person says that they are the same; nor must
    the names between equal lines, which show the order of contests that share a title.
    """
    return _ChoicePairing(a, b, said).done()


class _ChoicePairing:
    def __init__(self, a: Lines, b: Lines, said: Said) -> None:
        self._a, self._b, self._said = a, b, said
        self._of_a, self._of_b = a.by_name(), b.by_name()
        self._names = pair_names(
            Names(tuple(self._of_a), a.cut_lengths),
            Names(tuple(self._of_b), b.cut_lengths),
            said,
            choice_words,
        )
        self._above_a, self._above_b = a.above(), b.above()
        self._found: Paired[Choice] = Paired()

    def done(self) -> Paired[Choice]:
        for name, other in self._names.pairs:
            of_a, of_b = self._of_a[name], self._of_b[other]
            several = len(of_a) > 1 or len(of_b) > 1
            if several and (name in self._a.uneven or other in self._b.uneven):
                self._doubt(of_a, of_b, LINES_MISSING)
            elif several and all(party_words(choice.party) for choice in (*of_a, *of_b)):
                self._pair_by_party(of_a, of_b)
            else:
                self._pair_in_order(of_a, of_b)
        for doubt in self._names.doubts:
            lines_a = [line for name in doubt.a for line in self._of_a[name]]
            lines_b = [line for name in doubt.b for line in self._of_b[name]]
            self._doubt(lines_a, lines_b, doubt.why)
        return self._found

    def _pair_by_party(self, of_a: list[Choice], of_b: list[Choice]) -> None:
        for party in dict.fromkeys(choice.party for choice in of_a):
            mine = [choice for choice in of_a if choice.party == party]
            theirs = [choice for choice in of_b if _agree(party, choice.party, self._said)]
            if theirs:
                self._pair_in_order(mine, theirs)

    def _pair_in_order(self, of_a: list[Choice], of_b: list[Choice]) -> None:
        pairs = list(zip(of_a, of_b, strict=False))
        if len(of_a) != len(of_b):
            self._doubt(of_a, of_b, NUMBERS_DIFFER)
        elif not all(_agree(mine.party, theirs.party, self._said) for mine, theirs in pairs):
            self._doubt(of_a, of_b, PARTIES_DIFFER)
        elif len(pairs) > 1 and not all(starmap(self._may_be_one, pairs)):
            self._doubt(of_a, of_b, ORDER_DIFFERS)
        else:
            self._found.pairs += pairs

    def _may_be_one(self, mine: Choice, theirs: Choice) -> bool:
        """Say whether a name above `mine` is above `theirs`, as far as single names are there."""
        pairs = [
            (name in self._above_a[mine], other in self._above_b[theirs])
            for name, other in self._names.pairs
            if len(self._of_a[name]) == len(self._of_b[other]) == 1
        ]
        shown = any(here for here, _ in pairs) and any(there for _, there in pairs)
        return not shown or (True, True) in pairs

    def _doubt(self, of_a: list[Choice], of_b: list[Choice], why: str) -> None:
        self._found.doubts.append(Doubt(tuple(of_a), tuple(of_b), why))


def _agree(one: str, other: str, said: Said) -> bool:
    return words(other) in said.get(words(one), ()) or parties_agree(
        party_words(one), party_words(other)
    )
