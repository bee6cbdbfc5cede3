"""Feeds one parser with mutated inputs and keeps the smallest of those that break its contract."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from fuzz.image_formats import IMAGE_FORMATS
from fuzz.image_mutations import ImageMutator, Mutant
from fuzz.mutations import LARGEST, mutated
from fuzz.oracle import Fault, Kind, Oracle
from fuzz.reduction import closest, differing, smallest
from fuzz.seeds import all_seeds, seeds_of
from parsers.contract import Parser

WEIGHED = 20
"""One of so many inputs has its memory measured, which makes it some times slower."""

STRANGERS = 0.05
"""Share of the inputs that begin with another format."""

MINIMISING = 300
"""Attempts to make a failing input smaller."""

MINIMISING_SLOW = 20
"""The same where each of them is slow."""


@dataclass(frozen=True, slots=True)
class Found:
    """An input that breaks the contract."""

    target: str
    seed: int
    number: int
    """With target and seed it makes the input again."""
    fault: Fault
    content: bytes


class Campaign:
    """The inputs of one target, one after another."""

    def __init__(self, parser: Parser, seed: int, seeds: Sequence[bytes] | None = None) -> None:
        self._name = parser.name
        self._seed = seed
        own = seeds if seeds is not None else seeds_of(parser.name)
        self._strangers = all_seeds()
        self._own = own
        self._seeds = own or self._strangers
        self._form = IMAGE_FORMATS.get(parser.name)
        self._images = ImageMutator(own, self._form) if self._form else None
        self.oracle = Oracle(parser, own)
        self.inputs = 0

    def mutant(self, number: int) -> Mutant:
        """Return input `number` (from 0); the first ones are not damaged."""
        if number < len(self._own):
            return Mutant(self._own[number])
        dice = Random(f"{self._seed} {self._name} {number}")  # noqa: S311  # to be repeated
        if dice.random() < STRANGERS:
            return Mutant(mutated(dice, self._strangers))
        return self._images.mutant(dice) if self._images else Mutant(mutated(dice, self._seeds))

    def run(self, *, inputs: int | None = None, seconds: float | None = None) -> Iterator[Found]:
        """Yield what breaks the contract, until `inputs` are done or `seconds` are over."""
        until = None if seconds is None else time.monotonic() + seconds
        while self.inputs != inputs and (until is None or time.monotonic() < until):
            number, self.inputs = self.inputs, self.inputs + 1
            mutant = self.mutant(number)
            weigh = number % WEIGHED == 0
            if fault := self.oracle.fault(mutant.content, weigh=weigh, sealed=mutant.sealed):
                yield self._reduced(number, mutant, fault, weigh=weigh)

    def _reduced(self, number: int, mutant: Mutant, fault: Fault, *, weigh: bool) -> Found:
        def fault_of(candidate: bytes) -> Fault | None:
            return self.oracle.fault(candidate, weigh=weigh, sealed=mutant.sealed)

        def fails(candidate: bytes) -> bool:
            other = fault_of(candidate)
            return other is not None and other.kind is fault.kind

        content = self._smaller(
            mutant, fails, MINIMISING_SLOW if fault.kind is Kind.SLOW else MINIMISING
        )
        return Found(self._name, self._seed, number, fault_of(content) or fault, content)

    def _smaller(self, mutant: Mutant, fails: Callable[[bytes], bool], attempts: int) -> bytes:
        """Return what `fails`, too: a shorter text, or an image with less that is wrong."""
        content = mutant.content
        if self._form is None or len(content) <= LARGEST:
            return smallest(content, fails, attempts=attempts)
        alike = [seed for seed in self._own if len(seed) == len(content)]
        if not alike:
            return content
        sound = min(alike, key=lambda seed: len(differing(content, seed)))
        seal = self._form.seal if mutant.sealed else None
        return closest(content, sound, fails, seal=seal, attempts=attempts)
