"""The outbox: one transaction per release, one chain, settled by receipts only."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from election.receipts import Verdict
from gateway.outbox import (
    ChainLink,
    OutboxState,
    OutboxSummary,
    OutOfOrder,
    Settlement,
    SignedReturn,
)
from gateway.packet_records import Move
from gateway.packets import IllegalTransition, PacketKey, PacketState
from gateway.store import GatewayStore
from runtime.crash_points import CrashPoints

NOON = datetime(2012, 5, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
KEY = PacketKey("101", "early")
OTHER = PacketKey("102", "early")
S = PacketState
AGAIN = (S.SUPERSEDED, S.RELEASED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GatewayStore]:
    with GatewayStore.open(tmp_path, CrashPoints()) as store:
        for key in (KEY, OTHER):
            store.packets.record_decision(key, [S.CHECKED, S.READY], [], NOON)
        yield store


def sign(store: GatewayStore, payload: bytes, key: PacketKey = KEY) -> SignedReturn:
    return SignedReturn(key, store.outbox.next_link(), payload, b"envelope of " + payload)


def settle(store: GatewayStore, payload: bytes, verdict: Verdict) -> Settlement:
    receipt = f"{verdict} receipt".encode()
    return store.outbox.settle(sha256(payload).hexdigest(), verdict, receipt, LATER)


def test_the_chain_begins_at_one_and_names_the_payload_before(store: GatewayStore) -> None:
    assert store.outbox.next_link() == ChainLink(1, None)
    store.outbox.release(sign(store, b"one"), NOON)
    assert store.outbox.next_link() == ChainLink(2, sha256(b"one").hexdigest())


def test_a_release_stores_the_return_and_moves_its_packet(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    (row,) = store.outbox.waiting()
    assert (row.sequence, row.payload, row.envelope) == (1, b"one", b"envelope of one")
    assert (row.payload_sha256, row.key, row.stored_at) == (sha256(b"one").hexdigest(), KEY, NOON)
    assert (row.state, row.receipt, row.settled_at) == (OutboxState.WAITING, None, None)
    assert store.packets.state(KEY) is S.RELEASED
    assert store.packets.history(KEY)[-1] == Move(S.READY, S.RELEASED, NOON)


@pytest.mark.parametrize(
    "link",
    [
        ChainLink(1, None),
        ChainLink(2, None),
        ChainLink(2, sha256(b"two").hexdigest()),
        ChainLink(3, sha256(b"one").hexdigest()),
    ],
)
def test_a_return_signed_for_another_place_in_the_chain_is_not_stored(
    store: GatewayStore, link: ChainLink
) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    with pytest.raises(OutOfOrder, match="release it again"):
        store.outbox.release(SignedReturn(OTHER, link, b"two", b"envelope"), NOON)
    assert [row.payload for row in store.outbox.waiting()] == [b"one"]
    assert store.packets.state(OTHER) is S.READY


def test_a_packet_that_may_not_go_takes_no_number(store: GatewayStore) -> None:
    blocked = PacketKey("103", "early")
    store.packets.record_decision(blocked, [S.BLOCKED], [], NOON)
    with pytest.raises(IllegalTransition):
        store.outbox.release(sign(store, b"one", blocked), NOON)
    assert store.outbox.next_link() == ChainLink(1, None)
    assert store.packets.state(blocked) is S.BLOCKED


def test_a_packet_is_never_released_twice_without_superseding(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    with pytest.raises(IllegalTransition):
        store.outbox.release(sign(store, b"two"), NOON)
    store.outbox.release(sign(store, b"two"), NOON, AGAIN)
    assert [row.sequence for row in store.outbox.waiting()] == [1, 2]


@pytest.mark.parametrize("states", [(), (S.READY,), (S.RELEASED, S.SUPERSEDED)])
def test_a_release_always_ends_in_released(
    store: GatewayStore, states: tuple[PacketState, ...]
) -> None:
    with pytest.raises(ValueError, match="ends in released"):
        store.outbox.release(sign(store, b"one"), NOON, states)
    assert store.outbox.waiting() == []


def test_the_same_payload_is_never_stored_twice(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    with pytest.raises(sqlite3.IntegrityError, match="payload_sha256"):
        store.outbox.release(sign(store, b"one", OTHER), NOON)
    assert store.outbox.next_link().sequence == 2
    assert store.packets.state(OTHER) is S.READY


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.DUPLICATE])
def test_an_accepting_receipt_confirms_row_and_packet(
    store: GatewayStore, verdict: Verdict
) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    assert settle(store, b"one", verdict) is Settlement.CONFIRMED
    assert store.outbox.waiting() == []
    row = store.outbox.released_return(KEY)
    assert row is not None
    assert row.state is OutboxState.CONFIRMED
    assert (row.receipt, row.settled_at) == (f"{verdict} receipt".encode(), LATER)
    assert store.packets.history(KEY)[-1] == Move(S.RELEASED, S.CONFIRMED, LATER)


def test_a_refusing_receipt_blocks_the_packet_and_frees_the_way_for_the_next(
    store: GatewayStore,
) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    store.outbox.release(sign(store, b"two", OTHER), NOON)
    assert settle(store, b"one", Verdict.REFUSED) is Settlement.REFUSED
    assert store.packets.state(KEY) is S.BLOCKED
    assert [row.payload for row in store.outbox.waiting()] == [b"two"]
    row = store.outbox.released_return(KEY)
    assert row is not None
    assert (row.state, row.receipt) == (OutboxState.REFUSED, b"refused receipt")


def test_a_parked_return_goes_on_waiting(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    assert settle(store, b"one", Verdict.PARKED) is Settlement.PARKED
    assert [row.state for row in store.outbox.waiting()] == [OutboxState.WAITING]
    assert store.packets.state(KEY) is S.RELEASED


def test_the_same_receipt_again_changes_nothing(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    settle(store, b"one", Verdict.ACCEPTED)
    before = (store.outbox.from_sequence(1), store.packets.history(KEY))
    assert settle(store, b"one", Verdict.DUPLICATE) is Settlement.REPEATED
    assert (store.outbox.from_sequence(1), store.packets.history(KEY)) == before


def test_what_was_confirmed_is_never_unconfirmed(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    settle(store, b"one", Verdict.ACCEPTED)
    before = store.outbox.from_sequence(1)
    assert settle(store, b"one", Verdict.REFUSED) is Settlement.REFUSED_AFTER_ACCEPTANCE
    assert store.outbox.from_sequence(1) == before
    assert store.packets.state(KEY) is S.CONFIRMED


def test_a_late_acceptance_confirms_the_row_and_leaves_the_packet_to_a_person(
    store: GatewayStore,
) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    settle(store, b"one", Verdict.REFUSED)
    assert settle(store, b"one", Verdict.ACCEPTED) is Settlement.ACCEPTED_AFTER_REFUSAL
    row = store.outbox.released_return(KEY)
    assert row is not None
    assert (row.state, row.receipt) == (OutboxState.CONFIRMED, b"accepted receipt")
    assert store.packets.state(KEY) is S.BLOCKED


def test_a_receipt_for_a_stranger_changes_nothing(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    assert settle(store, b"never sent", Verdict.ACCEPTED) is Settlement.UNKNOWN
    assert [row.payload for row in store.outbox.waiting()] == [b"one"]


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REFUSED])
def test_a_packet_follows_its_newest_return_only(store: GatewayStore, verdict: Verdict) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    store.outbox.release(sign(store, b"two"), NOON, AGAIN)
    settle(store, b"one", verdict)
    assert store.packets.state(KEY) is S.RELEASED
    settle(store, b"two", Verdict.ACCEPTED)
    assert store.packets.state(KEY) is S.CONFIRMED


def test_a_receipt_is_kept_even_when_its_packet_has_moved_on(store: GatewayStore) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    store.packets.record_decision(KEY, [S.SUPERSEDED], [], NOON)
    assert settle(store, b"one", Verdict.ACCEPTED) is Settlement.CONFIRMED
    assert store.packets.state(KEY) is S.SUPERSEDED


def test_rows_come_oldest_first_in_bounded_windows(store: GatewayStore) -> None:
    for number in range(1, 8):
        states = AGAIN if number > 1 else (S.RELEASED,)
        store.outbox.release(sign(store, b"%d" % number), NOON, states)
    settle(store, b"2", Verdict.ACCEPTED)
    assert [row.sequence for row in store.outbox.waiting(limit=3)] == [1, 3, 4]
    assert [row.sequence for row in store.outbox.waiting(4, limit=9)] == [5, 6, 7]
    assert [row.sequence for row in store.outbox.from_sequence(2, limit=2)] == [2, 3]


def test_the_outbox_in_numbers(store: GatewayStore) -> None:
    assert store.outbox.summary() == OutboxSummary(0, None, 0, 0)
    assert store.outbox.last_confirmed() is None
    for number in range(1, 6):
        states = AGAIN if number > 1 else (S.RELEASED,)
        at = NOON + timedelta(minutes=number)
        store.outbox.release(sign(store, b"%d" % number), at, states)
    settle(store, b"4", Verdict.ACCEPTED)
    settle(store, b"1", Verdict.ACCEPTED)
    settle(store, b"2", Verdict.REFUSED)
    assert store.outbox.summary() == OutboxSummary(
        waiting=2, oldest_waiting_at=NOON + timedelta(minutes=3), confirmed=2, refused=1
    )
    last = store.outbox.last_confirmed()
    assert last is not None
    assert last.sequence == 4


@pytest.mark.parametrize(
    "slip",
    [
        "DELETE FROM outbox",
        "UPDATE outbox SET payload = x'00'",
        "UPDATE outbox SET envelope = x'00'",
        "UPDATE outbox SET sequence = 9",
        "UPDATE outbox SET state = 'waiting', receipt = NULL, settled_at = NULL",
        "INSERT INTO outbox (sequence, payload_sha256, payload) VALUES (9, NULL, NULL)",
    ],
)
def test_the_database_itself_refuses_to_break_a_promise(store: GatewayStore, slip: str) -> None:
    store.outbox.release(sign(store, b"one"), NOON)
    settle(store, b"one", Verdict.ACCEPTED)
    before = store.outbox.from_sequence(1)
    with pytest.raises(sqlite3.IntegrityError):
        store.outbox._database.execute(slip)
    assert store.outbox.from_sequence(1) == before
