"""The headings of an EL111 canvass, printed on diagonals so that a name fits over its column.

Each word has a diagonal of its own, two columns apart; the words of a heading begin on one line,
and the longest ends on the last. A blank in a diagonal is a blank in the name, as in these six
lines over a ruler, "R.", "A Gun" and "Vynck":

    R A V
     .   y
        G n
         u c
          n k
        -----
"""

from collections.abc import Sequence
from itertools import zip_longest

from parsers.errors import ParseError

WORDS = {
    frozenset({2}): (2,),
    frozenset({1, 3}): (1, 3),
    frozenset({0, 2, 4}): (0, 2, 4),
    frozenset({-1, 1, 3, 5}): (-1, 1, 3, 5),
}
"""Where one to four words end on the last line, counted from where the ruler begins."""

_REACH = range(-1, 6)
"""Columns 8 apart have no other places for their words; a fifth would run into the next."""


def headings(texts: Sequence[str], columns: Sequence[int], line: int) -> list[str]:
    """Return the heading over each of `columns` (where its ruler begins, from 0).

    `texts` are the lines of the headings, `line` is that of the ruler below them. Raises
    ParseError when they do not read as headings, down to the last letter.
    """
    diagonals = _diagonals(texts)
    read: list[str] = []
    for column in columns:
        found = {place: diagonals.pop(column + place, "") for place in _REACH}
        ends = WORDS.get(frozenset(place for place in _REACH if found[place]))
        words = [found[place] for place in ends or ()]
        top = max((len(word.lstrip(" ")) for word in words), default=0)
        words = [word[-top:] for word in words]
        if not words or any(word[0] == " " for word in words):
            reason = f"no heading that can be read over column {column + 1}"
            raise ParseError(reason, line=line)
        read.append(" ".join(word.rstrip(" ") for word in words))
    if diagonals:
        raise ParseError("letters of headings that stand over no column", line=line)
    return read


def _diagonals(texts: Sequence[str]) -> dict[int, str]:
    """Return what stands on each diagonal, by the place where it ends on the last line.

    Each line is moved to the right as far as it is above the last: then words stand upright.
    """
    height = len(texts)
    upright = [" " * (height - 1 - place) + text for place, text in enumerate(texts)]
    letters = ("".join(column) for column in zip_longest(*upright, fillvalue=" "))
    return {place: word for place, word in enumerate(letters) if word.strip(" ")}
