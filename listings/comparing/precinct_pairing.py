"""Which precincts are the same on both sides: by number where all have one, else by name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from listings.comparing.cells import WHOLE, Precinct
from listings.comparing.names import words
from listings.comparing.pairing import Doubt, Names, Paired, Said, pair_names

NAMES_CROSS = "the numbers are the same, but the name is that of another number"
SHARED = "several precincts with this name or number"


def pair_precincts(
    a: Sequence[Precinct], b: Sequence[Precinct], said: Said, cut: tuple[frozenset[int], ...]
) -> Paired[Precinct]:
    """Pair precincts: as a person said, else by number where all have one, else by name.

    `cut` are the lengths of names that may be cut, of A and of B. The whole jurisdiction is paired
    with itself only.
    """
    found: Paired[Precinct] = Paired()
    left_a, left_b = list(a), list(b)
    for precinct in a:
        others = said.get(words(_name(precinct)), ())
        same = [other for other in b if words(_name(other)) in others] if others else []
        if precinct == WHOLE and WHOLE in b:
            same = [WHOLE]
        found.pairs += [(precinct, other) for other in same]
        if precinct == WHOLE or same:
            left_a.remove(precinct)
    paired_b = {other for _, other in found.pairs} | {WHOLE}
    left_b = [other for other in b if other not in paired_b]
    if all(precinct.number is not None for precinct in (*left_a, *left_b)):
        _pair_by_number(left_a, left_b, found)
    else:
        _pair_by_name(left_a, left_b, cut, found)
    return found


def _pair_by_number(a: Sequence[Precinct], b: Sequence[Precinct], found: Paired[Precinct]) -> None:
    of_b = _grouped(b, _number)
    names_a, names_b = _words_of(a), _words_of(b)
    for number, mine in _grouped(a, _number).items():
        theirs = of_b.get(number, [])
        if len(mine) == len(theirs) == 1 and names_differ(mine[0], theirs[0]):
            crossed = words(mine[0].name) in names_b or words(theirs[0].name) in names_a
            if crossed:
                found.doubts.append(Doubt(tuple(mine), tuple(theirs), NAMES_CROSS))
                continue
        if theirs:
            found.settle(mine, theirs, SHARED)


def names_differ(precinct: Precinct, other: Precinct) -> bool:
    """Say whether both have a name, and not the same."""
    name, other_name = words(precinct.name), words(other.name)
    return bool(name and other_name and name != other_name)


def _pair_by_name(
    a: Sequence[Precinct],
    b: Sequence[Precinct],
    cut: tuple[frozenset[int], ...],
    found: Paired[Precinct],
) -> None:
    of_a, of_b = _grouped(a, _name), _grouped(b, _name)
    names = pair_names(Names(tuple(of_a), cut[0]), Names(tuple(of_b), cut[1]), {})
    for name, other in names.pairs:
        found.settle(of_a[name], of_b[other], SHARED)
    for doubt in names.doubts:
        mine = tuple(each for name in doubt.a for each in of_a[name])
        theirs = tuple(each for name in doubt.b for each in of_b[name])
        found.doubts.append(Doubt(mine, theirs, doubt.why))


def _grouped(
    precincts: Iterable[Precinct], key: Callable[[Precinct], str]
) -> dict[str, list[Precinct]]:
    groups: defaultdict[str, list[Precinct]] = defaultdict(list)
    for precinct in precincts:
        groups[key(precinct)].append(precinct)
    return groups


def _number(precinct: Precinct) -> str:
    return str(precinct.number)


def _name(precinct: Precinct) -> str:
    return precinct.name or str(precinct.number)


def _words_of(precincts: Iterable[Precinct]) -> set[str]:
    return {words(precinct.name) for precinct in precincts}
