"""Whether every terminal was opened, closed and collected, and every PEB of the site came back."""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import ReportKind
from election.findings import Finding, Severity
from election.media import Peb, PebTerminal, TerminalState
from gateway.checks.wording import flawed, found, listed
from gateway.media_sets import MediaSet, flashes, is_closed, media_sets
from gateway.packets import History, Packet
from gateway.reports import counting_results, tape_sets
from gateway.terminal_sessions import CLOSED, terminal_sessions


def terminal_left_open(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C25: no terminal of a PEB is still open."""
    for _, peb in _pebs(packet, loaded):
        for terminal in peb.terminals:
            if terminal.state is TerminalState.OPEN:
                yield found(
                    "C25",
                    Severity.BLOCK,
                    f"Machine {terminal.serial} was opened but never closed; its votes are not in "
                    f"the totals. Close it with PEB {peb.peb} in front of two people.",
                    f"opened {terminal.opened}",
                )


def closed_by_its_peb(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C26: the PEB that opened a terminal closed it."""
    for _, peb in _pebs(packet, loaded):
        for terminal in peb.terminals:
            changed = terminal.closing_peb and terminal.closing_peb != terminal.opening_peb
            if changed or terminal.collected_by_another or terminal.opened_by_another:
                yield found(
                    "C26",
                    Severity.TWO_PERSON,
                    f"Machine {terminal.serial} was closed with another PEB than it was opened "
                    "with. Make sure that both PEBs are here and that the votes are counted once.",
                    f"opened with {terminal.opening_peb}, closed with {terminal.closing_peb}",
                )


def closing_pebs_collected(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C27: every PEB that closed a terminal was brought in, where PEBs are read at all."""
    sets = media_sets(packet, loaded.definition)
    brought = {
        peb.peb
        for media in sets
        for peb in (*media.media, *media.further_pebs)
        if isinstance(peb, Peb)
    }
    if not brought and not any(media.counts for media in sets):
        return
    closed: dict[str, list[str]] = {}
    for _, peb in _pebs(packet, loaded):
        for terminal in peb.terminals:
            _note(closed, terminal.closing_peb, terminal.serial)
    for flash in flashes(packet):
        _note(closed, flash.closing_peb, flash.terminal)
    for session in terminal_sessions(packet):
        for event in session.numbered(CLOSED):
            _note(closed, event.peb, session.terminal)
    for serial in sorted(closed.keys() - brought):
        yield found(
            "C27",
            Severity.BLOCK,
            f"PEB {serial} closed machines here but was not brought in. Send for it; do not "
            "complete the precinct.",
            f"machines {listed(sorted(set(closed[serial])))}",
        )


def tape_of_open_terminals(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C28: the PEB printed no results while a terminal of it was open."""
    for media, peb in _pebs(packet, loaded):
        tapes = _results_tapes(packet, loaded, media)
        printed = bool(peb.results_tapes or tapes)
        were_open = [t.serial for t in peb.terminals if _printed_while_open(t, printed=printed)]
        if were_open:
            # The mark of a tape that was printed too early stays on the PEB for good.
            yield flawed(
                "C28",
                Severity.BLOCK,
                f"Totals of PEB {peb.peb} were printed while machine {listed(were_open)} was open.",
                f"Close it with PEB {peb.peb}, collect its votes, print a new tape.",
                f"{peb.results_tapes} results tapes printed",
                replaced=is_closed(peb) and _is_printed_anew(packet, loaded, media),
            )


def every_terminal_on_peb(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C23: the PEB holds a record of every terminal that it should have opened."""
    for media, peb in _pebs(packet, loaded):
        shown = {terminal.serial for terminal in peb.terminals}
        missing = [serial for serial in media.device.terminals if serial not in shown]
        if missing and (peb.terminals or peb.ballots):
            yield found(
                "C23",
                Severity.BLOCK,
                f"Machine {listed(missing)} belongs to this precinct but has no data on PEB "
                f"{peb.peb}. Ask where it is before the precinct is called complete.",
                f"on the PEB: {listed(sorted(shown))}",
            )


def same_machines_everywhere(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C60: flash cards, PEB and results tape name the same terminals."""
    lists: dict[str, set[str]] = {}
    for media, peb in _pebs(packet, loaded):
        lists.setdefault("PEB", set()).update(t.serial for t in peb.terminals)
        for serials in _results_tapes(packet, loaded, media):
            lists.setdefault("tape", set()).update(serials)
    if flashes(packet):
        lists["flash"] = {flash.terminal for flash in flashes(packet)}
        for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS):
            for tape in results.tapes:
                if tape.terminals and not tape.truncated:
                    lists.setdefault("tape", set()).update(t.serial for t in tape.terminals)
    everywhere = set().union(*lists.values())
    for serial in sorted(everywhere):
        absent = [name for name, serials in lists.items() if serial not in serials]
        if absent:
            present = [name for name in lists if name not in absent]
            yield found(
                "C60",
                Severity.TWO_PERSON,
                f"Machine {serial} is on the {listed(present)} but not on the {listed(absent)}. "
                "Find its card, PEB entry or tape line.",
            )


def bag_holds_all_media(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C82: once a medium of a device is here, all of its media are."""
    for media in media_sets(packet, loaded.definition):
        if not (media.media or media.further_pebs):
            continue
        missing = list(media.missing)
        if media.further_pebs and not media.media:
            missing.insert(0, f"PEB {media.device.serial}")
        if missing:
            yield found(
                "C82",
                Severity.BLOCK,
                f"Bag #1 lacks: {listed(missing)}. Ask the Chief Judge before the receipt is "
                "signed.",
            )


def _pebs(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[MediaSet, Peb]]:
    """Yield each undamaged master PEB with the media of its device."""
    for media in media_sets(packet, loaded.definition):
        for peb in media.current:
            if isinstance(peb, Peb) and not peb.damage:
                yield media, peb


def _results_tapes(
    packet: Packet, loaded: LoadedDefinition, media: MediaSet
) -> list[tuple[str, ...]]:
    """Return the terminals on each whole results tape of the device of `media`."""
    return [
        tuple(terminal.serial for terminal in tape.terminals)
        for results in tape_sets(packet, loaded.definition, ReportKind.RESULTS)
        if results.device is media.device
        for tape in results.tapes
        if not tape.truncated
    ]


def _is_printed_anew(packet: Packet, loaded: LoadedDefinition, media: MediaSet) -> bool:
    """Say whether a results tape is here that shows every terminal closed."""
    return any(device is media.device for device, _ in counting_results(packet, loaded.definition))


def _printed_while_open(terminal: PebTerminal, *, printed: bool) -> bool:
    return terminal.tape_override or (printed and terminal.state is TerminalState.OPEN)


def _note(closed: dict[str, list[str]], peb: str, terminal: str) -> None:
    if peb not in ("", "0"):
        closed.setdefault(peb, []).append(terminal)
