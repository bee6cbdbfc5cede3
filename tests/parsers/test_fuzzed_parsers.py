"""A short, repeatable run of the fuzzer over every parser, and proof that it finds what it seeks.

`make fuzz` runs it for longer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from election.listings import ListingHead, TotalsListing
from fuzz.campaign import Campaign
from fuzz.image_mutations import Mutant
from fuzz.mutations import LARGEST
from fuzz.oracle import Fault, Kind, Oracle
from fuzz.reduction import smallest
from fuzz.seeds import PDF, PDF_PAGES, formats, seeds_of
from fuzz.targets import load_target, target_names
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.errors import ParseError

SEED = 20261103

INPUTS = 30
INPUTS_BY_PROCESS = 4
"""A PDF costs a process for each of its inputs."""

GOOD = b"".join(b"LINE %05d OF A LISTING WITH 12 VOTES\r\n" % number for number in range(400))
DOCUMENT = TotalsListing(ListingHead("EL30A"), (), ())


@dataclass(frozen=True, slots=True)
class FaultyParser:
    """Does with its input what a test wants."""

    work: Callable[[bytes], object]
    recognition: Callable[[bytes], bool] = bool
    interface_version: int = INTERFACE_VERSION
    name: str = "faulty"
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        return self.recognition(head)

    def resembles(self, head: bytes) -> str:
        return "" if head else "it is empty."

    def parse(self, content: Content) -> TotalsListing:
        whole = content[: len(content)]
        if self.work(whole) is not None or not whole:
            raise ParseError("not a listing", line=1)
        return DOCUMENT


def kinds_found(parser: Parser, *, inputs: int) -> set[Kind]:
    campaign = Campaign(parser, SEED, [GOOD, GOOD[:2_000]])
    return {found.fault.kind for found in campaign.run(inputs=inputs)}


def fault_of(work: Callable[[bytes], object], content: bytes) -> Fault | None:
    return Oracle(FaultyParser(work), [GOOD, GOOD[:2_000]]).fault(content, weigh=True)


@pytest.mark.parametrize("name", target_names())
def test_damaged_files_end_in_a_document_or_a_parse_error(name: str) -> None:
    campaign = Campaign(load_target(name), SEED)
    found = list(campaign.run(inputs=INPUTS_BY_PROCESS if name == PDF else INPUTS))
    assert [(each.number, each.fault, each.content[:500]) for each in found] == []
    assert campaign.oracle.refused > 0


@pytest.mark.parametrize("name", [name for name in formats() if name != PDF_PAGES])
def test_inputs_begin_with_files_that_are_read(name: str) -> None:
    parser = load_target(name)
    for seed in seeds_of(name):
        assert parser.recognises(seed)
        parser.parse(seed)


def test_inputs_are_repeatable_bounded_and_different() -> None:
    seeds = seeds_of("m100-tape")
    first, second = (Campaign(load_target("m100-tape"), SEED, seeds) for _ in range(2))
    inputs = [first.mutant(number) for number in range(120)]
    assert inputs == [second.mutant(number) for number in range(120)]
    assert len(set(inputs)) > 100
    assert max(len(each.content) for each in inputs) == LARGEST
    other = Campaign(load_target("m100-tape"), SEED + 1, seeds)
    assert first.mutant(len(seeds)) != other.mutant(len(seeds))
    assert first.mutant(0) == other.mutant(0) == Mutant(seeds[0])


def test_a_sound_parser_has_no_fault() -> None:
    assert (
        kinds_found(FaultyParser(lambda content: content.count(b"\0") or None), inputs=100) == set()
    )


def test_a_parser_that_fails_on_an_undamaged_file_is_found_with_the_first_input() -> None:
    def work(content: bytes) -> None:
        if content:
            raise IndexError("12")

    assert kinds_found(FaultyParser(work), inputs=1) == {Kind.ESCAPE}


def test_an_exception_that_escapes_is_found() -> None:
    def work(content: bytes) -> None:
        if b"99999" in content:
            raise KeyError("99999")

    assert kinds_found(FaultyParser(work), inputs=300) == {Kind.ESCAPE}


def test_a_parser_that_takes_quadratic_time_is_found() -> None:
    def work(content: bytes) -> None:
        for begin in range(0, len(content), 50):
            content[begin:].count(b"no such line")

    fault = fault_of(work, GOOD * (LARGEST // len(GOOD)))
    assert fault is not None
    assert fault.kind is Kind.SLOW


def test_a_parser_that_never_ends_is_stopped_and_found() -> None:
    def work(content: bytes) -> None:
        while b"LOOP" in content:
            pass

    fault = fault_of(work, GOOD + b"LOOP")
    assert fault is not None
    assert fault.kind is Kind.SLOW
    assert "stopped" in fault.what


def test_a_parser_that_says_something_else_the_second_time_is_found() -> None:
    calls: list[bytes] = []

    def work(content: bytes) -> object:
        calls.append(content)
        return True if len(calls) % 2 else None

    assert kinds_found(FaultyParser(work), inputs=3) == {Kind.UNSTABLE}


def test_a_parser_that_fills_memory_is_found() -> None:
    def work(content: bytes) -> None:
        held = bytes(20 * LARGEST if b"\0" in content else 1)
        del held

    assert fault_of(work, GOOD) is None
    fault = fault_of(work, GOOD + b"\0")
    assert fault is not None
    assert fault.kind is Kind.LARGE


def test_a_refusal_without_a_place_is_found() -> None:
    def work(content: bytes) -> None:
        if b"\0" in content:
            raise ParseError("somewhere in here")

    fault = fault_of(work, b"\0")
    assert fault is not None
    assert fault.kind is Kind.PLACELESS


def test_recognition_that_raises_is_found() -> None:
    parser = FaultyParser(lambda _: None, recognition=lambda head: head[0] > 0)
    fault = Oracle(parser, [GOOD]).fault(b"")
    assert fault is not None
    assert fault.kind is Kind.RECOGNITION


def test_a_failing_input_is_made_smaller() -> None:
    content = GOOD[:1_000] + b"the word FAIL stands here\n" + GOOD[:1_000]
    assert smallest(content, lambda candidate: b"FAIL" in candidate, attempts=300) == b"FAIL"
