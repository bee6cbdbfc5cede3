"""Whatever is refused changes no total, has its own reason, and stays in sight."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.enrolment import EnrolledKey, KeyRing
from central.messages import Judgement, Message, VerifiedReturn
from central.verification import verify
from election import receipts
from election.definition import Mode
from election.envelope import signed_envelope
from election.keys import KeyRole
from election.receipts import Reason, Receipt, Verdict
from election.returns import PAYLOAD_TYPE

if TYPE_CHECKING:
    from tests.central.conftest import Central, Gateway, Key, MakeCentral

MakeKey = Callable[..., "Key"]

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)


def expect_refused(central: "Central", gateway: "Gateway", envelope: bytes) -> Receipt:
    """Hand `envelope` in; check that it changed nothing and can be seen."""
    before, entries = central.csv(), central.log()
    (receipt,) = central.accept(gateway, envelope)
    assert receipt.verdict is Verdict.REFUSED
    assert receipt.log_index is None
    assert (central.csv(), central.log()) == (before, entries)
    newest = central.oversight.refusals[0]
    assert newest.reasons == receipt.reasons
    assert newest.payload_sha256 == receipt.payload_sha256
    return receipt


def test_an_unknown_key_is_refused(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    central.accept(south, south.issue("hillside"))
    south.key = make_gateway_key()
    receipt = expect_refused(central, south, south.seal(south.draft()))
    assert receipt.reasons == (Reason.UNKNOWN_KEY,)
    assert receipt.sequence is None


def test_a_refused_unknown_key_is_taken_once_it_is_enrolled(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    south.key = make_gateway_key()
    envelope = south.issue()
    expect_refused(central, south, envelope)
    central.enrol(south.key)
    (receipt,) = central.accept(south, envelope)
    assert receipt.verdict is Verdict.ACCEPTED


def test_the_key_of_another_center_is_refused_with_an_alarm(
    central: "Central", south: "Gateway", north: "Gateway"
) -> None:
    south.key = north.key
    receipt = expect_refused(central, south, south.seal(south.draft()))
    assert receipt.reasons == (Reason.SCOPE,)
    assert central.oversight.refusals[0].alarm


def test_a_return_of_another_center_on_the_own_topic_is_refused(
    central: "Central", south: "Gateway"
) -> None:
    receipt = expect_refused(central, south, south.seal(south.draft("farside")))
    assert receipt.reasons == (Reason.SCOPE,)


def test_another_election_is_refused_and_uses_its_number_up(
    central: "Central", south: "Gateway"
) -> None:
    receipt = expect_refused(central, south, south.issue(election="other-2024"))
    assert (receipt.reasons, receipt.sequence) == ((Reason.ELECTION,), 1)
    (receipt,) = central.accept(south, south.issue())
    assert receipt.verdict is Verdict.ACCEPTED


def test_another_election_under_a_used_number_is_refused_and_freezes_nothing(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue("hillside"))
    foreign = south.seal(south.draft(election="other-2024", sequence=1, previous=None))
    assert expect_refused(central, south, foreign).reasons == (Reason.ELECTION,)
    (receipt,) = central.accept(south, south.issue())
    assert receipt.verdict is Verdict.ACCEPTED


def test_another_definition_and_mode_are_both_named(central: "Central", south: "Gateway") -> None:
    changed = south.issue(definition_sha256="0" * 64, mode=Mode.OFFICIAL)
    receipt = expect_refused(central, south, changed)
    assert receipt.reasons == (Reason.DEFINITION, Reason.MODE)


@pytest.mark.parametrize("where", range(0, 4000, 371))
def test_one_changed_byte_of_the_payload_is_refused(
    central: "Central", south: "Gateway", where: int
) -> None:
    wire = json.loads(south.seal(south.draft()))
    payload = bytearray(base64.b64decode(wire["payload"]))
    payload[where % len(payload)] ^= 1
    wire["payload"] = base64.b64encode(payload).decode()
    receipt = expect_refused(central, south, json.dumps(wire).encode())
    assert receipt.reasons == (Reason.SIGNATURE,)


def test_the_hint_of_another_enrolled_key_does_not_help(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    other = make_gateway_key()
    central.enrol(other)
    wire = json.loads(south.seal(south.draft()))
    wire["signatures"][0]["keyid"] = other.record.key_id
    receipt = expect_refused(central, south, json.dumps(wire).encode())
    assert receipt.reasons == (Reason.SIGNATURE,)


@pytest.mark.parametrize("signature", ["", base64.b64encode(bytes(64)).decode()])
def test_an_empty_signature_is_refused(
    central: "Central", south: "Gateway", signature: str
) -> None:
    wire = json.loads(south.seal(south.draft()))
    wire["signatures"][0]["sig"] = signature
    receipt = expect_refused(central, south, json.dumps(wire).encode())
    assert receipt.reasons == (Reason.SIGNATURE,)


def test_a_revoked_key_is_refused_from_its_moment_on(central: "Central", south: "Gateway") -> None:
    central.accept(south, south.issue("hillside"))
    central.revoke(south.key, NOW + timedelta(minutes=1))
    (receipt,) = central.accept(south, south.issue())
    assert receipt.verdict is Verdict.ACCEPTED
    central.now = NOW + timedelta(minutes=1)
    receipt = expect_refused(central, south, south.issue("riverside", "early"))
    assert receipt.reasons == (Reason.REVOKED,)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_key_outside_its_dates_is_refused(
    central: "Central", south: "Gateway", days: int
) -> None:
    central.now = NOW + timedelta(days=days)
    receipt = expect_refused(central, south, south.seal(south.draft()))
    assert receipt.reasons == (Reason.SCOPE,)


def test_a_key_in_another_role_is_refused_with_an_alarm(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    south.key = make_gateway_key(KeyRole.PUBLISHER)
    central.enrol(south.key)
    receipt = expect_refused(central, south, south.seal(south.draft()))
    assert receipt.reasons == (Reason.ROLE,)
    assert central.oversight.refusals[0].alarm


def test_two_gateway_keys_on_one_return_are_refused(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    second = make_gateway_key()
    central.enrol(second)
    receipt = expect_refused(central, south, south.seal(south.draft(), second))
    assert receipt.reasons == (Reason.ROLE,)


def test_an_officer_alone_cannot_send_a_return(
    central: "Central", south: "Gateway", make_gateway_key: MakeKey
) -> None:
    south.key = make_gateway_key(KeyRole.OFFICER, center=None, holder="OFFICER")
    central.enrol(south.key)
    receipt = expect_refused(central, south, south.seal(south.draft()))
    assert receipt.reasons == (Reason.ROLE,)


def test_a_test_key_works_in_test_mode_only(
    make_central: "MakeCentral", tmp_path: Path, make_gateway_key: MakeKey
) -> None:
    key = make_gateway_key(KeyRole.TEST, stands_for=KeyRole.GATEWAY)
    rehearsal = make_central(tmp_path / "test")
    gateway = rehearsal.gateway()
    gateway.key = key
    rehearsal.enrol(key)
    (receipt,) = rehearsal.accept(gateway, gateway.issue())
    assert receipt.verdict is Verdict.ACCEPTED

    # Enrolment refuses it already; were it in the ring all the same, it would not be accepted.
    official = make_central(tmp_path / "official", "official")
    ring = KeyRing({key.record.key_id: EnrolledKey(key.record, NOW)})
    message = Message(gateway.topic, gateway.seal(gateway.draft()), NOW)
    judgement = verify(message, ring, official.loaded.definition)
    assert isinstance(judgement, Judgement)
    assert judgement.reasons == (Reason.ROLE, Reason.SCOPE)


def broken(change: Callable[[bytes], bytes]) -> Callable[["Gateway"], bytes]:
    return lambda gateway: change(gateway.seal(gateway.draft()))


def resigned(change: Callable[[bytes], bytes]) -> Callable[["Gateway"], bytes]:
    """Change the payload and sign it anew: only its form is wrong."""

    def make(gateway: "Gateway") -> bytes:
        wire = json.loads(gateway.seal(gateway.draft()))
        payload = change(base64.b64decode(wire["payload"]))
        return signed_envelope(payload, PAYLOAD_TYPE, [gateway.key.signer])

    return make


MALFORMED: dict[str, tuple[Callable[["Gateway"], bytes], Reason]] = {
    "oversize message": (broken(lambda raw: raw + b" " * 256 * 1024), Reason.SIZE),
    "oversize payload": (resigned(lambda raw: raw + b" " * 128 * 1024), Reason.SIZE),
    "depth bomb": (lambda _: b"[" * 100_000, Reason.DEPTH),
    "depth bomb in the payload": (
        resigned(lambda raw: raw[:-1] + b',"x":' + b"[" * 50 + b"]" * 50 + b"}"),
        Reason.DEPTH,
    ),
    "nothing": (lambda _: b"", Reason.FORMAT),
    "no JSON": (lambda _: b"return", Reason.FORMAT),
    "duplicate key": (
        broken(lambda raw: raw.replace(b'{"payload"', b'{"payloadType":"x","payload"', 1)),
        Reason.FORMAT,
    ),
    "duplicate key in the payload": (
        resigned(lambda raw: raw.replace(b'"ballots":', b'"ballots":1,"ballots":', 1)),
        Reason.FORMAT,
    ),
    "float in the payload": (
        resigned(lambda raw: raw.replace(b'"sequence":1', b'"sequence":1.0', 1)),
        Reason.FORMAT,
    ),
    "unknown field": (broken(lambda raw: raw[:-1] + b',"x":1}'), Reason.FORMAT),
    "unknown field in the payload": (resigned(lambda raw: raw[:-1] + b',"x":1}'), Reason.FORMAT),
    "negative votes": (
        resigned(lambda raw: raw.replace(b'"write_ins":0', b'"write_ins":-1', 1)),
        Reason.FORMAT,
    ),
    "byte order mark": (broken(lambda raw: b"\xef\xbb\xbf" + raw), Reason.FORMAT),
    "loose base64": (
        broken(lambda raw: raw.replace(b'"payload":"', b'"payload":" ', 1)),
        Reason.FORMAT,
    ),
    "receipt type": (
        broken(lambda raw: raw.replace(PAYLOAD_TYPE.encode(), receipts.PAYLOAD_TYPE.encode())),
        Reason.TYPE,
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_messages_are_refused(central: "Central", south: "Gateway", case: str) -> None:
    make, reason = MALFORMED[case]
    receipt = expect_refused(central, south, make(south))
    assert receipt.reasons == (reason,)
    assert receipt.sequence is None


def test_a_signed_receipt_sent_as_a_return_is_refused(central: "Central", south: "Gateway") -> None:
    content = south.draft().model_dump_json().encode()
    envelope = signed_envelope(content, receipts.PAYLOAD_TYPE, [south.key.signer])
    assert expect_refused(central, south, envelope).reasons == (Reason.TYPE,)


@pytest.mark.parametrize(
    "topic",
    [
        "zerotape/1/sample-2026/returns/nowhere",
        "zerotape/1/other/returns/south",
        "zerotape/1/sample-2026/status/south",
        "zerotape/1/sample-2026/returns/SOUTH <b>",
        "elsewhere",
    ],
)
def test_a_foreign_topic_is_refused_without_an_answer(
    central: "Central", south: "Gateway", topic: str
) -> None:
    assert central.ledger.accept_batch([Message(topic, south.issue(), NOW)]) == []
    (refusal,) = central.oversight.refusals
    assert (refusal.reasons, refusal.topic, refusal.count_center) == (("scope",), topic, None)


def test_the_same_refused_message_is_kept_once_and_counted(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, b"x", b"x")
    central.now = NOW + timedelta(minutes=5)
    central.accept(south, b"x")
    (refusal,) = central.oversight.refusals
    assert (refusal.times, refusal.first_at, refusal.last_at) == (3, NOW, central.now)


def test_a_flood_of_garbage_is_bounded_and_leaves_signed_refusals_alone(
    central: "Central", south: "Gateway"
) -> None:
    central.accept(south, south.issue(election="other-2024"))
    for start in range(0, 1200, 300):
        central.accept(south, *(b"garbage %d" % number for number in range(start, start + 300)))
    found = central.oversight
    assert found.refusal_count == 1001
    assert found.refusals[0].size == len(b"garbage 1199")
    with central.database.reader.begin() as connection:
        signed = connection.exec_driver_sql("select count(*) from refusals where signed").scalar()
    assert signed == 1


def test_a_flood_under_ever_new_topics_is_bounded_too(central: "Central", south: "Gateway") -> None:
    central.accept(south, b"garbage of a center")
    for start in range(0, 1200, 300):
        strangers = range(start, start + 300)
        central.ledger.accept_batch(
            [Message(f"zerotape/1/sample-2026/returns/x{n}", b"garbage", NOW) for n in strangers]
        )
    assert central.oversight.refusal_count == 1 + 1000


def test_a_field_name_as_long_as_the_message_does_not_fill_the_record(
    central: "Central", south: "Gateway"
) -> None:
    wire = json.loads(south.seal(south.draft())) | {"A" * 200_000: 1}
    expect_refused(central, south, json.dumps(wire).encode())
    assert len(central.oversight.refusals[0].detail) <= 1000


@given(content=st.binary(max_size=300) | st.text(alphabet='{}[]":,01ae\\ ').map(str.encode))
def test_whatever_arrives_is_judged_and_raises_nothing(
    content: bytes, sample_ring: tuple[KeyRing, "Gateway"]
) -> None:
    ring, gateway = sample_ring
    judged = verify(Message(gateway.topic, content, NOW), ring, gateway.loaded.definition)
    assert isinstance(judged, Judgement)
    assert judged.verdict is Verdict.REFUSED


@given(data=st.data())
def test_a_damaged_return_is_refused_or_unchanged(
    data: st.DataObject, sample_ring: tuple[KeyRing, "Gateway"]
) -> None:
    ring, gateway = sample_ring
    good = gateway.seal(gateway.draft())
    begin = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(begin, len(good)))
    damaged = good[:begin] + data.draw(st.binary(max_size=4)) + good[end:]
    judged = verify(Message(gateway.topic, damaged, NOW), ring, gateway.loaded.definition)
    if isinstance(judged, VerifiedReturn):
        assert judged.content == gateway.draft()
