"""From the findings on a packet to what becomes of it."""

from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from gateway.checks.catalogue import CHECKS_RUN, findings_on
from gateway.checks.completeness import awaited
from gateway.packets import Decision, History, Packet, PacketState


def decide(packet: Packet, loaded: LoadedDefinition, history: History) -> Decision:
    """Run every check and say where the packet stands: never further than `ready`.

    Only for a packet that was not released: once a return is out, later evidence changes neither
    it nor the state by itself, and `late_findings` is what to ask. A packet becomes ready only
    by way of `checked`; that step is the caller's.
    """
    findings = findings_on(packet, loaded, history)
    expected = awaited(packet, loaded)
    return Decision(_state(packet, findings, expected), findings, expected, CHECKS_RUN)


def late_findings(
    packet: Packet, loaded: LoadedDefinition, history: History
) -> tuple[Finding, ...]:
    """Return what the checks say of a released packet beyond what its return already tells."""
    told = packet.released.findings if packet.released else ()
    return tuple(f for f in findings_on(packet, loaded, history) if f not in told)


def _state(packet: Packet, findings: tuple[Finding, ...], expected: tuple[str, ...]) -> PacketState:
    severities = {finding.severity for finding in findings}
    if Severity.BLOCK in severities:
        return PacketState.BLOCKED
    if Severity.TWO_PERSON in severities:
        return PacketState.HELD
    if not packet.documents:
        return PacketState.AWAITING
    return PacketState.COLLECTING if expected else PacketState.READY
