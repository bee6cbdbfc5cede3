"""The outbox against a plain model: nothing lost, nothing settled twice, order kept."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from election.receipts import Verdict
from gateway.outbox import ChainLink, OutboxRow, OutOfOrder, SignedReturn
from gateway.packets import IllegalTransition, PacketKey, PacketState
from gateway.store import GatewayStore
from runtime.crash_points import CrashPoints

NOON = datetime(2012, 5, 22, 12, tzinfo=UTC)
S = PacketState
KEYS = [PacketKey(precinct, "early") for precinct in ("101", "102")]
READY_AGAIN = {S.BLOCKED: [S.CHECKED, S.READY], S.READY: [], S.AWAITING: [S.CHECKED, S.READY]}
ACCEPTING = {Verdict.ACCEPTED, Verdict.DUPLICATE}


@dataclass
class Sent:
    """What the model remembers of one return."""

    payload: bytes
    key: PacketKey
    state: str = "waiting"
    receipt: bytes | None = None


@dataclass
class Model:
    """The outbox as a list, and the packets as a dictionary."""

    sent: list[Sent] = field(default_factory=list)
    packets: dict[PacketKey, PacketState] = field(default_factory=dict)

    def settle(self, number: int, verdict: Verdict, receipt: bytes) -> None:
        row = self.sent[number]
        if row.state == "confirmed" or verdict is Verdict.PARKED:
            return
        was_waiting = row.state == "waiting"
        if verdict in ACCEPTING:
            row.state, row.receipt = "confirmed", receipt
        elif was_waiting:
            row.state, row.receipt = "refused", receipt
        is_newest = not any(later.key == row.key for later in self.sent[number + 1 :])
        if was_waiting and is_newest and self.packets[row.key] is S.RELEASED:
            self.packets[row.key] = S.CONFIRMED if verdict in ACCEPTING else S.BLOCKED


class OutboxMachine(RuleBasedStateMachine):
    """Releases, receipts in any order and number, faults and restarts."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = GatewayStore.open(Path(self.folder.name), CrashPoints())
        self.model = Model()
        self.clock = NOON

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(key=st.sampled_from(KEYS), filler=st.binary(max_size=5000))
    def release(self, key: PacketKey, filler: bytes) -> None:
        payload = b"%d " % len(self.model.sent) + filler
        state = self.model.packets.get(key, S.AWAITING)
        if state in READY_AGAIN:
            self.store.packets.record_decision(key, READY_AGAIN[state], [], self.tick())
            states = [S.RELEASED]
        else:
            states = [S.SUPERSEDED, S.RELEASED]
        link = self.store.outbox.next_link()
        self.store.outbox.release(
            SignedReturn(key, link, payload, b"envelope " + payload), self.tick(), states
        )
        self.model.sent.append(Sent(payload, key))
        self.model.packets[key] = S.RELEASED

    @rule(key=st.sampled_from(KEYS), off=st.sampled_from([-1, 1, 7]))
    def release_at_a_wrong_place(self, key: PacketKey, off: int) -> None:
        link = self.store.outbox.next_link()
        wrong = ChainLink(link.sequence + off, link.previous)
        with pytest.raises(OutOfOrder):
            self.store.outbox.release(
                SignedReturn(key, wrong, b"wrong", b"envelope"), self.tick(), [S.RELEASED]
            )

    @rule(key=st.sampled_from(KEYS))
    def release_what_is_not_ready(self, key: PacketKey) -> None:
        signed = SignedReturn(key, self.store.outbox.next_link(), b"unready", b"envelope")
        with pytest.raises(IllegalTransition):
            self.store.outbox.release(signed, self.tick())

    @rule(which=st.integers(0, 99), verdict=st.sampled_from(Verdict))
    def settle(self, which: int, verdict: Verdict) -> None:
        if not self.model.sent:
            return
        number = which % len(self.model.sent)
        receipt = f"{verdict} {self.clock}".encode()
        digest = sha256(self.model.sent[number].payload).hexdigest()
        self.store.outbox.settle(digest, verdict, receipt, self.tick())
        self.model.settle(number, verdict, receipt)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = GatewayStore.open(Path(self.folder.name), CrashPoints())

    @invariant()
    def holds_exactly_what_was_sent_in_its_order(self) -> None:
        rows = self.store.outbox.from_sequence(1, limit=1000)
        assert [(r.payload, r.key, r.state.value, r.receipt) for r in rows] == [
            (s.payload, s.key, s.state, s.receipt) for s in self.model.sent
        ]
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))

    @invariant()
    def sends_exactly_what_waits(self) -> None:
        expected = [sent.payload for sent in self.model.sent if sent.state == "waiting"]
        assert [row.payload for row in self.all_waiting()] == expected
        assert self.store.outbox.summary().waiting == len(expected)

    @invariant()
    def packets_stand_where_the_model_says(self) -> None:
        stored = {key: row.state for key, row in self.store.packets.all().items()}
        assert stored == self.model.packets

    def all_waiting(self) -> list[OutboxRow]:
        """Read the outbox as the publisher does, in small windows."""
        rows: list[OutboxRow] = []
        while window := self.store.outbox.waiting(rows[-1].sequence if rows else 0, limit=2):
            rows += window
        return rows

    def tick(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock


TestOutboxAgainstItsModel = OutboxMachine.TestCase
TestOutboxAgainstItsModel.settings = settings(
    max_examples=10, stateful_step_count=30, deadline=None
)
