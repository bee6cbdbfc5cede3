"""Whether the totals of a counting group may be taken from a totals listing."""

from collections.abc import Iterator

from election.definition import CountingGroup
from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from gateway.checks.wording import flawed, found, listed, wrong_contests
from gateway.contents import GroupTotals
from gateway.listed_dates import dates_in, is_headed_otherwise, is_printed_before, run_day
from gateway.listed_totals import counts_pages, is_counted
from gateway.listing_findings import judged
from gateway.packets import History, Packet
from gateway.reports import contents, listings, totals_set

WHAT = "The totals listing"


def of_this_election(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C01: a totals listing prints no ELECTION ID; its titles name the day of the election.

    An ASCII export prints neither: in official mode a dated listing must stand beside it.
    """
    totals = totals_set(packet, loaded.definition)
    for head in dict.fromkeys(each.head for each in totals.listings):
        evidence = f"{head.report} of {head.run_date}"
        if is_headed_otherwise(head, totals.day):
            yield flawed(
                "C01",
                Severity.TWO_PERSON,
                f"{WHAT} is headed {listed(dates_in(head.titles))}, and this election is on "
                f"{totals.day}.",
                "Make sure that it is of this election; print it with the right title.",
                evidence,
                replaced=bool(totals.sound),
            )
        elif not head.election and not dates_in(head.titles):
            yield flawed(
                "C01",
                Severity.TWO_PERSON if totals.official else Severity.WARN,
                f"{WHAT} names no election and no date; a test of this election would look the "
                "same.",
                "Drop an EL30A of the same count, which prints its date.",
                evidence,
                replaced=any(dates_in(each.head.titles) for each in totals.sound),
            )


def printed_after_the_election(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C37: a totals listing from before election day holds zeros or a test."""
    totals = totals_set(packet, loaded.definition)
    for head in dict.fromkeys(each.head for each in totals.listings):
        if totals.official and is_printed_before(head, totals.day):
            yield flawed(
                "C37",
                Severity.TWO_PERSON,
                f"{WHAT} was printed on {run_day(head)}, before election day. It may hold a test.",
                "Print it again after the count.",
                f"RUN DATE {head.run_date}, election on {totals.day}",
                replaced=bool(totals.sound),
            )


def right_column(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C94: over the column of the counting group stands its heading, or no column is left out."""
    group = _group(packet, loaded)
    where = f"{group.name} is column {group.listing_column} {group.listing_heading}".rstrip()
    totals = totals_set(packet, loaded.definition)
    for listing in totals.listings:
        if listing.wrong_column:
            severity, seen = Severity.BLOCK, f"this one {listing.wrong_column}"
        elif listing.column_in_doubt:
            severity = Severity.TWO_PERSON
            seen = "this one leaves a counting group out and has no heading that tells which"
        else:
            continue
        yield flawed(
            "C94",
            severity,
            f"{where} of the listing, and {seen}. The figures may be of another counting group.",
            "Print the report with all groups; if it is right, have the definition corrected.",
            f"{listing.head.report} of {listing.head.run_date}",
            replaced=bool(totals.sound),
        )


def no_group_twice(packet: Packet, loaded: LoadedDefinition, history: History) -> Iterator[Finding]:
    """C94: no counting group shows the figures of another one in all its precincts."""
    other = history.twins.get(packet.key)
    if other is not None:
        name = next(g.name for g in loaded.definition.counting_groups if g.id == other)
        yield found(
            "C94",
            Severity.BLOCK,
            f"These figures are the same as the {name} results, in every precinct. You may have "
            "chosen the wrong counting group. Print the report again with all groups.",
        )


def contests_in_listing(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C03: every contest and choice of the precinct is printed once, and no other."""
    totals = totals_set(packet, loaded.definition)
    for listing in totals.listings:
        result = listing.result
        wrong = [f"unknown: {each}" for each in result.strangers]
        wrong += [f"missing: {each}" for each in result.missing]
        if wrong:
            yield wrong_contests(WHAT, wrong)


def every_count_is_printed(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C101: ballots cast and every count of the group are there; a blank cell is not zero."""
    totals = totals_set(packet, loaded.definition)
    for listing in totals.listings:
        result = listing.result
        blank = [*(["ballots cast"] if result.ballots is None else []), *result.blank]
        if blank and not listing.wrong_column:  # else C94 blocks it
            yield flawed(
                "C101",
                Severity.BLOCK,
                f"{WHAT} leaves cells of {_group(packet, loaded).name} blank.",
                "Print the report with all figures; nothing is counted as 0 that is not printed.",
                listed(blank),
                replaced=bool(totals.sound),
            )


def precinct_is_counted(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C59: a precinct that is printed with zeros alone may not have been counted yet."""
    totals = totals_set(packet, loaded.definition)
    name = _group(packet, loaded).name
    for listing in totals.listings:
        ballots = listing.result.ballots
        if not is_counted(listing.precinct) and ballots is not None:
            yield flawed(
                "C59",
                Severity.TWO_PERSON,
                f"{WHAT} has no ballot of this precinct.",
                "Before its count a precinct is printed as 0. Print the report again after the "
                "count.",
                f"{listing.head.report} of {listing.head.run_date}",
                replaced=bool(totals.sound),
            )
        elif ballots == 0:
            yield found(
                "C59",
                Severity.WARN,
                f"{WHAT} has no ballot of {name} in this precinct. Make sure that {name} was "
                "counted before the report was printed.",
            )


def votes_within_ballots(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C74: no contest has more votes than the ballots cast of the group allow."""
    totals = totals_set(packet, loaded.definition)
    contests = loaded.definition.contest_by_id
    for listing in totals.candidates:
        result = listing.result
        if result.ballots is None:
            continue
        above = []
        for each in result.contests:
            most = result.ballots * contests[each.contest].votes_allowed
            votes = each.votes + (each.overvotes or 0) + (each.undervotes or 0)
            if votes > most:
                above.append(f"{contests[each.contest].title}: {votes}, at most {most}")
        if above:
            yield found(
                "C74",
                Severity.BLOCK,
                f"{WHAT} has more votes than its ballots cast allow. Do not publish. Print the "
                "report again and compare it with the machines.",
                f"{result.ballots} ballots; {listed(above)}",
            )


def groups_make_the_total(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C77: in every row of the precinct the counting groups make the total."""
    totals = totals_set(packet, loaded.definition)
    for listing in totals.listings:
        sums = listing.row_sums
        for severity, rows in (
            (Severity.BLOCK, sums.above),
            (Severity.TWO_PERSON, sums.unexplained),
        ):
            if rows:
                yield flawed(
                    "C77",
                    severity,
                    f"Counting groups of {WHAT.lower()} do not add up to the total, and no group "
                    "that is not printed can explain it.",
                    "A figure may have been altered or misread. Print the report again.",
                    listed(rows),
                    replaced=bool(totals.sound),
                )
        if sums.short:
            yield found(
                "C77",
                Severity.WARN,
                "The columns do not add up to the total. A counting group may be missing from the "
                "report; its votes are in no return.",
                listed(sums.short),
            )


def every_column_has_a_group(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C100: the precinct has no votes in a column that none of its devices reports."""
    columns = dict.fromkeys(c for each in contents(packet, GroupTotals) for c in each.without_group)
    if columns:
        yield found(
            "C100",
            Severity.TWO_PERSON,
            f"{WHAT} has votes in {listed(columns)}, and no device of this precinct reports the "
            "column: they would be in no return. Have the definition corrected.",
        )


def ballots_not_pages(
    packet: Packet, _loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C78: ballots are counted, not the pages of ballots."""
    if any(counts_pages(each.precinct) for each in contents(packet, GroupTotals)):
        yield found(
            "C78",
            Severity.BLOCK,
            f"{WHAT} counts pages of ballots. This version cannot tell ballots from pages; call "
            "the supervisor.",
        )


def listing_contradicts_itself(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C66 and others: what the parser held the listing against, see `listing_findings`."""
    totals = totals_set(packet, loaded.definition)
    sound = totals.sound
    for listing in totals.listings:
        yield from judged(listing.findings, WHAT, milder=bool(sound) and listing not in sound)
        if listing.contradicted:
            yield flawed(
                "C35",
                Severity.BLOCK,
                f"{WHAT} has this precinct twice, with different figures.",
                "Nothing is counted until it is known which one is right. Print the report again.",
                f"{listing.head.report} of {listing.head.run_date}",
                replaced=bool(sound),
            )


def vote_images_within_totals(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C32: the terminals have not more ballots in their vote images than the group has at all."""
    totals = totals_set(packet, loaded.definition)
    if totals.device is None or totals.counting is None:
        return
    ballots = totals.counting.result.ballots
    for images in listings(packet):
        imaged = sum(
            terminal.ballots
            for terminal in images.terminals
            if terminal.serial in totals.device.terminals
        )
        if ballots is not None and imaged > ballots:
            yield found(
                "C32",
                Severity.TWO_PERSON,
                f"{imaged - ballots} iVotronic ballots with vote images are not in the totals. "
                "Check for an uncollected PEB.",
                f"vote image log {imaged}, totals listing {ballots}",
            )


def precincts_make_the_summary(
    packet: Packet, loaded: LoadedDefinition, history: History
) -> Iterator[Finding]:
    """C33: all precincts of the listing make the summary, where one is here."""
    for listing in totals_set(packet, loaded.definition).candidates:
        sums = listing.sums
        if sums is None:
            continue
        compared = [
            (summary, list(sums.differences(summary)))
            for summary in history.summaries
            if summary.counted is None or summary.counted[1] == sums.precincts
        ]
        one_agrees = any(not differences for _, differences in compared)
        for summary, differences in compared:
            if differences:
                yield flawed(
                    "C33",
                    Severity.TWO_PERSON if one_agrees else Severity.BLOCK,
                    f"Precinct reports and summary ({summary.head.report} of "
                    f"{summary.head.run_date}) disagree in {len(differences)} places.",
                    "Print both again from the same run.",
                    listed(differences),
                    replaced=one_agrees,
                )


def _group(packet: Packet, loaded: LoadedDefinition) -> CountingGroup:
    groups = loaded.definition.counting_groups
    return next(group for group in groups if group.id == packet.key.counting_group)
