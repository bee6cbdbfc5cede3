"""What a reader must be told beside the figures: findings, and how a copy was read."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from election.documents import Document, VoteImageLog
from election.listings import Listing, ListingFinding
from listings.reading import Reading

MOST_SHOWN = 10
"""Findings and notes of a file that a terminal shows in full."""


ALL = "--format json has all."


@dataclass(frozen=True, slots=True)
class Remark:
    """One place where a document contradicts itself, or that a person must look at."""

    check: str
    message: str
    lines: tuple[int, ...]


def findings_of(document: Document) -> tuple[Remark, ...]:
    """Return all findings of `document`, in its order."""
    if isinstance(document, Listing):
        return _remarks(document.findings)
    if isinstance(document, VoteImageLog):
        parts = (precinct.disagreements for precinct in document.precincts)
        return _remarks((*document.findings, *chain.from_iterable(parts)))
    # Only what is no listing waits until the records of media are made.
    from listings.media_document import damage_of  # noqa: PLC0415

    return tuple(Remark("damage", text, ()) for text in damage_of(document))


def notes_of(document: Document) -> tuple[str, ...]:
    """Return how a copy was read; forms are never copies and have none."""
    return document.notes if hasattr(document, "notes") else ()


def remark_lines(reading: Reading) -> Iterator[str]:
    """Yield what to say of a file in lines of text: notes, then the first findings."""
    notes = notes_of(reading.document)
    for note in notes[:MOST_SHOWN]:
        yield f"{reading.path}: note: {note}"
    if more := notes[MOST_SHOWN:]:
        yield f"{reading.path}: and {len(more)} more notes; {ALL}"
    findings = findings_of(reading.document)
    for finding in findings[:MOST_SHOWN]:
        where = f" [{_counted(finding.lines)}]" if finding.lines else ""
        yield f"{reading.path}: finding {finding.check}: {finding.message}{where}"
    if rest := findings[MOST_SHOWN:]:
        kinds = ", ".join(
            f"{count} {check}" for check, count in Counter(each.check for each in rest).items()
        )
        yield f"{reading.path}: and {len(rest)} more findings ({kinds}); {ALL}"


def _remarks(findings: Iterable[ListingFinding]) -> tuple[Remark, ...]:
    return tuple(Remark(each.check.value, each.message, each.lines) for each in findings)


def _counted(lines: tuple[int, ...]) -> str:
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
