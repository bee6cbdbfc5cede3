"""Makes the aggregator's key pair in the scope that a definition gives it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from election.definition import Mode
from election.keys import Enrolment, KeyRole, KeyScope
from runtime.definition_files import read_definition
from runtime.keyfiles import KeyFileError, make_key

GOOD_FOR = timedelta(days=120)
"""From making: long enough for tests, the election and its canvass."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""The clock of a gateway may be so far behind ours."""


def make_aggregator_key(
    key: Path, *, definition: Path, holder: str, is_test: bool, passphrase: bytes | None
) -> Enrolment:
    """Make the key at `key` that signs receipts in the mode of the definition.

    Raises KeyFileError when a file is in the way, or a test key is asked for in official mode.
    """
    election = read_definition(definition).definition
    if is_test and election.mode is Mode.OFFICIAL:
        raise KeyFileError(f"{definition} is official: a test key is worth nothing there.")
    now = datetime.now(UTC).replace(microsecond=0)
    return make_key(
        key,
        holder=holder,
        role=KeyRole.TEST if is_test else KeyRole.AGGREGATOR,
        stands_for=KeyRole.AGGREGATOR if is_test else None,
        scope=KeyScope(
            election=election.election,
            mode=election.mode,
            not_before=now - CLOCKS_DIFFER,
            not_after=now + GOOD_FOR,
        ),
        passphrase=passphrase,
    )
