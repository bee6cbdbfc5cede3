"""From findings to the state of a packet, whatever the order in which its documents came."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.definition_file import LoadedDefinition
from election.documents import Tape, VoteImagePrecinct
from election.findings import Severity
from gateway.checks.catalogue import CATALOGUE, CHECKS_RUN
from gateway.decision import late_findings
from gateway.packets import Decision, History, Packet, PacketState, moved

Decide = Callable[[Packet], Decision]
Build = Callable[..., Packet]
S = PacketState
NOTHING = History({})


def walk(states: list[PacketState]) -> PacketState:
    """Take a packet through `states`, ready by way of checked; raise IllegalTransition."""
    stands = S.AWAITING
    for state in states:
        if state is S.READY and stands is not S.READY:
            stands = moved(stands, S.CHECKED)
        stands = moved(stands, state)
    return stands


def flawed_copies(riverside: tuple[Tape, ...]) -> list[Tape]:
    """Return one tape for every way in which a tape can be wrong."""
    zero, _, results, results_peb = riverside
    return [
        replace(results, truncated=True),
        replace(zero, truncated=True),
        replace(results, damage=("line 72: CHECK says 0000",)),
        replace(results, ballots=31, protective_close=1031),
        replace(results, unit="204499"),
        replace(zero, ballots=1),
        replace(results_peb, terminals=results_peb.terminals[:1]),
        replace(results_peb, terminals_not_closed=1),
    ]


def test_a_packet_without_documents_awaits_both_tapes_of_every_device(
    packet: Build, decided: Decide
) -> None:
    decision = decided(packet("riverside"))
    assert decision.state is S.AWAITING
    assert decision.findings == ()
    assert decision.awaited == (
        "zero tape of M100 204417",
        "zero tape of PEB 299101",
        "results tape of M100 204417",
        "results tape of PEB 299101",
    )


def test_a_packet_collects_until_the_last_tape_is_here(
    packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    states = [decided(packet("riverside", *riverside[:n])).state for n in range(5)]
    assert states == [S.AWAITING, S.COLLECTING, S.COLLECTING, S.COLLECTING, S.READY]
    assert decided(packet("riverside", *riverside)).awaited == ()


def test_one_block_outweighs_everything_else(
    packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    zero, *others = riverside
    stained = replace(zero, ballots=1)
    cut = replace(riverside[3], truncated=True)
    decision = decided(packet("riverside", stained, *others[:2], cut))
    assert {f.severity for f in decision.findings} == {Severity.BLOCK, Severity.TWO_PERSON}
    assert decision.state is S.BLOCKED


def test_a_cut_tape_holds_although_others_are_awaited(
    packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    decision = decided(packet("riverside", replace(riverside[0], truncated=True)))
    assert decision.state is S.HELD
    assert "results tape of M100 204417" in decision.awaited


def test_a_cut_results_tape_is_awaited_as_if_it_were_not_here(
    packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    *others, results = riverside
    decision = decided(packet("riverside", *others, replace(results, truncated=True)))
    assert (decision.state, decision.awaited) == (S.HELD, ("results tape of PEB 299101",))


def test_a_warning_does_not_hold_a_packet(
    packet: Build, decided: Decide, lakeside: VoteImagePrecinct
) -> None:
    decision = decided(packet("lakeside", replace(lakeside, trailer=None)))
    assert [f.severity for f in decision.findings] == [Severity.WARN]
    assert decision.state is S.READY


def test_every_decision_names_every_check_once(packet: Build, decided: Decide) -> None:
    named = decided(packet("riverside")).checks
    assert named == CHECKS_RUN
    assert sorted(named) == sorted({check for check, _ in CATALOGUE})


def test_a_check_reports_under_the_id_it_is_registered_with(
    packet: Build,
    loaded: LoadedDefinition,
    riverside: tuple[Tape, ...],
    lakeside: VoteImagePrecinct,
) -> None:
    wrong = replace(lakeside, number=99, terminals=lakeside.terminals[:1])
    material = packet("riverside", *flawed_copies(riverside), wrong)
    seen = 0
    for check, function in CATALOGUE:
        for finding in function(material, loaded, NOTHING):
            assert finding.check == check
            seen += 1
    assert seen > len(flawed_copies(riverside))


@pytest.mark.parametrize("precinct", ["riverside", "lakeside"])
def test_every_order_of_clean_documents_ends_ready_by_legal_steps(
    packet: Build,
    decided: Decide,
    riverside: tuple[Tape, ...],
    lakeside: VoteImagePrecinct,
    precinct: str,
) -> None:
    contents: tuple[Tape | VoteImagePrecinct, ...] = (
        riverside if precinct == "riverside" else (lakeside,)
    )
    for order in permutations(contents):
        states = [decided(packet(precinct, *order[:n])).state for n in range(len(order) + 1)]
        assert walk(states) is S.READY


@given(data=st.data())
def test_whatever_comes_in_whatever_order_the_steps_are_legal_and_the_end_is_the_same(
    data: st.DataObject, packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    pool = [*riverside, *flawed_copies(riverside)]
    chosen = data.draw(st.lists(st.sampled_from(pool), max_size=7))
    order = data.draw(st.permutations(chosen))
    states = [decided(packet("riverside", *order[:n])).state for n in range(len(order) + 1)]
    in_pool_order = decided(packet("riverside", *chosen))
    assert walk(states) is in_pool_order.state
    assert {f.check for f in decided(packet("riverside", *order)).findings} == {
        f.check for f in in_pool_order.findings
    }


@given(data=st.data())
def test_a_copy_of_a_document_never_changes_the_state(
    data: st.DataObject, packet: Build, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    pool = [*riverside, *flawed_copies(riverside)]
    chosen = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6))
    copy = data.draw(st.sampled_from(chosen))
    at = data.draw(st.integers(0, len(chosen)))
    with_copy = [*chosen[:at], copy, *chosen[at:]]
    before = decided(packet("riverside", *chosen))
    after = decided(packet("riverside", *with_copy))
    assert (after.state, after.awaited) == (before.state, before.awaited)


def test_late_findings_on_clean_material_are_none(
    packet: Build, loaded: LoadedDefinition, riverside: tuple[Tape, ...]
) -> None:
    assert late_findings(packet("riverside", *riverside), loaded, NOTHING) == ()
