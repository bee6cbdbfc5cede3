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
    candidate_numbers,
    card_log,
    clocks,
    completeness,
    duplicates,
    event_logs,
    form_accounting,
    group_totals,
    identity,
    media_agreement,
    media_identity,
    media_integrity,
    peb_custody,
    tabulation,
    terminal_day,
    totals,
    typed_tapes,
    zero_tape,
)
from gateway.packets import History, Packet

Check = Callable[[Packet, LoadedDefinition, History], Iterable[Finding]]

OF_TOTALS_LISTINGS: tuple[tuple[str, Check], ...] = (
    ("C01", group_totals.of_this_election),
    ("C37", group_totals.printed_after_the_election),
    ("C94", group_totals.right_column),
    ("C94", group_totals.no_group_twice),
    ("C03", group_totals.contests_in_listing),
    ("C101", group_totals.every_count_is_printed),
    ("C59", group_totals.precinct_is_counted),
    ("C74", group_totals.votes_within_ballots),
    ("C77", group_totals.groups_make_the_total),
    ("C78", group_totals.ballots_not_pages),
    ("C100", group_totals.every_column_has_a_group),
    ("C66", group_totals.listing_contradicts_itself),
    ("C32", group_totals.vote_images_within_totals),
    ("C33", group_totals.precincts_make_the_summary),
)

OF_LOGS: tuple[tuple[str, Check], ...] = (
    ("C11", event_logs.zero_tape_before_first_vote),
    ("C25", event_logs.opened_and_closed),
    ("C26", event_logs.same_peb_closes),
    ("C29", event_logs.votes_as_on_tape),
    ("C30", event_logs.votes_as_imaged),
    ("C39", event_logs.not_cleared_while_open),
    ("C40", event_logs.rows_in_order),
    ("C60", event_logs.every_terminal_has_a_log),
    ("C13", terminal_day.opened_with_votes),
    ("C38", terminal_day.votes_in_opening_hours),
    ("C41", terminal_day.closed_in_time),
    ("C42", terminal_day.peb_is_healthy),
    ("C43", terminal_day.master_peb_activates_nobody),
    ("C45", terminal_day.few_ballots_cancelled),
    ("C55", tabulation.typed_figures),
    ("C97", tabulation.typed_doubles),
    ("C80", tabulation.answered_warnings),
)

OF_MEDIA: tuple[tuple[str, Check], ...] = (
    ("C24", media_identity.no_phantom_medium),
    ("C37", media_identity.no_test_or_backup),
    ("C63", media_identity.official_mode_takes_no_test),
    ("C64", media_identity.medium_definition),
    ("C03", media_identity.contests_on_medium),
    ("C03", candidate_numbers.numbers_of_ballot),
    ("C36", media_identity.one_precinct_on_peb),
    ("C65", media_identity.one_original),
    ("C02", media_identity.same_qualification),
    ("C04", media_integrity.checksums_valid),
    ("C05", media_integrity.flash_copies_equal),
    ("C06", media_integrity.readings_agree),
    ("C46", media_integrity.medium_counters_in_range),
    ("C68", media_integrity.medium_is_closed),
    ("C44", media_integrity.log_is_complete),
    ("C07", media_agreement.medium_equals_tape),
    ("C15", media_agreement.same_public_count),
    ("C16", media_agreement.medium_protective_counter),
    ("C17", media_agreement.medium_balances),
    ("C74", media_agreement.contest_within_public_count),
    ("C29", media_agreement.votes_everywhere_equal),
    ("C29", candidate_numbers.terminals_make_the_peb),
    ("C75", media_agreement.no_decrease),
    ("C81", card_log.log_fits_counter),
    ("C11", card_log.zero_tape_before_first_ballot),
    ("C40", clocks.clock_of_election),
    ("C40", clocks.clocks_on_media_run_on),
    ("C25", peb_custody.terminal_left_open),
    ("C26", peb_custody.closed_by_its_peb),
    ("C27", peb_custody.closing_pebs_collected),
    ("C28", peb_custody.tape_of_open_terminals),
    ("C23", peb_custody.every_terminal_on_peb),
    ("C60", peb_custody.same_machines_everywhere),
    ("C82", peb_custody.bag_holds_all_media),
)

OF_PAPER: tuple[tuple[str, Check], ...] = (
    ("C79", typed_tapes.typed_twice),
    ("C69", typed_tapes.tape_only),
    ("C35", form_accounting.one_form),
    ("C15", form_accounting.form_shows_the_same_count),
    ("C18", form_accounting.voters_signed),
    ("C19", form_accounting.ballots_balance),
    ("C88", form_accounting.stubs_fit),
    ("C83", form_accounting.provisional_bag),
    ("C84", form_accounting.write_in_box),
)

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
    ("C35", duplicates.totals_differ),
    ("C65", duplicates.one_card_per_scanner),
    ("C23", completeness.every_terminal_on_tape),
    ("C60", completeness.every_terminal_on_listing),
    *OF_TOTALS_LISTINGS,
    *OF_LOGS,
    *OF_MEDIA,
    *OF_PAPER,
)

CHECKS_RUN: tuple[str, ...] = tuple(dict.fromkeys(check for check, _ in CATALOGUE))
"""Ids in the order of the catalogue, each once."""


def findings_on(packet: Packet, loaded: LoadedDefinition, history: History) -> tuple[Finding, ...]:
    """Return what all checks say of `packet`, in the order of the catalogue."""
    return tuple(finding for _, check in CATALOGUE for finding in check(packet, loaded, history))
