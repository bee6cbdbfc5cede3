"""Signed payloads as bytes: written in RFC 8785 form, read strictly from the bytes as sent."""

from typing import TypeVar

import rfc8785
from pydantic import ValidationError

from election.errors import SignatureError
from election.records import Record, problems_of
from election.strict_json import NotStrictJson, read_strict_json

R = TypeVar("R", bound=Record)


class PayloadError(SignatureError):
    """A payload that is not what its type promises; `reason` is size, depth or format."""


def payload_bytes(record: Record) -> bytes:
    """Return the canonical JSON of `record` (RFC 8785): equal content gives equal bytes."""
    return rfc8785.dumps(record.model_dump(mode="json"))


def read_payload(content: bytes, model: type[R], *, max_bytes: int, max_depth: int) -> R:
    """Read a payload; raise PayloadError naming the first field that is wrong."""
    try:
        read_strict_json(content, max_bytes=max_bytes, max_depth=max_depth)
        return model.model_validate_json(content)
    except NotStrictJson as error:
        raise PayloadError(error.reason, f"The payload is refused: {error}.") from error
    except ValidationError as error:
        first = problems_of(error)[0]
        raise PayloadError("format", f"The payload is refused: {first}") from error
