"""A recorded session as JSON Lines: a header, then one crossing a line. Holds what media hold."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, Self
from zlib import compress, decompressobj
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing outside of it

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from drivers.transcripts.crossing import Crossing, Direction
from election.captures import Capture, Ending
from election.errors import ZerotapeError

FORMAT: Literal["zerotape-transcript-1"] = "zerotape-transcript-1"
HEX_BYTES = 64
"""Longer data are packed (zlib, base64); shorter ones can be read by people."""
MAX_DATA_BYTES = 4 * 1024 * 1024
"""Of one crossing."""
MAX_LINE_BYTES = 6 * 1024 * 1024
"""A crossing that does not compress, in base64."""
MAX_FILE_BYTES = 256 * 1024 * 1024

Name = Annotated[str, Field(max_length=100)]


class TranscriptError(ZerotapeError):
    """A file that is no transcript which can be used."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}. Record the session again.")
        self.path = path
        self.line = line


class _Written(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class ExpectedCapture(_Written):
    """A capture that the session must give."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]
    ending: Ending
    facts: tuple[str, ...] = ()

    @classmethod
    def of(cls, capture: Capture) -> Self:
        """Describe `capture`."""
        facts = capture.reading.facts if capture.reading else ()
        size = len(capture.content)
        return cls(sha256=capture.sha256, size=size, ending=capture.ending, facts=facts)


class ExpectedOutcome(_Written):
    """How the session must end."""

    captures: tuple[ExpectedCapture, ...]
    error: Name = ""
    """Name of the device error that ended it; empty where the driver was stopped."""


class TranscriptHeader(_Written):
    """How the session was recorded."""

    format: Literal["zerotape-transcript-1"] = FORMAT
    driver: Name
    """Name of the driver's entry point."""
    device: Name
    settings: dict[str, JsonValue]
    started: AwareDatetime
    expected: ExpectedOutcome | None = None
    """In golden sessions: what a person has looked at and found right."""


class _Line(_Written):
    at: Annotated[float, Field(ge=0)]
    direction: Direction
    channel: Name
    hex: str = ""
    packed: str = ""
    error: Name = ""
    times: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.hex and self.packed:
            raise ValueError("data in hex or packed, and not both")
        return self


@dataclass(frozen=True, slots=True)
class TimedCrossing:
    """A crossing and when it was over."""

    at: float
    """Seconds since the session began."""
    crossing: Crossing
    times: int = 1
    """How often the same happened in a row: of reads that brought nothing only."""

    @property
    def is_silence(self) -> bool:
        """Whether these are reads that brought nothing."""
        heard = self.crossing
        return heard.direction is Direction.IN and not heard.data and not heard.error

    def to_line(self) -> bytes:
        """Return its line of the file."""
        data = self.crossing.data
        short = len(data) <= HEX_BYTES
        line = _Line(
            at=round(self.at, 6),
            direction=self.crossing.direction,
            channel=self.crossing.channel,
            hex=data.hex() if short else "",
            packed="" if short else b64encode(compress(data, 9)).decode("ascii"),
            error=self.crossing.error,
            times=self.times,
        )
        return line.model_dump_json(exclude_defaults=True).encode() + b"\n"

    @classmethod
    def from_line(cls, raw: bytes) -> Self:
        """Read a line of the file; raise ValueError."""
        line = _Line.model_validate_json(raw)
        data = _unpacked(line.packed) if line.packed else bytes.fromhex(line.hex)
        return cls(line.at, Crossing(line.direction, line.channel, data, line.error), line.times)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole session."""

    path: Path
    header: TranscriptHeader
    crossings: tuple[TimedCrossing, ...]
    """The first one stands in line 2 of the file."""


def read_transcript(path: Path) -> Transcript:
    """Read a session; raise TranscriptError naming file and line."""
    if (size := path.stat().st_size) > MAX_FILE_BYTES:
        raise TranscriptError(path, 1, f"{size} bytes, and {MAX_FILE_BYTES} are allowed")
    with path.open("rb") as file:
        header = _header(path, file)
        crossings = tuple(_crossings(path, file))
    for number, (earlier, later) in enumerate(pairwise(crossings), 3):
        if later.at < earlier.at:
            raise TranscriptError(path, number, "it is earlier than the line before")
    return Transcript(path, header, crossings)


def header_line(header: TranscriptHeader) -> bytes:
    """Return the first line of a file."""
    return header.model_dump_json(exclude_none=True).encode() + b"\n"


def _header(path: Path, file: BinaryIO) -> TranscriptHeader:
    try:
        return TranscriptHeader.model_validate_json(file.readline(MAX_LINE_BYTES))
    except ValidationError as error:
        raise TranscriptError(path, 1, f"no header of {FORMAT}: {_first(error)}") from error


def _crossings(path: Path, file: BinaryIO) -> Iterator[TimedCrossing]:
    number = 1
    while raw := file.readline(MAX_LINE_BYTES):
        number += 1
        if not raw.endswith(b"\n"):
            raise TranscriptError(path, number, "it is cut off, or too long")
        try:
            yield TimedCrossing.from_line(raw)
        except ValidationError as error:
            raise TranscriptError(path, number, _first(error)) from error
        except (ValueError, ZlibError) as error:
            raise TranscriptError(path, number, str(error)) from error


def _unpacked(packed: str) -> bytes:
    stream = decompressobj()
    data = stream.decompress(b64decode(packed, validate=True), MAX_DATA_BYTES)
    if not stream.eof:
        raise ValueError(f"the packed data are cut off, or more than {MAX_DATA_BYTES} bytes")
    return data


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]
