"""C08 to C12, C23, C28, C34, C35, C65, C66, C70, C71: one tape beside another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape, VoteImagePrecinct
from gateway.decision import decide
from gateway.packets import History, Packet, PacketKey, PacketState

Verdicts = Callable[[Packet], set[tuple[str, str]]]
Build = Callable[..., Packet]
TapeBuild = Callable[..., Tape]


def cut(tape: Tape) -> Tape:
    return replace(tape, contests=tape.contests[:1], truncated=True)


def damaged(tape: Tape) -> Tape:
    return replace(tape, damage=("line 72: CHECK says D3A9, the lines before it make 0000",))


def reprinted(tape: Tape) -> Tape:
    at = datetime(2026, 11, 3, 20, 15)  # noqa: DTZ001  # a device's wall clock
    return replace(tape, copy=tape.copy + 1, printed=at, notes=("1 XON or XOFF removed",))


@pytest.fixture
def zero(tape: TapeBuild) -> Tape:
    return tape("204418", ReportKind.ZERO)


@pytest.fixture
def results(tape: TapeBuild) -> Tape:
    return tape("204418", ballots=40, votes={101: {1: 21, 2: 12}, 201: {1: 40}})


def test_results_without_a_zero_tape_block(
    packet: Build, results: Tape, zero: Tape, verdicts: Verdicts
) -> None:
    assert verdicts(packet("hillside", results)) == {("C09", "block")}
    assert verdicts(packet("hillside", results, zero)) == set()


def test_results_that_are_cut_off_do_not_excuse_a_missing_zero_tape(
    packet: Build, results: Tape, verdicts: Verdicts
) -> None:
    assert ("C09", "block") in verdicts(packet("hillside", cut(results)))


def test_a_missing_zero_tape_is_no_finding_before_results_are_here(
    packet: Build, verdicts: Verdicts
) -> None:
    assert verdicts(packet("hillside")) == set()


@pytest.mark.parametrize(
    "field", ["ballots", "blank_ballots", "overvoted_ballots", "write_in_ballots"]
)
def test_a_count_of_ballots_on_a_zero_tape_blocks(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts, field: str
) -> None:
    stained = replace(zero, **{field: 1})  # type: ignore[arg-type]  # names of fields
    assert verdicts(packet("hillside", stained, results)) == {("C10", "block")}


@pytest.mark.parametrize("field", ["ballots", "write_ins", "overvotes", "undervotes", "total"])
def test_a_count_in_a_contest_on_a_zero_tape_blocks(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts, field: str
) -> None:
    stained = replace(zero.contests[0], **{field: 1})  # type: ignore[arg-type]  # names of fields
    material = packet("hillside", replace(zero, contests=(stained, *zero.contests[1:])), results)
    assert verdicts(material) == {("C10", "block")}


def test_a_vote_on_a_zero_tape_blocks(packet: Build, zero: Tape, verdicts: Verdicts) -> None:
    first, *others = zero.contests[0].choices
    stained = replace(zero.contests[0], choices=(replace(first, votes=1), *others))
    material = packet("hillside", replace(zero, contests=(stained, *zero.contests[1:])))
    assert verdicts(material) == {("C10", "block")}


def test_ballots_of_a_terminal_on_a_zero_tape_block(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    (zero,) = (t for t in riverside if t.kind is ReportKind.ZERO and t.terminals)
    first, *others = zero.terminals
    stained = replace(zero, terminals=(replace(first, ballots=1), *others))
    material = packet("riverside", *(stained if t is zero else t for t in riverside))
    assert verdicts(material) == {("C10", "block")}


@pytest.mark.parametrize(
    "flaw", [{}, {"truncated": True}, {"damage": ("line 31: CONTEST TOTAL says 0",)}]
)
def test_a_clean_zero_tape_never_heals_one_that_is_not_zero(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts, flaw: dict[str, object]
) -> None:
    stained = replace(zero, ballots=1, **flaw)  # type: ignore[arg-type]  # names of fields
    for order in permutations((stained, zero, results)):
        assert ("C10", "block") in verdicts(packet("hillside", *order))


def test_a_cut_results_tape_holds_the_packet(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    assert verdicts(packet("hillside", zero, cut(results))) == {("C08", "two-person")}


def test_a_whole_tape_heals_a_cut_one_and_the_cut_one_is_kept_on_record(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    for order in permutations((zero, cut(zero), results, cut(results))):
        assert verdicts(packet("hillside", *order)) == {("C08", "warn")}


def test_a_whole_tape_of_another_device_or_kind_heals_nothing(
    packet: Build, zero: Tape, results: Tape, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    zero_m100, zero_peb, results_m100, results_peb = riverside
    material = packet("riverside", zero_m100, zero_peb, results_m100, cut(results_peb))
    assert verdicts(material) == {("C08", "two-person")}
    assert verdicts(packet("hillside", cut(zero), results)) == {("C08", "two-person")}


def test_a_damaged_tape_blocks(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    assert verdicts(packet("hillside", zero, damaged(results))) == {("C66", "block")}


def test_two_people_decide_when_a_sound_tape_stands_beside_a_damaged_one(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    for order in permutations((zero, damaged(results), results)):
        assert verdicts(packet("hillside", *order)) == {("C66", "two-person")}


def test_totals_with_an_open_terminal_block_until_a_new_tape_is_there(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    """Colleton 2010: totals were printed with override while terminals were open."""
    *others, results = riverside
    first, second = results.terminals
    still_open = replace(second, closed=False, protective_close=None)
    early = replace(results, terminals=(first, still_open), terminals_not_closed=1)
    assert verdicts(packet("riverside", *others, early)) == {("C28", "block")}
    assert verdicts(packet("riverside", *others, early, results)) == {("C28", "two-person")}


def test_an_assigned_terminal_that_is_not_on_the_tape_blocks(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    *others, results = riverside
    short = replace(results, terminals=results.terminals[:1])
    assert verdicts(packet("riverside", *others, short)) == {("C23", "block")}


def test_a_terminal_that_no_zero_tape_covers_needs_two_people(
    packet: Build, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    zero_m100, zero_peb, *results = riverside
    short = replace(zero_peb, terminals=zero_peb.terminals[:1], terminals_not_closed=1)
    assert verdicts(packet("riverside", zero_m100, short, *results)) == {("C70", "two-person")}
    # Printed again after the last terminal was opened:
    both = verdicts(packet("riverside", zero_m100, short, zero_peb, *results))
    assert both == {("C34", "warn")}


def test_a_protective_counter_that_moved_between_the_tapes_needs_two_people(
    packet: Build, zero: Tape, results: Tape, riverside: tuple[Tape, ...], verdicts: Verdicts
) -> None:
    moved = replace(zero, protective_open=990, protective_close=990)
    assert verdicts(packet("hillside", moved, results)) == {("C71", "two-person")}
    zero_m100, zero_peb, *others = riverside
    first, second = zero_peb.terminals
    moved = replace(zero_peb, terminals=(first, replace(second, protective_open=990)))
    assert verdicts(packet("riverside", zero_m100, moved, *others)) == {("C71", "two-person")}


def test_the_same_evidence_twice_is_acknowledged(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    once = packet("hillside", zero, results)
    seen_twice = replace(
        once, documents=(once.documents[0], replace(once.documents[1], times_seen=2))
    )
    assert verdicts(seen_twice) == {("C34", "warn")}
    assert verdicts(packet("hillside", zero, results, results)) == {("C34", "warn")}


def test_a_reprint_with_the_same_values_is_acknowledged(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    material = packet("hillside", zero, reprinted(zero), results, reprinted(results))
    assert verdicts(material) == {("C34", "warn")}


def test_a_second_report_with_other_values_blocks(
    packet: Build, zero: Tape, results: Tape, tape: TapeBuild, verdicts: Verdicts
) -> None:
    other = reprinted(tape("204418", ballots=40, votes={101: {1: 22, 2: 12}, 201: {1: 40}}))
    assert verdicts(packet("hillside", zero, results, other)) == {("C35", "block")}


def test_two_zero_tapes_with_other_counters_block(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    other = replace(zero, protective_open=990, protective_close=990)
    found = verdicts(packet("hillside", zero, other, results))
    assert found == {("C35", "block"), ("C71", "two-person")}


def test_another_card_in_the_same_scanner_blocks(
    packet: Build, zero: Tape, results: Tape, verdicts: Verdicts
) -> None:
    """Volusia 2000: a second card of a precinct that was counted."""
    second_card = replace(results, card="M100C-0000999")
    found = verdicts(packet("hillside", zero, results, second_card))
    assert found == {("C65", "block"), ("C35", "block")}
    found = verdicts(packet("hillside", zero, second_card))
    assert found == {("C65", "block"), ("C12", "block")}


@pytest.mark.parametrize(
    ("elsewhere", "severities"),
    [
        (PacketKey("riverside", "election-day"), ["block"]),
        (PacketKey("hillside", "early"), []),
        (PacketKey("hillside", "election-day"), []),
    ],
)
def test_a_tape_that_lies_in_another_precinct_too_blocks(
    packet: Build,
    zero: Tape,
    loaded: LoadedDefinition,
    elsewhere: PacketKey,
    severities: list[str],
) -> None:
    material = packet("hillside", zero)
    history = History({material.documents[0].sha256: (elsewhere,)})
    findings = decide(material, loaded, history).findings
    assert [finding.severity.value for finding in findings] == severities


def test_a_listing_may_lie_in_many_precincts(
    packet: Build, lakeside: VoteImagePrecinct, loaded: LoadedDefinition
) -> None:
    material = packet("lakeside", lakeside)
    history = History({material.documents[0].sha256: (PacketKey("seaside", "election-day"),)})
    assert decide(material, loaded, history).state is PacketState.READY
