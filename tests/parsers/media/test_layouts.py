"""Every construct layout of media, ours and those to come, found by walking over the package.

The rules are those of `parsers.media.fields`.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import construct as cs
import construct_typed as ct
import pytest

import parsers.media
from parsers.media.fields import Bounded

Layout = ct.Construct[Any, Any]

FORBIDDEN = (
    *(cs.GreedyRange, cs.Select, cs.RepeatUntil, cs.Pointer, cs.LazyStruct, cs.Prefixed),
    type(cs.GreedyBytes),
)
"""They swallow errors (`Optional` is a Select), go back and forth, or take whatever is left."""


def whole_layouts() -> dict[str, Layout]:
    """Return the constructs in CAPITALS of all modules, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(parsers.media.__path__, "parsers.media."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, cs.Construct) and name.isupper() and not name.startswith("_"):
                found[f"{module.name}.{name}"] = value
    return found


LAYOUTS = whole_layouts()


def parts(layout: Layout) -> Iterator[tuple[Layout, list[Layout]]]:
    """Yield every construct within `layout`, with the fields that stand beside it."""
    waiting: list[tuple[Layout, list[Layout]]] = [(layout, [])]
    while waiting:
        part, beside = waiting.pop()
        if isinstance(part, cs.Subconstruct):  # it would also pass on the fields of what it wraps
            waiting.append((part.subcon, beside))
        else:
            fields = list(getattr(part, "subcons", ()))
            waiting += [(each, fields) for each in fields]
        yield part, beside


def is_bounded(count: object, beside: list[Layout]) -> bool:
    """Say whether `count` is a number, or refers to a field beside it that has a range."""
    if isinstance(count, int):
        return True
    bounded = {each.name for each in beside if isinstance(innermost(each), Bounded)}
    return str(count) in {f"this[{name!r}]" for name in bounded}


def innermost(part: Layout) -> Layout:
    while isinstance(part, cs.Renamed):
        part = part.subcon
    return part


def test_all_packages_of_media_are_walked_over() -> None:
    packages = {name.split(".")[2] for name in LAYOUTS}
    assert packages >= {"definition_block_layout", "m100_card"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_ends_in_terminated(name: str) -> None:
    layout = LAYOUTS[name]
    assert isinstance(layout, cs.FocusedSeq)
    assert innermost(layout.subcons[-1]) is cs.Terminated
    assert layout.parsebuildfrom == layout.subcons[0].name


def problems(layout: Layout) -> list[str]:
    """Return the fields of `layout` that break a rule."""
    found = []
    for part, beside in parts(layout):
        if isinstance(part, cs.Array) and not is_bounded(part.count, beside):
            found.append(f"count {part.count}")
        if isinstance(part, cs.Bytes) and not is_bounded(part.length, beside):
            found.append(f"length {part.length}")
        if isinstance(part, FORBIDDEN):
            found.append(type(part).__name__)
    return found


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_bounds_what_it_counts_and_hides_no_damage(name: str) -> None:
    assert problems(LAYOUTS[name]) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_refuses_nothing_at_all(name: str) -> None:
    with pytest.raises(cs.ConstructError):
        LAYOUTS[name].parse(b"")


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (cs.Array(cs.this.n, cs.Byte), "count this['n']"),
        (cs.Bytes(cs.this.n), "length this['n']"),
        (cs.GreedyRange(cs.Byte), "GreedyRange"),
        (cs.GreedyBytes, "GreedyBytes"),
        (cs.Optional(cs.Byte), "Select"),
    ],
)
def test_the_walk_sees_what_breaks_a_rule(field: Layout, problem: str) -> None:
    layout = cs.FocusedSeq("all", "all" / cs.Struct("n" / cs.Int32ul, "x" / field), cs.Terminated)
    assert problems(layout) == [problem]


def test_the_walk_takes_a_count_with_a_range() -> None:
    count = "n" / Bounded(cs.Int32ul, 0, 9)
    assert problems(cs.Struct(count, "x" / cs.Array(cs.this.n, cs.Byte))) == []
