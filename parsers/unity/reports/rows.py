"""Rows of figures: as usual by their columns, in edited copies from the right end of the line.

A figure is known by where it ends. Where digits, points and blanks stand in a usual row is its
shape: of the few that a listing has each is examined once, and the figures of a row whose shape is
known are only converted. Labels repeat throughout a listing and are read once as well.
"""

import re
from collections.abc import Callable
from operator import itemgetter
from struct import Struct

from parsers.errors import ParseError
from parsers.unity.figures import COUNT, PERCENT, count_of, hundredths_of
from parsers.unity.reports.kinds import FIRST_GROUP_END, GROUP_PITCH, MOST_GROUPS, Kind
from parsers.unity.reports.labels import Label, Labels, Role, read_label

MOST_SHAPES = 5_000
"""Different shapes that are remembered; without a limit a forged listing fills memory."""

_TOKEN = re.compile(rb"[^ ]+")
_FIGURE = re.compile(rb"[0-9,]*\.?[0-9]+")
_NO_FIGURES = re.compile(rb" +[^ ].*\.  \.")

_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_POINTS = b",."

Cells = tuple[int | None, ...]

_Pick = Callable[[list[int | None]], Cells]

Row = tuple[Label, int | None, int | None, Cells]
"""Label, votes, percent in hundredths and counting groups of one row of figures."""


class Column:
    """Reads the cells of one column of figures."""

    def __init__(self, figure: str, ends: tuple[int, ...]) -> None:
        self._cell = re.compile(rf" +({figure}) *".encode())
        self._ends = ends

    def figure(self, cell: bytes) -> int | None:
        """Read `cell`, None where it is blank; raise KeyError unless the figure ends in place."""
        if match := self._cell.fullmatch(cell):
            if match.end(1) not in self._ends:
                raise KeyError(cell)
            return int(match[1].translate(None, _POINTS))
        if cell.strip(b" "):
            raise KeyError(cell)
        return None


