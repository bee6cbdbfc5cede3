"""Whether the audit log of a scanner's card fits its counters."""

from collections.abc import Iterator, Mapping

from election.definition_file import LoadedDefinition
from election.documents import ReportKind
from election.findings import Finding, Severity
from election.media import CardLogRecord, CardState, M100Card
from gateway.checks.wording import found, listed, zero_tape_too_late
from gateway.media_sets import MediaSet, media_sets
from gateway.packets import History, Packet
from gateway.reports import tape_sets
from parsers.media.m100_card.event_codes import CardEvent

NEVER_AFTER_OPENING: Mapping[int, str] = {
    CardEvent.POLLS_REOPENED: "reopened",
    CardEvent.TOTALS_ZEROED: "zeroed",
}


def log_fits_counter(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C81: as many ballots in the log as on the counter, none zeroed or reopened after opening."""
    for _, card in _sound_logs(packet, loaded):
        problems = list(_contradictions(card))
        if problems:
            yield found(
                "C81",
                Severity.BLOCK,
                f"The log of memory card {card.card} does not fit its counter, or totals were "
                "zeroed after opening. Count the ballots by hand.",
                listed(problems),
            )


def zero_tape_before_first_ballot(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C11: the zero tape was printed before the first ballot on the card's log."""
    zeros = {each.device: each for each in tape_sets(packet, loaded.definition, ReportKind.ZERO)}
    for media, card in _sound_logs(packet, loaded):
        times = (record.at for record in card.log if record.code == CardEvent.BALLOT_COUNTED)
        first = next((at for at in times if at is not None), None)
        zero = zeros[media.device].counting
        if first and zero and zero.printed and zero.printed >= first:
            evidence = f"printed {zero.printed}, first ballot {first}"
            yield zero_tape_too_late(media.device, evidence)


def _contradictions(card: M100Card) -> Iterator[str]:
    ballots = sum(record.code == CardEvent.BALLOT_COUNTED for record in card.log)
    is_whole = bool(card.log) and card.log[0].sequence == 1
    if ballots != card.ballots and is_whole:  # the ring may have lost its oldest records
        yield f"{ballots} ballots in the log, {card.ballots} on the counter"
    opened = _first(card, CardEvent.POLLS_OPENED)
    if opened is None:
        if card.state in (CardState.OPEN, CardState.CLOSED) and is_whole:
            yield "no opening of the polls"
        return
    for record in card.log:
        if record.sequence > opened.sequence and (what := NEVER_AFTER_OPENING.get(record.code)):
            yield f"{what} {record.at or 'at an unknown time'}"
    zero = _first(card, CardEvent.ZERO_REPORT_PRINTED)
    if is_whole and (zero is None or zero.sequence > opened.sequence):
        yield "no zero report before the opening"


def _first(card: M100Card, code: int) -> CardLogRecord | None:
    return next((record for record in card.log if record.code == code), None)


def _sound_logs(packet: Packet, loaded: LoadedDefinition) -> Iterator[tuple[MediaSet, M100Card]]:
    for media in media_sets(packet, loaded.definition):
        for card in media.current:
            if isinstance(card, M100Card) and not card.damage:
                yield media, card
