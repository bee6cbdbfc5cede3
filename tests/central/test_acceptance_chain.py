"""One chain per gateway key: every number once, in order, whatever the network does."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.ledger import MAX_PARKED
from central.messages import Message
from central.recomputation import check_tally
from central.verification import verify
from election.receipts import Reason, Verdict
from election.returns import ReturnKind

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway, MakeCentral

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)


def test_an_accepted_return_gets_a_log_index_and_counts(
    central: "Central", south: "Gateway"
) -> None:
    (receipt,) = central.accept(south, south.issue("hillside", ballots=12))
    assert (receipt.verdict, receipt.log_index, receipt.sequence) == (Verdict.ACCEPTED, 0, 1)
    # Ballots // 2 for the first choice of a contest, // 3 for the second.
    assert "ADA <script>alert(1)</script>,DEM,election-day,m100,6" in central.csv().decode()


def test_a_replay_gets_the_same_receipt_again_and_counts_once(
    central: "Central", south: "Gateway"
) -> None:
    envelope = south.issue()
    (first,) = central.accept(south, envelope)
    before, entries = central.csv(), central.log()
    central.now = NOW + timedelta(hours=1)
    again = central.accept(south, envelope, envelope)
    expected = first.model_copy(update={"verdict": Verdict.DUPLICATE})
    assert again == [expected, expected]
    assert (central.csv(), central.log()) == (before, entries)
    (repeated,) = central.oversight.repeated
    assert (repeated.precinct, repeated.repeats) == ("riverside", 2)


def test_a_duplicate_within_one_batch_counts_once(central: "Central", south: "Gateway") -> None:
    envelope = south.issue()
    first, second = central.accept(south, envelope, envelope)
    assert (first.verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.DUPLICATE)
    assert len(central.log()) == 1


def test_the_same_return_by_another_route_is_a_duplicate(
    central: "Central", south: "Gateway"
) -> None:
    envelope = south.issue()
    central.accept(south, envelope)
    (outcome,) = central.ledger.accept_batch([Message(south.topic, envelope, NOW, "stick")])
    assert (outcome.receipt.verdict, outcome.receipt.route) == (Verdict.DUPLICATE, "mqtt")


def test_two_returns_under_one_number_freeze_the_key(central: "Central", south: "Gateway") -> None:
    other = south.seal(south.draft(ballots=20))
    good = south.issue(ballots=10)
    central.accept(south, good)
    before = central.csv()
    (receipt,) = central.accept(south, other)
    assert (receipt.verdict, receipt.reasons) == (Verdict.REFUSED, (Reason.EQUIVOCATION,))
    (receipt,) = central.accept(south, south.issue("riverside", "early"))
    assert (receipt.verdict, receipt.reasons) == (Verdict.REFUSED, (Reason.FROZEN,))
    assert central.csv() == before
    assert [r.reasons for r in central.oversight.refusals] == [("frozen",), ("equivocation",)]
    assert all(refusal.alarm and refusal.signed for refusal in central.oversight.refusals)
    (state,) = central.totals.centers()[0].keys
    assert state.frozen_at == NOW


def test_both_returns_of_an_equivocation_are_kept_whole(
    central: "Central", south: "Gateway"
) -> None:
    other = south.seal(south.draft(ballots=20))
    good = south.issue(ballots=10)
    central.accept(south, good, other)
    with central.database.reader.begin() as connection:
        accepted = connection.exec_driver_sql("select envelope from log").scalars().all()
        refused = connection.exec_driver_sql("select content from refusals").scalars().all()
    assert (accepted, refused) == ([good], [other])


def test_a_frozen_key_still_gets_the_receipts_of_what_was_accepted(
    central: "Central", south: "Gateway"
) -> None:
    other = south.seal(south.draft(ballots=20))
    good = south.issue(ballots=10)
    central.accept(south, good, other)
    (receipt,) = central.accept(south, good)
    assert receipt.verdict is Verdict.DUPLICATE


def test_a_fork_is_refused_with_an_alarm_and_uses_no_number_up(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue("hillside"))
    forged = south.seal(south.draft(previous="f" * 64))
    (receipt,) = central.accept(south, forged)
    assert (receipt.verdict, receipt.reasons) == (Verdict.REFUSED, (Reason.FORK,))
    assert central.oversight.refusals[0].alarm
    (receipt,) = central.accept(south, south.issue())
    assert receipt.verdict is Verdict.ACCEPTED


def test_a_gap_parks_and_asks_for_the_missing_number(central: "Central", south: "Gateway") -> None:
    first, second, third = (
        south.issue("hillside"),
        south.issue("riverside"),
        south.issue("riverside", "early"),
    )
    (parked,) = central.accept(south, third)
    assert (parked.verdict, parked.reasons) == (Verdict.PARKED, (Reason.GAP,))
    assert (parked.expected_sequence, parked.sequence) == (1, 3)
    assert [waiting.sequence for waiting in central.oversight.parked] == [3]
    assert central.log() == []

    receipts = central.accept(south, second, first)
    assert [(r.sequence, r.verdict) for r in receipts] == [
        (2, Verdict.PARKED),
        (1, Verdict.ACCEPTED),
        (2, Verdict.ACCEPTED),
        (3, Verdict.ACCEPTED),
    ]
    assert central.oversight.parked == ()
    assert [sequence for _, _, sequence in central.log()] == [1, 2, 3]


def test_a_parked_return_survives_a_restart(make_central: "MakeCentral", tmp_path: Path) -> None:
    before = make_central(tmp_path)
    south = before.gateway()
    first, second = south.issue("hillside"), south.issue()
    before.accept(south, second)
    before.database.close()
    after = make_central(tmp_path)
    receipts = after.accept(south, first)
    assert [r.sequence for r in receipts] == [1, 2]


def test_parking_is_bounded_and_what_was_not_kept_is_asked_for_again(
    central: "Central", south: "Gateway"
) -> None:
    envelopes = [south.issue("hillside")]
    content = south.draft("hillside", ballots=3, supersedes="0" * 64, kind=ReturnKind.CORRECTION)
    envelopes += [
        south.seal(content.model_copy(update={"sequence": number}))
        for number in range(3, MAX_PARKED + 5)
    ]
    receipts = central.accept(south, *envelopes)
    assert receipts[0].verdict is Verdict.ACCEPTED
    assert {r.verdict for r in receipts[1:]} == {Verdict.PARKED}
    assert {r.expected_sequence for r in receipts[1:]} == {2}
    (state,) = central.totals.centers()[0].keys
    assert state.parked == MAX_PARKED


def test_a_return_refused_for_its_content_uses_its_number_up(
    central: "Central", south: "Gateway"
) -> None:
    poison = south.issue("hillside", ballots=5, complete=True, county="elsewhere")
    good = south.issue("hillside")
    refused, accepted = central.accept(south, poison, good)
    assert (refused.verdict, refused.reasons) == (Verdict.REFUSED, (Reason.UNKNOWN_ID,))
    assert refused.sequence == 1
    assert (accepted.verdict, accepted.sequence) == (Verdict.ACCEPTED, 2)
    (again,) = central.accept(south, poison)
    assert again == refused


def test_a_correction_replaces_and_never_adds(central: "Central", south: "Gateway") -> None:
    central.accept(south, south.issue("hillside", ballots=10))
    correction = south.issue(
        "hillside", ballots=12, kind=ReturnKind.CORRECTION, supersedes=south.previous, reason="x"
    )
    (receipt,) = central.accept(south, correction)
    assert receipt.verdict is Verdict.ACCEPTED
    assert central.totals.overview().precincts["hillside"].ballots == 12
    assert "DAN DUVAL,,election-day,m100,4" in central.csv().decode()
    assert len(central.log()) == 2


def test_a_second_result_for_a_cell_is_refused(central: "Central", south: "Gateway") -> None:
    central.accept(south, south.issue("hillside", ballots=10))
    before = central.csv()
    (receipt,) = central.accept(south, south.issue("hillside", ballots=12))
    assert receipt.reasons == (Reason.SUPERSEDES,)
    assert central.csv() == before


def test_a_correction_of_what_is_no_longer_current_is_refused(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue("hillside", ballots=10))
    oldest = south.previous
    for ballots, reasons in ((12, ()), (14, (Reason.SUPERSEDES,))):
        correction = south.issue(
            "hillside", ballots=ballots, kind=ReturnKind.CORRECTION, supersedes=oldest
        )
        (receipt,) = central.accept(south, correction)
        assert receipt.reasons == reasons
    assert central.totals.overview().precincts["hillside"].ballots == 12


def test_a_withdrawal_takes_the_return_out_and_another_may_follow(
    central: "Central", south: "Gateway"
) -> None:
    empty = central.csv()
    first = south.issue("hillside")
    withdrawal = south.issue(
        "hillside", kind=ReturnKind.WITHDRAWAL, supersedes=south.previous, ballots=0
    )
    assert [r.verdict for r in central.accept(south, first, withdrawal)] == [
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
    ]
    assert central.csv() == empty
    (receipt,) = central.accept(south, south.issue("hillside", ballots=7))
    assert receipt.verdict is Verdict.ACCEPTED
    assert check_tally(central.database.reader).entries == 3


def test_two_centers_never_touch_each_others_chains(
    central: "Central", south: "Gateway", north: "Gateway"
) -> None:
    messages = [
        Message(north.topic, north.issue("farside"), NOW),
        Message(south.topic, south.issue("hillside"), NOW),
    ]
    outcomes = central.ledger.accept_batch(messages)
    assert [(o.count_center, o.receipt.sequence, o.receipt.log_index) for o in outcomes] == [
        ("north", 1, 0),
        ("south", 1, 1),
    ]


def test_a_message_on_which_our_own_code_fails_does_not_stop_those_behind_it(
    central: "Central", south: "Gateway", monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(message: Message, *others: Any) -> Any:
        if message.content == b"boom":
            raise RecursionError
        return verify(message, *others)

    monkeypatch.setattr("central.ledger.verify", failing)
    refused, accepted = central.accept(south, b"boom", south.issue("hillside"))
    assert (refused.verdict, refused.reasons) == (Verdict.REFUSED, (Reason.FORMAT,))
    assert accepted.verdict is Verdict.ACCEPTED


def chain_of(gateway: "Gateway") -> list[bytes]:
    """Return a chain with a correction, a withdrawal, and a return refused for its content."""
    return [
        gateway.issue("hillside", ballots=10),
        gateway.issue("riverside", ballots=11),
        gateway.issue(
            "riverside", ballots=13, kind=ReturnKind.CORRECTION, supersedes=gateway.previous
        ),
        gateway.issue("hillside", ballots=99),
        gateway.issue("riverside", "early", ballots=8),
        gateway.issue(
            "riverside", "early", kind=ReturnKind.WITHDRAWAL, supersedes=gateway.previous
        ),
    ]


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_order_and_any_repetition_end_in_the_same_totals(
    session_central: "MakeCentral", sample_ring: tuple[object, "Gateway"], data: st.DataObject
) -> None:
    gateway = replace(sample_ring[1], sequence=0, previous=None)
    envelopes = chain_of(gateway)
    order = data.draw(st.permutations(range(len(envelopes))))
    extra = data.draw(st.lists(st.sampled_from(range(len(envelopes))), max_size=8))
    arrivals = data.draw(st.permutations([*order, *extra]))
    size = data.draw(st.integers(1, 5))
    with tempfile.TemporaryDirectory() as folder:
        in_order, shuffled = (session_central(Path(folder, name)) for name in ("a", "b"))
        for central in (in_order, shuffled):
            central.enrol(gateway.key)
        in_order.accept(gateway, *envelopes)
        for begin in range(0, len(arrivals), size):
            shuffled.accept(gateway, *(envelopes[at] for at in arrivals[begin : begin + size]))
        assert shuffled.csv() == in_order.csv()
        assert shuffled.log() == in_order.log()
        assert [sequence for _, _, sequence in shuffled.log()] == [1, 2, 3, 5, 6]
        assert shuffled.oversight.parked == ()
        check_tally(shuffled.database.reader)
        for central in (in_order, shuffled):
            central.database.close()
