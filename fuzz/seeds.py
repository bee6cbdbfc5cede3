"""Inputs to begin with: what the simulators print, in several sizes, for each format."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cache, partial
from itertools import islice

from election.definition import ElectionDefinition
from election.definition_file import load_definition
from election.documents import DeviceClass, Document, Tape
from election.listings import TotalsListing
from election.protocol_form import (
    BallotAccounting,
    DeviceEntry,
    ProtocolForm,
    Seal,
    SealPlace,
)
from election.typed_tape import TypedContest, TypedTape, TypedTerminal
from parsers.contract import SNIFF_BYTES
from parsers.registry import load_parser
from simulators.election_night import plan_night
from simulators.listings.ascii_export import example_export, print_ascii_export, sample_export
from simulators.listings.canvass_el52 import El52Layout, print_el52
from simulators.listings.canvass_el111 import El111Layout, print_el111
from simulators.listings.canvassing import as_canvass
from simulators.listings.el68 import print_manual_changes, sample_manual_changes
from simulators.listings.el68a import SystemLogLayout, print_system_log, sample_system_log
from simulators.listings.el152 import print_event_log, sample_event_log
from simulators.listings.el155 import example_county, print_listing, sample_listing
from simulators.listings.election import simulated_totals
from simulators.listings.pdf import printed_pdf
from simulators.listings.report_style import style_for
from simulators.listings.reports import print_report
from simulators.listings.summing import as_report
from simulators.media import flash_samples, ivotronic_day, m100_samples, peb_samples
from simulators.media.flash import LogFormat, flash_image
from simulators.sample import sample_definition_bytes
from simulators.small_election import small_election

SEED = 7

CARD_BALLOTS = 60
"""Ballots on a card: more of them make the log longer, not different."""

PDF = "el30a-pdf"
PDF_PAGES = "el30a-pdf-pages"

LARGEST_STRANGER = SNIFF_BYTES
"""Bytes of an input that is shown to the parsers of other formats."""

WRAP = 72
"""Columns at which a word processor wraps the lines of a listing."""


def formats() -> tuple[str, ...]:
    """Return the names of all formats that something here prints."""
    return tuple(_SOURCES)


@cache
def seeds_of(name: str) -> tuple[bytes, ...]:
    """Return inputs in the format of the parser `name`; none where no simulator prints it."""
    return tuple(_SOURCES[name]()) if name in _SOURCES else ()


def all_seeds() -> tuple[bytes, ...]:
    """Return the smallest input of each format, for parsers that are shown another's.

    Of an image only its beginning: more of it is erased memory, which mutations of texts are slow
    with.
    """
    return tuple(min(seeds_of(name), key=len)[:LARGEST_STRANGER] for name in _SOURCES)


def _elections() -> Iterator[ElectionDefinition]:
    sample = load_definition(sample_definition_bytes(), "the sample").definition
    yield small_election(1, ("center",))
    yield small_election(8, ("center",))
    yield sample.model_copy(update={"precincts": sample.precincts[:2]})


def _reports(report: str) -> Iterator[bytes]:
    for definition in _elections():
        totals = as_report(simulated_totals(SEED, definition=definition), report)
        for style in (SEED, SEED + 1):
            yield print_report(totals, style_for(style, report))


def _canvasses(report: str) -> Iterator[TotalsListing]:
    for definition in _elections():
        yield as_canvass(simulated_totals(SEED, definition=definition), report)


def _el52() -> Iterator[bytes]:
    for listing in _canvasses("EL52"):
        yield print_el52(listing, El52Layout())
        yield print_el52(listing, El52Layout(title=True, page_lines=40, columns=4))


def _el111() -> Iterator[bytes]:
    for listing in _canvasses("EL111"):
        yield print_el111(listing, El111Layout())
        yield print_el111(listing, El111Layout(columns=4, new_pages=True))


def _el152() -> Iterator[bytes]:
    yield print_event_log(sample_event_log(2))
    yield print_event_log(sample_event_log(1, two_digit_years=True))
    yield print_event_log(sample_event_log(1, clocks=False))


def _el155() -> Iterator[bytes]:
    yield print_listing(example_county())
    yield print_listing(sample_listing(ballots=120))


def _el68() -> Iterator[bytes]:
    yield print_manual_changes(sample_manual_changes(2))
    yield print_manual_changes(sample_manual_changes(60))


def _el68a() -> Iterator[bytes]:
    for precincts in (2, 60):
        for collapsed in (False, True):
            layout = SystemLogLayout(collapsed=collapsed)
            yield print_system_log(sample_system_log(precincts), layout)


def _ascii_exports() -> Iterator[bytes]:
    for width, groups in ((179, 0), (209, 5), (263, 4)):
        yield print_ascii_export(example_export(groups), width)
        listing = sample_export(precincts=8, contests=4, groups=groups)
        yield print_ascii_export(listing, width)


def _tapes(device_class: DeviceClass) -> Iterator[bytes]:
    for definition in _elections():
        for job in plan_night(definition, "0" * 64, SEED).jobs[:6]:
            if job.tape.device_class is device_class:
                yield job.wire


def _pages() -> Iterator[list[list[str]]]:
    """Yield EL30A as a word processor shows it: printer codes as text, lines wrapped."""
    for listing in seeds_of("el30a"):
        pages = listing.decode("cp1252").replace("\x1b", "").replace("\r\n", "\n").split("\r\f")
        yield [[part for line in page.split("\n") for part in _wrapped(line)] for page in pages]


def _page_texts() -> Iterator[bytes]:
    for pages in _pages():
        yield "\f".join("\n".join(page) for page in pages).encode("latin-1")


def _pdfs() -> Iterator[bytes]:
    for pages in islice(_pages(), 1):
        yield printed_pdf(pages)
        yield printed_pdf(pages, compressed=False)


def _cards() -> Iterator[bytes]:
    yield m100_samples.loaded()
    yield m100_samples.whole_day(m100_samples.Day(ballots=CARD_BALLOTS)).card.image


def _pebs() -> Iterator[bytes]:
    yield peb_samples.after_zero_tape()
    yield peb_samples.closed()


def _flashes() -> Iterator[bytes]:
    memory = flash_samples.terminal_memory(ivotronic_day.SECOND)
    yield flash_image(memory)
    yield flash_image(memory, log=LogFormat.OLD)
    yield flash_image(memory, copies=3)


def _flash_cards() -> Iterator[bytes]:
    yield flash_samples.card()


def _forms() -> Iterator[bytes]:
    """Yield an empty form and one with every line filled in."""
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    lines = BallotAccounting(**dict.fromkeys(BallotAccounting.model_fields, 10))
    seals = tuple(
        Seal(kind="blue", number="0718203", place=place, applied_at=at, applied_by=("ANN", "BEA"))
        for place in SealPlace
    )
    device = DeviceEntry(
        device_class=DeviceClass.M100, serial="204417", zero_tape_run=True, results_tape_run=True
    )
    empty = ProtocolForm(format="zerotape-protocol-form-1", precinct="riverside", devices=())
    full = {"devices": (device,) * 4, "seals": seals, "accounting": lines, "certified_by": ("ANN",)}
    for form in (empty, empty.model_copy(update=full)):
        yield form.model_dump_json(indent=1).encode()


def _typed_tapes() -> Iterator[bytes]:
    """Yield tapes of both kinds of devices as a person types them in."""
    for device_class in (DeviceClass.M100, DeviceClass.IVOTRONIC):
        for wire in islice(_tapes(device_class), 2):
            yield _typed(load_parser(f"{device_class}-tape").parse(wire)).encode()


def _typed(tape: Document) -> str:
    assert isinstance(tape, Tape)
    ours = TypedTape.model_fields.keys() & {field.name for field in fields(tape)}
    said = {name: getattr(tape, name) for name in ours - {"contests", "terminals", "typed_by"}}
    return TypedTape(
        format="zerotape-typed-tape-1",
        typed_by="ANN AVERY",
        typed_at=datetime(2026, 11, 4, 4, 10, tzinfo=UTC),
        contests=tuple(TypedContest(**asdict(each)) for each in tape.contests),
        terminals=tuple(TypedTerminal(**asdict(each)) for each in tape.terminals),
        **said,
    ).model_dump_json(indent=1)


def _wrapped(line: str) -> list[str]:
    parts = []
    while len(line) > WRAP and (cut := line.rfind(" ", 0, WRAP) + 1):
        parts.append(line[:cut])
        line = line[cut:].lstrip(" ")
    return [*parts, line]


_SOURCES: dict[str, Callable[[], Iterable[bytes]]] = {
    "el30": partial(_reports, "EL30"),
    "el30a": partial(_reports, "EL30A"),
    "el45": partial(_reports, "EL45"),
    "el45a": partial(_reports, "EL45A"),
    "el52": _el52,
    "el68": _el68,
    "el68a": _el68a,
    "el111": _el111,
    "el152": _el152,
    "el155": _el155,
    "erm-ascii": _ascii_exports,
    "m100-tape": partial(_tapes, DeviceClass.M100),
    "ivotronic-tape": partial(_tapes, DeviceClass.IVOTRONIC),
    "m100-card": _cards,
    "peb": _pebs,
    "flash": _flashes,
    "flash-card": _flash_cards,
    "protocol-form": _forms,
    "typed-tape": _typed_tapes,
    PDF: _pdfs,
    PDF_PAGES: _page_texts,
}
