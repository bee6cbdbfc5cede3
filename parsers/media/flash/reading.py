"""From the bytes of a terminal's flash to the document."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from election.media import MediumIdentity, TerminalFlash
from parsers.contract import Content
from parsers.media.fields import read_layout
from parsers.media.flash.ballots import BallotSums, sum_ballots
from parsers.media.flash.copies import copies_difference, copies_of, has_identity, identity_damage
from parsers.media.flash.event_logs import EventLog, read_extension_log, read_old_log
from parsers.media.flash.layout import (
    ERASED,
    EXTENSION_FORMAT,
    EXTENSION_LOG,
    IDENTITY,
    IDENTITY_BLOCK,
    OLD_LOG,
    WireIdentity,
)

PROFILE = (
    "Published layout of the flash with the extensions of project profile zt-cf-1, "
    "not the vendor's format."
)


def read_flash(content: Content, *, named: str = "") -> TerminalFlash:
    """Return the flash of one terminal; raise ParseError for what is none.

    `named` is the serial by which a file name calls the terminal. Where copies differ, the first
    one is described, and the document has damage.
    """
    copies = copies_of(content)
    image = copies[0]
    block = _identity(image) if has_identity(image) else None
    log = read_extension_log(image) if _has_extension(block) else read_old_log(image)
    sums, damaged_areas = sum_ballots(image)
    flash = _unidentified(log, sums, copies, named=named)
    damage = [*identity_damage(copies), *filter(None, [flash.copies_differ])]
    damage += [*_unused_log(image, block), *log.damage, *damaged_areas]
    if block is not None:
        flash = _identified(flash, block, sums)
        damage += _contradictions(block, log, sums, all_areas=not damaged_areas)
        damage += _strange_ballots(block, sums)
    if named and flash.terminal != named:
        damage.append(f"named after terminal {named}, and is of terminal {flash.terminal}")
    return replace(flash, damage=tuple(damage))


def _identity(image: bytes) -> WireIdentity:
    block: WireIdentity = read_layout(IDENTITY_BLOCK, image[:IDENTITY], "identity block")
    return block


def _has_extension(block: WireIdentity | None) -> bool:
    return block is not None and block.log_format == EXTENSION_FORMAT


def _unidentified(
    log: EventLog, sums: BallotSums, copies: Sequence[bytes], *, named: str
) -> TerminalFlash:
    """Return what the published layout alone says."""
    return TerminalFlash(
        identity=None,
        terminal=named,
        state=None,
        firmware="",
        opened=None,
        closed=None,
        opening_peb="",
        closing_peb="",
        votes=None,
        votes_by_poll_worker=None,
        protective_open=None,
        protective_close=None,
        copies=len(copies),
        events=log.events,
        log_is_cut=log.is_cut,
        log_is_full=log.is_full,
        ballots=sums.ballots,
        precincts=(),
        votes_by_candidate=tuple(sorted(sums.candidates.items())),
        copies_differ=copies_difference(copies),
        notes=tuple(_notes(log)),
    )


def _identified(flash: TerminalFlash, block: WireIdentity, sums: BallotSums) -> TerminalFlash:
    """Return `flash` with what the profile adds: its identity block, and precincts of ballots."""
    return replace(
        flash,
        identity=MediumIdentity(
            election=block.election,
            definition_sha256=block.definition_sha256,
            definition_version=block.definition_version,
            precinct=block.precinct,
            flags=block.flags,
        ),
        terminal=f"{block.terminal:07}",
        state=block.state,
        firmware=block.firmware,
        opened=block.opened,
        closed=block.closed,
        opening_peb=_peb(block.opening_peb),
        closing_peb=_peb(block.closing_peb),
        votes=block.votes,
        votes_by_poll_worker=block.votes_by_poll_worker,
        protective_open=block.protective_open,
        protective_close=block.protective_close,
        precincts=tuple(sorted(sums.precincts.items())),
    )


def _peb(serial: int) -> str:
    return str(serial) if serial else ""


def _unused_log(image: bytes, block: WireIdentity | None) -> Iterator[str]:
    """Yield damage when the log that the image does not use is there, too."""
    name, begin = ("old", OLD_LOG) if _has_extension(block) else ("extension", EXTENSION_LOG)
    if not image.startswith(ERASED, begin):
        yield f"byte {begin:#08x}: the {name} event log is not in use, and not erased"


def _contradictions(
    block: WireIdentity, log: EventLog, sums: BallotSums, *, all_areas: bool
) -> Iterator[str]:
    """Yield where the identity block does not say what log and ballots say.

    An image with the old log may count events that the old log has no codes for.
    """
    if block.votes != block.ballots:
        yield f"identity block: {block.votes:,} votes, and {block.ballots:,} ballots"
    if all_areas and block.ballots != sums.ballots:
        yield f"identity block: {block.ballots:,} ballots, recorded are {sums.ballots:,}"
    if all_areas and block.votes_by_poll_worker != sums.by_poll_worker:
        count = block.votes_by_poll_worker
        yield f"identity block: {count:,} cast by poll worker, recorded {sums.by_poll_worker:,}"
    is_whole = block.log_format == EXTENSION_FORMAT and not log.is_cut
    if is_whole and block.events != len(log.events):
        yield f"identity block: {block.events:,} events, the log has {len(log.events):,}"


def _strange_ballots(block: WireIdentity, sums: BallotSums) -> Iterator[str]:
    """Yield what the published layout allows, and the profile never writes on such a medium."""
    if sums.longer_than_votes:
        yield f"{sums.longer_than_votes:,} ballot records are longer than their votes"
    if block.precinct and sums.precincts.keys() - {block.precinct}:
        others = sums.ballots - sums.precincts[block.precinct]
        yield f"{others:,} ballots are not of precinct {block.precinct}"
    if sums.tests and not block.flags.test:
        yield f"{sums.tests:,} test ballots on a medium that is not marked as a test"


def _notes(log: EventLog) -> Iterator[str]:
    yield PROFILE
    if log.is_cut:
        yield f"the event log is damaged after event {len(log.events):,}"
