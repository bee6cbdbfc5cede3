"""Where two stretches of bytes that should be equal are not."""

_BLOCK = 1 << 12
"""Bytes compared at a time: one comparison of all would not say where."""


def first_difference(one: bytes, other: bytes) -> int | None:
    """Return the offset of the first byte that differs, None where all are equal.

    Both have the same length.
    """
    if one == other:
        return None
    for begin in range(0, len(one), _BLOCK):
        first, second = one[begin : begin + _BLOCK], other[begin : begin + _BLOCK]
        if first != second:
            return begin + next(n for n, byte in enumerate(first) if byte != second[n])
    raise ValueError(f"{len(one):,} and {len(other):,} bytes cannot be compared")
