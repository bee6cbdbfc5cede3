"""Whatever a PEB collected, it is read as it was written."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import (
    MediumFlags,
    MediumIdentity,
    MediumWriteIn,
    Peb,
    PebKind,
    PebState,
    PebTerminal,
    TerminalState,
)
from parsers.media.counters import medium_contests
from parsers.media.definition_block import (
    BlockChoice,
    BlockContest,
    DefinitionBlock,
)
from parsers.media.definition_block_layout import ContestKind
from parsers.media.peb.contents import COLLECTED
from parsers.media.peb.layout import MOST_TERMINALS, MOST_WRITE_INS
from parsers.media.peb.parser import PARSER
from simulators.media.ivotronic_day import sample_block
from simulators.media.peb import in_order, peb_image
from simulators.media.peb_samples import peb_after_results_tape

BEGIN = datetime.fromisoformat("1994-01-01")
LOADED = datetime.fromisoformat("2026-10-27 10:00:00")
MOST = 0xFFFF_FFFF
TIMES = st.none() | st.integers(1, MOST).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
U32 = st.integers(0, MOST)
U16 = st.integers(0, 65_535)
PEBS = st.just("") | st.integers(1, 999_999).map(str)
FIRMWARE = st.tuples(*[st.integers(0, 255)] * 4).map(lambda parts: ".".join(map(str, parts)))
PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
NAMES = st.text(PRINTABLE, min_size=1, max_size=40).map(str.strip).filter(bool)

PARTIES = st.sampled_from(["", "DEM"])

TERMINALS = st.builds(
    PebTerminal,
    serial=st.integers(1, 9_999_999).map("{:07}".format),
    state=st.sampled_from([state for state in TerminalState if state]),
    opened_by_another=st.booleans(),
    collected_by_another=st.booleans(),
    io_flag=st.booleans(),
    tape_override=st.booleans(),
    order=U16,
    opened=TIMES,
    closed=TIMES,
    votes=st.integers(0, 500),
    votes_by_poll_worker=U16,
    protective_open=U32,
    protective_close=U32,
    opening_peb=PEBS,
    closing_peb=PEBS,
    cancelled=U16,
    firmware=FIRMWARE,
)


@st.composite
def blocks(draw: st.DrawFn) -> DefinitionBlock:
    contests: list[BlockContest] = []
    candidate = 1
    numbers = draw(st.lists(st.integers(1, 9_999), min_size=1, max_size=6, unique=True))
    for number in numbers:
        choices = draw(st.integers(1, 8))
        write_in = draw(st.booleans())
        contests.append(
            BlockContest(
                contest=number,
                kind=draw(st.sampled_from(ContestKind)),
                title=draw(NAMES),
                votes_allowed=draw(st.integers(1, choices)),
                write_in=write_in,
                choices=tuple(
                    BlockChoice(
                        place + 1,
                        candidate + place,
                        draw(NAMES),
                        draw(PARTIES),
                    )
                    for place in range(choices)
                ),
            )
        )
        candidate += choices + write_in
    return DefinitionBlock(tuple(contests))


@st.composite
def pebs(draw: st.DrawFn) -> tuple[Peb, DefinitionBlock]:
    block = draw(blocks())
    terminals = draw(st.lists(TERMINALS, max_size=12, unique_by=lambda each: each.serial))
    ballots = sum(each.votes for each in terminals if each.state in COLLECTED)
    texts = [
        MediumWriteIn(contest.contest, text)
        for contest in block.contests
        if contest.write_in
        for text in draw(st.lists(NAMES | st.just(""), max_size=min(ballots, 4)))
    ]
    counters: list[int] = []
    for contest in block.contests:
        counters += [draw(U16) for _ in contest.choices]
        counters += [sum(each.contest == contest.contest for each in texts), 0]
        counters += [draw(U16), draw(U16), draw(st.integers(0, ballots))]
    still_open = any(each.state is TerminalState.OPEN for each in terminals)
    states = [state for state in PebState if not (still_open and state is PebState.COLLECTED)]
    peb = Peb(
        identity=MediumIdentity(
            election=draw(st.text("0123456789", max_size=8)),
            definition_sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
            definition_version=draw(U16),
            precinct=draw(st.integers(0, 9_999)),
            flags=draw(st.builds(MediumFlags, *[st.booleans()] * 5)),
        ),
        peb=str(draw(st.integers(1, 999_999))),
        kind=draw(st.sampled_from(PebKind)),
        is_master=draw(st.booleans()),
        qualification_code=draw(U32),
        state=draw(st.sampled_from(states)),
        generation=draw(st.integers(1, MOST)),
        first_open=draw(TIMES),
        last_close=draw(TIMES),
        zero_tape=draw(TIMES),
        results_tape=draw(TIMES),
        zero_tapes=draw(U16),
        results_tapes=draw(U16),
        last_write=draw(TIMES),
        ballots=ballots,
        terminals=tuple(terminals),
        contests=medium_contests(block, counters),
        write_ins=tuple(in_order(texts)),
    )
    return peb, block


def read_back(peb: Peb, block: DefinitionBlock) -> Peb:
    read = PARSER.parse(peb_image(peb, block, loaded_at=LOADED))
    assert isinstance(read, Peb)
    assert read.notes == ("Project profile zt-peb-1, not the vendor's format.",)
    return replace(read, notes=())


@given(pebs())
@settings(max_examples=25, deadline=None)
def test_what_is_built_is_read(built: tuple[Peb, DefinitionBlock]) -> None:
    peb, block = built
    assert read_back(peb, block) == peb


@pytest.mark.parametrize("terminals", [0, 1, 8, 9, MOST_TERMINALS])
def test_any_number_of_terminals_is_read_and_one_too_many_is_not_built(terminals: int) -> None:
    sample = peb_after_results_tape()
    one = replace(sample.terminals[0], votes=0)
    many = tuple(replace(one, serial=f"{5_000_000 + n}") for n in range(terminals + 1))
    peb = replace(sample, terminals=(*many[:terminals], *sample.terminals)[:terminals])
    contests = tuple(replace(each, ballots=0, write_ins=0) for each in sample.contests)
    peb = replace(peb, ballots=0, contests=contests, write_ins=())
    assert read_back(peb, sample_block()) == peb
    if terminals == MOST_TERMINALS:
        with pytest.raises(ValueError, match="129 terminals; a PEB has room for 128"):
            peb_image(replace(peb, terminals=many), sample_block(), loaded_at=LOADED)


def test_all_write_ins_of_a_full_peb_are_read_in_an_order_that_tells_nothing() -> None:
    sample = peb_after_results_tape()
    governor = replace(sample.contests[0], write_ins=MOST_WRITE_INS)
    contests = (governor, *sample.contests[1:])
    texts = [MediumWriteIn(101, f"NAME {number % 97}") for number in range(MOST_WRITE_INS)]
    peb = replace(sample, contests=contests, write_ins=tuple(texts))
    read = read_back(peb, sample_block())
    assert read.damage == ()
    assert list(read.write_ins) == sorted(texts, key=lambda each: (each.contest, each.text))


def test_write_ins_in_the_order_of_voting_are_sorted_before_they_leave_the_parser() -> None:
    sample = peb_after_results_tape()
    governor = replace(sample.contests[0], write_ins=2)
    two = (MediumWriteIn(101, "ZOE"), MediumWriteIn(101, "ANN"))
    peb = replace(sample, contests=(governor, *sample.contests[1:]), write_ins=two)
    image = peb_image(peb, sample_block(), loaded_at=LOADED)
    assert image.index(b"ANN ") < image.index(b"ZOE ")
    assert [each.text for each in read_back(peb, sample_block()).write_ins] == ["ANN", "ZOE"]
