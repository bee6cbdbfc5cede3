"""Makes the key pair of a machine in the scope that an election definition gives it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from election.definition import Mode
from election.keys import Enrolment, KeyRole, KeyScope
from runtime.definition_files import read_definition
from runtime.keyfiles import KeyFileError, make_key

GOOD_FOR = timedelta(days=120)
"""From making: long enough for tests, the election and its canvass."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""The clock of the machine that checks the key may be so far behind ours."""


def make_machine_key(
    key: Path,
    *,
    definition: Path,
    role: KeyRole,
    count_center: str | None,
    holder: str,
    is_test: bool,
    passphrase: bytes | None,
) -> Enrolment:
    """Make the key at `key` for `role` in the election and mode of the definition.

    Raises KeyFileError when a file is in the way, the definition has no such count center, or a
    test key is asked for in official mode.
    """
    election = read_definition(definition).definition
    centers = [center.id for center in election.count_centers]
    if count_center is not None and count_center not in centers:
        raise KeyFileError(
            f"{definition} has no count center {count_center!r}. It has: {', '.join(centers)}."
        )
    if is_test and election.mode is Mode.OFFICIAL:
        raise KeyFileError(f"{definition} is official: a test key is worth nothing there.")
    now = datetime.now(UTC).replace(microsecond=0)
    return make_key(
        key,
        holder=holder,
        role=KeyRole.TEST if is_test else role,
        stands_for=role if is_test else None,
        scope=KeyScope(
            election=election.election,
            count_center=count_center,
            mode=election.mode,
            not_before=now - CLOCKS_DIFFER,
            not_after=now + GOOD_FOR,
        ),
        passphrase=passphrase,
    )
