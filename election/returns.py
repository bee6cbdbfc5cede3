"""The return: what a precinct reports, signed by its gateway and kept for ever.

Totals replace, they never add: per (election, precinct, counting group) one return is current.
Every field defends against something; `docs/formats/return.md` says against what.
"""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from election.definition import ChoiceId, ContestId, Mode, Serial
from election.documents import DeviceClass
from election.findings import Finding
from election.records import Count, OptionalText, PrecinctId, Record, Sha256, Slug, Text, UtcInstant

PAYLOAD_TYPE = "application/vnd.zerotape.return.v1+json"
MAX_PAYLOAD_BYTES = 128 * 1024
MAX_ENVELOPE_BYTES = 256 * 1024
MAX_DEPTH = 16

Sequence = Annotated[int, Field(ge=1, le=1_000_000_000)]


class ReturnKind(StrEnum):
    """Why this return was issued."""

    RESULTS = "results"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class ChoiceVotes(Record):
    """Votes of one choice."""

    choice: ChoiceId
    votes: Count


class ContestVotes(Record):
    """What one device, or a whole precinct, counted in one contest.

    Where over- and undervotes are both reported, choices + write-ins + overvotes + undervotes =
    ballots x votes allowed. A vote image log reports neither: then all three are None.
    """

    contest: ContestId
    choices: tuple[ChoiceVotes, ...]
    write_ins: Count
    overvotes: Count | None
    undervotes: Count | None
    ballots: Count | None
    """Ballots that carry this contest."""

    @property
    def votes(self) -> int:
        """Votes for choices and write-ins."""
        return sum(choice.votes for choice in self.choices) + self.write_ins


class DeviceVotes(Record):
    """Everything that one device contributes."""

    device_class: DeviceClass
    serial: Serial
    medium: Literal["tape", "memory-card", "peb", "vote-image-log", "totals-listing"]
    medium_serial: OptionalText
    """Memory card of an M100; empty where the medium has none."""
    public_at_open: Count | None
    public_at_close: Count | None
    protective_at_open: Count | None
    protective_at_close: Count | None
    """None where the device reports several terminals or none of its counters."""
    ballots: Count
    contests: tuple[ContestVotes, ...]


class EvidenceReference(Record):
    """One piece of evidence that this return rests on; the bytes stay at the gateway."""

    sha256: Sha256
    kind: Text
    parser: Text
    parser_version: Text


class Release(Record):
    """Who let the return go, and why. Officers also sign the envelope."""

    how: Literal["automatic", "two-person"]
    reason: OptionalText = ""


class Outstanding(Record):
    """Ballots known to exist and not yet counted."""

    counting_group: Slug
    ballots: Count


class PrecinctReturn(Record):
    """The signed payload of a return."""

    schema_version: Literal[1] = 1
    election: Slug
    definition_sha256: Sha256
    mode: Mode
    county: Slug
    count_center: Slug
    precinct: PrecinctId
    counting_group: Slug
    sequence: Sequence
    """Position in the chain of the gateway's key, from 1 without gaps."""
    previous: Sha256 | None
    """SHA-256 of the payload before it in that chain; None for the first."""
    issued_at: UtcInstant
    kind: ReturnKind
    supersedes: Sha256 | None = None
    reason: OptionalText = ""
    ballots: Count
    devices: Annotated[tuple[DeviceVotes, ...], Field(max_length=400)]
    totals: Annotated[tuple[ContestVotes, ...], Field(max_length=500)]
    """Sums over the devices, with a zero for every choice of the ballot that no device shows."""
    complete: bool
    """Every device assigned to this precinct and counting group is in."""
    outstanding: Annotated[tuple[Outstanding, ...], Field(max_length=20)] = ()
    evidence: Annotated[tuple[EvidenceReference, ...], Field(max_length=1000)]
    checks: Annotated[tuple[str, ...], Field(max_length=200)]
    """Ids of the checks that were run."""
    findings: Annotated[tuple[Finding, ...], Field(max_length=200)]
    release: Release
    software: Text
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """128 random bits, so that a published hash does not give small counts away."""

    @model_validator(mode="after")
    def _chain_begins_at_one(self) -> Self:
        if (self.sequence == 1) != (self.previous is None):
            raise ValueError("only the return with sequence 1 has no previous one")
        if (self.kind is ReturnKind.RESULTS) == (self.supersedes is not None):
            raise ValueError("corrections and withdrawals supersede a return, results do not")
        return self


def summed(parts: tuple[ContestVotes, ...]) -> ContestVotes:
    """Return the sum of the same contest over several devices; a None in a part stays None."""
    choices: dict[int, int] = {}
    for part in parts:
        for choice in part.choices:
            choices[choice.choice] = choices.get(choice.choice, 0) + choice.votes
    return ContestVotes(
        contest=parts[0].contest,
        choices=tuple(ChoiceVotes(choice=c, votes=choices[c]) for c in sorted(choices)),
        write_ins=sum(part.write_ins for part in parts),
        overvotes=_sum_of_known([part.overvotes for part in parts]),
        undervotes=_sum_of_known([part.undervotes for part in parts]),
        ballots=_sum_of_known([part.ballots for part in parts]),
    )


def precinct_totals(devices: tuple[DeviceVotes, ...]) -> tuple[ContestVotes, ...]:
    """Return the sum over `devices` of every contest that any of them carries, by contest id."""
    parts: dict[int, list[ContestVotes]] = {}
    for device in devices:
        for contest in device.contests:
            parts.setdefault(contest.contest, []).append(contest)
    return tuple(summed(tuple(parts[contest])) for contest in sorted(parts))


def _sum_of_known(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
