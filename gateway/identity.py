"""Who this gateway is: the definition, its key, and the aggregator it believes.

Everything is checked before the first device is opened: a wrong key found at midnight is too late.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Signer

from election.definition_file import MAX_BYTES, LoadedDefinition, load_definition
from election.errors import DefinitionError, SignatureError, ZerotapeError
from election.keys import Enrolment, KeyRole
from gateway.config import GatewaySettings
from gateway.receipts import ReceiptReader
from runtime.keyfiles import enrolment_path, load_signer, read_enrolment


class WrongIdentity(ZerotapeError):
    """Definition, key and count center do not belong together; `problems` lists all of them."""

    def __init__(self, problems: list[str]) -> None:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"The gateway cannot act as configured. Correct this first:{listed}")
        self.problems = problems


@dataclass(frozen=True)
class Identity:
    """What a gateway acts as."""

    loaded: LoadedDefinition
    count_center: str
    enrolment: Enrolment
    signer: Signer
    reader: ReceiptReader


def read_definition(path: Path) -> LoadedDefinition:
    """Load the definition file at `path`; raise DefinitionError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(str(path), [f"it cannot be read: {error.strerror}"]) from error
    return load_definition(content, str(path))


def read_identity(settings: GatewaySettings, at: datetime) -> Identity:
    """Load all that `settings` name; raise a ZerotapeError that says what does not fit."""
    loaded = read_definition(settings.definition)
    enrolment = read_enrolment(enrolment_path(settings.signing.key))
    aggregator = read_enrolment(settings.aggregator.enrolment)
    problems = [
        *_center_problems(loaded, settings.count_center),
        *_key_problems(loaded, settings.count_center, enrolment, at),
    ]
    if problems:
        raise WrongIdentity(problems)
    definition = loaded.definition
    try:
        reader = ReceiptReader(
            aggregator, definition.election, settings.count_center, definition.mode
        )
    except SignatureError as error:
        raise WrongIdentity([str(error)]) from error
    signer = load_signer(settings.signing.key, enrolment, settings.signing.passphrase())
    return Identity(loaded, settings.count_center, enrolment, signer, reader)


def _center_problems(loaded: LoadedDefinition, count_center: str) -> list[str]:
    centers = [center.id for center in loaded.definition.count_centers]
    if count_center in centers:
        return []
    return [f"count center {count_center!r} is not in the definition ({', '.join(centers)})"]


def _key_problems(
    loaded: LoadedDefinition, count_center: str, enrolment: Enrolment, at: datetime
) -> list[str]:
    definition, scope = loaded.definition, enrolment.scope
    problems = []
    if enrolment.effective_role is not KeyRole.GATEWAY:
        problems.append(f"the key of {enrolment.holder} is enrolled as {enrolment.role}")
    if scope.election != definition.election:
        problems.append(f"the key is for election {scope.election}, not {definition.election}")
    if scope.count_center != count_center:
        problems.append(f"the key is for count center {scope.count_center}, not {count_center}")
    if scope.mode is not definition.mode:
        problems.append(f"the key is for {scope.mode} mode, the definition is {definition.mode}")
    if not scope.not_before <= at <= scope.not_after:
        problems.append(f"the key is good from {scope.not_before} to {scope.not_after} only")
    return problems
