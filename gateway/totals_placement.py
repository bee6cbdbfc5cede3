"""Where a totals listing goes: each precinct's counting groups to the packets that await them."""

from collections.abc import Iterator
from dataclasses import replace

from election.definition import AssignedDevice, Contest, ElectionDefinition, Precinct, ReportedBy
from election.findings import Finding, Severity
from election.listings import ListedPrecinct, ListingFinding, TotalsListing
from gateway.checks.wording import found, listed
from gateway.contents import GroupTotals
from gateway.county_sums import sums_of
from gateway.listed_totals import all_rows, ballots_cast, cell, group_result, group_sums
from gateway.listing_findings import judged
from gateway.packets import PacketKey
from gateway.placements import Placement

SUMMARIES = frozenset({"EL45", "EL45A"})
"""Totals of the jurisdiction."""
CANVASSES = frozenset({"EL52", "EL111"})
"""Totals of precincts without counting groups, to be read by people."""


def place_totals(
    listing: TotalsListing, definition: ElectionDefinition, count_center: str
) -> Placement:
    """Give every packet that reports by totals listing its column of `listing`."""
    report = listing.head.report
    if report in SUMMARIES:
        message = f"{report} is kept as evidence: the sums of the precincts are held against it."
        return replace(_kept(listing, message), summary=listing)
    if report in CANVASSES:
        return _kept(listing, f"{report} is kept as evidence; no number of it goes into a return.")
    if not listing.groups and len(definition.counting_groups) > 1:
        return _kept(
            listing,
            f"{report} has no counting groups, and this election has several. It is kept as "
            "evidence; no number comes from it. Print the report with group detail.",
        )
    return _by_precinct(listing, definition, count_center)


def _by_precinct(
    listing: TotalsListing, definition: ElectionDefinition, count_center: str
) -> Placement:
    columns = _Columns(listing, definition)
    findings = _findings_by_precinct(listing)
    parts: dict[PacketKey, GroupTotals] = {}
    refused: dict[str, list[ListedPrecinct]] = {}
    for listed_one, found_there in zip(listing.precincts, findings, strict=True):
        precinct = definition.precinct_by_number.get(listed_one.number or 0)
        devices = _devices(precinct)
        if reason := _refusal(precinct, devices, count_center):
            refused.setdefault(reason, []).append(listed_one)
            continue
        assert precinct is not None  # else it was refused
        for device in devices:
            key = PacketKey(precinct.id, device.counting_group)
            part = columns.part(
                device, definition.contests_of[precinct.id], listed_one, found_there
            )
            if key not in parts:
                parts[key] = part
            elif part.precinct != parts[key].precinct:
                parts[key] = replace(parts[key], contradicted=True)
    return Placement(tuple(parts.items()), tuple(_refused(listing, refused)))


class _Columns:
    """Which column is whose, and which are nobody's."""

    def __init__(self, listing: TotalsListing, definition: ElectionDefinition) -> None:
        self._listing = listing
        self._column = {group.id: group.listing_column for group in definition.counting_groups}
        taken = {column for column in self._column.values() if column is not None}
        width = max((len(listing.groups), *(_width(each) for each in listing.precincts)))
        self._parties = {party.code: party.name for party in definition.parties}
        self._sums = sums_of(listing)
        self._free = tuple(column for column in range(1, width + 1) if column not in taken)
        self._width = width

    def part(
        self,
        device: AssignedDevice,
        contests: tuple[Contest, ...],
        listed_one: ListedPrecinct,
        findings: tuple[ListingFinding, ...],
    ) -> GroupTotals:
        column, groups = self._column[device.counting_group], self._listing.groups
        return GroupTotals(
            head=self._listing.head,
            precinct=listed_one,
            column=column,
            result=group_result(listed_one, column, contests, self._parties),
            row_sums=group_sums(listed_one),
            heading=self._heading(column),
            prints_headings=any(groups),
            without_group=() if column is None else tuple(self._without_group(listed_one)),
            findings=findings,
            sums=self._sums,
        )

    def _heading(self, column: int | None) -> str | None:
        groups = self._listing.groups
        if column is None or column > len(groups):
            return "" if column is None or column <= self._width else None
        return groups[column - 1]

    def _without_group(self, listed_one: ListedPrecinct) -> Iterator[str]:
        for column in self._free:
            if any(cell(row, column) for _, row in all_rows(listed_one)):
                cast = ballots_cast(listed_one)
                ballots = cell(cast, column) if cast else None
                many = "votes" if ballots is None else f"{ballots} ballots"
                yield f"column {column} {self._heading(column)} ({many})".replace("  ", " ")


def _width(listed_one: ListedPrecinct) -> int:
    return max((len(row.by_group) for _, row in all_rows(listed_one)), default=0)


def _devices(precinct: Precinct | None) -> tuple[AssignedDevice, ...]:
    devices = precinct.devices if precinct else ()
    return tuple(each for each in devices if each.reported_by is ReportedBy.TOTALS_LISTING)


def _refusal(
    precinct: Precinct | None, devices: tuple[AssignedDevice, ...], count_center: str
) -> str:
    """Return the check and the reason why nothing of a precinct is taken; empty where it is."""
    if precinct is None:
        return "C36 not in this election"
    if precinct.count_center != count_center:
        return f"C36 of count center {precinct.count_center}"
    return "" if devices else "C24 without a counting group that comes from a totals listing"


def _refused(listing: TotalsListing, refused: dict[str, list[ListedPrecinct]]) -> Iterator[Finding]:
    for reason, precincts in refused.items():
        check, _, why = reason.partition(" ")
        numbers = listed("?" if each.number is None else f"{each.number:04}" for each in precincts)
        yield found(
            check,
            Severity.BLOCK,
            f"Precincts of this listing are {why}: {numbers}. Nothing of them was taken.",
            f"{listing.head.report} of {listing.head.run_date}",
        )


def _findings_by_precinct(listing: TotalsListing) -> list[tuple[ListingFinding, ...]]:
    """Return the findings of each precinct: by their lines, or else those of all precincts."""
    precincts_on: dict[int, set[int]] = {}
    for place, precinct in enumerate(listing.precincts):
        lines = [precinct.line, *(contest.line for contest in precinct.contests)]
        lines += [row.line for _, row in all_rows(precinct)]
        for line in lines:
            precincts_on.setdefault(line, set()).add(place)
    findings: list[list[ListingFinding]] = [[] for _ in listing.precincts]
    for finding in listing.findings:
        places = set().union(*(precincts_on.get(line, ()) for line in finding.lines))
        for place in places or range(len(findings)):
            findings[place].append(finding)
    return [tuple(each) for each in findings]


def _kept(listing: TotalsListing, message: str) -> Placement:
    rest = judged(listing.findings, f"The listing {listing.head.report}")
    return Placement(findings=(found("C66", Severity.WARN, message), *rest))
