"""Where the logs of terminals and of the tabulation software go: evidence, never numbers."""

from collections.abc import Iterable, Mapping

from election.definition import ElectionDefinition, Precinct
from election.findings import Finding, Severity
from election.listings import (
    Event,
    EventLog,
    ListingFinding,
    ManualChange,
    ManualChangesLog,
    SystemLog,
)
from gateway.checks.wording import found, listed
from gateway.contents import ManualChanges, PacketContent, TabulationActions, TerminalEvents
from gateway.listing_findings import judged
from gateway.packets import PacketKey
from gateway.placements import Placement


def place_event_log(log: EventLog, definition: ElectionDefinition, count_center: str) -> Placement:
    """Give every packet of `count_center` the events of its terminals."""
    inventory = _inventory(definition, count_center)
    events: dict[PacketKey, list[Event]] = {}
    for event in log.events:
        for key in inventory.get(event.terminal, ()):
            events.setdefault(key, []).append(event)
    by_terminal, loose = _findings_by_terminal(log)
    findings: dict[PacketKey, list[ListingFinding]] = {}
    for terminal, found_there in by_terminal.items():
        for key in inventory.get(terminal, ()):
            findings.setdefault(key, []).extend(found_there)
    parts = tuple(
        (key, TerminalEvents(tuple(events[key]), tuple(findings.get(key, ()))))
        for key in sorted(events)
    )
    rest = judged(loose, "The event log")
    return Placement(parts, (*_unknown_terminals(log, inventory), *rest))


def place_manual_changes(
    log: ManualChangesLog, definition: ElectionDefinition, count_center: str
) -> Placement:
    """Give every packet of a precinct what was typed in for the precinct."""
    changes: dict[int, list[ManualChange]] = {}
    for change in log.changes:
        changes.setdefault(change.precinct_number, []).append(change)
    contents = {number: ManualChanges(tuple(each)) for number, each in changes.items()}
    placed = _by_precinct(contents, definition, count_center)
    rest = judged(log.findings, "The manual changes log")
    return Placement(placed.parts, (*placed.findings, *rest))


def place_system_log(
    log: SystemLog, definition: ElectionDefinition, count_center: str
) -> Placement:
    """Give every packet of a precinct what a person must look at; the rest stays at the desk."""
    precinct_of = {each.line: each.precinct for each in log.actions if each.precinct is not None}
    by_precinct: dict[int, list[ListingFinding]] = {}
    of_no_precinct: list[ListingFinding] = []
    for finding in log.findings:
        numbers = dict.fromkeys(precinct_of[line] for line in finding.lines if line in precinct_of)
        for number in numbers:
            by_precinct.setdefault(number, []).append(finding)
        if not numbers:
            of_no_precinct.append(finding)
    contents = {number: TabulationActions(tuple(each)) for number, each in by_precinct.items()}
    placed = _by_precinct(contents, definition, count_center)
    rest = tuple(judged(of_no_precinct, "The system log"))
    if not contents and not rest:
        rest = (_kept("The system log shows nothing that a person must look at."),)
    return Placement(placed.parts, (*placed.findings, *rest))


def _by_precinct(
    contents: Mapping[int, PacketContent], definition: ElectionDefinition, count_center: str
) -> Placement:
    known = definition.precinct_by_number
    parts = tuple(
        (key, content)
        for number, content in contents.items()
        if number in known and known[number].count_center == count_center
        for key in _packets_of(known[number])
    )
    strangers = [f"{number:04}" for number in contents if number not in known]
    if not strangers:
        return Placement(parts)
    message = (
        f"The log names precincts that are not in this election: {listed(strangers)}. Check with "
        "the programming staff which election it is from."
    )
    return Placement(parts, (found("C36", Severity.BLOCK, message),))


def _packets_of(precinct: Precinct) -> tuple[PacketKey, ...]:
    groups = dict.fromkeys(device.counting_group for device in precinct.devices)
    return tuple(PacketKey(precinct.id, group) for group in groups)


def _inventory(definition: ElectionDefinition, count_center: str) -> dict[str, set[PacketKey]]:
    """Return the packets of this count center by terminal; a terminal of another has none."""
    inventory: dict[str, set[PacketKey]] = {}
    for precinct in definition.precincts:
        for device in precinct.devices:
            for serial in device.terminal_serials:
                keys = inventory.setdefault(serial, set())
                if precinct.count_center == count_center:
                    keys.add(PacketKey(precinct.id, device.counting_group))
    return inventory


def _findings_by_terminal(
    log: EventLog,
) -> tuple[dict[str, list[ListingFinding]], list[ListingFinding]]:
    """Return the findings of each terminal, and those that are on no row of any."""
    wanted = {line for finding in log.findings for line in finding.lines}
    terminal_on = {
        line: event.terminal
        for event, line in zip(log.events, log.lines, strict=False)
        if line in wanted
    }
    by_terminal: dict[str, list[ListingFinding]] = {}
    loose: list[ListingFinding] = []
    for finding in log.findings:
        terminals = {terminal_on[line] for line in finding.lines if line in terminal_on}
        for terminal in sorted(terminals):
            by_terminal.setdefault(terminal, []).append(finding)
        if not terminals:
            loose.append(finding)
    return by_terminal, loose


def _unknown_terminals(log: EventLog, inventory: Mapping[str, set[PacketKey]]) -> Iterable[Finding]:
    serials = dict.fromkeys(event.terminal for event in log.events)
    strangers = [serial for serial in serials if serial not in inventory]
    if strangers:
        yield found(
            "C24",
            Severity.BLOCK,
            f"Terminals of the event log are in no precinct of the definition: "
            f"{listed(strangers)}. Read the numbers on the machines; if they are right, stop and "
            "report it.",
        )
    if not any(inventory.get(serial) for serial in serials):
        yield _kept("The event log has no terminal of this count center.")


def _kept(what: str) -> Finding:
    return found("C66", Severity.WARN, f"{what} It is kept as evidence; no number comes from it.")
