"""The fuzzer comes behind the checksums of media, and finds what is planted there.

`tests/parsers/test_fuzzed_parsers.py` runs it over the parsers as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

import pytest

from election.documents import Document
from election.media import FlashCard, M100Card, Peb, TerminalFlash
from fuzz.campaign import Campaign
from fuzz.image_formats import IMAGE_FORMATS, right_by_chance
from fuzz.image_mutations import ImageMutator
from fuzz.oracle import Kind
from fuzz.reduction import closest, differing
from fuzz.seeds import seeds_of
from fuzz.unnoticed import unnoticed
from parsers.contract import INTERFACE_VERSION, Content
from parsers.media.flash.layout import AREA, BALLOT, BALLOTS, IMAGE
from parsers.media.m100_card.layout import COUNTERS_AT
from parsers.media.peb.layout import COUNTER_REGION, PAGE_BYTES
from parsers.registry import load_parser
from simulators.media.flash_damage import with_log_cut

SEED = 20261103
MUTANTS = 20
PLANTED = 100
"""Inputs within which what is planted is found."""


@dataclass(frozen=True, slots=True)
class FaultyParser:
    """Reads a format of media as a test wants."""

    name: str
    read: Callable[[bytes], Document]
    interface_version: int = INTERFACE_VERSION
    version: str = "1"

    def recognises(self, head: bytes) -> bool:
        return bool(head)

    def resembles(self, head: bytes) -> str:
        return "" if head else "it is empty."

    def parse(self, content: Content) -> Document:
        return self.read(content[: len(content)])


def first_kind_found(name: str, read: Callable[[bytes], Document], inputs: int) -> Kind | None:
    """Return what the campaign finds, without making the input smaller."""
    campaign = Campaign(FaultyParser(name, read), SEED)
    mutants = map(campaign.mutant, range(inputs))
    faults = (campaign.oracle.fault(each.content, sealed=each.sealed) for each in mutants)
    return next((fault.kind for fault in faults if fault), None)


def sound(name: str) -> list[Document]:
    return [load_parser(name).parse(seed) for seed in seeds_of(name)]


def read_of(name: str) -> Callable[[bytes], Document]:
    return load_parser(name).parse


@pytest.mark.parametrize("name", IMAGE_FORMATS)
def test_mutants_are_repeatable_different_and_as_large_as_what_they_come_from(name: str) -> None:
    first, second = (ImageMutator(seeds_of(name), IMAGE_FORMATS[name]) for _ in range(2))
    sizes = {len(seed) for seed in seeds_of(name)}
    seen, kept, sealed = set(), 0, 0
    for number in range(MUTANTS):
        mutant = first.mutant(Random(number))
        if number % 10 == 0:
            assert mutant == second.mutant(Random(number))
        seen.add(sha256(mutant.content).digest())
        kept += len(mutant.content) in sizes
        sealed += mutant.sealed
    assert len(seen) > MUTANTS * 0.9
    assert kept > MUTANTS * 0.8
    assert MUTANTS * 0.2 < sealed < MUTANTS * 0.8


@pytest.mark.parametrize("name", IMAGE_FORMATS)
def test_sealing_an_undamaged_image_changes_nothing(name: str) -> None:
    for seed in seeds_of(name):
        image = bytearray(seed)
        IMAGE_FORMATS[name].seal(image)
        assert image == seed


@pytest.mark.parametrize("name", IMAGE_FORMATS)
def test_an_exception_behind_the_checksums_is_found(name: str) -> None:
    known = sound(name)

    def read(content: bytes) -> Document:
        document = read_of(name)(content)
        if document not in known and not getattr(document, "damage", ()):
            raise IndexError("a document that no seed gives")
        return document

    assert first_kind_found(name, read, PLANTED) is Kind.ESCAPE


@pytest.mark.parametrize("name", IMAGE_FORMATS)
def test_a_parser_that_believes_every_checksum_is_found(name: str) -> None:
    def read(content: bytes) -> Document:
        image = bytearray(content)
        IMAGE_FORMATS[name].seal(image)
        return read_of(name)(bytes(image))

    assert first_kind_found(name, read, 2 * PLANTED) is Kind.UNNOTICED


def test_a_parser_that_never_ends_behind_the_checksums_is_found() -> None:
    known = sound("m100-card")

    def read(content: bytes) -> Document:
        document = read_of("m100-card")(content)
        while isinstance(document, M100Card) and not document.damage and document not in known:
            pass
        return document

    campaign = Campaign(FaultyParser("m100-card", read), SEED)
    changed = bytearray(seeds_of("m100-card")[0])
    changed[COUNTERS_AT] ^= 1
    IMAGE_FORMATS["m100-card"].seal(changed)
    fault = campaign.oracle.fault(bytes(changed))
    assert fault is not None
    assert fault.kind is Kind.SLOW


def test_a_vote_on_a_card_that_changes_without_damage_is_named() -> None:
    _, card = sound("m100-card")
    assert isinstance(card, M100Card)
    first, *rest = card.contests
    more = replace(card, contests=(replace(first, blank=first.blank + 1), *rest))
    assert unnoticed(b"", more, sound("m100-card")) == "contests"
    assert unnoticed(b"", replace(more, damage=("told",)), sound("m100-card")) == ""
    assert unnoticed(b"", card, sound("m100-card")) == ""


def test_a_total_of_a_peb_that_changes_without_damage_is_named() -> None:
    _, peb = sound("peb")
    assert isinstance(peb, Peb)
    assert unnoticed(b"", replace(peb, ballots=peb.ballots + 1), sound("peb")) == "ballots"


def test_the_choices_of_a_ballot_in_flash_have_no_checksum_but_their_number_has() -> None:
    content, *_ = seeds_of("flash")
    flash, *_ = sound("flash")
    assert isinstance(flash, TerminalFlash)
    image = bytearray(content)
    image[_first_ballot(content) + BALLOT.size] ^= 1
    changed = load_parser("flash").parse(bytes(image))
    assert isinstance(changed, TerminalFlash)
    assert changed.votes_by_candidate != flash.votes_by_candidate
    assert changed.damage == ()
    assert unnoticed(bytes(image), changed, [flash]) == ""
    other_votes = replace(flash, votes_by_candidate=((1, 999),))
    assert unnoticed(content, other_votes, [flash]) == ""
    assert unnoticed(content, replace(flash, ballots=1), [flash]) == "ballots"
    assert unnoticed(content, replace(other_votes, copies=3), [flash]) == (
        "copies, votes_by_candidate"
    )


def test_a_changed_choice_in_one_of_three_copies_is_noticed() -> None:
    *_, content = seeds_of("flash")
    image = bytearray(content)
    image[2 * IMAGE + _first_ballot(content) + BALLOT.size] ^= 1
    changed = load_parser("flash").parse(bytes(image))
    assert isinstance(changed, TerminalFlash)
    assert changed.damage


def test_events_before_the_place_where_a_log_is_cut_are_as_they_were() -> None:
    content, *_ = seeds_of("flash")
    flash, *_ = sound("flash")
    cut = load_parser("flash").parse(with_log_cut(content, after=3))
    assert isinstance(cut, TerminalFlash)
    assert (cut.log_is_cut, len(cut.events), cut.damage) == (True, 3, ())
    assert unnoticed(content, cut, [flash]) == ""
    turned = replace(cut, events=cut.events[::-1])
    assert unnoticed(content, turned, [flash]) == "events before the log is cut"


def test_a_terminal_may_be_missing_on_a_card_but_none_is_another() -> None:
    (card,) = sound("flash-card")
    assert isinstance(card, FlashCard)
    first, second = card.terminals
    assert unnoticed(b"", replace(card, terminals=(second,)), [card]) == ""
    fewer = replace(first, ballots=first.ballots - 1)
    assert unnoticed(b"", replace(card, terminals=(fewer, second)), [card]) == (
        f"ballots of terminal {first.terminal}"
    )
    strange = replace(first, terminal="0000001")
    assert unnoticed(b"", replace(card, terminals=(strange, second)), [card]) == (
        "terminal 0000001"
    )


def test_a_checksum_that_is_right_by_chance_is_told_from_a_page_in_the_wrong_place() -> None:
    form, seeds = IMAGE_FORMATS["peb"], seeds_of("peb")
    at = COUNTER_REGION.first * PAGE_BYTES
    changed = bytearray(seeds[0])
    changed[at] ^= 1
    assert not right_by_chance(form, bytes(changed), seeds)
    form.seal(changed)
    assert right_by_chance(form, bytes(changed), seeds)
    moved = bytearray(seeds[0])
    moved[at : at + PAGE_BYTES] = seeds[0][:PAGE_BYTES]
    assert not right_by_chance(form, bytes(moved), seeds)


def test_an_image_that_fails_is_made_more_like_the_one_that_it_comes_from() -> None:
    seed = seeds_of("m100-card")[0]
    image = bytearray(seed)
    for place in range(0, 100_000, 1_000):
        image[place] ^= 0x10

    def fails(candidate: bytes) -> bool:
        return candidate[42_000] != seed[42_000]

    reduced = closest(bytes(image), seed, fails, seal=None, attempts=300)
    assert differing(reduced, seed) == [42_000]


def test_an_image_that_was_sealed_is_sealed_again_when_it_is_reduced() -> None:
    seed = seeds_of("m100-card")[1]
    image = bytearray(seed)
    image[COUNTERS_AT] ^= 1
    image[COUNTERS_AT + 8] ^= 1
    form = IMAGE_FORMATS["m100-card"]
    form.seal(image)
    read = read_of("m100-card")

    def fails(candidate: bytes) -> bool:
        document = read(candidate)
        assert isinstance(document, M100Card)
        return not document.damage and candidate[COUNTERS_AT] != seed[COUNTERS_AT]

    reduced = closest(bytes(image), seed, fails, seal=form.seal, attempts=300)
    assert COUNTERS_AT in differing(reduced, seed)
    assert COUNTERS_AT + 8 not in differing(reduced, seed)
    assert fails(reduced)


def _first_ballot(content: bytes) -> int:
    """Return where the first record of the ballot areas begins."""
    return next(at for at in range(BALLOTS, IMAGE, AREA) if content[at] != 0xFF)
