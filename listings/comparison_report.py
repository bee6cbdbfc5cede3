"""A comparison in words for people, as CSV of the differing cells, and as JSON of everything."""

import json
from collections.abc import Iterator, Sequence

from listings.comparing.cells import WHOLE, Cell, Side
from listings.comparing.comparison import ComparedCell, Comparison
from listings.comparing.line_pairing import Line
from listings.comparing.linking import Unpaired
from listings.csv_tables import csv_text

MOST_SHOWN = 40
"""Names, and cells, that text shows of one kind."""

HEADER = ("precinct_number", "precinct", "contest", "choice", "party", "counting_group", "a", "b")


def as_text(comparison: Comparison) -> str:
    """Return what each side covers, what was not compared, and the cells that differ."""
    return "".join(f"{line}\n" for line in _text_lines(comparison))


def as_csv(comparison: Comparison) -> str:
    """Return the cells that differ, a row each."""
    return csv_text(HEADER, map(_row, comparison.differences))


def as_json(comparison: Comparison) -> str:
    """Return everything; cells have the names of `HEADER`."""
    both = {
        "equal": comparison.is_equal,
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "compared": comparison.compared,
        "differences": [
            dict(zip(HEADER, _row(pair), strict=True)) for pair in comparison.differences
        ],
        "only_a": [dict(zip(HEADER, _place(cell), strict=False)) for cell in comparison.only_a],
        "only_b": [dict(zip(HEADER, _place(cell), strict=False)) for cell in comparison.only_b],
        "unpaired": [
            {"what": each.what, "a": each.a, "b": each.b, "why": each.why or "only one side has it"}
            for each in comparison.unpaired
        ],
        "remarks": comparison.remarks,
    }
    return json.dumps(both, ensure_ascii=False, indent=1) + "\n"


def coverage_lines(comparison: Comparison) -> Iterator[str]:
    """Yield what the sides cover and what was compared, in lines of text."""
    for letter, side in (("A", comparison.a), ("B", comparison.b)):
        yield f"{letter}: {side.source}"
        yield f"   {_covers(side)}"
        for note in side.notes:
            yield f"   note: {note}"
    yield from comparison.remarks
    yield from _unpaired_lines(comparison.unpaired)
    yield from _only_lines("A", comparison.only_a)
    yield from _only_lines("B", comparison.only_b)
    yield _verdict(comparison)


def _text_lines(comparison: Comparison) -> Iterator[str]:
    yield from coverage_lines(comparison)
    for pair in comparison.differences:
        yield f"  {_where(pair.cell)}: A {pair.a}, B {pair.b} ({pair.b - pair.a:+})"


def _verdict(comparison: Comparison) -> str:
    differing = len(comparison.differences)
    if not comparison.compared:
        return (
            "Nothing could be compared. Say in a file for --names which names are the same: "
            "a line for each, the name in A, a comma, the name in B."
        )
    equal = f"{comparison.compared} cells compared, {comparison.compared - differing} equal"
    return f"{equal}, {differing} different{':' if differing else '.'}"


def _covers(side: Side) -> str:
    precincts = {cell.precinct for cell in side.cells} - {WHOLE}
    groups = {cell.group for cell in side.cells} - {""}
    contests = {cell.contest for cell in side.cells}
    return (
        f"{side.format}: {len(precincts) or 'no'} precincts, {len(contests)} contests and "
        f"statistics, {len(groups) or 'no'} counting groups, {len(side.cells)} cells"
    )


def _unpaired_lines(unpaired: tuple[Unpaired, ...]) -> Iterator[str]:
    doubtful = [each for each in unpaired if each.why]
    for doubt in doubtful[:MOST_SHOWN]:
        names = f"A {_quoted(doubt.a)}; B {_quoted(doubt.b)}"
        yield f"In doubt, not compared: {doubt.what} {names}: {doubt.why}."
    yield from _more(len(doubtful) - MOST_SHOWN)
    for letter in "AB":
        for what in dict.fromkeys(each.what for each in unpaired):
            alone = [
                name
                for each in unpaired
                if each.what == what and not each.why
                for name in (each.a if letter == "A" else each.b)
            ]
            if alone:
                yield f"Only in {letter}, {what}, {len(alone)}:"
                yield from (f'   "{name}"' for name in alone[:MOST_SHOWN])
                yield from _more(len(alone) - MOST_SHOWN)


def _only_lines(letter: str, cells: tuple[Cell, ...]) -> Iterator[str]:
    if cells:
        yield f"Cells of {letter} that were compared with nothing: {len(cells)}"


def _more(left: int) -> Iterator[str]:
    if left > 0:
        yield f"   and {left} more; --format json has all."


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _where(cell: Cell) -> str:
    group = f" / {cell.group}" if cell.group else ""
    return f"{cell.precinct} / {Line(cell.contest, cell.choice)}{group}"


def _side(side: Side) -> dict[str, object]:
    return {
        "source": side.source,
        "format": side.format,
        "precincts": [p for p in dict.fromkeys(cell.precinct for cell in side.cells) if p != WHOLE],
        "contests": list(dict.fromkeys(cell.contest for cell in side.cells)),
        "counting_groups": [
            group for group in dict.fromkeys(cell.group for cell in side.cells) if group
        ],
        "cells": len(side.cells),
        "notes": side.notes,
    }


def _row(pair: ComparedCell) -> tuple[str | int | None, ...]:
    return (*_place(pair.cell), pair.a, pair.b)


def _place(cell: Cell) -> tuple[str | int | None, ...]:
    return (*cell.precinct, cell.contest, cell.choice.name, cell.choice.party, cell.group)
