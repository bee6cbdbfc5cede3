"""The desk: keeps what comes in, reads it, checks the packets it speaks of, lets go what is ready.

Synchronous, and used by one thread only. Every durable step may be the last before a crash;
`resume` goes on from whatever an earlier process left behind.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from securesystemslib.signer import Signer

from election.captures import Capture, Ending
from election.definition_file import LoadedDefinition
from election.envelope import read_envelope, signed_envelope
from election.findings import Finding, Severity
from election.listings import TotalsListing
from election.payloads import payload_bytes
from election.receipts import MAX_ENVELOPE_BYTES, Receipt, Verdict
from election.receipts import PAYLOAD_TYPE as RECEIPT_PAYLOAD_TYPE
from election.returns import PAYLOAD_TYPE, PrecinctReturn
from gateway.contents import GroupTotals
from gateway.decision import decide, late_findings
from gateway.evidence_files import EvidenceDamaged, EvidenceFiles
from gateway.evidence_records import EvidenceRow
from gateway.group_twins import group_twins
from gateway.outbox import OutboxState, Settlement, SignedReturn
from gateway.packets import Decision, History, Packet, PacketDocument, PacketKey, PacketState
from gateway.reading import Reading, read_evidence
from gateway.reports import contents
from gateway.return_building import Issue, NotReleasable, build_return
from gateway.store import GatewayStore
from parsers.contract import Parser

log = structlog.get_logger("zerotape.gateway.desk")


@dataclass(frozen=True)
class Office:
    """What the desk works with, and in whose name."""

    loaded: LoadedDefinition
    count_center: str
    parsers: tuple[Parser, ...]
    signer: Signer
    software: str
    now: Callable[[], datetime]
    """The present instant, UTC."""


@dataclass
class Desk:
    """Everything that the gateway holds, by packet."""

    office: Office
    store: GatewayStore
    evidence: EvidenceFiles
    packets: dict[PacketKey, Packet] = field(default_factory=dict)
    decisions: dict[PacketKey, Decision] = field(default_factory=dict)
    put_aside: dict[str, str] = field(default_factory=dict)
    """SHA-256 of evidence that belongs to no packet here, as a whole or in part, and why."""
    _places: dict[str, tuple[PacketKey, ...]] = field(default_factory=dict)
    _summaries: dict[str, TotalsListing] = field(default_factory=dict)
    """By SHA-256 of their evidence."""
    _recorded: dict[PacketKey, tuple[Finding, ...]] = field(default_factory=dict)
    """Findings as they stand in the store."""

    def resume(self) -> None:
        """Read all evidence again, take up what a crash interrupted, and decide every packet.

        Raises ForeignChain.
        """
        self.store.outbox.require_chain_of(self.office.signer.public_key.keyid)
        definition = self.office.loaded.definition
        for precinct in definition.precincts:
            if precinct.count_center == self.office.count_center:
                for group in dict.fromkeys(device.counting_group for device in precinct.devices):
                    key = PacketKey(precinct.id, group)
                    self.packets[key] = Packet(key, released=self._released(key))
        self._record_orphans()
        stored = self.store.packets.all()
        self._recorded = {key: row.findings for key, row in stored.items()}
        for row in self.store.evidence.all():
            self._lay_out(row, self._read_again(row))
        self._consider(self.packets)

    def keep(self, capture: Capture) -> None:
        """Make a capture durable, before anybody interprets it.

        Raises EvidenceFull, StoreFull or StoreBusy when it may work later.
        """
        file = self.evidence.keep(capture.content)
        new = self.store.evidence.keep_capture(capture, file)
        log.info(
            "kept",
            device=capture.device,
            name=capture.name,
            sha256=file.sha256,
            bytes=file.size,
            ending=capture.ending.value,
            new=new,
        )

    def read(self, sha256: str) -> bool:
        """Read a kept capture and decide the packets it speaks of; say whether any was released."""
        row = self.store.evidence.row(sha256)
        if row is None:
            raise LookupError(f"{sha256} was never kept")
        return self._consider(self._lay_out(row, self._read_again(row)))

    def settle(
        self, payload_sha256: str, verdict: Verdict, receipt: bytes, at: datetime
    ) -> Settlement:
        """Take central's verdict on a return; see `OutboxRecords.settle`."""
        settlement = self.store.outbox.settle(payload_sha256, verdict, receipt, at)
        if settlement in (Settlement.UNKNOWN, Settlement.REFUSED_AFTER_ACCEPTANCE):
            log.error("a receipt contradicts the outbox", settlement=settlement.value)
        row = self.store.outbox.of_payload(payload_sha256)
        # A return may be of a precinct that a corrected definition does not have any more.
        if row is not None and settlement is Settlement.REFUSED and row.key in self.packets:
            self._consider([row.key])
        return settlement

    def _record_orphans(self) -> None:
        """Record evidence whose bytes were durable when a crash came before its row."""
        known = {row.sha256 for row in self.store.evidence.all()}
        for sha256 in set(self.evidence.kept()) - known:
            try:
                content = self.evidence.read(sha256)
            except EvidenceDamaged as error:
                log.error("damaged evidence", sha256=sha256, error=str(error))
                self.put_aside[sha256] = str(error)
                continue
            self.keep(
                Capture(
                    content=content,
                    device="unknown",
                    medium="evidence",
                    taken_at=self.office.now(),
                    ending=Ending.STOPPED,
                    notes=("found after a crash; the device and the time are not known",),
                )
            )

    def _read_again(self, row: EvidenceRow) -> Reading:
        """Parse one piece of evidence and record what came of it."""
        try:
            content = self.evidence.read(row.sha256)
            reading = read_evidence(
                content,
                row.ending,
                self.office.parsers,
                self.office.loaded,
                self.office.count_center,
                is_reading=row.is_reading,
            )
        except EvidenceDamaged as error:
            log.error("damaged evidence", sha256=row.sha256, error=str(error))
            reading = Reading(problem=str(error))
        placements = tuple(sorted({key for key, _ in reading.placement.parts}))
        if (
            row.read_at is None
            or (row.parser, row.problem) != (reading.parser, reading.problem)
            or self.store.evidence.placements(row.sha256) != placements
        ):
            self.store.evidence.record_reading(
                row.sha256,
                parser=(reading.parser, reading.parser_version),
                problem=reading.problem,
                placements=placements,
                at=self.office.now(),
            )
            log.info("read", sha256=row.sha256, parser=reading.parser, problem=reading.problem)
        return reading

    def _lay_out(self, row: EvidenceRow, reading: Reading) -> tuple[PacketKey, ...]:
        """Put what was read into its packets; return which packets that touches."""
        findings = "; ".join(finding.message for finding in reading.placement.findings)
        self.put_aside.pop(row.sha256, None)  # the same bytes may come again, and better
        if reading.problem or findings:
            self.put_aside[row.sha256] = findings or reading.problem
        touched = tuple(dict.fromkeys(key for key, _ in reading.placement.parts))
        self._places[row.sha256] = touched
        for key in touched:
            packet = self.packets[key]
            others = tuple(d for d in packet.documents if d.sha256 != row.sha256)
            self.packets[key] = replace(packet, documents=others)
        for key, content in reading.placement.parts:  # a card may hold several of one packet
            packet = self.packets[key]
            document = PacketDocument(
                sha256=row.sha256,
                content=content,
                parser=reading.parser,
                parser_version=reading.parser_version,
                taken_at=row.first_seen_at,
                ending=row.ending,
                times_seen=row.times_seen,
            )
            self.packets[key] = replace(packet, documents=(*packet.documents, document))
        if reading.placement.summary is None:
            return touched
        self._summaries[row.sha256] = reading.placement.summary
        return tuple(key for key, packet in self.packets.items() if contents(packet, GroupTotals))

    def _consider(self, keys: Iterable[PacketKey]) -> bool:
        """Decide the packets `keys` anew; say whether a return was released."""
        history = History(self._places, tuple(self._summaries.values()), group_twins(self.packets))
        released = False
        for key in keys:
            packet = self.packets[key]
            state = self.store.packets.state(key)
            if packet.released is not None:
                self._note_what_came_late(packet, state, history)
                continue
            decision = decide(packet, self.office.loaded, history)
            self.decisions[key] = decision
            path = _path(state, decision.state)
            self._record(key, path, decision.findings)
            if path:
                log.info("packet", precinct=key.precinct, state=decision.state.value)
            if decision.state is PacketState.READY:
                released |= self._release(packet, decision)
        return released

    def _note_what_came_late(self, packet: Packet, state: PacketState, history: History) -> None:
        """Record what the checks say of a packet whose return has left: nothing calls it back."""
        findings = late_findings(packet, self.office.loaded, history)
        row = self.store.outbox.released_return(packet.key)
        if row is not None and row.state is OutboxState.REFUSED and row.receipt is not None:
            findings = (_refusal(row.receipt), *findings)
        self.decisions[packet.key] = Decision(state, findings, (), ())
        self._record(packet.key, (), findings)

    def _release(self, packet: Packet, decision: Decision) -> bool:
        """Sign the return of a packet that nothing stands against, and put it into the outbox."""
        link = self.store.outbox.next_link()
        at = self.office.now()
        salt = secrets.token_hex(16)
        issue = Issue(self.office.count_center, link, at, salt, self.office.software)
        try:
            made = build_return(packet, decision, self.office.loaded, issue)
        except NotReleasable as error:
            self._hold_back(packet.key, decision, str(error))
            return False
        payload = payload_bytes(made)
        envelope = signed_envelope(payload, PAYLOAD_TYPE, [self.office.signer])
        self.store.outbox.release(SignedReturn(packet.key, link, payload, envelope), at)
        self.packets[packet.key] = replace(packet, released=made)
        log.info("released", precinct=packet.key.precinct, sequence=link.sequence)
        return True

    def _hold_back(self, key: PacketKey, decision: Decision, reason: str) -> None:
        """Block a packet that is in order, but of which no return can be made."""
        finding = Finding(check="C00", severity=Severity.BLOCK, message=reason[:500])
        findings = (*decision.findings, finding)
        self.decisions[key] = replace(decision, state=PacketState.BLOCKED, findings=findings)
        self._record(key, (PacketState.BLOCKED,), findings)

    def _record(
        self, key: PacketKey, path: tuple[PacketState, ...], findings: tuple[Finding, ...]
    ) -> None:
        """Bring a decision to the disk, where it says anything new."""
        if path or self._recorded.get(key, ()) != findings:
            self.store.packets.record_decision(key, path, findings, self.office.now())
            self._recorded[key] = findings

    def _released(self, key: PacketKey) -> PrecinctReturn | None:
        row = self.store.outbox.released_return(key)
        return None if row is None else PrecinctReturn.model_validate_json(row.payload)


def _refusal(receipt: bytes) -> Finding:
    envelope = read_envelope(
        receipt, payload_type=RECEIPT_PAYLOAD_TYPE, max_bytes=MAX_ENVELOPE_BYTES
    )
    said = Receipt.model_validate_json(envelope.payload)
    return Finding(
        check="C00",
        severity=Severity.BLOCK,
        message=f"Central refused this return: {said.detail}"[:400] + " Call the supervisor.",
        evidence=", ".join(said.reasons),
    )


def _path(old: PacketState, new: PacketState) -> tuple[PacketState, ...]:
    """Return the states between: a packet becomes ready only by way of checked."""
    if new is old:
        return ()
    if new is PacketState.READY and old is not PacketState.CHECKED:
        return (PacketState.CHECKED, PacketState.READY)
    return (new,)
