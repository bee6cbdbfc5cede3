"""What must hold of any parser and any input, whatever the input is.

A document or a ParseError that names a place and a reason, nothing else; the same again for the
same input; time and memory in proportion to the input. Proportions are held against what the same
parser needs for undamaged inputs on the same machine, so there is no limit in seconds. Of a medium
no count changes unnoticed.
"""

import gc
import math
import resource
import signal
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import FrameType

from election.documents import Document
from fuzz.image_formats import IMAGE_FORMATS, right_by_chance
from fuzz.unnoticed import unnoticed
from parsers.contract import SNIFF_BYTES, Parser
from parsers.errors import ParseError

TIMES_SLOWER = 40
"""Than the undamaged inputs, per byte: generous, because damage costs parsers their caches, and
still far below what a quadratic reading of these inputs takes."""

TIMES_LARGER = 20
"""Memory per byte, likewise: damaged lines are all different, undamaged ones are not."""

LEAST_SECONDS = 0.1
"""On top of every bound: below this a busy machine measures nothing well."""

LEAST_MEMORY = 1 << 20
"""Buffers and compiled patterns that do not depend on the input."""

CLOCK = 1e-6
"""Seconds; what the clock cannot tell from nothing."""

SLOWEST_PACE = 1e-5
"""Seconds per byte, where there is no undamaged input to measure it."""

HOPELESS = 3
"""Times the bound after which a parse is stopped."""

REPEATS = 3
"""The time of an input is the shortest of so many."""

LONG_SECONDS = 0.2
"""What takes so long is timed only once."""

TOO_LONG = signal.SIGVTALRM
"""Counts processor time of this process; nothing else here uses it."""


class Kind(StrEnum):
    """How a parser can break its contract."""

    ESCAPE = "escape"
    """Something other than ParseError was raised."""
    PLACELESS = "placeless"
    """A ParseError without a place, or without a reason."""
    UNSTABLE = "unstable"
    """The same input gave two results."""
    SLOW = "slow"
    LARGE = "large"
    RECOGNITION = "recognition"
    """`recognises` or `resembles` raised, or gave what they must not."""
    UNNOTICED = "unnoticed"
    """A medium was changed, its checksums were not, and the document says neither."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken contract."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    document: Document | None
    refusal: tuple[str, int | None, int | None]
    """Reason, line and offset; ("", None, None) beside a document."""


class _TooLongError(BaseException):
    """Raised into a parse that does not end; no `except Exception` may hold it up."""


class Oracle:
    """Judges one parser; `seeds` are undamaged inputs that set its pace."""

    def __init__(self, parser: Parser, seeds: Sequence[bytes]) -> None:
        self._parser = parser
        self._sound = [seed for seed in seeds if not self._escapes(seed)]
        self._start = self._seconds(b"")
        self._pace, self._size = self._measure()
        self.read = 0
        """Inputs that gave a document."""
        self.refused = 0

    def fault(self, content: bytes, *, weigh: bool = False, sealed: bool = True) -> Fault | None:
        """Return what is wrong with how the parser takes `content`; `weigh` its memory too.

        Unless `sealed`, it is an image that was changed without making its checksums right.
        """
        found = self._recognition(content) or self._parse(content)
        if found is None and not sealed:
            found = self._unnoticed(content)
        if found is None and weigh:
            found = self._memory(content)
        return found

    def _measure(self) -> tuple[float, float]:
        """Return seconds and bytes of memory per byte: the quickest, and the most."""
        if not self._sound:
            return SLOWEST_PACE, TIMES_LARGER
        pace = min(self._seconds(seed) / len(seed) for seed in self._sound)
        size = max(self._peak(seed) / len(seed) for seed in self._sound)
        return pace, size

    def _recognition(self, content: bytes) -> Fault | None:
        for head in (content[:SNIFF_BYTES], content[: len(content) // 3][:SNIFF_BYTES]):
            try:
                recognised: object = self._parser.recognises(head)
                why: object = self._parser.resembles(head)
            except Exception as error:  # noqa: BLE001  # the very thing that is looked for
                return Fault(Kind.RECOGNITION, repr(error))
            if not (isinstance(recognised, bool) and isinstance(why, str)):
                return Fault(Kind.RECOGNITION, f"says {recognised!r} and {why!r}")
        return None

    def _parse(self, content: bytes) -> Fault | None:
        bound = LEAST_SECONDS + TIMES_SLOWER * (self._start + self._pace * len(content))
        try:
            with _stopped_after(HOPELESS * bound):
                begin = _processor_seconds()
                outcome = self._outcome(content)
                seconds = _processor_seconds() - begin
                again = self._outcome(content)
        except _TooLongError:
            return Fault(Kind.SLOW, f"stopped after {HOPELESS * bound:.2f} s")
        except Exception as error:  # noqa: BLE001  # the very thing that is looked for
            return Fault(Kind.ESCAPE, repr(error))
        reason, line, offset = outcome.refusal
        if outcome.document is None and (not reason or (line is None and offset is None)):
            return Fault(Kind.PLACELESS, repr(outcome.refusal))
        if outcome != again:
            return Fault(Kind.UNSTABLE, f"{outcome.refusal} and {again.refusal}")
        if seconds > bound:
            seconds = self._seconds(content)
        if seconds > bound:
            per_byte = f"{seconds:.2f} s for {len(content)} bytes"
            return Fault(Kind.SLOW, f"{per_byte}; undamaged ones take {self._pace:.2e} s a byte")
        self.read += outcome.document is not None
        self.refused += outcome.document is None
        return None

    def _escapes(self, content: bytes) -> bool:
        try:
            self._outcome(content)
        except Exception:  # noqa: BLE001  # `fault` says which when it is its turn
            return True
        return False

    def _unnoticed(self, content: bytes) -> Fault | None:
        document = self._outcome(content).document
        if document is None:
            return None
        what = unnoticed(content, document, self._documents)
        form = IMAGE_FORMATS[self._parser.name]
        if not what or right_by_chance(form, content, self._sound):
            return None
        return Fault(
            Kind.UNNOTICED, f"{what}: not as in any undamaged image, and no damage is told"
        )

    @cached_property
    def _documents(self) -> list[Document]:
        """Return what the undamaged inputs say."""
        documents = (self._outcome(seed).document for seed in self._sound)
        return [document for document in documents if document is not None]

    def _memory(self, content: bytes) -> Fault | None:
        peak = self._peak(content)
        if peak > LEAST_MEMORY + TIMES_LARGER * self._size * len(content):
            return Fault(Kind.LARGE, f"{peak} bytes of memory for {len(content)} bytes")
        return None

    def _outcome(self, content: bytes) -> _Outcome:
        try:
            return _Outcome(self._parser.parse(content), ("", None, None))
        except ParseError as error:
            return _Outcome(None, (error.reason, error.line, error.offset))

    def _seconds(self, content: bytes) -> float:
        shortest = math.inf
        for _ in range(REPEATS):
            begin = _processor_seconds()
            self._outcome(content)
            shortest = min(shortest, _processor_seconds() - begin)
            if shortest > LONG_SECONDS:
                break
        return max(shortest, CLOCK)

    def _peak(self, content: bytes) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            self._outcome(content)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def _processor_seconds() -> float:
    """Return the processor time of this process and its children, which others cannot lengthen."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(TOO_LONG, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(TOO_LONG, before)
