"""Returns: their chain rules, their sums, and their form on the wire."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.documents import DeviceClass
from election.payloads import PayloadError, payload_bytes, read_payload
from election.returns import (
    MAX_DEPTH,
    MAX_PAYLOAD_BYTES,
    ChoiceVotes,
    ContestVotes,
    DeviceVotes,
    PrecinctReturn,
    precinct_totals,
    summed,
)

HASH = "ab" * 32


def sample(**changes: Any) -> dict[str, Any]:
    contest = {
        "contest": 101,
        "choices": [{"choice": 1, "votes": 287}, {"choice": 2, "votes": 268}],
        "write_ins": 4,
        "overvotes": 2,
        "undervotes": 51,
        "ballots": 612,
    }
    device = {
        "device_class": "m100",
        "serial": "204417",
        "medium": "tape",
        "medium_serial": "M100C-0000417",
        "public_at_open": 0,
        "public_at_close": 612,
        "protective_at_open": 48211,
        "protective_at_close": 48823,
        "ballots": 612,
        "contests": [contest],
    }
    return {
        "schema_version": 1,
        "election": "general-2026",
        "definition_sha256": HASH,
        "mode": "test",
        "county": "example",
        "count_center": "court-house",
        "precinct": "example.riverside",
        "counting_group": "election-day",
        "sequence": 1,
        "previous": None,
        "issued_at": "2026-11-04T02:00:00Z",
        "kind": "results",
        "ballots": 612,
        "devices": [device],
        "totals": [contest],
        "complete": True,
        "evidence": [
            {"sha256": HASH, "kind": "tape", "parser": "m100-tape", "parser_version": "1"}
        ],
        "checks": ["C01"],
        "findings": [],
        "release": {"how": "automatic"},
        "software": "zerotape 0.1.0",
        "salt": "0" * 32,
    } | changes


def read(content: bytes) -> PrecinctReturn:
    return read_payload(content, PrecinctReturn, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH)


def contest(
    number: int,
    votes: dict[int, int],
    *,
    overvotes: int | None = 0,
    undervotes: int | None = 0,
    ballots: int | None = 0,
) -> ContestVotes:
    return ContestVotes(
        contest=number,
        choices=tuple(ChoiceVotes(choice=c, votes=n) for c, n in votes.items()),
        write_ins=1,
        overvotes=overvotes,
        undervotes=undervotes,
        ballots=ballots,
    )


def device(serial: str, *contests: ContestVotes) -> DeviceVotes:
    return DeviceVotes(
        device_class=DeviceClass.M100,
        serial=serial,
        medium="tape",
        medium_serial="",
        public_at_open=0,
        public_at_close=0,
        protective_at_open=None,
        protective_at_close=None,
        ballots=0,
        contests=contests,
    )


def test_equal_returns_have_equal_bytes_in_rfc_8785_form() -> None:
    made = read(json.dumps(sample()).encode())
    content = payload_bytes(made)
    assert read(content) == made
    assert content == payload_bytes(read(json.dumps(sample(), indent=3).encode()))
    assert (
        content == json.dumps(json.loads(content), sort_keys=True, separators=(",", ":")).encode()
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sequence": 2}, "sequence 1"),
        ({"previous": HASH}, "sequence 1"),
        ({"sequence": 0}, "sequence"),
        ({"supersedes": HASH}, "supersede"),
        ({"kind": "correction"}, "supersede"),
        ({"kind": "withdrawal"}, "supersede"),
        ({"ballots": -1}, "ballots"),
        ({"ballots": 1_000_000_001}, "ballots"),
        ({"ballots": "612"}, "ballots"),
        ({"ballots": True}, "ballots"),
        ({"salt": "0" * 31}, "salt"),
        ({"election": "general/2026"}, "election"),
        ({"count_center": "+"}, "count_center"),
        ({"software": "zero\u202etape"}, "software"),
        ({"votes": 1}, "votes"),
        ({"schema_version": 2}, "schema_version"),
        ({"issued_at": "2026-11-04T02:00:00"}, "issued_at"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PayloadError, match=words) as caught:
        read(json.dumps(sample(**changes)).encode())
    assert caught.value.reason == "format"


def test_a_correction_names_what_it_supersedes() -> None:
    changes = {"kind": "correction", "supersedes": HASH, "sequence": 2, "previous": HASH}
    assert read(json.dumps(sample(**changes)).encode()).supersedes == HASH


def test_floats_and_duplicate_keys_are_refused_before_anything_else() -> None:
    content = json.dumps(sample()).encode()
    for old, new in ((b'"ballots": 612', b'"ballots": 612.0'), (b'"mode"', b'"mode":1,"mode"')):
        with pytest.raises(PayloadError) as caught:
            read(content.replace(old, new))
        assert caught.value.reason == "format"


def test_totals_are_the_sum_over_devices_by_contest() -> None:
    totals = precinct_totals(
        (
            device("1", contest(102, {1: 5}), contest(101, {1: 10, 2: 20}, ballots=30)),
            device("2", contest(101, {2: 2, 3: 3}, ballots=5)),
        )
    )
    assert totals == (
        ContestVotes(
            contest=101,
            choices=(
                ChoiceVotes(choice=1, votes=10),
                ChoiceVotes(choice=2, votes=22),
                ChoiceVotes(choice=3, votes=3),
            ),
            write_ins=2,
            overvotes=0,
            undervotes=0,
            ballots=35,
        ),
        contest(102, {1: 5}),
    )


def test_what_one_device_does_not_report_is_unknown_for_all() -> None:
    known = contest(101, {1: 4}, overvotes=3, undervotes=2, ballots=9)
    unknown = contest(101, {1: 6}, overvotes=None, undervotes=None, ballots=None)
    total = summed((known, unknown))
    assert (total.overvotes, total.undervotes, total.ballots) == (None, None, None)
    assert total.votes == 4 + 6 + 2


@given(st.lists(st.dictionaries(st.integers(1, 5), st.integers(0, 10**6)), min_size=1, max_size=6))
def test_no_vote_is_lost_or_added_and_order_makes_no_difference(
    parts: list[dict[int, int]],
) -> None:
    contests = tuple(contest(101, votes) for votes in parts)
    total = summed(contests)
    assert total.votes == sum(n for votes in parts for n in votes.values()) + len(parts)
    assert total == summed(contests[::-1])
    assert [choice.choice for choice in total.choices] == sorted({c for p in parts for c in p})
