"""The reading side: totals of the current returns, added up by whatever is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from central.ballot_lines import BallotLine, ballot_lines
from central.oversight import Center, Oversight, centers, oversight
from central.precinct_states import (
    PrecinctCount,
    PrecinctState,
    count,
    precinct_states,
)
from central.schema import log, tally
from election.definition import Contest
from election.definition_file import LoadedDefinition

Votes = Mapping[tuple[str, int], int]
"""Votes by line and choice; a line that nobody reported is missing."""


@dataclass(frozen=True, slots=True)
class ContestTotals:
    """One contest over all precincts that are in."""

    contest: Contest
    lines: tuple[BallotLine, ...]
    votes: Votes
    precincts: PrecinctCount

    @property
    def counted(self) -> int:
        """Votes for choices and write-ins: what percentages are of."""
        return sum(self.votes.get(line.key, 0) for line in self.lines if line.is_vote)

    @property
    def leading(self) -> list[BallotLine]:
        """Choices with the most votes so far: one more than can be elected, none without votes."""
        named = [line for line in self.lines if line.is_vote and self.votes.get(line.key, 0)]
        named.sort(key=lambda line: -self.votes.get(line.key, 0))
        return named[: self.contest.votes_allowed + 1]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at a glance."""

    log_size: int
    newest_at: datetime | None
    contests: tuple[ContestTotals, ...]
    precincts: Mapping[str, PrecinctState]

    @property
    def precinct_count(self) -> PrecinctCount:
        """How many precincts are in."""
        return count(self.precincts.values())


@dataclass(frozen=True, slots=True)
class ContestDetail:
    """One contest, taken apart."""

    totals: ContestTotals
    by_precinct: Mapping[str, Votes]
    by_group: Mapping[tuple[str, str], Votes]
    """By counting group and device class."""
    states: Mapping[str, PrecinctState]
    """Precincts with this contest, in the order of the definition."""


@dataclass(frozen=True, slots=True)
class PrecinctDetail:
    """One precinct, taken apart."""

    state: PrecinctState
    contests: tuple[Contest, ...]
    votes: Mapping[tuple[int, str], Votes]
    """By contest and counting group."""


@dataclass(frozen=True)
class Totals:
    """Answers questions from one consistent view of the database; may be asked in any thread."""

    reader: Engine
    loaded: LoadedDefinition

    def overview(self) -> Overview:
        """Return totals of all contests and the states of all precincts."""
        definition = self.loaded.definition
        with self.reader.begin() as connection:
            newest, newest_at = connection.execute(
                select(func.max(log.c.log_index), func.max(log.c.received_at))
            ).one()
            states = precinct_states(connection, definition)
            votes = _added_up(connection, tally.c.contest)
        contests = tuple(
            self._contest(contest, votes.get(contest.id, {}), states)
            for contest in definition.contests
        )
        return Overview(0 if newest is None else newest + 1, newest_at, contests, states)

    def contest(self, contest_id: int) -> ContestDetail | None:
        """Return one contest by precinct, and by counting group and device class."""
        contest = self.loaded.definition.contest_by_id.get(contest_id)
        if contest is None:
            return None
        only = tally.c.contest == contest_id
        with self.reader.begin() as connection:
            states = precinct_states(connection, self.loaded.definition)
            total = _added_up(connection, tally.c.contest, where=only)
            by_precinct = _added_up(connection, tally.c.precinct, where=only)
            by_group = _added_up(
                connection,
                tally.c.counting_group,
                tally.c.device_class,
                where=only,
            )
        having = self._having(contest, states)
        totals = self._contest(contest, total.get(contest_id, {}), states)
        return ContestDetail(totals, by_precinct, by_group, having)

    def precinct(self, precinct_id: str) -> PrecinctDetail | None:
        """Return one precinct by contest and counting group."""
        definition = self.loaded.definition
        if precinct_id not in definition.precinct_by_id:
            return None
        with self.reader.begin() as connection:
            states = precinct_states(connection, definition)
            votes = _added_up(
                connection,
                tally.c.contest,
                tally.c.counting_group,
                where=tally.c.precinct == precinct_id,
            )
        return PrecinctDetail(states[precinct_id], definition.contests_of[precinct_id], votes)

    def oversight(self) -> Oversight:
        """Return what was refused, parked or repeated."""
        with self.reader.begin() as connection:
            return oversight(connection)

    def centers(self) -> list[Center]:
        """Return every count center with its keys and its last words."""
        with self.reader.begin() as connection:
            return centers(connection, self.loaded.definition)

    def _contest(
        self, contest: Contest, votes: Votes, states: Mapping[str, PrecinctState]
    ) -> ContestTotals:
        precincts = count(self._having(contest, states).values())
        return ContestTotals(contest, ballot_lines(contest), votes, precincts)

    def _having(
        self, contest: Contest, states: Mapping[str, PrecinctState]
    ) -> dict[str, PrecinctState]:
        return {
            precinct_id: state
            for precinct_id, state in states.items()
            if contest.district in state.precinct.districts
        }


def _added_up(
    connection: Connection,
    *by: ColumnElement[Any],
    where: ColumnElement[bool] | None = None,
) -> dict[Any, dict[tuple[str, int], int]]:
    """Return votes by line and choice for every value, or tuple of values, of the columns `by`."""
    statement = select(*by, tally.c.line, tally.c.choice, func.sum(tally.c.votes)).group_by(
        *by, tally.c.line, tally.c.choice
    )
    if where is not None:
        statement = statement.where(where)
    found: dict[Any, dict[tuple[str, int], int]] = {}
    for *values, line, choice, votes in connection.execute(statement):
        key = values[0] if len(by) == 1 else tuple(values)
        found.setdefault(key, {})[line, choice] = int(votes)
    return found
