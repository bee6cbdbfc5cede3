"""Feeds one parser with mutated inputs and keeps the smallest of those that break its contract."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from fuzz.mutations import mutated
from fuzz.oracle import Fault, Kind, Oracle, smallest
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
        self.oracle = Oracle(parser, own)
        self.inputs = 0

    def content(self, number: int) -> bytes:
        """Return input `number` (from 0); the first ones are not damaged."""
        if number < len(self._own):
            return self._own[number]
        dice = Random(f"{self._seed} {self._name} {number}")  # noqa: S311  # to be repeated
        return mutated(dice, self._strangers if dice.random() < STRANGERS else self._seeds)

    def run(self, *, inputs: int | None = None, seconds: float | None = None) -> Iterator[Found]:
        """Yield what breaks the contract, until `inputs` are done or `seconds` are over."""
        until = None if seconds is None else time.monotonic() + seconds
        while self.inputs != inputs and (until is None or time.monotonic() < until):
            number, self.inputs = self.inputs, self.inputs + 1
            content = self.content(number)
            weigh = number % WEIGHED == 0
            if fault := self.oracle.fault(content, weigh=weigh):
                yield self._reduced(number, content, fault, weigh=weigh)

    def _reduced(self, number: int, content: bytes, fault: Fault, *, weigh: bool) -> Found:
        def fails(candidate: bytes) -> bool:
            other = self.oracle.fault(candidate, weigh=weigh)
            return other is not None and other.kind is fault.kind

        attempts = MINIMISING_SLOW if fault.kind is Kind.SLOW else MINIMISING
        content = smallest(content, fails, attempts=attempts)
        still = self.oracle.fault(content, weigh=weigh) or fault
        return Found(self._name, self._seed, number, still, content)
