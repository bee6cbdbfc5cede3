"""Whatever election a card carries, it is read as it was written."""

from datetime import timedelta
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import CardLogRecord, CardState, M100Card, MediumFlags, MediumIdentity
from parsers.errors import ParseError
from parsers.media.counters import medium_contests
from parsers.media.definition_block import (
    BlockChoice,
    BlockContest,
    DefinitionBlock,
    definition_block_bytes,
    read_definition_block,
)
from parsers.media.definition_block_layout import ContestKind
from parsers.media.device_time import EPOCH, device_seconds, device_time
from parsers.media.flags import flag_bits, read_flags
from parsers.media.m100_card.layout import SIZES
from parsers.media.m100_card.parser import PARSER
from simulators.media.card_image import card_image

NAME = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40).map(
    lambda text: text.strip() or "X"
)
U32 = st.integers(0, 0xFFFF_FFFF)
TIME = U32.map(device_time)
FLAGS = st.builds(MediumFlags, *[st.booleans()] * 5)
MOST_CANDIDATES = 999


def padded(width: int) -> st.SearchStrategy[str]:
    """Return texts that survive a field of `width` padded with spaces."""
    characters = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    return st.text(characters, max_size=width).map(lambda text: text.rstrip(" "))


@st.composite
def blocks(draw: st.DrawFn, most_contests: int = 64) -> DefinitionBlock:
    numbers = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=most_contests, unique=True))
    names = cycle(draw(st.lists(NAME, min_size=1, max_size=5)))
    parties = cycle(draw(st.lists(padded(4), min_size=1, max_size=3)))
    contests: list[BlockContest] = []
    candidate = 1
    for number in numbers:
        room = MOST_CANDIDATES - candidate
        if room < 1:
            break
        count = min(room, draw(st.one_of(st.integers(1, 4), st.integers(1, 100))))
        first_choice = draw(st.integers(1, 999 - count))
        choices = tuple(
            BlockChoice(first_choice + place, candidate + place, next(names), next(parties))
            for place in range(count)
        )
        contests.append(
            BlockContest(
                contest=number,
                kind=draw(st.sampled_from(ContestKind)),
                title=next(names),
                votes_allowed=draw(st.integers(1, 20)),
                write_in=draw(st.booleans()),
                choices=choices,
            )
        )
        candidate = contests[-1].candidates.stop
    return DefinitionBlock(tuple(contests))


@st.composite
def cards(draw: st.DrawFn) -> tuple[M100Card, DefinitionBlock]:
    block = draw(blocks(most_contests=8))
    counters = draw(st.lists(U32, min_size=block.counters, max_size=block.counters))
    texts = [draw(padded(14)) for _ in range(draw(st.integers(0, 5)))]
    log = tuple(
        CardLogRecord(
            sequence, draw(TIME), draw(st.integers(0, 0xFFFF)), draw(st.integers(0, 9)), 7, text
        )
        for sequence, text in enumerate(texts, start=1)
    )
    identity = MediumIdentity(
        election=draw(padded(8)),
        definition_sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
        definition_version=draw(st.integers(0, 0xFFFF)),
        precinct=draw(st.integers(1, 9999)),
        flags=draw(FLAGS),
    )
    totals = [draw(U32) for _ in range(8)]
    card = M100Card(
        identity=identity,
        card=draw(padded(16)),
        scanner=draw(padded(16)),
        firmware=draw(padded(8)),
        state=draw(st.sampled_from(CardState)),
        copy=draw(st.integers(0, 255)),
        generation=len(log),
        open_count=draw(st.integers(0, 0xFFFF)),
        opened=draw(TIME),
        closed=draw(TIME),
        last_write=draw(TIME),
        ballots=totals[0],
        protective_open=totals[1],
        protective_close=totals[2],
        blank_ballots=totals[3],
        overvoted_ballots=totals[4],
        write_in_ballots=totals[5],
        returned_ballots=totals[6],
        unreadable_ballots=totals[7],
        contests=medium_contests(block, counters),
        log=log,
        notes=("Project profile zt-m100-card-1, not the vendor's format.",),
    )
    return card, block


@settings(max_examples=25, deadline=None)
@given(cards(), st.sampled_from(SIZES))
def test_a_card_is_read_as_it_was_written(
    written: tuple[M100Card, DefinitionBlock], size: int
) -> None:
    card, block = written
    assert PARSER.parse(card_image(card, block, size)) == card


@settings(max_examples=25, deadline=None)
@given(blocks())
def test_a_definition_block_is_read_as_it_was_written(block: DefinitionBlock) -> None:
    assert read_definition_block(definition_block_bytes(block), lambda offset: offset) == block


def test_the_largest_ballot_fits_into_a_block() -> None:
    """64 contests; 999 candidate numbers bound their choices."""
    contests = []
    for place in range(64):
        first = 1 + 15 * place
        choices = tuple(BlockChoice(1 + n, first + n, "N" * 40, "PPPP") for n in range(15))
        contests.append(BlockContest(1 + place, ContestKind.CANDIDATE, "T" * 40, 1, False, choices))
    block = DefinitionBlock(tuple(contests))
    assert read_definition_block(definition_block_bytes(block), lambda offset: offset) == block


@settings(max_examples=60, deadline=None)
@given(blocks(most_contests=3), st.data())
def test_a_changed_byte_of_a_block_is_refused_or_read_as_written(
    block: DefinitionBlock, data: st.DataObject
) -> None:
    raw = bytearray(definition_block_bytes(block))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    try:
        read = read_definition_block(bytes(raw), lambda offset: offset)
    except ParseError as error:
        refused = error
    else:
        again = definition_block_bytes(read)
        reserved = [place for place in range(len(raw)) if again[place] != raw[place]]
        assert reserved in ([], [at])
        return
    assert refused.offset is not None
    assert 0 <= refused.offset <= len(raw)


@given(U32)
def test_a_device_time_is_the_seconds_that_it_was_made_of(seconds: int) -> None:
    assert device_seconds(device_time(seconds)) == seconds


@pytest.mark.parametrize(
    "at",
    [EPOCH, EPOCH - timedelta(days=1), EPOCH + timedelta(microseconds=1_500_000), EPOCH.max],
)
def test_a_time_that_a_device_cannot_hold_is_refused(at: object) -> None:
    with pytest.raises(ValueError, match="is no whole second after"):
        device_seconds(at)  # type: ignore[arg-type]  # parametrised


@given(FLAGS)
def test_flags_are_the_bits_that_they_were_made_of(flags: MediumFlags) -> None:
    assert read_flags(flag_bits(flags)) == flags


@pytest.mark.parametrize("bits", [0x20, 0x8000_0000, 0xFFFF_FFFF])
def test_a_flag_without_a_meaning_is_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="have no meaning"):
        read_flags(bits)
