"""How long a name is where a format has no room for more of it.

A blank at the place of the cut is gone from the name, so one less counts too.
"""

_WIDTHS = {"el155": (40,), "el52": (38,), "erm-ascii": (30, 38, 56)}
"""Columns of contests, choices and precincts, by parser."""


def cut_lengths(format_name: str) -> frozenset[int]:
    """Return the lengths that names have where `format_name` may have cut them."""
    return _lengths(_WIDTHS.get(format_name, ()))


def _lengths(widths: tuple[int, ...]) -> frozenset[int]:
    return frozenset(length for width in widths for length in (width, width - 1))


ANY_CUT = _lengths(tuple(width for widths in _WIDTHS.values() for width in widths))
"""For totals of a format that is not known any more."""
