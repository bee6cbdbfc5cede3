"""The base of everything that is signed, sent or kept as JSON, and its field types."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

GREATEST_COUNT = 1_000_000_000
"""No count of votes or ballots may be larger: no sum of ours comes near the limit of 64 bits."""

INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff") | frozenset(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Zero-width and direction marks: two names could look alike and differ."""


class Record(BaseModel):
    """Strict, frozen, and without unknown fields; read it with `model_validate_json`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def problems_of(error: ValidationError) -> list[str]:
    """Return one line per wrong field, `section.field: what is wrong`, for a person."""
    return [
        _problem(".".join(map(str, wrong["loc"])), wrong["type"], wrong["msg"])
        for wrong in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _problem(field: str, kind: str, message: str) -> str:
    plain = {"extra_forbidden": "unknown key", "missing": "missing"}
    what = plain.get(kind, message.removeprefix("Value error, "))
    return f"{field}: {what}" if field else what


def _in_utc(instant: datetime) -> datetime:
    if instant.utcoffset() != timedelta(0):
        raise ValueError("an instant must be given in UTC, ending in Z")
    return instant.astimezone(UTC)


def _printable(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("text must be in Unicode normal form C")
    for character in text:
        if character in INVISIBLE or unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}:
            raise ValueError(f"invisible or control character U+{ord(character):04X}")
    return text


Count = Annotated[int, Field(ge=0, le=GREATEST_COUNT)]
"""Votes or ballots."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)]
"""Ids of elections and count centers: safe in a topic, a path and a URL."""

PrecinctId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$", max_length=100)
]
"""Ids of precincts: as `Slug`, with dots between the parts."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""64 lower-case hexadecimal digits."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
"""One line that a person reads: normal form C, nothing invisible."""

OptionalText = Annotated[str, StringConstraints(max_length=200), AfterValidator(_printable)]
"""As `Text`, but may be empty."""

UtcInstant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time, given and kept in UTC."""
