"""Fields that hold what they read against its range, and say at which byte it does not fit.

Rules for the layouts of this package, which a test walks over: a construct that is a module
constant in CAPITALS is the layout of a whole region and ends in `Terminated`; every count and
length that comes from the medium is `Bounded` in the structure that uses it.
"""

from collections.abc import Callable
from io import BytesIO
from typing import IO, TypeVar

import construct as cs
import construct_typed as ct

from parsers.errors import ParseError

Raw = TypeVar("Raw")
Parsed = TypeVar("Parsed")
Built = TypeVar("Built")
Place = Callable[[int], int]
"""From an offset in a region to the offset in the image."""

_PRINTABLE = bytes(range(0x20, 0x7F))


class Misfit(cs.ConstructError):
    """A field that does not fit; construct's own errors do not say at which byte."""

    def __init__(self, reason: str, *, offset: int, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.offset = offset
        """In the stream that was parsed; 0 when building."""


class Translated(ct.Subconstruct[Raw, Raw, Parsed, Built]):
    """A field that `read` turns into what is wanted and `written` back; both raise ValueError."""

    def __init__(
        self,
        subcon: ct.Construct[Raw, Raw],
        read: Callable[[Raw], Parsed],
        written: Callable[[Built], Raw],
    ) -> None:
        super().__init__(subcon)
        self._read = read
        self._written = written

    def _parse(self, stream: IO[bytes], context: ct.Context, path: str) -> Parsed:
        offset = stream.tell()
        raw = self.subcon._parsereport(stream, context, path)  # noqa: SLF001  # construct's own way
        try:
            return self._read(raw)
        except ValueError as error:
            raise _misfit(error, path, offset) from error

    def _build(  # type: ignore[override]  # the stub says int; other fields refer to what is returned
        self, obj: Built, stream: IO[bytes], context: ct.Context, path: str
    ) -> Built:
        try:
            raw = self._written(obj)
        except ValueError as error:
            raise _misfit(error, path, 0) from error
        self.subcon._build(raw, stream, context, path)  # noqa: SLF001  # construct's own way
        return obj


class Bounded(Translated[int, int, int]):
    """An integer from `least` to `most`."""

    def __init__(self, subcon: ct.Construct[int, int], least: int, most: int) -> None:
        super().__init__(subcon, self._within, self._within)
        self.least = least
        self.most = most

    def _within(self, value: int) -> int:
        if not self.least <= value <= self.most:
            raise ValueError(f"{value} is not within {self.least}..{self.most}")
        return value


class Literal(Translated[bytes, bytes, None]):
    """Bytes that are always the same: a magic number, a banner."""

    def __init__(self, expected: bytes) -> None:
        super().__init__(cs.Bytes(len(expected)), self._same, lambda _: expected)
        self.flagbuildnone = True
        self._expected = expected

    def _same(self, raw: bytes) -> bytes:
        if raw != self._expected:
            raise ValueError(f"{raw!r} is not {self._expected!r}")
        return raw


class Text(Translated[bytes, str, str]):
    """Printable ASCII, left-justified, padded with spaces to `width` bytes."""

    def __init__(self, width: int) -> None:
        super().__init__(cs.Bytes(width), lambda raw: printable(raw).rstrip(" "), self._padded)
        self._width = width

    def _padded(self, text: str) -> bytes:
        raw = text.encode("ascii")
        if len(raw) > self._width:
            raise ValueError(f"{text!r} is longer than {self._width} bytes")
        return raw.ljust(self._width)


def printable(raw: bytes) -> str:
    """Return `raw` as text; raise ValueError unless all of it is in 20..7E."""
    if raw.translate(None, _PRINTABLE):
        raise ValueError(f"{raw!r} is not printable ASCII")
    return raw.decode("ascii")


def read_layout(
    layout: ct.Construct[Parsed, Built], raw: bytes, what: str, place: Place = lambda offset: offset
) -> Parsed:
    """Return what `layout` reads in all of `raw`; raise ParseError naming the byte in the image."""
    stream = BytesIO(raw)
    try:
        return layout.parse_stream(stream)
    except Misfit as error:
        raise ParseError(f"{what}: {error.reason}", offset=place(error.offset)) from error
    except cs.ConstructError as error:
        reason = f"{what}: does not end where it should, after {len(raw):,} bytes"
        raise ParseError(reason, offset=place(stream.tell())) from error


def _misfit(error: ValueError, path: str, offset: int) -> Misfit:
    """Name the last field of `path`: `(parsing) -> header -> state` is `state`."""
    name = path.rpartition("-> ")[2].replace("_", " ")
    return Misfit(f"{name}: {error}", offset=offset, path=path)
