"""Who this gateway is: the definition, its key, and the aggregator it believes.

Everything is checked before the first device is opened: a wrong key found at midnight is too late.
"""

from dataclasses import dataclass
from datetime import datetime

from securesystemslib.signer import Signer

from election.definition import ElectionDefinition
from election.definition_file import LoadedDefinition
from election.errors import ZerotapeError
from election.keys import Enrolment, KeyRole
from gateway.config import GatewaySettings
from gateway.receipts import ReceiptReader
from runtime.definition_files import read_definition
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


def read_identity(settings: GatewaySettings, at: datetime) -> Identity:
    """Load all that `settings` name; raise a ZerotapeError that says what does not fit."""
    loaded = read_definition(settings.definition)
    enrolment = read_enrolment(enrolment_path(settings.signing.key))
    aggregator = read_enrolment(settings.aggregator.enrolment)
    definition = loaded.definition
    problems = [
        *_center_problems(loaded, settings.count_center),
        *_key_problems(enrolment, KeyRole.GATEWAY, definition, settings.count_center, at),
        *_key_problems(aggregator, KeyRole.AGGREGATOR, definition, settings.count_center, at),
    ]
    if problems:
        raise WrongIdentity(problems)
    reader = ReceiptReader(aggregator, definition.election, settings.count_center, definition.mode)
    signer = load_signer(settings.signing.key, enrolment, settings.signing.passphrase())
    return Identity(loaded, settings.count_center, enrolment, signer, reader)


def _center_problems(loaded: LoadedDefinition, count_center: str) -> list[str]:
    centers = [center.id for center in loaded.definition.count_centers]
    if count_center in centers:
        return []
    return [f"count center {count_center!r} is not in the definition ({', '.join(centers)})"]


def _key_problems(
    enrolment: Enrolment,
    role: KeyRole,
    definition: ElectionDefinition,
    count_center: str,
    at: datetime,
) -> list[str]:
    scope, whose = enrolment.scope, f"the key of {enrolment.holder}"
    problems = []
    if enrolment.effective_role is not role:
        problems.append(f"{whose} is enrolled as {enrolment.effective_role}, not as {role}")
    if scope.election != definition.election:
        problems.append(f"{whose} is for election {scope.election}, not {definition.election}")
    if scope.count_center not in (None, count_center):
        problems.append(f"{whose} is for count center {scope.count_center}, not {count_center}")
    if scope.mode is not definition.mode:
        problems.append(f"{whose} is for {scope.mode} mode, the definition is {definition.mode}")
    if not scope.not_before <= at <= scope.not_after:
        problems.append(f"{whose} is good from {scope.not_before} to {scope.not_after} only")
    return problems
