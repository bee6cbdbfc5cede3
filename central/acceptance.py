"""Steps 6 to 9 of acceptance: the place of a verified return in its chain, and its content.

A pure function: what it needs to know stands in `Standing`, what follows from it is for
`central.ledger` to write down.
"""

from dataclasses import dataclass, field, replace

from central.messages import Fault, Judgement, VerifiedReturn
from central.semantics import content_faults
from election.definition_file import LoadedDefinition
from election.receipts import Reason, Receipt, Verdict


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the returns of one gateway key were taken in."""

    last_sequence: int = 0
    last_payload_sha256: str | None = None
    frozen: bool = False

    @property
    def next_sequence(self) -> int:
        """The only number that is taken now."""
        return self.last_sequence + 1


@dataclass
class Standing:
    """Everything that a judgement depends on, as it stands before the message."""

    chains: dict[str, Chain] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    """Answers given to returns that took their number, by payload hash."""
    current: dict[tuple[str, str], str] = field(default_factory=dict)
    """Payload hash of the current return, by precinct and counting group."""


def judge(verified: VerifiedReturn, standing: Standing, loaded: LoadedDefinition) -> Judgement:
    """Say what becomes of `verified`; the order of the steps is the contract (see `verify`)."""
    judgement = Judgement(
        message=verified.message,
        count_center=verified.count_center,
        payload_sha256=verified.payload_sha256,
        verdict=Verdict.REFUSED,
        verified=verified,
    )
    if earlier := standing.receipts.get(verified.payload_sha256):
        again = Verdict.DUPLICATE if earlier.verdict is Verdict.ACCEPTED else earlier.verdict
        return replace(judgement, verdict=again, earlier=earlier)
    chain = standing.chains.get(verified.key_id, Chain())
    misplaced = _chain_fault(verified, chain)
    if misplaced is not None and misplaced.reason is Reason.GAP:
        return replace(
            judgement,
            verdict=Verdict.PARKED,
            faults=(misplaced,),
            expected_sequence=chain.next_sequence,
        )
    foreign = _election_faults(verified, loaded)
    if misplaced is not None:
        return replace(judgement, faults=tuple(foreign or [misplaced]))
    faults = foreign or content_faults(
        verified, loaded.definition, standing.current.get(verified.cell)
    )
    return replace(
        judgement,
        verdict=Verdict.REFUSED if faults else Verdict.ACCEPTED,
        faults=tuple(faults),
        takes_number=True,
    )


def _election_faults(verified: VerifiedReturn, loaded: LoadedDefinition) -> list[Fault]:
    content, definition = verified.content, loaded.definition
    faults = []
    if content.election != definition.election:
        detail = f"The return is for {content.election}, not for {definition.election}."
        faults.append(Fault(Reason.ELECTION, detail))
    if content.definition_sha256 != loaded.sha256:
        detail = (
            f"The return rests on definition {content.definition_sha256[:16]}, here "
            f"{loaded.sha256[:16]} is in force. Load the same file at the gateway."
        )
        faults.append(Fault(Reason.DEFINITION, detail))
    if content.mode is not definition.mode:
        detail = f"The return was made in {content.mode} mode, this is {definition.mode} mode."
        faults.append(Fault(Reason.MODE, detail))
    return faults


def _chain_fault(verified: VerifiedReturn, chain: Chain) -> Fault | None:
    content = verified.content
    if chain.frozen:
        detail = "The key is frozen since it signed two returns under one number. Enrol a new key."
        return Fault(Reason.FROZEN, detail)
    if content.sequence <= chain.last_sequence:
        detail = (
            f"The key signed another return under number {content.sequence} before. The key is "
            "frozen; have both returns examined."
        )
        return Fault(Reason.EQUIVOCATION, detail)
    if content.sequence > chain.next_sequence:
        detail = f"Number {chain.next_sequence} is missing. Send everything from there again."
        return Fault(Reason.GAP, detail)
    if content.previous != chain.last_payload_sha256:
        detail = (
            f"Number {content.sequence} does not follow the return taken in before it: the "
            "gateway's store was rolled back or copied. Stop that gateway and enrol a new key."
        )
        return Fault(Reason.FORK, detail)
    return None
