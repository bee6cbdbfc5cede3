"""Enrolling and revoking keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from central.enrolment import EnrolmentRefused, enrol, revoke
from election.definition import Mode
from election.keys import KeyRole

if TYPE_CHECKING:
    from tests.central.conftest import Central, Key, MakeCentral

NOW = datetime(2026, 11, 4, 3, tzinfo=UTC)
MakeKey = Callable[..., "Key"]


def test_enrolling_the_same_record_twice_changes_nothing(
    central: "Central", make_gateway_key: MakeKey
) -> None:
    key = make_gateway_key()
    with central.database.writer.begin() as connection:
        assert enrol(connection, key.record, central.loaded.definition, NOW)
        assert not enrol(connection, key.record, central.loaded.definition, NOW)


def test_a_key_cannot_be_enrolled_again_with_another_scope(
    central: "Central", make_gateway_key: MakeKey
) -> None:
    key = make_gateway_key()
    central.enrol(key)
    moved = key.record.model_copy(
        update={"scope": key.record.scope.model_copy(update={"count_center": "north"})}
    )
    with (
        pytest.raises(EnrolmentRefused, match="enrolled already"),
        central.database.writer.begin() as connection,
    ):
        enrol(connection, moved, central.loaded.definition, NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"election": "other-2024"}, "election other-2024"),
        ({"mode": Mode.OFFICIAL}, "official mode"),
        ({"center": "nowhere"}, "count center nowhere"),
    ],
)
def test_a_key_for_something_else_is_not_enrolled(
    central: "Central", make_gateway_key: MakeKey, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(EnrolmentRefused, match=words):
        central.enrol(make_gateway_key(**changes))


def test_a_test_key_is_not_enrolled_in_official_mode(
    make_central: "MakeCentral", tmp_path: Path, make_gateway_key: MakeKey
) -> None:
    official = make_central(tmp_path, "official")
    with pytest.raises(EnrolmentRefused, match="test keys are worth nothing"):
        official.enrol(make_gateway_key(KeyRole.TEST, stands_for=KeyRole.GATEWAY))


def test_a_revocation_is_never_moved_to_a_later_time(
    central: "Central", make_gateway_key: MakeKey
) -> None:
    key = make_gateway_key()
    central.enrol(key)
    with central.database.writer.begin() as connection:
        revoke(connection, key.record.key_id[:8], NOW)
        again = revoke(connection, key.record.key_id, NOW + timedelta(hours=1))
        assert again.revoked_at == NOW
        earlier = revoke(connection, key.record.key_id, NOW - timedelta(hours=1))
        assert earlier.revoked_at == NOW - timedelta(hours=1)


@pytest.mark.parametrize("key_id", ["", "abc", "0" * 64])
def test_revoking_what_names_no_single_key_is_refused(central: "Central", key_id: str) -> None:
    with (
        pytest.raises(EnrolmentRefused, match="names 0 enrolled keys"),
        central.database.writer.begin() as connection,
    ):
        revoke(connection, key_id, NOW)
