"""Any record that a parser makes, as tables: whole where it is sound, its identity where not."""

from dataclasses import dataclass
from enum import IntEnum

from gateway.medium_tables import SHOWN_ROWS, Table, plain, tables_of


class State(IntEnum):
    NOT_OPEN = 0


@dataclass(frozen=True)
class Entry:
    code: int
    note: str


@dataclass(frozen=True)
class Choice:
    name: str
    party: str
    votes: int


@dataclass(frozen=True)
class Contest:
    contest: int
    title: str
    choices: tuple[Choice, ...]
    overvotes: int | None


@dataclass(frozen=True)
class Medium:
    serial: str
    state: State
    ballots: int
    log: tuple[Entry, ...] = ()
    contests: tuple[Contest, ...] = ()
    damage: tuple[str, ...] = ()


def tables(medium: Medium) -> list[Table]:
    return list(tables_of("card", plain(medium)))


def test_values_come_first_and_every_list_is_a_table_of_its_own() -> None:
    medium = Medium("S1", State.NOT_OPEN, 612, (Entry(1, "open"), Entry(2, "close")))
    assert tables(medium) == [
        Table(
            "card", ("what", "value"), (("serial", "S1"), ("state", "not open"), ("ballots", "612"))
        ),
        Table("card: log", ("code", "note"), (("1", "open"), ("2", "close"))),
    ]


def test_a_contest_shows_its_choices_and_then_what_else_was_counted() -> None:
    contest = Contest(101, "MAYOR", (Choice("A", "DEM", 3), Choice("YES", "", 2)), 1)
    medium = Medium("S1", State.NOT_OPEN, 5, contests=(contest,))
    assert tables(medium)[1] == Table(
        "card: contests 101 MAYOR",
        ("choice", "votes"),
        (("A DEM", "3"), ("YES", "2"), ("overvotes", "1")),
    )


def test_of_a_damaged_record_no_count_is_shown() -> None:
    contest = Contest(101, "MAYOR", (Choice("A", "DEM", 3),), 1)
    medium = Medium("S1", State.NOT_OPEN, 612, contests=(contest,), damage=("page 3",))
    assert plain(medium) == {"serial": "S1", "state": "not open", "damage": ["page 3"]}


def test_what_a_medium_says_cannot_command_a_terminal() -> None:
    [table] = tables(Medium("S\x1b[2J1", State.NOT_OPEN, 0))
    assert table.rows[0] == ("serial", "S\N{REPLACEMENT CHARACTER}[2J1")


def test_a_long_log_is_cut_and_says_so() -> None:
    log = tuple(Entry(number, "") for number in range(SHOWN_ROWS + 1))
    [_, table] = tables(Medium("S1", State.NOT_OPEN, 0, log))
    assert len(table.rows) == SHOWN_ROWS
    assert table.title == f"card: log (the first {SHOWN_ROWS} of {SHOWN_ROWS + 1})"
