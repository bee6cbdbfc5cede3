"""From a packet that may leave to the return that is signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from election.definition import AssignedDevice, Contest, ReportedBy
from election.definition_file import LoadedDefinition
from election.documents import (
    DeviceClass,
    ReportKind,
    Tape,
    VoteImageTerminal,
)
from election.errors import ZerotapeError
from election.payloads import payload_bytes
from election.records import problems_of
from election.returns import (
    MAX_PAYLOAD_BYTES,
    ChoiceVotes,
    ContestVotes,
    DeviceVotes,
    EvidenceReference,
    PrecinctReturn,
    Release,
    ReturnKind,
    precinct_totals,
)
from gateway.contents import NAMES
from gateway.listed_choices import listed_choice
from gateway.medium_votes import devices_by_medium
from gateway.outbox import ChainLink
from gateway.packets import Decision, Packet, PacketDocument, PacketState
from gateway.reports import counting_results, listing_set, tape_sets, totals_set


class NotReleasable(ZerotapeError):
    """No return may be made of this packet; the packet stays as it is."""

    def __init__(self, packet: Packet, reason: str) -> None:
        where = f"{packet.key.precinct} ({packet.key.counting_group})"
        super().__init__(f"No return can be made for {where}: {reason}")
        self.key = packet.key


@dataclass(frozen=True, slots=True)
class Issue:
    """Who issues a return, when, and at which place of the chain."""

    count_center: str
    link: ChainLink
    issued_at: datetime
    """UTC."""
    salt: str
    """128 random bits in hexadecimal digits."""
    software: str


def build_return(
    packet: Packet, decision: Decision, loaded: LoadedDefinition, issue: Issue
) -> PrecinctReturn:
    """Return the results of a packet that `decision` found ready, for automatic release.

    Raises NotReleasable when the packet is not ready, was released before, or does not fit into
    a return; nothing is ever left out to make it fit.
    """
    if decision.state is not PacketState.READY:
        raise NotReleasable(packet, f"it is {decision.state}. Clear its findings first.")
    if packet.released is not None:
        raise NotReleasable(packet, "it has one already. A change needs a correction.")
    try:
        built = _results(packet, decision, loaded, issue)
    except ValidationError as error:
        raise NotReleasable(packet, f"{'; '.join(problems_of(error))}. Call support.") from error
    size = len(payload_bytes(built))
    if size > MAX_PAYLOAD_BYTES:
        raise NotReleasable(
            packet, f"{size} bytes, at most {MAX_PAYLOAD_BYTES} can be sent. Call support."
        )
    return built


def _results(
    packet: Packet, decision: Decision, loaded: LoadedDefinition, issue: Issue
) -> PrecinctReturn:
    definition = loaded.definition
    devices = (
        *_devices_by_tape(packet, loaded),
        *devices_by_medium(packet, loaded.definition),
        *_devices_by_vote_images(packet, loaded),
        *_devices_by_totals(packet, loaded),
    )
    return PrecinctReturn(
        election=definition.election,
        definition_sha256=loaded.sha256,
        mode=definition.mode,
        county=definition.precinct_by_id[packet.key.precinct].county,
        count_center=issue.count_center,
        precinct=packet.key.precinct,
        counting_group=packet.key.counting_group,
        sequence=issue.link.sequence,
        previous=issue.link.previous,
        issued_at=issue.issued_at,
        kind=ReturnKind.RESULTS,
        ballots=sum(device.ballots for device in devices),
        devices=devices,
        totals=_totals(devices, definition.contests_of[packet.key.precinct]),
        complete=not decision.awaited,
        evidence=_evidence(packet),
        checks=decision.checks,
        findings=decision.findings,
        release=Release(how="automatic"),
        software=issue.software,
        salt=issue.salt,
    )


def _devices_by_tape(packet: Packet, loaded: LoadedDefinition) -> Iterator[DeviceVotes]:
    zeros = _zero_tapes(packet, loaded)
    for device, tape in counting_results(packet, loaded.definition):
        if device.reported_by is ReportedBy.MEDIUM:
            continue
        zero = zeros[device]
        is_one_machine = len(tape.terminals) <= 1
        opened, closed = _protective_counts(tape) if is_one_machine else (None, None)
        yield DeviceVotes(
            device_class=device.device_class,
            serial=device.serial,
            medium="tape",
            medium_serial=tape.card,
            public_at_open=zero.ballots if zero and is_one_machine else None,
            public_at_close=tape.ballots if is_one_machine else None,
            protective_at_open=opened,
            protective_at_close=closed,
            ballots=tape.ballots,
            contests=_contests_on_tape(tape),
        )


def _zero_tapes(packet: Packet, loaded: LoadedDefinition) -> dict[AssignedDevice, Tape | None]:
    return {
        tape_set.device: tape_set.counting
        for tape_set in tape_sets(packet, loaded.definition, ReportKind.ZERO)
    }


def _protective_counts(tape: Tape) -> tuple[int | None, int | None]:
    for terminal in tape.terminals:
        return terminal.protective_open, terminal.protective_close
    return tape.protective_open, tape.protective_close


def _contests_on_tape(tape: Tape) -> tuple[ContestVotes, ...]:
    # An iVotronic tape has no line for overvotes because the terminal prevents them.
    prevented = 0 if tape.device_class is DeviceClass.IVOTRONIC else None
    return tuple(
        ContestVotes(
            contest=contest.contest,
            choices=tuple(
                ChoiceVotes(choice=choice.choice, votes=choice.votes) for choice in contest.choices
            ),
            write_ins=contest.write_ins or 0,
            overvotes=prevented if contest.overvotes is None else contest.overvotes,
            undervotes=contest.undervotes,
            ballots=contest.ballots,
        )
        for contest in tape.contests
    )


def _devices_by_vote_images(packet: Packet, loaded: LoadedDefinition) -> Iterator[DeviceVotes]:
    contests = loaded.definition.contests_of[packet.key.precinct]
    for serial, terminal in listing_set(packet, loaded.definition).counting.items():
        yield DeviceVotes(
            device_class=DeviceClass.IVOTRONIC,
            serial=serial,
            medium="vote-image-log",
            medium_serial="",
            public_at_open=None,
            public_at_close=None,
            protective_at_open=None,
            protective_at_close=None,
            ballots=terminal.ballots,
            contests=_contests_in_vote_images(packet, terminal, contests),
        )


def _contests_in_vote_images(
    packet: Packet, terminal: VoteImageTerminal, contests: tuple[Contest, ...]
) -> tuple[ContestVotes, ...]:
    """Return every contest of the precinct, with the choices that `terminal` has votes for."""
    choices: dict[int, dict[int, int]] = {contest.id: {} for contest in contests}
    write_ins = dict.fromkeys(choices, 0)
    for count in terminal.counts:
        match = listed_choice(count, contests)
        if match is None:
            raise NotReleasable(
                packet, f"{count.contest!r}, {count.name!r} is not in the definition. See C03."
            )
        if match.choice is None:
            write_ins[match.contest.id] += count.votes
        else:
            votes = choices[match.contest.id]
            votes[match.choice.id] = votes.get(match.choice.id, 0) + count.votes
    return tuple(
        ContestVotes(
            contest=contest,
            choices=tuple(
                ChoiceVotes(choice=choice, votes=votes[choice]) for choice in sorted(votes)
            ),
            write_ins=write_ins[contest],
            overvotes=None,
            undervotes=None,
            ballots=None,
        )
        for contest, votes in choices.items()
    )


def _devices_by_totals(packet: Packet, loaded: LoadedDefinition) -> Iterator[DeviceVotes]:
    totals = totals_set(packet, loaded.definition)
    if totals.device is None or totals.counting is None:
        return
    result = totals.counting.result
    if result.ballots is None or not result.is_whole:
        raise NotReleasable(packet, "its totals listing does not fit the definition. See C03.")
    yield DeviceVotes(
        device_class=DeviceClass.ERM,
        serial=totals.device.serial,
        medium="totals-listing",
        medium_serial="",
        public_at_open=None,
        public_at_close=None,
        protective_at_open=None,
        protective_at_close=None,
        ballots=result.ballots,
        contests=result.contests,
    )


def _totals(
    devices: tuple[DeviceVotes, ...], contests: tuple[Contest, ...]
) -> tuple[ContestVotes, ...]:
    """Return the sums over `devices`, with a zero for every choice that no device shows."""
    sums = {total.contest: total for total in precinct_totals(devices)}
    return tuple(
        _with_every_choice(sums[contest.id], contest)
        for contest in sorted(contests, key=lambda contest: contest.id)
    )


def _with_every_choice(total: ContestVotes, contest: Contest) -> ContestVotes:
    votes = {choice.id: 0 for choice in contest.choices}
    votes |= {choice.choice: choice.votes for choice in total.choices}
    choices = tuple(ChoiceVotes(choice=choice, votes=votes[choice]) for choice in sorted(votes))
    return total.model_copy(update={"choices": choices})


def _evidence(packet: Packet) -> tuple[EvidenceReference, ...]:
    """Return every piece of evidence once, in the order in which they came in."""
    documents = {document.sha256: document for document in packet.documents}
    return tuple(
        EvidenceReference(
            sha256=document.sha256,
            kind=_kind(document),
            parser=document.parser,
            parser_version=document.parser_version,
        )
        for document in documents.values()
    )


def _kind(document: PacketDocument) -> str:
    content = document.content
    return (
        f"{content.kind}-report"
        if isinstance(content, Tape)
        else NAMES[type(content)].replace(" ", "-")
    )
