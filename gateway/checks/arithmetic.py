"""Whether the numbers of the reports that count can be true together."""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.documents import ReportKind, Tape, VoteImageTerminal
from election.findings import Finding, Severity
from gateway.checks.wording import found, listed, name_of_unit
from gateway.listed_choices import contests_titled, listed_choice
from gateway.listed_totals import GroupResult, ballots_cast
from gateway.packets import History, Packet
from gateway.reports import counting_results, listing_set, listings, tape_sets, totals_set

MOST_COUNTED = 65_535
"""Largest value of a counter of either device: two bytes."""

MOST_PROTECTIVE = 4_294_967_295
"""Largest protective count: four bytes."""

MOST_LISTED = 99_999
"""Largest count of a precinct in a listing: five digits."""

UNUSUAL_TURNOUT_PERCENT = 95


def tape_balances(packet: Packet, loaded: LoadedDefinition, _history: History) -> Iterator[Finding]:
    """C17: votes, write-ins, over- and undervotes make ballots times votes allowed."""
    contests = loaded.definition.contest_by_id
    for _, tape in counting_results(packet, loaded.definition):
        for contest in tape.contests:
            if contest.contest not in contests:
                continue  # C03 blocks it
            votes = sum(choice.votes for choice in contest.choices) + (contest.write_ins or 0)
            added = votes + (contest.overvotes or 0) + contest.undervotes
            expected = contest.ballots * contests[contest.contest].votes_allowed
            if not added == contest.total == expected:
                yield found(
                    "C17",
                    Severity.BLOCK,
                    f"Contest {contest.contest:04} of {name_of_unit(tape)} does not balance by "
                    f"{abs(added - expected)}. Print the report again and compare line by line.",
                    f"lines {added}, CONTEST TOTAL {contest.total}, ballots x allowed {expected}",
                )


