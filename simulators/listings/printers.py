"""Which listings can be printed of an election definition, and by what."""

from collections.abc import Callable
from functools import partial

from election.definition import ElectionDefinition
from election.listings import TotalsListing
from simulators.listings.ascii_export import print_ascii_export
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111
from simulators.listings.canvassing import WIDTH, as_canvass, as_export
from simulators.listings.cast_records import simulated_vote_images
from simulators.listings.el68 import print_manual_changes, sample_manual_changes
from simulators.listings.el68a import print_system_log, sample_system_log
from simulators.listings.el152 import print_event_log, sample_event_log
from simulators.listings.el155 import print_listing
from simulators.listings.election import simulated_totals
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report

Printer = Callable[[ElectionDefinition, int], bytes]
"""Takes definition and seed; raises UnicodeEncodeError outside code page 1252."""


def _report(report: str, definition: ElectionDefinition, seed: int) -> bytes:
    totals = as_report(simulated_totals(seed, definition=definition), report)
    return print_report(totals, style_for(seed, report))


def _canvass(
    report: str, print_: Callable[[TotalsListing], bytes], definition: ElectionDefinition, seed: int
) -> bytes:
    return print_(as_canvass(simulated_totals(seed, definition=definition), report))


def _export(definition: ElectionDefinition, seed: int) -> bytes:
    totals = as_export(simulated_totals(seed, definition=definition), definition)
    return print_ascii_export(totals, WIDTH)


def _events(definition: ElectionDefinition, seed: int) -> bytes:
    return print_event_log(sample_event_log(len(definition.precincts), seed))


def _manual_changes(definition: ElectionDefinition, seed: int) -> bytes:
    return print_manual_changes(sample_manual_changes(len(definition.precincts), seed))


def _system_log(definition: ElectionDefinition, seed: int) -> bytes:
    return print_system_log(sample_system_log(len(definition.precincts), seed))


def _vote_images(definition: ElectionDefinition, seed: int) -> bytes:
    return print_listing(simulated_vote_images(definition, seed))


PRINTERS: dict[str, Printer] = {
    "el30": partial(_report, "EL30"),
    "el30a": partial(_report, "EL30A"),
    "el45": partial(_report, "EL45"),
    "el45a": partial(_report, "EL45A"),
    "el52": partial(_canvass, "EL52", partial(print_el52, layout=El52Layout())),
    "el68": _manual_changes,
    "el68a": _system_log,
    "el111": partial(_canvass, "EL111", partial(print_el111, layout=El111Layout())),
    "el152": _events,
    "el155": _vote_images,
    "erm-ascii": _export,
}
"""By name of the format, as the parser of the format is called."""
