"""What the contradictions that parsers find in listings mean here: which check, how serious.

One table for all listings, so that nobody has to look for a severity in the checks.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from election.findings import Finding, Severity
from election.listings import ListingCheck, ListingFinding
from gateway.checks.wording import found, listed

_L, _S = ListingCheck, Severity

JUDGEMENTS: Mapping[ListingCheck, tuple[str, Severity]] = MappingProxyType(
    {
        _L.PRECINCT_TOTALS: ("C31", _S.TWO_PERSON),
        _L.CANDIDATE_NUMBER: ("C31", _S.TWO_PERSON),
        _L.RECORD: ("C40", _S.WARN),  # rows of an event log; of an EL155 listing C31 speaks
        _L.GROUP_SUM: ("C77", _S.WARN),
        _L.PERCENT: ("C66", _S.TWO_PERSON),
        _L.COLUMN_SUM: ("C33", _S.BLOCK),
        _L.CONTEST_TOTAL: ("C17", _S.WARN),  # right where not every ballot carries the contest
        _L.PRECINCTS_COUNTED: ("C100", _S.WARN),
        _L.REPEATED: ("C34", _S.WARN),
        _L.PAGES: ("C66", _S.TWO_PERSON),
        _L.CUT: ("C08", _S.TWO_PERSON),
        _L.LAYOUT: ("C66", _S.TWO_PERSON),
        _L.REPLAY: ("C80", _S.TWO_PERSON),
        _L.MANUAL_CHANGE: ("C55", _S.BLOCK),
        _L.OVERRIDE: ("C35", _S.TWO_PERSON),
        _L.ADDED_TO: ("C97", _S.BLOCK),
    }
)
"""Check of the catalogue and severity, by what the parser held the listing against."""

FROM_THE_FIGURES = frozenset({ListingCheck.GROUP_SUM, ListingCheck.MANUAL_CHANGE})
"""The gateway judges these itself, cell by cell (C77) and change by change (C55, C97)."""


_NEXT = MappingProxyType(
    {
        "C08": "Print the report again, whole.",
        "C17": "In a primary or a split precinct that may be right; else print the report again.",
        "C34": "It counts once. Make sure that the report was not put together from several.",
        "C35": "Find out who answered the warning, and compare with the tapes.",
        "C40": "The result is not affected; note the difference and use Form #9 times.",
        "C66": "Print the report again; if it says the same, call the technician.",
        "C97": "Compare with the tapes: the same ballots may have been added twice.",
        "C100": "Do not call the count complete.",
    }
)
"""What to do next; for the other checks, call the supervisor."""


def judged(
    findings: Iterable[ListingFinding], what: str, *, milder: bool = False
) -> Iterator[Finding]:
    """Yield one finding for each check that `findings` come under; `what` is the listing.

    `milder`: nothing more than a warning, as no number rests on the listing.
    """
    by_check: dict[tuple[str, Severity], list[ListingFinding]] = {}
    for finding in findings:
        if finding.check not in FROM_THE_FIGURES:
            by_check.setdefault(JUDGEMENTS[finding.check], []).append(finding)
    for (check, severity), same in by_check.items():
        more = f" And {len(same) - 1} more of the kind." if len(same) > 1 else ""
        yield found(
            check,
            Severity.WARN if milder else severity,
            f"{what}: {same[0].message[:250]}{more} {_NEXT.get(check, 'Call the supervisor.')}",
            "lines " + listed(line for each in same for line in each.lines),
        )


def serious(findings: Iterable[ListingFinding]) -> bool:
    """Say whether any of `findings` holds a packet."""
    return any(
        JUDGEMENTS[finding.check][1] is not Severity.WARN
        for finding in findings
        if finding.check not in FROM_THE_FIGURES
    )
