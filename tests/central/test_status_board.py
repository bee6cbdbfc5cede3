"""What gateways say of themselves is shown, bounded, and never believed."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from central.messages import Message
from central.status_board import MAX_ALERTS_KEPT, StatusBoard
from election.status import Alert, GatewayStatus

if TYPE_CHECKING:
    from tests.central.conftest import Central

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)
STATUS = "zerotape/1/sample-2026/status/south"
ALERTS = "zerotape/1/sample-2026/alerts/south"


@pytest.fixture
def board(central: "Central") -> StatusBoard:
    return StatusBoard(central.database.writer, central.loaded.definition)


def status(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "election": "sample-2026",
        "count_center": "south",
        "online": True,
        "at": NOW,
        "software": "zerotape 0",
        "packets": {"confirmed": 3},
        "outbox_waiting": 2,
        "outbox_oldest_s": 40,
        "free_disk_bytes": 10**9,
        "devices": (),
    }
    return GatewayStatus(**(fields | changes)).model_dump_json().encode()


def alert(precinct: str) -> bytes:
    return (
        Alert(
            election="sample-2026",
            count_center="south",
            at=NOW,
            precinct=precinct,
            counting_group="early",
            state="held",
            checks=("C50",),
            message="Seal C",
        )
        .model_dump_json()
        .encode()
    )


def test_the_last_status_replaces_the_one_before(central: "Central", board: StatusBoard) -> None:
    later = NOW + timedelta(minutes=1)
    board.post([Message(STATUS, status(), NOW), Message(STATUS, status(online=False), later)])
    south, north = central.totals.centers()
    assert south.status is not None
    assert isinstance(south.status.content, GatewayStatus)
    assert (south.status.content.online, south.status.received_at) == (False, later)
    assert north.status is None


def test_only_the_newest_alerts_are_kept(central: "Central", board: StatusBoard) -> None:
    names = [f"precinct-{number}" for number in range(MAX_ALERTS_KEPT + 10)]
    board.post(Message(ALERTS, alert(name), NOW) for name in names)
    found = [notice.content for notice in central.totals.centers()[0].alerts]
    assert [a.precinct for a in found if isinstance(a, Alert)] == names[:-51:-1]


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        (STATUS, b""),
        (STATUS, b"[" * 1000),
        (STATUS, b" " * 40_000),
        (STATUS, json.dumps(json.loads(status()) | {"votes": 1}).encode()),
        (STATUS, status(count_center="north")),
        (STATUS, status(election="other")),
        (STATUS, alert("riverside")),
        ("zerotape/1/sample-2026/status/nowhere", status(count_center="nowhere")),
        ("zerotape/1/sample-2026/receipts/south", status()),
        ("elsewhere", status()),
    ],
)
def test_what_is_not_a_status_of_that_center_is_dropped(
    central: "Central", board: StatusBoard, topic: str, content: bytes
) -> None:
    assert board.post([Message(topic, content, NOW)]) == 0
    assert all(center.status is None for center in central.totals.centers())
