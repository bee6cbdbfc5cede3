"""A tape that a person typed in from the signed paper, because nothing else can be read.

Two people type it, neither sees the other's entry, and all cells must be equal (check C79).
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, NaiveDatetime

from election.definition import ChoiceId, ContestId, Serial
from election.documents import (
    DeviceClass,
    ReportKind,
    Tape,
    TapeChoice,
    TapeContest,
    TapeTerminal,
)
from election.records import Count, OptionalText, Record, Text

DeviceTime = NaiveDatetime
"""Wall clock of a device, without a time zone."""


class TypedChoice(Record):
    """One choice line."""

    choice: ChoiceId
    name: Text
    party: OptionalText = ""
    votes: Count


class TypedContest(Record):
    """One contest block."""

    contest: ContestId
    title: Text
    votes_allowed: Annotated[int, Field(ge=1, le=20)]
    ballots: Count
    choices: Annotated[tuple[TypedChoice, ...], Field(max_length=100)]
    write_ins: Count | None = None
    """None where the tape has no such line. So is `overvotes`."""
    overvotes: Count | None = None
    undervotes: Count
    total: Count


class TypedTerminal(Record):
    """The two lines of one terminal."""

    serial: Serial
    closed: bool
    at: DeviceTime | None = None
    protective_open: Count
    protective_close: Count | None = None
    ballots: Count


class TypedTape(Record):
    """One entry of one tape by one person."""

    format: Literal["zerotape-typed-tape-1"]
    typed_by: Text
    typed_at: AwareDatetime
    device_class: Literal[DeviceClass.M100, DeviceClass.IVOTRONIC]
    kind: ReportKind
    test: bool
    election: Text
    definition_version: Annotated[int, Field(ge=1, le=9999)]
    definition_digits: Annotated[str, Field(pattern=r"^[0-9A-F]{16}$")]
    precinct: Annotated[int, Field(ge=1, le=9999)]
    precinct_name: Text
    unit: Serial
    firmware: OptionalText = ""
    card: OptionalText = ""
    opened: DeviceTime | None = None
    closed: DeviceTime | None = None
    printed: DeviceTime | None = None
    copy_number: Annotated[int, Field(ge=1, le=999)] = 1
    terminals: Annotated[tuple[TypedTerminal, ...], Field(max_length=128)] = ()
    terminals_not_closed: Count = 0
    ballots: Count
    protective_open: Count | None = None
    protective_close: Count | None = None
    blank_ballots: Count | None = None
    overvoted_ballots: Count | None = None
    write_in_ballots: Count | None = None
    contests: Annotated[tuple[TypedContest, ...], Field(max_length=64)]

    def tape(self) -> Tape:
        """Return what was typed, as the tape that it was typed from."""
        return Tape(
            device_class=self.device_class,
            kind=self.kind,
            county="",
            title="",
            date="",
            test=self.test,
            election=self.election,
            definition_version=self.definition_version,
            definition_digits=self.definition_digits,
            precinct=self.precinct,
            precinct_name=self.precinct_name,
            unit=self.unit,
            firmware=self.firmware,
            card=self.card,
            opened=self.opened,
            closed=self.closed,
            printed=self.printed,
            copy=self.copy_number,
            terminals=tuple(TapeTerminal(**each.model_dump()) for each in self.terminals),
            terminals_not_closed=self.terminals_not_closed,
            ballots=self.ballots,
            protective_open=self.protective_open,
            protective_close=self.protective_close,
            blank_ballots=self.blank_ballots,
            overvoted_ballots=self.overvoted_ballots,
            write_in_ballots=self.write_in_ballots,
            contests=tuple(map(_contest, self.contests)),
            typed_by=self.typed_by,
        )


def _contest(contest: TypedContest) -> TapeContest:
    return TapeContest(
        contest=contest.contest,
        title=contest.title,
        votes_allowed=contest.votes_allowed,
        ballots=contest.ballots,
        choices=tuple(TapeChoice(**choice.model_dump()) for choice in contest.choices),
        write_ins=contest.write_ins,
        overvotes=contest.overvotes,
        undervotes=contest.undervotes,
        total=contest.total,
    )
