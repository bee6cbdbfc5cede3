"""Whether two statements about the same ballots agree."""

from collections.abc import Iterator

from election.definition_file import LoadedDefinition
from election.findings import Finding, Severity
from gateway.checks.wording import flawed, found, listed
from gateway.packets import History, Packet
from gateway.reports import contradictions, listing_set


def listing_agrees_with_its_totals(
    packet: Packet, loaded: LoadedDefinition, _history: History
) -> Iterator[Finding]:
    """C31: the ballots of a vote image log make its own PRECINCT TOTALS."""
    listings = listing_set(packet, loaded.definition)
    for listing in listings.listings:
        if differences := contradictions(listing):
            yield flawed(
                "C31",
                Severity.TWO_PERSON,
                "The printed precinct totals do not match the listed ballots, or the vote image "
                "log contradicts itself.",
                "Print the report again in full.",
                listed(differences),
                replaced=bool(listings.sound),
            )
        elif listing.trailer is None:
            yield found(
                "C31",
                Severity.WARN,
                "The vote image log has no PRECINCT TOTALS to compare its ballots with. Print it "
                "with totals where the software can.",
            )