class Rows:
    """Reads the rows of one listing; knows how many counting groups they have so far."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._begin = begin = kind.percent_ends[-1]
        self._label_end, self._votes_end = kind.label_end, kind.votes_end
        self._labels = Labels()
        self._votes = Column(COUNT, (kind.votes_end - kind.label_end,))
        ends = tuple(end - kind.votes_end for end in kind.percent_ends)
        self._percent = Column(PERCENT, ends)
        self._group = Column(COUNT, (FIRST_GROUP_END - begin, FIRST_GROUP_END + 1 - begin))
        self._shapes: dict[bytes, _Pick] = {}
        """For each shape how its cells are picked out of its figures, None standing last."""
        self.widen(0)

    @property
    def groups(self) -> int:
        """Counting groups, from headings and figures."""
        return len(self._no_groups)

    def widen(self, groups: int) -> None:
        """Expect at least `groups` counting groups."""
        votes, percent = self._votes_end - self._label_end, self._begin - self._votes_end
        widths = (votes, percent, *(GROUP_PITCH,) * groups)
        self._cut = Struct("".join(f"{width}s" for width in widths))
        self._no_groups: Cells = (None,) * groups
        self._shapes.clear()

    def usual(self, text: bytes) -> Row:
        """Return the row in `text`, where everything is in its place; raise KeyError if not."""
        end = self._label_end
        cells = text[end:]
        shape = cells.translate(_SHAPE)
        pick = self._shapes.get(shape) or self._learn(shape)
        figures: list[int | None] = [*map(int, cells.translate(None, _POINTS).split()), None]
        found = pick(figures)
        return self._labels[text[:end]], found[0], found[1], found[2:]

    def _learn(self, shape: bytes) -> _Pick:
        """Return how the cells of `shape` are picked; raise KeyError if no usual row is so."""
        if len(shape) > self._cut.size:
            raise KeyError(shape)
        votes, percent, *groups = self._cut.unpack(shape.ljust(self._cut.size))
        filled = [
            self._votes.figure(votes) is not None,
            self._percent.figure(percent) is not None,
            *(self._group.figure(group) is not None for group in groups),
        ]
        if not any(filled[:2]) and len(shape) <= self._begin - self._label_end:
            raise KeyError(shape)
        pick = itemgetter(*(sum(filled[:n]) if filled[n] else -1 for n in range(len(filled))))
        if len(self._shapes) < MOST_SHAPES:
            self._shapes[shape] = pick
        return pick

    def unusual(self, text: bytes, line: int, *, statistic: bool) -> tuple[Row, bool]:
        """Return the row and whether its figures had to be read from the right end of the line.

        Raises ParseError.
        """
        if _NO_FIGURES.fullmatch(text):
            return (read_label(text, line), None, None, self._no_groups), False
        if (row := self._touching(text, line)) is not None:
            return row, False
        tokens = _figures(text)
        if not tokens:
            raise ParseError("expected a row of figures or the title of a contest", line=line)
        if (row := self._by_ends(text, tokens, line)) is not None:
            return row, False
        row = self._from_right(text, tokens, line, statistic=statistic)
        label, votes, percent, _ = row
        choice = not statistic and label.role is Role.CHOICE
        if choice and bool(votes) != (percent is not None):
            raise ParseError("figures out of their columns, and one is missing", line=line)
        return row, True

    def _touching(self, text: bytes, line: int) -> Row | None:
        """Return the row whose votes fill their cell: they touch the leader or the label."""
        begin, end = self._label_end, self._votes_end
        cell, before = text[begin:end], text[begin - 1 : begin]
        if self._kind.grouped or not cell[:1].isdigit() or before.isdigit() or before == b",":
            return None
        try:
            votes = count_of(cell.decode("latin-1"), line)
            percent = self._percent.figure(text[end : self._begin])
        except (KeyError, ParseError):
            return None
        return read_label(text[:begin], line), votes, percent, self._no_groups

    def _by_ends(self, text: bytes, tokens: list[re.Match[bytes]], line: int) -> Row | None:
        """Return the row by where its figures end: one too wide for its cell, or a new group."""
        votes: int | None = None
        percent: int | None = None
        groups: dict[int, int] = {}
        kind, begin = self._kind, len(text)
        for token in reversed(tokens):
            figure, end, begin = token[0].decode("latin-1"), token.end(), token.start()
            group, beyond = divmod(end - FIRST_GROUP_END, GROUP_PITCH)
            if end == kind.votes_end:
                votes = count_of(figure, line)
                break
            if end in kind.percent_ends and percent is None:
                percent = hundredths_of(figure, line)
            elif kind.grouped and 0 <= group < MOST_GROUPS and beyond in {0, 1}:
                groups[group] = count_of(figure, line)
            else:
                return None
        if (
            votes is not None
            and begin < kind.label_end
            and not text[:begin].rstrip().endswith(b".")
        ):
            reason = "figures touch the label; which belong to the votes is not certain"
            raise ParseError(reason, line=line)
        self.widen(max(self.groups, 1 + max(groups, default=-1)))
        cells = tuple(map(groups.get, range(self.groups)))
        return read_label(text[:begin], line), votes, percent, cells

    def _from_right(
        self, text: bytes, tokens: list[re.Match[bytes]], line: int, *, statistic: bool
    ) -> Row:
        """Return the row whose figures left their columns, if their number leaves no doubt."""
        figures = [token[0].decode("latin-1") for token in tokens]
        where = [place for place, figure in enumerate(figures) if "." in figure]
        percent = hundredths_of(figures[where[0]], line) if where else None
        counts = [count_of(figure, line) for figure in figures if "." not in figure]
        expected = {1, 1 + self.groups} if statistic else {1 + self.groups}
        usual = where in ([], [1]) and len(counts) in expected
        turnout = statistic and where == [0] and not counts
        if not usual and not turnout:
            reason = f"{len(figures)} figures out of their columns; which is which is not certain"
            raise ParseError(reason, line=line)
        cells = (tuple(counts[1:]) or self._no_groups) if usual else self._no_groups
        label = read_label(text[: tokens[0].start()], line)
        return label, counts[0] if usual else None, percent, cells


def _figures(text: bytes) -> list[re.Match[bytes]]:
    """Return the tokens at the end of `text` that are figures, from left to right."""
    tokens = list(_TOKEN.finditer(text))
    first = len(tokens)
    while first and _FIGURE.fullmatch(tokens[first - 1][0]):
        first -= 1
    return tokens[first:]
