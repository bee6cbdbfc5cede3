"""Which names of one side are which of the other; in doubt, none."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from listings.comparing.names import letters, words

T = TypeVar("T")

Said = Mapping[str, Collection[str]]
"""`words` of a name of side A, and of the names of side B that a person says are the same."""


ALIKE = "spelled so that they could be the same"
CUT = "cut by the format, so that they could be the same"


@dataclass(frozen=True, slots=True)
class Doubt(Generic[T]):
    """What may or may not be the same; none of it is compared."""

    a: tuple[T, ...]
    b: tuple[T, ...]
    why: str


@dataclass(slots=True)
class Paired(Generic[T]):
    """What is the same on both sides, and what is in doubt."""

    pairs: list[tuple[T, T]] = field(default_factory=list)
    doubts: list[Doubt[T]] = field(default_factory=list)

    def settle(self, of_a: Sequence[T], of_b: Sequence[T], why: str) -> None:
        """Pair one with one; of more, take down the doubt with its reason."""
        if len(of_a) == len(of_b) == 1:
            self.pairs.append((of_a[0], of_b[0]))
        else:
            self.doubts.append(Doubt(tuple(of_a), tuple(of_b), why))


@dataclass(frozen=True, slots=True)
class Names:
    """The different names of one side, in their order."""

    names: tuple[str, ...]
    cut_lengths: frozenset[int] = frozenset()
    """How long a name is that its format may have cut."""

    def may_be_cut(self, name: str) -> bool:
        """Say whether the format has no room for a longer name."""
        return len(name) in self.cut_lengths


def pair_names(a: Names, b: Names, said: Said, plain: Callable[[str], str] = words) -> Paired[str]:
    """Pair names: as a person said, else as printed, by words, by letters, by a cut name's start.

    Each way is for the names that the one before left. What fits two names is a doubt.
    """
    return _Pairing(a, b, plain).done(said)


class _Pairing:
    def __init__(self, a: Names, b: Names, plain: Callable[[str], str]) -> None:
        self._a, self._b = a, b
        self._plain = {name: plain(name) for name in (*a.names, *b.names)}
        self._free_a, self._free_b = dict.fromkeys(a.names), dict.fromkeys(b.names)
        self._found: Paired[str] = Paired()

    def done(self, said: Said) -> Paired[str]:
        self._pair_said(said)
        spoken = len(self._found.pairs)
        self._pair_equal(lambda name: (name,))
        self._pair_equal(lambda name: self._plain[name])
        self._pair_equal(lambda name: letters(self._plain[name]))
        self._doubt_cut(spoken)
        self._pair_cut()
        return self._found

    def _pair_said(self, said: Said) -> None:
        for name in list(self._free_a):
            others = said.get(words(name), ())
            same = [other for other in self._free_b if words(other) in others] if others else []
            self._found.pairs += [(name, other) for other in same]
            if same:
                del self._free_a[name]
        for _, other in self._found.pairs:
            self._free_b.pop(other, None)

    def _pair_equal(self, key: Callable[[str], object]) -> None:
        """Pair the names with equal, non-empty keys; several on one side are a doubt."""
        groups: defaultdict[object, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for side, names in enumerate((self._free_a, self._free_b)):
            for name in names:
                groups[key(name)][side].append(name)
        for shared, (of_a, of_b) in groups.items():
            if shared and of_a and of_b:
                self._settle(of_a, of_b, ALIKE)

    def _doubt_cut(self, first: int) -> None:
        """Take back a pair of which one name may be cut and fits a further name as well."""
        pairs, self._found.pairs = self._found.pairs, self._found.pairs[:first]
        for name, other in pairs[first:]:
            more_b = self._begun_by(name, self._free_b) if self._a.may_be_cut(name) else []
            more_a = self._begun_by(other, self._free_a) if self._b.may_be_cut(other) else []
            self._settle([name, *more_a], [other, *more_b], CUT)

    def _pair_cut(self) -> None:
        """Pair what is left where one name may be cut and begins the other."""
        fits: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for name in filter(self._a.may_be_cut, self._free_a):
            for other in self._begun_by(name, self._free_b):
                fits[name][other] = None
        for other in filter(self._b.may_be_cut, self._free_b):
            for name in self._begun_by(other, self._free_a):
                fits[name][other] = None
        for name in list(fits):
            others = [other for other in fits[name] if other in self._free_b]
            if name in self._free_a and others:
                rivals = [rival for rival in fits if not fits[rival].keys().isdisjoint(others)]
                self._settle(rivals, others, CUT)

    def _begun_by(self, name: str, names: Iterable[str]) -> list[str]:
        start = self._plain[name]
        return [each for each in names if start and self._plain[each].startswith(start)]

    def _settle(self, of_a: list[str], of_b: list[str], why: str) -> None:
        self._found.settle(of_a, of_b, why)
        for name in of_a:
            self._free_a.pop(name, None)
        for name in of_b:
            self._free_b.pop(name, None)
