"""What people did in the tabulation software: typed figures, answered warnings, added results.

Where the numbers of a packet come from that software it holds the packet; elsewhere it warns.
"""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from election.listings import ManualChange
from gateway.checks.wording import found, listed
from gateway.contents import ManualChanges, TabulationActions
from gateway.listing_findings import judged
from gateway.packets import History, Packet
from gateway.reports import contents, totals_set


def typed_figures(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C55: nobody typed a figure of this precinct; registered voters are no votes."""
    for log in contents(packet, ManualChanges):
        votes = [change for change in log.changes if change.group is not None]
        voters = [change for change in log.changes if change.group is None]
        if votes:
            yield found(
                "C55",
                _severity(packet, loaded),
                f"{len(votes)} figures of this precinct were typed into the tabulation software. "
                "A typed correction needs the old figure, the new figure, a reason and a second "
                "person.",
                listed(map(_in_words, votes)),
            )
        if voters:
            yield found(
                "C55",
                Severity.WARN,
                "Registered voters of this precinct were typed into the tabulation software. "
                "Compare them with the list of the county.",
                listed(map(_in_words, voters)),
            )


def typed_doubles(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C97: no typed figure is twice the old one or more: the whole replaces, it is not added."""
    for log in contents(packet, ManualChanges):
        doubled = [change for change in log.changes if 0 < 2 * change.old <= change.new]
        if doubled:
            yield found(
                "C97",
                _severity(packet, loaded),
                f"{len(doubled)} typed figures are at least twice the old ones. Was the old total "
                "typed plus the new one? The complete total alone must be entered.",
                listed(map(_in_words, doubled)),
            )


def answered_warnings(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C80 and others: what the system log shows for this precinct, see `listing_findings`."""
    milder = totals_set(packet, loaded.definition).device is None
    for log in contents(packet, TabulationActions):
        yield from judged(log.findings, "The system log", milder=milder)


def _severity(packet: Packet, loaded: LoadedDefinition) -> Severity:
    rests_on_it = totals_set(packet, loaded.definition).device is not None
    return Severity.BLOCK if rests_on_it else Severity.WARN


def _in_words(change: ManualChange) -> str:
    return f"{change.candidate} {change.old} to {change.new} ({change.month_day} {change.time})"
