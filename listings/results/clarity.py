"""Reads the detail XML of Clarity election-night sites, as expat reads it: without a DTD.

Precincts, contests and choices are attributes; votes stand under the type of vote.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from listings.comparing.cells import Side, cells_of
from listings.reading import NotReadable, shown_path
from listings.results.text_files import votes_in
from listings.totals_rows import (
    BALLOTS_CAST,
    OVER_VOTES,
    REGISTERED_VOTERS,
    UNDER_VOTES,
    TotalsRow,
)

ROOT = b"<ElectionResult"
HEAD_BYTES = 4_096
"""The root follows a declaration and perhaps comments."""

MOST_DEEP = 16
"""Elements within each other; a result has six."""

_LOST = {"overvotes": OVER_VOTES, "undervotes": UNDER_VOTES}
"""Vote types of a contest that are no way of voting."""

_Line = tuple[str, str, str, str]
"""Precinct, contest, choice, party."""


def is_clarity(content: bytes) -> bool:
    """Say whether `content` begins like a detail XML."""
    return ROOT in content[:HEAD_BYTES]


def read_clarity(path: Path, content: bytes) -> Side:
    """Return the results in `content`; raise NotReadable."""
    reader = _Reader(path)
    reader.read(content)
    return Side(shown_path(path), "Clarity XML", cells_of(reader.rows()))


class _Reader:
    """Follows the elements of the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[tuple[str, dict[str, str]]] = []
        self._choices: dict[int, tuple[str, str, str]] = {}
        """Contest, choice and party by their order in the file: names may repeat."""
        self._votes: defaultdict[tuple[int, str], dict[str, int]] = defaultdict(dict)
        """By choice and precinct, then by vote type."""
        self._statistics: list[TotalsRow] = []
        self._parser = ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def read(self, content: bytes) -> None:
        """Read the whole file; raise NotReadable."""
        try:
            self._parser.Parse(content, True)
        except ExpatError as error:
            raise self._wrong(f"no XML: {error}") from error

    def rows(self) -> Iterator[TotalsRow]:
        """Yield statistics, then votes in all and by vote type where there are several."""
        yield from self._statistics
        types = list(dict.fromkeys(name for votes in self._votes.values() for name in votes))
        for (order, precinct), by_type in self._votes.items():
            line = (None, precinct, *self._choices[order])
            yield TotalsRow(*line, "", sum(by_type.values()))
            if len(types) > 1:
                for name, votes in by_type.items():
                    yield TotalsRow(*line, name, votes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == MOST_DEEP:
            raise self._wrong("elements too deep")
        outside = [each for each, _ in self._open]
        if name == "Choice":
            contest = self._attribute("Contest", "text")
            choice = attributes.get("text", "").strip(), attributes.get("party", "").strip()
            self._choices[len(self._choices)] = (contest, *choice)
        elif name == "VoteType" and outside[-1:] == ["Contest"]:
            lost = _LOST.get(attributes.get("name", "").replace(" ", "").lower())
            if lost:
                contest = self._attribute("Contest", "text")
                self._choices[len(self._choices)] = (contest, lost, "")
        elif name == "Precinct" and outside[-1:] == ["Precincts"]:
            self._keep_statistics(attributes)
        elif name == "Precinct" and outside[-1:] == ["VoteType"]:
            self._keep_votes(attributes)
        self._open.append((name, attributes))

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _keep_statistics(self, attributes: dict[str, str]) -> None:
        precinct = attributes.get("name", "").strip()
        for key, statistic in (("totalVoters", REGISTERED_VOTERS), ("ballotsCast", BALLOTS_CAST)):
            votes = self._count(attributes.get(key, ""))
            if votes is not None:
                row = TotalsRow(None, precinct, statistic, "", "", "", votes)
                self._statistics.append(row)

    def _keep_votes(self, attributes: dict[str, str]) -> None:
        votes = self._count(attributes.get("votes", ""))
        vote_type = self._attribute("VoteType", "name")
        is_lost = vote_type.replace(" ", "").lower() in _LOST
        within_choice = any(name == "Choice" for name, _ in self._open)
        if votes is None or not (is_lost or within_choice):
            return
        by_type = self._votes[len(self._choices) - 1, attributes.get("name", "").strip()]
        key = "" if is_lost and not within_choice else vote_type
        if key in by_type:
            raise self._wrong("a precinct twice in one vote type")
        by_type[key] = votes

    def _attribute(self, element: str, name: str) -> str:
        found = [attributes for each, attributes in self._open if each == element]
        return found[-1].get(name, "").strip() if found else ""

    def _count(self, text: str) -> int | None:
        return votes_in(self._path, self._parser.CurrentLineNumber, text)

    def _refuse_doctype(self, *_: object) -> None:
        raise self._wrong("a document type, which no result file has and which can hide anything")

    def _wrong(self, what: str) -> NotReadable:
        where = f"{self._path}, line {self._parser.CurrentLineNumber}"
        return NotReadable(f"{where}: {what}. Get the file again.")
