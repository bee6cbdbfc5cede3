"""Cast vote records as a table, in an order from which nobody's place in the queue follows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from election.documents import VoteImageLog
from listings.csv_tables import Row, Table
from listings.reading import PARSE_ADVICE, NotReadable, Reading, opened, said_of

RECORDS_HEADER = ("precinct_number", "record", "terminal", "ballot_style", "contest", "choice")

ORDER_OF_RECORDS = (
    "Within a precinct the records are in the order of what they say (ballot style, votes, then "
    "terminal) and numbered after that: neither order nor number says when a ballot was cast. "
    "Few ballots of one style or terminal can still show whose they are; keep this file as the "
    "listing is kept."
)


def records_table(readings: Sequence[Reading]) -> Table:
    """Return the votes of all records of EL155 listings, a row each; raise NotReadable.

    A blank ballot is a row without contest and choice. The rows are read as they are taken.
    """
    for reading in readings:
        if not isinstance(reading.document, VoteImageLog):
            raise NotReadable(
                f"{reading.path} is {reading.format} and holds no cast vote records; only an EL155 "
                "listing does. Leave --records away."
            )
    paths = [reading.path for reading in readings]
    return Table(RECORDS_HEADER, (row for path in paths for row in _rows(path)))


def _rows(path: Path) -> Iterator[Row]:
    # Records are half of an EL155 parser's work, and no other listing has any.
    from parsers.unity.el155.records import cast_vote_records  # noqa: PLC0415

    with opened(path) as content, said_of(path, PARSE_ADVICE.not_parsed):
        for record in cast_vote_records(content):
            where = (record.precinct, record.record, record.terminal, record.ballot_style)
            for vote in record.votes:
                yield (*where, vote.contest, vote.choice)
            if not record.votes:
                yield (*where, "", "")
