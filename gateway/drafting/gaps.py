"""What a draft cannot know, in words for the person who completes it."""

from collections.abc import Iterator, Sequence

from election.definition import Contest
from gateway.drafting.records import Draft, Standing
from gateway.listed_texts import TITLE_CUT

CUT = 40
"""Columns after which a vote image log cuts the title of a contest."""

VIRTUAL_PRECINCTS = frozenset({"absentee", "failsafe"})
"""Names (lower case) of precincts that are no place: numbers 750 and 850 of South Carolina."""

MOST_DOUBTS = 40
"""More disagreements than a person goes through one by one: these are listings of two elections."""


def to_fill_in(
    draft: Draft, contests: Sequence[Contest], count_centers: Sequence[str]
) -> Iterator[str]:
    """Yield what is missing in a definition made of `draft`, and where listings disagree."""
    yield "election title, jurisdiction, counties and time zone"
    yield "polls_close: the draft says midnight UTC after election day"
    if not draft.election:
        yield "device_election: no listing prints an ELECTION ID; the draft has the day"
    if any(precinct.registered is None for precinct in draft.precincts):
        yield "registered voters of every precinct that has none"
    if len(count_centers) > 1:
        yield f"count centers: the draft sends every precinct to {count_centers[0]}"
    yield from _about_contests(draft, contests)
    yield from _about_groups(draft)
    doubts = [f"settle: {doubt}"[:200] for doubt in draft.doubts]
    yield from doubts[:MOST_DOUBTS]
    if len(doubts) > MOST_DOUBTS:
        yield f"settle: {len(doubts) - MOST_DOUBTS} more disagreements between the listings"


def _about_contests(draft: Draft, contests: Sequence[Contest]) -> Iterator[str]:
    if any(contest.votes_allowed is None for contest in draft.contests):
        yield (
            "votes_allowed where no listing says it: the draft has 1, or the most votes that one "
            "ballot of a vote image log has"
        )
    if any(contest.write_in is None for contest in draft.contests):
        yield "write_in: the draft says that the contest takes write-ins where no listing tells"
    if any(not choice.party for contest in contests for choice in contest.choices):
        yield "parties of contests and choices, where they have one"
    if any(party not in draft.parties for party in _party_codes(contests)):
        yield "names of parties: the draft repeats the code"
    if draft.standing is Standing.VOTES:
        yield "choices nobody voted for, and contests nobody voted in somewhere: not in the listing"
    cut = CUT if draft.standing is Standing.VOTES else TITLE_CUT
    for contest in contests:
        if len(contest.title) == cut:
            yield f"full title of contest {contest.id}, cut at {cut} columns: {contest.title}"
    if any(contest.precincts is None for contest in draft.contests):
        yield "districts: no listing tells which precincts vote in some contests; countywide here"


def _about_groups(draft: Draft) -> Iterator[str]:
    if draft.standing is Standing.SHOWS:
        yield "devices of every precinct: these listings give no return"
    if draft.standing is Standing.COUNTS:
        if draft.groups:
            yield "counting groups: names, and that each column is the right one"
            if any(not group.heading for group in draft.groups):
                yield "listing_heading of the columns that have none in the listings"
        else:
            yield "counting groups: the listings have none, the draft has one for all votes"
        if any(precinct.terminals for precinct in draft.precincts):
            yield "terminals: that they vote in the counting group that they stand in"
        return
    for precinct in draft.precincts:
        if precinct.name.lower() in VIRTUAL_PRECINCTS:
            yield f"counting group of the devices of precinct {precinct.number} {precinct.name}"


def _party_codes(contests: Sequence[Contest]) -> set[str]:
    return {choice.party for contest in contests for choice in contest.choices if choice.party}
