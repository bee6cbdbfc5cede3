"""What was read on a medium as tables and as plain values, whatever record a parser made of it.

Of a record with damage only its identity is shown: not one count of it may ever be used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum, IntEnum
from typing import Any

SHOWN_ROWS = 200
"""Rows of one table that are printed; JSON has all of them."""

ALWAYS_SHOWN = frozenset({"identity", "damage", "notes", "truncated"})
"""Fields of a damaged record that hold no count of its own."""

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table; every row has as many cells as there are columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def is_damaged(record: object) -> bool:
    """Say whether `record` itself names damage, or is cut off."""
    return bool(getattr(record, "damage", ()) or getattr(record, "truncated", False))


def plain(record: object) -> dict[str, Any]:
    """Return a record as JSON values: names of enums, ISO times, lists."""
    assert is_dataclass(record)
    damaged = is_damaged(record)
    values = ((field.name, getattr(record, field.name)) for field in fields(record))
    return {
        name: _plain_value(value)
        for name, value in values
        if not damaged or name in ALWAYS_SHOWN or isinstance(value, str | Enum | date)
    }


def tables_of(title: str, values: Plain) -> Iterator[Table]:
    """Yield the tables of a plain record: its own values, then a table for each list in it."""
    rows = tuple(_facts(values, ""))
    if rows:
        yield Table(title, ("what", "value"), rows)
    for key, value in values.items():
        if not _is_list_of_records(value):
            continue
        if any(_is_list_of_records(inner) for each in value for inner in each.values()):
            for each in value:
                yield from _nested(f"{title}: {_words(key)}", each)
        else:
            yield _flat(f"{title}: {_words(key)}", value)


def _nested(title: str, values: Plain) -> Iterator[Table]:
    if "choices" in values:
        yield _contest(title, values)
    else:
        yield from tables_of(title, values)


def _contest(title: str, contest: Plain) -> Table:
    """Return the choices of one contest, then what else was counted in it."""
    head = f"{title} {contest['contest']} {contest.get('title', '')}"
    rows = [
        (" ".join(filter(None, (choice["name"], choice.get("party", "")))), str(choice["votes"]))
        for choice in contest["choices"]
    ]
    rows += [
        (_words(key), _cell(value))
        for key, value in contest.items()
        if key not in ("contest", "title", "choices") and value is not None
    ]
    return Table(head.rstrip(), ("choice", "votes"), tuple(rows))


def _flat(title: str, records: list[Plain]) -> Table:
    columns = tuple(records[0])
    rows = tuple(tuple(_cell(each.get(key)) for key in columns) for each in records[:SHOWN_ROWS])
    if len(records) > SHOWN_ROWS:
        title += f" (the first {SHOWN_ROWS} of {len(records)})"
    return Table(title, tuple(map(_words, columns)), rows)


def _facts(values: Plain, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{prefix}{_words(key)}"
        if isinstance(value, dict):
            yield from _facts(value, f"{name}: ")
        elif isinstance(value, list):
            if not _is_list_of_records(value):
                yield from ((name, _cell(each)) for each in value[:SHOWN_ROWS])
        else:
            yield name, _cell(value)


def _is_list_of_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _plain_value(value: object) -> Any:  # noqa: ANN401  # any JSON value
    if is_dataclass(value):
        return plain(value)
    if isinstance(value, Enum):
        return _words(value.name.lower()) if isinstance(value, IntEnum) else value.value
    if isinstance(value, date):  # a datetime is one, too
        return str(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain_value(inner) for name, inner in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [_plain_value(inner) for inner in value]
    return value


def _cell(value: object) -> str:
    """Return `value` for a terminal: a medium may hold anything, escape sequences too."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def _words(name: str) -> str:
    return name.replace("_", " ")
