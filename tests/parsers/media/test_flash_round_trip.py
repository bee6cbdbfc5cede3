"""Whatever a terminal did, its flash is read as it was written: sums, and nothing of a ballot."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.media import FlashState, MediumFlags, MediumIdentity, TerminalFlash
from parsers.media.flash.event_codes import (
    CODES,
    COUNTERPARTS,
    OLD_CODES,
    from_old,
    text_of,
)
from parsers.media.flash.layout import BALLOT_AREAS, MOST_EVENTS, MOST_OLD_EVENTS
from parsers.media.flash.parser import PARSER
from parsers.unity.el152.parser import PARSER as EL152
from simulators.media.flash import (
    LogFormat,
    LoggedEvent,
    StoredBallot,
    TerminalMemory,
    flash_image,
    published_image,
)

BEGIN = datetime.fromisoformat("1994-01-01")
MOST = 0xFFFF_FFFF
TIMES = st.none() | st.integers(1, MOST).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
U32 = st.integers(0, MOST)
PEBS = st.integers(0, 999_999)
FIRMWARE = st.tuples(*[st.integers(0, 255)] * 4).map(lambda parts: ".".join(map(str, parts)))
CODE = st.integers(0, 9_999_999).map("{:07}".format)

PEB_TYPES = st.integers(0, 255)

EVENTS = st.builds(LoggedEvent, CODE | st.sampled_from(sorted(CODES)), TIMES, U32, PEB_TYPES)
OLD_EVENTS = st.builds(
    LoggedEvent,
    st.sampled_from(sorted(new for several in COUNTERPARTS.values() for new in several)),
    TIMES,
    U32,
    PEB_TYPES,
)


@st.composite
def memories(draw: st.DrawFn, events: st.SearchStrategy[LoggedEvent]) -> TerminalMemory:
    precinct = draw(st.integers(0, 9_999))
    test = draw(st.booleans())
    ballots = st.builds(
        StoredBallot,
        area=st.integers(0, BALLOT_AREAS - 1),
        candidates=st.lists(st.integers(1, 999), unique=True, max_size=12).map(tuple),
        precinct=st.just(precinct) if precinct else st.integers(1, 9_999),
        style=st.integers(0, 255),
        by_poll_worker=st.booleans(),
        test=st.booleans() if test else st.just(value=False),
    )
    return TerminalMemory(
        serial=draw(st.integers(1, 9_999_999)),
        identity=MediumIdentity(
            election=draw(st.text("0123456789", max_size=8)),
            definition_sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
            definition_version=draw(st.integers(0, 65_535)),
            precinct=precinct,
            flags=MediumFlags(test=test, backup=draw(st.booleans())),
        ),
        state=draw(st.sampled_from(FlashState)),
        firmware=draw(FIRMWARE),
        qualification_code=draw(U32),
        opened=draw(TIMES),
        closed=draw(TIMES),
        opening_peb=draw(PEBS),
        closing_peb=draw(PEBS),
        protective_open=draw(U32),
        protective_close=draw(U32),
        events=tuple(draw(st.lists(events, max_size=60))),
        ballots=tuple(draw(st.lists(ballots, max_size=80))),
    )


def flash(image: bytes) -> TerminalFlash:
    document = PARSER.parse(image)
    assert isinstance(document, TerminalFlash)
    return document


def peb(serial: int) -> str:
    return str(serial) if serial else ""


def sums(memory: TerminalMemory) -> tuple[object, ...]:
    precincts = Counter(ballot.precinct for ballot in memory.ballots)
    candidates = Counter(who for ballot in memory.ballots for who in ballot.candidates)
    return (
        len(memory.ballots),
        tuple(sorted(precincts.items())),
        tuple(sorted(candidates.items())),
    )


def same(read: TerminalFlash, memory: TerminalMemory) -> None:
    assert read.damage == ()
    assert (read.ballots, read.precincts, read.votes_by_candidate) == sums(memory)
    assert read.identity == memory.identity
    assert read.terminal == f"{memory.serial:07}"
    assert (read.state, read.firmware) == (memory.state, memory.firmware)
    assert (read.opened, read.closed) == (memory.opened, memory.closed)
    assert read.opening_peb == peb(memory.opening_peb)
    assert read.closing_peb == peb(memory.closing_peb)
    assert read.votes == len(memory.ballots)
    assert read.votes_by_poll_worker == sum(ballot.by_poll_worker for ballot in memory.ballots)
    assert read.protective_open == memory.protective_open
    assert read.protective_close == memory.protective_close


@given(memories(EVENTS), st.sampled_from([1, 3]))
@settings(max_examples=30, deadline=None)
def test_what_is_built_with_the_extension_log_is_read(memory: TerminalMemory, copies: int) -> None:
    read = flash(flash_image(memory, copies=copies))
    same(read, memory)
    assert (read.copies, read.copies_differ) == (copies, "")
    assert [(e.code, e.at, e.peb, e.peb_type) for e in read.events] == [
        (e.code, e.at, peb(e.peb), e.peb_type) for e in memory.events
    ]


@given(memories(OLD_EVENTS))
@settings(max_examples=25, deadline=None)
def test_what_is_built_with_the_old_log_is_read(memory: TerminalMemory) -> None:
    read = flash(flash_image(memory, log=LogFormat.OLD))
    same(read, memory)
    assert [(e.at, e.peb, e.peb_type) for e in read.events] == [
        (e.at, peb(e.peb), e.peb_type) for e in memory.events
    ]
    for one, other in zip(read.events, memory.events, strict=True):
        meant = COUNTERPARTS[int(one.code)] if len(one.code) == 2 else (one.code,)
        assert other.code in meant


@given(memories(OLD_EVENTS))
@settings(max_examples=20, deadline=None)
def test_the_published_layout_alone_gives_log_and_sums(memory: TerminalMemory) -> None:
    read = flash(published_image(memory.events, memory.ballots))
    assert (read.identity, read.state, read.votes, read.damage) == (None, None, None, ())
    assert (read.ballots, read.precincts) == (len(memory.ballots), ())
    assert read.votes_by_candidate == sums(memory)[2]
    assert len(read.events) == len(memory.events)


@pytest.mark.parametrize(
    ("log", "most"), [(LogFormat.EXTENSION, MOST_EVENTS), (LogFormat.OLD, MOST_OLD_EVENTS)]
)
def test_a_log_holds_as_many_events_as_its_area_and_not_one_more(log: LogFormat, most: int) -> None:
    event = LoggedEvent("0001510", BEGIN + timedelta(days=12_000), 299_102)
    memory = TerminalMemory(
        serial=5_199_901,
        identity=MediumIdentity("99110326", "00" * 32, 1, 21, MediumFlags()),
        state=FlashState.CLOSED,
        firmware="9.1.6.4",
        qualification_code=1,
        opened=None,
        closed=None,
        opening_peb=0,
        closing_peb=0,
        protective_open=0,
        protective_close=0,
        events=(event,) * most,
        ballots=(),
    )
    read = flash(flash_image(memory, log=log))
    assert (len(read.events), read.log_is_full) == (most, True)
    with pytest.raises(ValueError, match="the log has room for"):
        flash_image(replace(memory, events=(event,) * (most + 1)), log=log)


def test_the_codes_of_a_real_county_stand_in_the_table_with_their_texts(real: Path) -> None:
    listing = EL152.parse((real / "el152" / "colleton-2010.lst").read_bytes())
    printed = {event.number: event.description for event in listing.events}
    assert len(printed) == 102
    assert printed.items() <= CODES.items()
    assert len(CODES) == 102 + 6


def test_an_old_code_is_told_in_seven_digits_only_where_one_says_the_same() -> None:
    assert sorted(OLD_CODES) == list(range(1, 52))
    assert (from_old(20), from_old(9), from_old(37)) == ("0001510", "0001672", "0001206")
    assert (from_old(22), from_old(26), from_old(32), from_old(77)) == ("22", "26", "32", "77")
    assert (text_of("22"), text_of("77")) == ("Super ballot cancel", "")
    assert {new for several in COUNTERPARTS.values() for new in several} <= CODES.keys()
