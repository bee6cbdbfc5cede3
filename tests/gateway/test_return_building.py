"""What a ready packet says in the return that is signed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.definition_file import LoadedDefinition
from election.documents import (
    ReportKind,
    Tape,
    VoteImageCount,
    VoteImagePrecinct,
    VoteImageTerminal,
)
from election.payloads import payload_bytes, read_payload
from election.returns import MAX_DEPTH, MAX_PAYLOAD_BYTES, ContestVotes, PrecinctReturn
from gateway.decision import decide, late_findings
from gateway.outbox import ChainLink
from gateway.packets import Decision, History, Packet, PacketState
from gateway.placement import place
from gateway.return_building import Issue, NotReleasable, build_return
from parsers.tapes import ivotronic, m100

Build = Callable[..., Packet]
TapeBuild = Callable[..., Tape]
MakeReturn = Callable[..., PrecinctReturn]
Redefine = Callable[..., LoadedDefinition]
Numbers = tuple[dict[int, int], int, int | None, int | None, int | None]
"""Votes by choice, write-ins, overvotes, undervotes, ballots."""

GOLDEN = Path(__file__).parent.parent / "parsers" / "golden"
FIRST = Issue(
    count_center="south",
    link=ChainLink(1, None),
    issued_at=datetime(2026, 11, 4, 3, 0, tzinfo=UTC),
    salt="0123456789abcdef" * 2,
    software="zerotape 0",
)


@pytest.fixture(scope="session")
def issue(loaded: LoadedDefinition) -> MakeReturn:
    """Return `issue(packet)`: decided and built with the facts of a first issue."""

    def build(
        packet: Packet, decision: Decision | None = None, under: LoadedDefinition = loaded
    ) -> PrecinctReturn:
        return build_return(
            packet,
            decision or decide(packet, under, History({})),
            under,
            FIRST,
        )

    return build


def numbers(contests: tuple[ContestVotes, ...]) -> dict[int, Numbers]:
    return {
        contest.contest: (
            {choice.choice: choice.votes for choice in contest.choices},
            contest.write_ins,
            contest.overvotes,
            contest.undervotes,
            contest.ballots,
        )
        for contest in contests
    }


def test_the_golden_tapes_give_the_totals_of_the_sample_election(
    loaded: LoadedDefinition, packet: Build, issue: MakeReturn
) -> None:
    """Device figures from the description of the profiles, added up by hand."""
    parsed = [
        parser.PARSER.parse((GOLDEN / f"{name}-{kind}.tape").read_bytes())
        for name, parser in (("m100", m100), ("ivotronic", ivotronic))
        for kind in ("zero", "results")
    ]
    placed = [part for each in parsed for part in place(each, loaded, "south").parts]
    assert {key.precinct for key, _ in placed} == {"riverside"}
    built = issue(packet("riverside", *(content for _, content in placed)))
    assert built.findings == ()
    assert built.ballots == 649
    assert numbers(built.totals) == {
        101: ({1: 304, 2: 283, 3: 33}, 5, 2, 22, 649),
        102: ({1: 297, 2: 297}, 0, 3, 52, 649),
        103: ({1: 320, 2: 272, 3: 262, 4: 209}, 0, 4, 231, 649),
        201: ({1: 354, 2: 276}, 0, 1, 18, 649),
    }
    scanner, peb = built.devices
    assert (scanner.medium, scanner.medium_serial) == ("tape", "M100C-0000417")
    assert (scanner.public_at_open, scanner.public_at_close) == (0, 612)
    assert (scanner.protective_at_open, scanner.protective_at_close) == (48211, 48823)
    assert (peb.serial, peb.ballots, peb.medium_serial) == ("299101", 37, "")
    assert (peb.public_at_open, peb.public_at_close) == (None, None)
    assert (peb.protective_at_open, peb.protective_at_close) == (None, None)
    assert {contest.overvotes for contest in peb.contests} == {0}


def test_a_return_says_what_it_is_about(
    packet: Build, issue: MakeReturn, loaded: LoadedDefinition, riverside: tuple[Tape, ...]
) -> None:
    material = packet("riverside", *riverside)
    built = issue(material)
    assert (built.election, built.definition_sha256) == ("sample-2026", loaded.sha256)
    assert (built.mode, built.kind, built.release.how) == ("official", "results", "automatic")
    assert (built.county, built.count_center) == ("example", "south")
    assert (built.precinct, built.counting_group) == ("riverside", "election-day")
    assert (built.sequence, built.previous, built.issued_at) == (1, None, FIRST.issued_at)
    assert built.complete
    assert [(each.sha256, each.kind, each.parser) for each in built.evidence] == [
        (material.documents[0].sha256, "zero-report", "by-hand"),
        (material.documents[1].sha256, "zero-report", "by-hand"),
        (material.documents[2].sha256, "results-report", "by-hand"),
        (material.documents[3].sha256, "results-report", "by-hand"),
    ]
    assert {"C01", "C10", "C17", "C35"} <= set(built.checks)


def test_a_return_survives_its_way_through_the_bytes_that_are_signed(
    packet: Build, issue: MakeReturn, riverside: tuple[Tape, ...]
) -> None:
    built = issue(packet("riverside", *riverside))
    content = payload_bytes(built)
    again = read_payload(content, PrecinctReturn, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH)
    assert again == built


def test_the_counters_of_a_peb_with_one_terminal_are_that_terminals(
    packet: Build,
    tape: TapeBuild,
    loaded: LoadedDefinition,
    redefined: Redefine,
    issue: MakeReturn,
) -> None:
    river, *others = loaded.definition.precincts
    scanner, peb_of_two = river.devices
    peb_of_one = peb_of_two.model_copy(update={"terminals": ("5199901",)})
    alone = redefined(
        precincts=(river.model_copy(update={"devices": (scanner, peb_of_one)}), *others)
    )

    def first_only(made: Tape) -> Tape:
        still_open = min(made.terminals_not_closed, 1)
        return replace(made, terminals=made.terminals[:1], terminals_not_closed=still_open)

    material = packet(
        "riverside",
        tape("204417", ReportKind.ZERO),
        tape("204417", ballots=3),
        first_only(tape("299101", ReportKind.ZERO)),
        first_only(tape("299101", ballots=[7])),
    )
    peb = issue(material, under=alone).devices[1]
    assert (peb.public_at_open, peb.public_at_close) == (0, 7)
    assert (peb.protective_at_open, peb.protective_at_close) == (1000, 1007)


def test_a_listing_gives_one_device_per_terminal_and_zeros_for_what_it_does_not_show(
    packet: Build, issue: MakeReturn, lakeside: VoteImagePrecinct
) -> None:
    built = issue(packet("lakeside", lakeside))
    assert built.ballots == 5
    assert [(d.serial, d.medium, d.ballots) for d in built.devices] == [
        ("5199911", "vote-image-log", 3),
        ("5199912", "vote-image-log", 2),
    ]
    assert numbers(built.totals) == {
        101: ({1: 3, 2: 0, 3: 0}, 1, None, None, None),
        102: ({1: 0, 2: 0}, 0, None, None, None),
        103: ({1: 3, 2: 2, 3: 0, 4: 0}, 0, None, None, None),
        201: ({1: 0, 2: 0}, 0, None, None, None),
    }
    assert [each.kind for each in built.evidence] == ["vote-image-log"]


def test_fusion_lines_that_differ_only_in_no_break_spaces_stay_apart(
    packet: Build,
    loaded: LoadedDefinition,
    redefined: Redefine,
    lakeside: VoteImagePrecinct,
    issue: MakeReturn,
) -> None:
    """Thomas Dixon stood on several lines of the ballot of Dillon in 2016."""
    governor, justice, director, issue_1 = loaded.definition.contests
    faye, gus, *rest = director.choices
    lines = (faye, gus.model_copy(update={"name": "FAYE FOX\u00a0"}), *rest)
    fusion = redefined(
        contests=(governor, justice, director.model_copy(update={"choices": lines}), issue_1)
    )
    first, second = lakeside.terminals
    counts = tuple(
        replace(count, name=count.name.replace("GUS GRAY", "FAYE FOX\u00a0"))
        for count in first.counts
    )
    listing = replace(lakeside, terminals=(replace(first, counts=counts), second))
    built = issue(packet("lakeside", listing), under=fusion)
    assert numbers(built.totals)[103][0] == {1: 3, 2: 2, 3: 0, 4: 0}


def test_warnings_travel_with_the_return(
    packet: Build, issue: MakeReturn, lakeside: VoteImagePrecinct
) -> None:
    built = issue(packet("lakeside", replace(lakeside, trailer=None)))
    assert [(finding.check, finding.severity) for finding in built.findings] == [("C31", "warn")]


def test_a_cut_tape_stays_in_evidence_and_gives_no_number(
    packet: Build, issue: MakeReturn, riverside: tuple[Tape, ...]
) -> None:
    cut = replace(riverside[2], contests=riverside[2].contests[:1], truncated=True)
    clean, healed = (
        issue(packet("riverside", *riverside)),
        issue(packet("riverside", cut, *riverside)),
    )
    assert healed.totals == clean.totals
    assert len(healed.evidence) == len(clean.evidence) + 1
    assert [finding.check for finding in healed.findings] == ["C08"]


def test_late_evidence_that_differs_is_told_and_what_the_return_told_is_not(
    packet: Build, issue: MakeReturn, loaded: LoadedDefinition, riverside: tuple[Tape, ...]
) -> None:
    cut = replace(riverside[2], truncated=True)
    material = packet("riverside", cut, *riverside)
    released = replace(material, released=issue(material))
    assert late_findings(released, loaded, History({})) == ()
    differing = packet("riverside", cut, *riverside, replace(riverside[2], ballots=31))
    late = late_findings(replace(differing, released=released.released), loaded, History({}))
    assert [(finding.check, finding.severity) for finding in late] == [("C35", "block")]


@pytest.mark.parametrize("state", [state for state in PacketState if state != "ready"])
def test_no_return_is_made_of_a_packet_that_is_not_ready(
    packet: Build, issue: MakeReturn, riverside: tuple[Tape, ...], state: PacketState
) -> None:
    with pytest.raises(NotReleasable, match=f"it is {state}"):
        issue(packet("riverside", *riverside), Decision(state, (), (), ()))


def test_no_second_return_is_made_of_a_packet_that_has_one(
    packet: Build, issue: MakeReturn, riverside: tuple[Tape, ...]
) -> None:
    material = packet("riverside", *riverside)
    with pytest.raises(NotReleasable, match="has one already"):
        issue(replace(material, released=issue(material)))


def test_a_name_that_the_definition_lacks_never_gets_into_a_return(
    packet: Build, issue: MakeReturn, lakeside: VoteImagePrecinct
) -> None:
    count = VoteImageCount(9, "DOG CATCHER", "REX", write_in=False, votes=1)
    stray = replace(lakeside.terminals[0], counts=(count,))
    material = packet("lakeside", replace(lakeside, terminals=(stray, lakeside.terminals[1])))
    ready = Decision(PacketState.READY, (), (), ())
    with pytest.raises(NotReleasable, match="DOG CATCHER"):
        issue(material, ready)


def test_a_return_that_is_too_large_is_refused_instead_of_cut(
    packet: Build,
    loaded: LoadedDefinition,
    redefined: Redefine,
    issue: MakeReturn,
    lakeside: VoteImagePrecinct,
) -> None:
    serials = [f"{number:07}" for number in range(5_200_000, 5_200_390)]
    *others, lake, far = loaded.definition.precincts
    devices = tuple(lake.devices[0].model_copy(update={"serial": serial}) for serial in serials)
    crowded = redefined(precincts=(*others, lake.model_copy(update={"devices": devices}), far))
    terminals = tuple(VoteImageTerminal(serial, 0, 0, ()) for serial in serials)
    listing = replace(lakeside, terminals=terminals, trailer=())
    with pytest.raises(NotReleasable, match=f"at most {MAX_PAYLOAD_BYTES} can be sent"):
        issue(packet("lakeside", listing), under=crowded)


@pytest.mark.parametrize(
    ("field", "unfit"),
    [("salt", replace(FIRST, salt="")), ("software", replace(FIRST, software=""))],
)
def test_a_fact_that_does_not_fit_the_return_is_named(
    packet: Build, loaded: LoadedDefinition, riverside: tuple[Tape, ...], field: str, unfit: Issue
) -> None:
    material = packet("riverside", *riverside)
    with pytest.raises(NotReleasable, match=f"riverside .election-day.: {field}"):
        build_return(material, decide(material, loaded, History({})), loaded, unfit)


CONTESTS = {101: (1, [0, 1, 2, 3]), 102: (1, [1, 2]), 103: (2, [1, 2, 3, 4]), 201: (1, [1, 2])}
"""Votes allowed and choices (0 for write-ins) of Riverside."""


@st.composite
def device_votes(draw: st.DrawFn, ballots: int) -> dict[int, dict[int, int]]:
    """Draw votes that fit on `ballots`."""
    votes: dict[int, dict[int, int]] = {}
    for contest, (allowed, choices) in CONTESTS.items():
        left = ballots * allowed
        votes[contest] = {}
        for choice in choices:
            votes[contest][choice] = draw(st.integers(0, min(left, ballots)))
            left -= votes[contest][choice]
    return votes


@st.composite
def elections(draw: st.DrawFn) -> tuple[int, list[int], list[dict[int, dict[int, int]]]]:
    """Draw ballots of the scanner, ballots of both terminals, and the votes on both tapes."""
    scanned = draw(st.integers(0, 500))
    touched = draw(st.lists(st.integers(0, 250), min_size=2, max_size=2))
    return scanned, touched, [draw(device_votes(scanned)), draw(device_votes(sum(touched)))]


def summed(votes: list[dict[int, dict[int, int]]], ballots: int) -> Iterator[tuple[int, Numbers]]:
    """Add the votes of both devices with nothing but Counter."""
    for contest, (allowed, choices) in CONTESTS.items():
        added: Counter[int] = Counter()
        for device in votes:
            added.update(device[contest])
        undervotes = ballots * allowed - sum(added.values())
        by_choice = {choice: added[choice] for choice in choices if choice}
        yield contest, (by_choice, added[0], 0, undervotes, ballots)


@given(
    election=elections(),
    order=st.permutations(range(4)),
    copies=st.lists(st.integers(0, 3), max_size=3),
)
def test_totals_are_the_sums_whatever_the_order_and_however_often_a_tape_came(
    election: tuple[int, list[int], list[dict[int, dict[int, int]]]],
    order: list[int],
    copies: list[int],
    tape: TapeBuild,
    packet: Build,
    issue: MakeReturn,
) -> None:
    scanned, touched, votes = election
    made = [
        tape("204417", ReportKind.ZERO),
        tape("299101", ReportKind.ZERO),
        tape("204417", ballots=scanned, votes=votes[0]),
        tape("299101", ballots=list(touched), votes=votes[1]),
    ]
    ballots = scanned + sum(touched)
    built = issue(packet("riverside", *(made[n] for n in (*order, *copies))))
    assert built.ballots == ballots
    assert numbers(built.totals) == dict(summed(votes, ballots))
    assert len(built.evidence) == len({repr(each) for each in made})
