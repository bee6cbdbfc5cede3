"""Whether anything came twice, and whether it says the same."""

from collections import Counter
from collections.abc import Hashable, Iterator
from itertools import combinations

from election.definition_file import LoadedDefinition
from election.documents import DeviceClass, ReportKind, Tape, VoteImagePrecinct
from election.findings import Finding, Severity
from gateway.checks.wording import found, listed, name_of_device, name_of_unit
from gateway.contents import NAMES, GroupTotals, PacketContent
from gateway.listed_totals import GroupResult
from gateway.packets import History, Packet
from gateway.reports import listing_set, tape_sets, tape_values, totals_set


def report_came_again(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C34: the same bytes, or a reprint with the same values, are acknowledged and count once."""
    times: Counter[Hashable] = Counter()
    names: dict[Hashable, str] = {}
    for document in packet.documents:
        said = _said(document.content)
        times[said] += document.times_seen
        names[said] = _name(document.content)
    for said, seen in times.items():
        if seen > 1:
            yield found(
                "C34",
                Severity.WARN,
                f"{names[said]} came in {seen} times with the same values. It counts once. Put "
                "the copies into the processed tray.",
            )


def tape_of_another_precinct(
    packet: Packet, _loaded: LoadedDefinition, history: History
) -> Iterator[Finding]:
    """C34: one tape speaks of one precinct."""
    for document in packet.documents:
        if not isinstance(document.content, Tape):
            continue  # a listing speaks of every precinct
        elsewhere = {
            key.precinct
            for key in history.evidence_elsewhere.get(document.sha256, ())
            if key.precinct != packet.key.precinct
        }
        if elsewhere:
            yield found(
                "C34",
                Severity.BLOCK,
                f"{_name(document.content)} is already placed in another precinct. Lay both "
                "packets side by side and call the supervisor.",
                f"{listed(sorted(elsewhere))}, evidence {document.sha256[:16]}",
            )


def tapes_differ(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C35: two sound reports of one device and kind say the same."""
    for kind in ReportKind:
        for tape_set in tape_sets(packet, loaded.definition, kind):
            if len({tape_values(tape) for tape in tape_set.sound}) > 1:
                yield _counted_already(
                    f"Two {kind} tapes of {name_of_device(tape_set.device)} differ.",
                    listed(f"copy {tape.copy}: {tape.ballots} ballots" for tape in tape_set.sound),
                )


def listings_differ(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C35: two vote image logs of one precinct say the same of its terminals."""
    listings = listing_set(packet, loaded.definition)
    shown = [tuple(listings.terminals(each).values()) for each in listings.candidates]
    if len(set(shown)) > 1:
        ballots = [sum(terminal.ballots for terminal in terminals) for terminals in shown]
        yield _counted_already("Two vote image logs differ.", f"ballots {listed(ballots)}")


def totals_differ(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C35: two totals listings of one precinct say the same of its counting group."""
    totals = totals_set(packet, loaded.definition)
    results = [listing.result for listing in totals.candidates]
    if any(_differ(one, other) for one, other in combinations(results, 2)):
        evidence = f"ballots {listed(result.ballots for result in results)}"
        yield _counted_already("Two totals listings differ.", evidence)


def one_card_per_scanner(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C65: all tapes of an M100 name the same memory card."""
    zeros = tape_sets(packet, loaded.definition, ReportKind.ZERO)
    results = tape_sets(packet, loaded.definition, ReportKind.RESULTS)
    for zero, result in zip(zeros, results, strict=True):
        cards = {tape.card for tape in (*zero.tapes, *result.tapes) if tape.card}
        if zero.device.device_class is DeviceClass.M100 and len(cards) > 1:
            yield found(
                "C65",
                Severity.BLOCK,
                f"{name_of_device(zero.device)} printed from different cards. Nothing of it is "
                "counted. Lay the cards side by side and call the supervisor.",
                f"cards {listed(sorted(cards))}",
            )


def _differ(one: GroupResult, other: GroupResult) -> bool:
    """Say whether the figures differ; over- and undervotes are not in every totals listing."""
    return one.ballots != other.ballots or any(
        (here.choices, here.write_ins) != (there.choices, there.write_ins)
        or _contradict(here.overvotes, there.overvotes)
        or _contradict(here.undervotes, there.undervotes)
        for here, there in zip(one.contests, other.contests, strict=True)
    )


def _contradict(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def _counted_already(what: str, evidence: str) -> Finding:
    message = (
        f"{what} Nothing is counted until it is known which one is right. Keep both and call the "
        "supervisor."
    )
    return found("C35", Severity.BLOCK, message, evidence)


def _said(content: PacketContent) -> Hashable:
    """Return what two reprints of one report have in common."""
    match content:
        case Tape():
            return tape_values(content), content.typed_by
        case VoteImagePrecinct():
            return content.number, frozenset(content.terminals)
        case GroupTotals():
            return content.precinct, content.column
        case _:
            return content


def _name(content: PacketContent) -> str:
    if isinstance(content, Tape):
        return f"The {content.kind} tape of {name_of_unit(content)}"
    return f"The {NAMES[type(content)]}"