def listing_balances(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C17: a terminal lists at most its ballots times votes allowed in each contest."""
    contests = loaded.definition.contests_of[packet.key.precinct]
    for terminal in listing_set(packet, loaded.definition).counting.values():
        votes: dict[int, int] = {}
        for count in terminal.counts:
            if match := listed_choice(count, contests):
                votes[match.contest.id] = votes.get(match.contest.id, 0) + count.votes
        for contest in contests:
            most = terminal.ballots * contest.votes_allowed
            if votes.get(contest.id, 0) > most:
                yield found(
                    "C17",
                    Severity.BLOCK,
                    f"Contest {contest.title}: terminal {terminal.serial} lists more votes than "
                    "its ballots allow. Print the vote image log again in full.",
                    f"{votes[contest.id]} votes, at most {most}",
                )


def listed_ballots_within_votes_allowed(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C17: no single ballot of a listing carries more votes than the contest allows."""
    contests = loaded.definition.contests_of[packet.key.precinct]
    for listing in listings(packet):
        for title, most in listing.most_votes:
            allowed = [contest.votes_allowed for contest in contests_titled(title, contests)]
            if allowed and most > max(allowed):
                yield found(
                    "C17",
                    Severity.BLOCK,
                    f"Contest {title}: the vote image log has a ballot with more votes than are "
                    "allowed. Check the definition's votes allowed; then print the log again.",
                    f"{most} votes on one ballot, {max(allowed)} allowed",
                )


def contest_ballots_within_device(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C74: no contest stands on more ballots than the device counted."""
    for _, tape in counting_results(packet, loaded.definition):
        above = [c for c in tape.contests if c.ballots > tape.ballots]
        if above:
            yield found(
                "C74",
                Severity.BLOCK,
                f"{name_of_unit(tape)} shows a contest on more ballots than it counted. Do not "
                "publish. Print the report again and call the supervisor.",
                f"total {tape.ballots}; "
                + listed(f"contest {contest.contest:04} {contest.ballots}" for contest in above),
            )


def terminals_make_total(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C15: the ballots of an iVotronic tape are the sum of its terminals."""
    for _, tape in counting_results(packet, loaded.definition):
        added = sum(terminal.ballots for terminal in tape.terminals)
        if tape.terminals and added != tape.ballots:
            yield found(
                "C15",
                Severity.BLOCK,
                f"The tape of {name_of_unit(tape)} and its machines show different ballot counts: "
                f"{tape.ballots}, {added}. Print the report again and call the supervisor.",
                listed(f"{terminal.serial} {terminal.ballots}" for terminal in tape.terminals),
            )


def protective_counter_fits(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C16: protective count at close = at open + ballots, for each machine."""
    for _, tape in counting_results(packet, loaded.definition):
        for who, opened, closed, ballots in _protective_counts(tape):
            if opened is not None and closed is not None and closed != opened + ballots:
                yield found(
                    "C16",
                    Severity.TWO_PERSON,
                    f"The lifetime counter of {who} does not fit. Check that the serial is right; "
                    "if so, the machine may have been used or reset since it was sealed.",
                    f"open {opened} + ballots {ballots} = {opened + ballots}, close {closed}",
                )


def counters_in_range(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C46: no counter is beyond what the device can count to."""
    sources = [
        (name_of_unit(tape), [*_counters(tape)])
        for kind in ReportKind
        for tape_set in tape_sets(packet, loaded.definition, kind)
        for tape in tape_set.sound
    ]
    listed_terminals = listing_set(packet, loaded.definition).counting.values()
    sources += [(f"terminal {each.serial}", [*_listed_counters(each)]) for each in listed_terminals]
    totals = totals_set(packet, loaded.definition)
    sources += [("the totals listing", [*_total_counters(t.result)]) for t in totals.sound]
    for who, counters in sources:
        outside = [f"{value} of 0..{most}" for value, most in counters if not 0 <= value <= most]
        if outside:
            yield found(
                "C46",
                Severity.BLOCK,
                f"A counter of {who} is outside the possible range. Do not publish; compare with "
                "the tape.",
                listed(outside),
            )


def ballots_within_registered(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C21: not more ballots than registered voters; above 95 % is worth a look."""
    precinct = loaded.definition.precinct_by_id[packet.key.precinct]
    registered = precinct.registered_voters
    counted = [tape.ballots for _, tape in counting_results(packet, loaded.definition)]
    terminals = listing_set(packet, loaded.definition).counting.values()
    totals = totals_set(packet, loaded.definition)
    if totals.counting is not None:  # it knows the other counting groups as well
        cast = ballots_cast(totals.counting.precinct)
        counted.append((cast.votes if cast else None) or totals.counting.result.ballots or 0)
    ballots = sum(counted) + sum(terminal.ballots for terminal in terminals)
    evidence = f"{ballots} ballots, {registered} registered"
    if not ballots:
        return
    if registered is None:
        message = (
            f"The registered voters of precinct {precinct.number:04} are not known: turnout is not "
            "checked. Compare the ballots with the List of Voters."
        )
        yield found("C21", Severity.WARN, message, f"{ballots} ballots")
    elif ballots > registered:
        message = (
            f"More ballots than registered voters in precinct {precinct.number:04}. Look for a "
            "card read twice or a wrong precinct before anything else."
        )
        yield found("C21", Severity.BLOCK, message, evidence)
    elif 100 * ballots > UNUSUAL_TURNOUT_PERCENT * registered:
        message = (
            f"Turnout of precinct {precinct.number:04} is above {UNUSUAL_TURNOUT_PERCENT} %. "
            "Compare the ballots with the List of Voters."
        )
        yield found("C21", Severity.WARN, message, evidence)


def _protective_counts(tape: Tape) -> Iterator[tuple[str, int | None, int | None, int]]:
    if not tape.terminals:
        yield name_of_unit(tape), tape.protective_open, tape.protective_close, tape.ballots
    for each in tape.terminals:
        yield (
            f"terminal {each.serial}",
            each.protective_open,
            each.protective_close,
            each.ballots,
        )


def _counters(tape: Tape) -> Iterator[tuple[int, int]]:
    """Yield every count of `tape` that is printed, with the largest that its counter holds."""
    counts: list[int | None] = [tape.ballots, tape.blank_ballots, tape.overvoted_ballots]
    counts += [tape.write_in_ballots, *(terminal.ballots for terminal in tape.terminals)]
    for contest in tape.contests:
        counts += [contest.ballots, contest.write_ins, contest.overvotes, contest.undervotes]
        counts += [choice.votes for choice in contest.choices]
    yield from ((count, MOST_COUNTED) for count in counts if count is not None)
    for _, opened, closed, _ in _protective_counts(tape):
        yield from ((count, MOST_PROTECTIVE) for count in (opened, closed) if count is not None)


def _listed_counters(terminal: VoteImageTerminal) -> Iterator[tuple[int, int]]:
    counts = [terminal.ballots, terminal.blank_ballots, *(each.votes for each in terminal.counts)]
    yield from ((count, MOST_COUNTED) for count in counts)


def _total_counters(result: GroupResult) -> Iterator[tuple[int, int]]:
    counts = [result.ballots, *(choice.votes for c in result.contests for choice in c.choices)]
    for contest in result.contests:
        counts += [contest.write_ins, contest.overvotes, contest.undervotes]
    yield from ((count, MOST_LISTED) for count in counts if count is not None)
