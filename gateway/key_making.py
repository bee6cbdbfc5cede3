"""Makes a gateway's key pair in the scope that a definition gives it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from election.keys import Enrolment, KeyRole, KeyScope
from gateway.identity import WrongIdentity
from runtime.definition_files import read_definition
from runtime.keyfiles import make_key

GOOD_FOR = timedelta(days=120)
"""From making: long enough for tests, the election and its canvass."""


def make_gateway_key(
    key: Path,
    *,
    definition: Path,
    count_center: str,
    holder: str,
    is_test: bool,
    passphrase: bytes | None,
) -> Enrolment:
    """Make the key at `key` for `count_center` in the mode of the definition.

    Raises WrongIdentity when the definition has no such center or another mode, KeyFileError
    when a file is in the way.
    """
    loaded = read_definition(definition)
    centers = [center.id for center in loaded.definition.count_centers]
    if count_center not in centers:
        raise WrongIdentity([f"{definition} has no center {count_center!r}: {', '.join(centers)}"])
    now = datetime.now(UTC).replace(microsecond=0)
    scope = KeyScope(
        election=loaded.definition.election,
        count_center=count_center,
        mode=loaded.definition.mode,
        not_before=now - timedelta(minutes=5),  # the other machine's clock may be behind
        not_after=now + GOOD_FOR,
    )
    if is_test and scope.mode != "test":
        raise WrongIdentity([f"{definition} is official: a test key cannot act in it"])
    return make_key(
        key,
        holder=holder,
        role=KeyRole.TEST if is_test else KeyRole.GATEWAY,
        stands_for=KeyRole.GATEWAY if is_test else None,
        scope=scope,
        passphrase=passphrase,
    )
