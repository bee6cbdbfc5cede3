"""What people copied from paper: typed twice and alike, and a form that balances."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.documents import DeviceClass, ReportKind, Tape
from election.protocol_form import BallotAccounting, DeviceEntry, ProtocolForm, Seal, SealPlace
from gateway.packets import Decision, Packet, PacketState

Decide = Callable[[Packet], Decision]
Pack = Callable[..., Packet]


def typed(tape: Tape, who: str) -> Tape:
    return replace(tape, typed_by=who, county="", title="", date="", firmware="")


def without(tapes: tuple[Tape, ...], unit: str, kind: ReportKind) -> tuple[Tape, ...]:
    return tuple(tape for tape in tapes if (tape.unit, tape.kind) != (unit, kind))


@pytest.fixture
def results(riverside: tuple[Tape, ...]) -> Tape:
    return next(t for t in riverside if (t.unit, t.kind) == ("204417", ReportKind.RESULTS))


@pytest.fixture
def others(riverside: tuple[Tape, ...]) -> tuple[Tape, ...]:
    return without(riverside, "204417", ReportKind.RESULTS)


def checks(decision: Decision) -> set[tuple[str, str]]:
    return {(finding.check, finding.severity.value) for finding in decision.findings}


def test_a_tape_typed_by_one_person_counts_for_nothing(
    packet: Pack, decided: Decide, others: tuple[Tape, ...], results: Tape
) -> None:
    decision = decided(packet("riverside", *others, typed(results, "ANN")))
    assert ("C79", "block") in checks(decision)
    assert any("results tape" in awaited for awaited in decision.awaited)


def test_the_same_person_twice_is_one_person(
    packet: Pack, decided: Decide, others: tuple[Tape, ...], results: Tape
) -> None:
    decision = decided(packet("riverside", *others, typed(results, "ANN"), typed(results, "ANN")))
    assert ("C79", "block") in checks(decision)


def test_two_equal_entries_need_two_people_to_release_them(
    packet: Pack, decided: Decide, others: tuple[Tape, ...], results: Tape
) -> None:
    decision = decided(packet("riverside", *others, typed(results, "ANN"), typed(results, "BEA")))
    assert checks(decision) == {("C69", "two-person")}
    assert decision.state is PacketState.HELD


def test_entries_that_differ_in_one_vote_block_and_name_the_cell(
    packet: Pack, decided: Decide, others: tuple[Tape, ...], results: Tape
) -> None:
    first, *rest = results.contests
    choice, *more = first.choices
    slip = replace(first, choices=(replace(choice, votes=choice.votes + 9), *more))
    wrong = replace(results, contests=(slip, *rest))
    decision = decided(packet("riverside", *others, typed(results, "ANN"), typed(wrong, "BEA")))
    [finding] = [finding for finding in decision.findings if finding.check == "C79"]
    assert f"choice 01: {choice.votes} and {choice.votes + 9}" in finding.message


def test_a_captured_tape_beside_equal_entries_counts_without_a_finding(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...], results: Tape
) -> None:
    decision = decided(
        packet("riverside", *riverside, typed(results, "ANN"), typed(results, "BEA"))
    )
    assert ("C35", "block") not in checks(decision)
    assert ("C69", "two-person") not in checks(decision)


def form(**accounting: int) -> ProtocolForm:
    return ProtocolForm(
        format="zerotape-protocol-form-1",
        precinct="riverside",
        devices=(),
        accounting=BallotAccounting(**accounting),
    )


def sealed(place: SealPlace) -> Seal:
    return Seal(kind="blue", number="0718203", place=place)


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ({"names_on_list_of_voters": 0}, "C18"),
        ({"received": 746, "voted": 611, "spoiled": 6, "unused": 128}, "C19"),
        ({"voted": 612, "spoiled": 6, "provisional": 0, "stubs": 617}, "C88"),
        ({"provisional": 4}, "C83"),
    ],
)
def test_a_line_that_does_not_fit_needs_two_people(
    packet: Pack,
    decided: Decide,
    riverside: tuple[Tape, ...],
    said: dict[str, int],
    check: str,
) -> None:
    decision = decided(packet("riverside", *riverside, form(**said)))
    assert checks(decision) == {(check, "two-person")}


def test_the_form_of_the_sample_election_balances(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    ballots = sum(tape.ballots for tape in riverside if tape.kind is ReportKind.RESULTS)
    whole = form(
        received=750,
        voted=612,
        spoiled=6,
        provisional=4,
        unused=128,
        stubs=622,
        names_on_list_of_voters=ballots,
    ).model_copy(update={"seals": (sealed(SealPlace.ORANGE_BAG), sealed(SealPlace.WRITE_IN_BOX))})
    decision = decided(packet("riverside", *riverside, whole))
    diverted = any(tape.write_in_ballots for tape in riverside if tape.kind is ReportKind.RESULTS)
    assert checks(decision) == (set() if diverted else {("C84", "two-person")})


def test_an_orange_bag_without_ballots_has_no_seal(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    quiet = form(provisional=0)
    assert checks(decided(packet("riverside", *riverside, quiet))) == set()
    closed = quiet.model_copy(update={"seals": (sealed(SealPlace.ORANGE_BAG),)})
    assert ("C83", "two-person") in checks(decided(packet("riverside", *riverside, closed)))


def test_a_count_on_the_form_that_is_not_on_the_tape_blocks(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...], results: Tape
) -> None:
    entry = DeviceEntry(
        device_class=DeviceClass.M100,
        serial="204417",
        zero_tape_run=True,
        results_tape_run=True,
        public_at_close=results.ballots + 1,
    )
    written = form().model_copy(update={"devices": (entry,)})
    assert checks(decided(packet("riverside", *riverside, written))) == {("C15", "block")}


def test_an_empty_line_is_not_checked(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    assert checks(decided(packet("riverside", *riverside, form()))) == set()


def test_two_forms_that_differ_need_two_people(
    packet: Pack, decided: Decide, riverside: tuple[Tape, ...]
) -> None:
    decision = decided(packet("riverside", *riverside, form(stubs=1), form(stubs=2)))
    assert ("C35", "two-person") in checks(decision)
