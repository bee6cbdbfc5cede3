"""Where a totals listing goes: each precinct's counting groups to the packets that await them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from election.definition import (
    AssignedDevice,
    CountingGroup,
    ElectionDefinition,
    Precinct,
    ReportedBy,
)
from election.findings import Finding, Severity
from election.listings import ListedPrecinct, ListingFinding, TotalsListing
from gateway.checks.wording import found, listed
from gateway.contents import GroupTotals
from gateway.county_sums import sums_of
from gateway.listed_texts import folded
from gateway.listed_totals import Ballot, all_rows, ballots_cast, cell, group_result, group_sums
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
        if reason := _refusal(precinct, count_center):
            refused.setdefault(reason, []).append(listed_one)
            continue
        assert precinct is not None  # else it was refused
        for group, part in columns.parts(precinct, listed_one, found_there):
            key = PacketKey(precinct.id, group)
            if key not in parts:
                parts[key] = part
            elif part.precinct != parts[key].precinct:
                parts[key] = replace(parts[key], contradicted=True)
    return Placement(tuple(parts.items()), tuple(_refused(listing, refused)))


class _Columns:
    """Which column is whose, and which are nobody's."""

    def __init__(self, listing: TotalsListing, definition: ElectionDefinition) -> None:
        self._listing, self._definition = listing, definition
        self._groups = {group.id: group for group in definition.counting_groups}
        self._group_in = {group.listing_column: group.id for group in definition.counting_groups}
        self._width = max((len(listing.groups), *(_width(each) for each in listing.precincts)))
        self._parties = {party.code: party.name for party in definition.parties}
        self._ballots: dict[tuple[str, ...], Ballot] = {}
        self._sums = sums_of(listing)
        self._headings = Counter(folded(each.listing_heading) for each in self._groups.values())
        mapped = max((column for column in self._group_in if column is not None), default=0)
        self._leaves_groups_out = self._width < mapped or any(
            group_sums(each).short for each in listing.precincts
        )

    def parts(
        self,
        precinct: Precinct,
        listed_one: ListedPrecinct,
        findings: tuple[ListingFinding, ...],
    ) -> Iterator[tuple[str, GroupTotals]]:
        """Yield what `listed_one` says of each counting group that reports by totals listing."""
        row_sums, without_group = group_sums(listed_one), self._without_group(precinct, listed_one)
        ballot = self._ballot(precinct)
        for device in _devices(precinct):
            group = self._groups[device.counting_group]
            column = group.listing_column
            yield (
                group.id,
                GroupTotals(
                    head=self._listing.head,
                    precinct=listed_one,
                    column=column,
                    result=group_result(listed_one, column, ballot),
                    row_sums=row_sums,
                    wrong_column=self._wrong_column(group),
                    column_in_doubt=self._is_in_doubt(group),
                    without_group=() if column is None else without_group,
                    findings=findings,
                    sums=self._sums,
                ),
            )

    def _ballot(self, precinct: Precinct) -> Ballot:
        if precinct.districts not in self._ballots:
            contests = self._definition.contests_of[precinct.id]
            self._ballots[precinct.districts] = Ballot(contests, self._parties)
        return self._ballots[precinct.districts]

    def _wrong_column(self, group: CountingGroup) -> str:
        column, expected = group.listing_column, group.listing_heading
        if column is None:
            return ""
        if column > self._width:
            return "does not have that column"
        heading = self._heading(column)
        if expected and any(self._listing.groups) and folded(heading) != folded(expected):
            return f"has {heading!r} there"
        return ""

    def _is_in_doubt(self, group: CountingGroup) -> bool:
        """Say whether `group` may stand in another column: one before it may not be printed."""
        heading = folded(group.listing_heading)
        is_told = heading and self._headings[heading] == 1 and any(self._listing.groups)
        return group.listing_column is not None and self._leaves_groups_out and not is_told

    def _heading(self, column: int) -> str:
        groups = self._listing.groups
        return groups[column - 1] if column <= len(groups) else ""

    def _without_group(self, precinct: Precinct, listed_one: ListedPrecinct) -> tuple[str, ...]:
        """Return the columns with votes that no device of `precinct` reports, in words."""
        reported = {device.counting_group for device in precinct.devices}
        return tuple(
            self._in_words(listed_one, column)
            for column in range(1, self._width + 1)
            if self._group_in.get(column) not in reported
            and any(cell(row, column) for _, row in all_rows(listed_one))
        )

    def _in_words(self, listed_one: ListedPrecinct, column: int) -> str:
        cast = ballots_cast(listed_one)
        ballots = cell(cast, column) if cast else None
        many = "votes" if ballots is None else f"{ballots} ballots"
        return f"column {column} {self._heading(column)} ({many})".replace("  ", " ")


def _width(listed_one: ListedPrecinct) -> int:
    return max((len(row.by_group) for _, row in all_rows(listed_one)), default=0)


def _devices(precinct: Precinct) -> tuple[AssignedDevice, ...]:
    return tuple(each for each in precinct.devices if each.reported_by is ReportedBy.TOTALS_LISTING)


def _refusal(precinct: Precinct | None, count_center: str) -> str:
    """Return the check and the reason why nothing of a precinct is taken; empty where it is."""
    if precinct is None:
        return "C36 not in this election"
    if precinct.count_center != count_center:
        return f"C36 of count center {precinct.count_center}"
    if not _devices(precinct):
        return "C24 without a counting group that comes from a totals listing"
    return ""


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
