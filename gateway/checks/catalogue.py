"""Every check that the gateway runs, with its id in the catalogue of custody checks.

A check is pure. It takes the LoadedDefinition rather than the definition alone, because what
devices print is a part of the SHA-256 of the definition's file.
"""

from collections.abc import Callable, Iterable

from election.definition_file import LoadedDefinition
from election.findings import Finding
from gateway.checks import (
    agreement,
    arithmetic,
    completeness,
    duplicates,
    identity,
    totals,
    zero_tape,
)
from gateway.packets import History, Packet

Check = Callable[[Packet, LoadedDefinition, History], Iterable[Finding]]

CATALOGUE: tuple[tuple[str, Check], ...] = (
    ("C01", identity.one_election),
    ("C36", identity.right_precinct),
    ("C24", identity.no_phantom_device),
    ("C37", identity.mode_lock),
    ("C64", identity.same_definition),
    ("C03", identity.contests_on_tape),
    ("C03", identity.contests_on_listing),
    ("C09", zero_tape.zero_tape_present),
    ("C10", zero_tape.zero_tape_is_zero),
    ("C12", zero_tape.zero_tape_identity),
    ("C70", zero_tape.zero_tape_covers_terminals),
    ("C71", zero_tape.protective_counter_continues),
    ("C08", totals.tape_complete),
    ("C66", totals.structure_sane),
    ("C28", totals.terminals_closed),
    ("C17", arithmetic.tape_balances),
    ("C17", arithmetic.listing_balances),
    ("C17", arithmetic.listed_ballots_within_votes_allowed),
    ("C74", arithmetic.contest_ballots_within_device),
    ("C15", arithmetic.terminals_make_total),
    ("C16", arithmetic.protective_counter_fits),
    ("C46", arithmetic.counters_in_range),
    ("C21", arithmetic.ballots_within_registered),
    ("C31", agreement.listing_agrees_with_its_totals),
    ("C34", duplicates.report_came_again),
    ("C34", duplicates.tape_of_another_precinct),
    ("C35", duplicates.tapes_differ),
    ("C35", duplicates.listings_differ),
    ("C65", duplicates.one_card_per_scanner),
    ("C23", completeness.every_terminal_on_tape),
    ("C60", completeness.every_terminal_on_listing),
)

CHECKS_RUN: tuple[str, ...] = tuple(dict.fromkeys(check for check, _ in CATALOGUE))
"""Ids in the order of the catalogue, each once."""


def findings_on(packet: Packet, loaded: LoadedDefinition, history: History) -> tuple[Finding, ...]:
    """Return what all checks say of `packet`, in the order of the catalogue."""
    return tuple(finding for _, check in CATALOGUE for finding in check(packet, loaded, history))
