"""Tells the blanks of a PDF's text from those that only its reading put there.

A PDF places glyphs; where one ends and the next begins farther on, a reader guesses a blank, and
guesses wrong: 209 comes out as `2 09`. Two ways of reading guess in different places, and a blank
that is a glyph is seen by both.
"""

from itertools import groupby

_GAPS = frozenset(" \t\n\r\f\v")
"""Byte A0 is not among them: it is data."""


def agreed(plain: str, layout: str) -> str:
    """Return `plain` without the blanks that `layout` does not have.

    Line ends stay. Raises ValueError when the two do not consist of the same characters.
    """
    gaps = _gaps(layout)
    out: list[str] = []
    place = 0
    for is_gap, run in groupby(plain, _GAPS.__contains__):
        text = "".join(run)
        if not is_gap:
            place += len(text)
        elif place not in gaps:
            text = "\n" * text.count("\n")
        out.append(text)
    if _characters(plain) != _characters(layout):
        raise ValueError("read in two ways it gives two texts")
    return "".join(out)


def _gaps(text: str) -> set[int]:
    """Return before which characters, counted without gaps, there is one."""
    places: set[int] = set()
    place = 0
    for is_gap, run in groupby(text, _GAPS.__contains__):
        if is_gap:
            places.add(place)
        else:
            place += sum(1 for _ in run)
    return places


def _characters(text: str) -> str:
    return "".join(character for character in text if character not in _GAPS)
