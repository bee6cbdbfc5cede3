"""Which lines of a contest are the same on both sides: names first, then parties, then places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from listings.cells import Choice
from listings.names import choice_words, parties_agree, party_words, words
from listings.pairing import Doubt, Names, Paired, Said, pair_names

PARTIES_DIFFER = "the name is the same, the party is not"
LINES_MISSING = "some precincts leave out lines with this name, and which is not known"
NUMBERS_DIFFER = "a different number of lines with this name"


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


def pair_choices(a: Lines, b: Lines, said: Said) -> Paired[Choice]:
    """Pair the lines of a contest. Equal names of equal number are told apart by party, or place.

    Parties must not contradict each other, unless a person says that they are the same.
    """
    of_a, of_b = a.by_name(), b.by_name()
    names = pair_names(
        Names(tuple(of_a), a.cut_lengths), Names(tuple(of_b), b.cut_lengths), said, choice_words
    )
    found: Paired[Choice] = Paired()
    for name, other in names.pairs:
        several = len(of_a[name]) > 1 or len(of_b[other]) > 1
        if several and (name in a.uneven or other in b.uneven):
            found.doubts.append(Doubt(tuple(of_a[name]), tuple(of_b[other]), LINES_MISSING))
        else:
            _pair_lines(of_a[name], of_b[other], said, found)
    for doubt in names.doubts:
        lines_a = tuple(line for name in doubt.a for line in of_a[name])
        lines_b = tuple(line for name in doubt.b for line in of_b[name])
        found.doubts.append(Doubt(lines_a, lines_b, doubt.why))
    return found


def _pair_lines(of_a: list[Choice], of_b: list[Choice], said: Said, found: Paired[Choice]) -> None:
    """Pair lines of one name: by party where several lines all have one, else in order."""
    several = len(of_a) > 1 or len(of_b) > 1
    if several and all(party_words(choice.party) for choice in (*of_a, *of_b)):
        for party in dict.fromkeys(choice.party for choice in of_a):
            mine = [choice for choice in of_a if choice.party == party]
            theirs = [choice for choice in of_b if _agree(party, choice.party, said)]
            if theirs:
                _pair_in_order(mine, theirs, said, found)
    else:
        _pair_in_order(of_a, of_b, said, found)


def _pair_in_order(
    of_a: list[Choice], of_b: list[Choice], said: Said, found: Paired[Choice]
) -> None:
    pairs = list(zip(of_a, of_b, strict=False))
    if len(of_a) != len(of_b):
        why = NUMBERS_DIFFER
    elif not all(_agree(mine.party, theirs.party, said) for mine, theirs in pairs):
        why = PARTIES_DIFFER
    else:
        found.pairs += pairs
        return
    found.doubts.append(Doubt(tuple(of_a), tuple(of_b), why))


def _agree(one: str, other: str, said: Said) -> bool:
    return words(other) in said.get(words(one), ()) or parties_agree(
        party_words(one), party_words(other)
    )
