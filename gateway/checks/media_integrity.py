"""Whether what a medium holds may be used at all: undamaged, closed, within its ranges."""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from election.media import M100Card, Peb, PebState, TerminalFlash
from gateway.checks.arithmetic import MOST_COUNTED
from gateway.checks.wording import flawed, found, listed
from gateway.media_sets import MediaSet, ResultsMedium, flashes, is_closed, media_sets
from gateway.medium_placement import name_of_medium
from gateway.packets import History, Packet


def checksums_valid(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C04: no checksum of a medium is wrong; a damaged one gives no number."""
    for media in media_sets(packet, loaded.definition):
        for medium in (*media.media, *media.further_pebs):
            if medium.damage:
                yield _damaged(medium, medium.damage, replaced=bool(media.sound))
    for flash in flashes(packet):
        if flash.damage:
            sound = any(o.terminal == flash.terminal and not o.damage for o in flashes(packet))
            yield _damaged(flash, flash.damage, replaced=sound)


def flash_copies_equal(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C05: the three flash copies of a terminal say the same."""
    for flash in flashes(packet):
        if flash.copies_differ:
            yield found(
                "C05",
                Severity.BLOCK,
                f"The three memory copies of terminal {flash.terminal} differ. Keep the terminal "
                "sealed and call the technician with two witnesses.",
                flash.copies_differ,
            )


def readings_agree(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C06: one medium in one state reads the same whenever it is read."""
    readings: dict[tuple[str, str], set[ResultsMedium | TerminalFlash]] = {}
    for media in media_sets(packet, loaded.definition):
        for medium in media.sound:
            copy = f", copy {medium.copy}" if isinstance(medium, M100Card) else ""
            state = f"generation {medium.generation}{copy}"
            readings.setdefault((_within(medium), state), set()).add(medium)
    for flash in flashes(packet):
        if not flash.damage:
            state = f"{len(flash.events)} events"
            readings.setdefault((_within(flash), state), set()).add(flash)
    for (name, state), said in sorted(readings.items()):
        if len(said) > 1:
            yield found(
                "C06",
                Severity.BLOCK,
                f"Readings of {name} say different things. Remove it, set the write-protect "
                "switch, clean the contacts, read again. If it differs again, keep it and use the "
                "tape.",
                state,
            )


def medium_counters_in_range(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C46: no counter of a medium is beyond what the device can count to."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.current:
            outside = [value for value in _counters(medium) if value > MOST_COUNTED]
            if outside and not medium.damage:
                yield found(
                    "C46",
                    Severity.BLOCK,
                    f"A counter of {name_of_medium(medium)} is outside the possible range. Do not "
                    "publish; compare with the tape.",
                    listed(f"{value} of 0..{MOST_COUNTED}" for value in outside),
                )


def medium_is_closed(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C68: the polls were closed on it; a PEB that only activated voters holds no votes."""
    for media in media_sets(packet, loaded.definition):
        for medium in media.media:
            if not medium.damage and not is_closed(medium):
                yield _not_closed(medium, media)
        for peb in media.further_pebs:
            if not peb.damage and (peb.state is not PebState.QUALIFIED or peb.ballots):
                yield found(
                    "C68",
                    Severity.BLOCK,
                    f"PEB {peb.peb} is not the collecting PEB of this site and holds votes or was "
                    "used to open or close a machine. Call the supervisor; count nothing twice.",
                    f"state {peb.state.name.lower()}, {peb.ballots} ballots",
                )


def log_is_complete(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C44: the audit copy of a terminal has its log to the end."""
    for flash in flashes(packet):
        if flash.log_is_cut or flash.log_is_full:
            why = "is full" if flash.log_is_full else "is damaged and ends early"
            yield found(
                "C44",
                Severity.TWO_PERSON,
                f"The log of terminal {flash.terminal} {why}. Copy the audit data again.",
                f"{len(flash.events)} events",
            )


def _damaged(
    medium: M100Card | Peb | TerminalFlash, damage: tuple[str, ...], *, replaced: bool
) -> Finding:
    return flawed(
        "C04",
        Severity.BLOCK,
        f"The data of {_within(medium)} are damaged or were changed.",
        "Keep it unopened in a marked envelope and use the printed totals tape procedure.",
        listed(damage),
        replaced=replaced,
    )


def _not_closed(medium: ResultsMedium, media: MediaSet) -> Finding:
    state = medium.state.name.lower().replace("_", " ")
    return flawed(
        "C68",
        Severity.BLOCK,
        f"The polls were never closed on {_within(medium)}, or it was write-protected.",
        "Compare with the totals tape and call the supervisor before closing anything.",
        f"state {state}, {medium.ballots} ballots",
        replaced=bool(media.sound),
    )


def _within(medium: M100Card | Peb | TerminalFlash) -> str:
    """Return the name of `medium` for the middle of a sentence."""
    name = name_of_medium(medium)
    return name if isinstance(medium, Peb) else name[0].lower() + name[1:]


def _counters(medium: ResultsMedium) -> Iterator[int]:
    yield medium.ballots
    for contest in medium.contests:
        yield from (choice.votes for choice in contest.choices)
        yield from (contest.write_ins, contest.overvotes, contest.undervotes)
        yield from (contest.blank, contest.ballots)
