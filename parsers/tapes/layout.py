"""What the tapes of two device classes have in common, and the tables in which they differ."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from election.documents import DeviceClass, ReportKind
from parsers.tapes.columns import (
    MOST_VOTES,
    centred,
    digits,
    moment_text,
    number,
    read_moment,
    text_of,
)


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line `label … value` that carries `field` of a Tape."""

    label: str
    field: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    """Raises ValueError for what `write` would not have written."""


@dataclass(frozen=True, slots=True)
class TapeLayout:
    """The tape of one device class; what stands nowhere in here is the same for all."""

    device_class: DeviceClass
    device_name: str
    """Begins the title."""
    unit: LabelledLine
    """First line of the device part; identity ends with it."""
    device: tuple[LabelledLine, ...]
    has_terminals: bool
    """One block per terminal before the counts, and their ballots add up to TOTAL BALLOTS."""
    counts: tuple[LabelledLine, ...]
    has_overvotes: bool
    """An OVER VOTES line in every contest."""
    has_write_in_names: bool
    """A section of names on results reports, when there are any."""

    def title(self, kind: ReportKind) -> str:
        """Return the title line."""
        return centred(f"{self.device_name} {kind.name} REPORT")


def text_line(label: str, field: str) -> LabelledLine:
    """Describe a line with a text as its value."""
    return LabelledLine(label, field, text_of, text_of)


def count_line(label: str, field: str, *, most: int = MOST_VOTES) -> LabelledLine:
    """Describe a line with a count of 0..`most` as its value."""
    return LabelledLine(
        label, field, lambda value: digits(value, most=most), lambda text: number(text, most=most)
    )


def moment_line(label: str, field: str, *, absent: str = "") -> LabelledLine:
    """Describe a line with a wall clock time; `absent` stands where there is none yet."""

    def write(moment: datetime | None) -> str:
        return absent if moment is None else moment_text(moment)

    def read(text: str) -> datetime | None:
        return None if text == absent else read_moment(text)

    return LabelledLine(label, field, write, read)
