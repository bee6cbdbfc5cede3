"""Reads a record that people or programs wrote as JSON: one room for all such formats."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from election.documents import Document
from election.records import Record, problems_of
from election.strict_json import NotStrictJson, read_strict_json
from parsers.contract import INTERFACE_VERSION, Content
from parsers.errors import ParseError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
HEAD_BYTES = 4096

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class RecordParser(Generic[R]):
    """Knows a JSON file by the `format` that it names, and reads it strictly."""

    name: str
    format: str
    """Value of the key `format`."""
    model: type[R]
    document: Callable[[R], Document]
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    def recognises(self, head: bytes) -> bool:
        """Say whether `head` begins a JSON object that names the format."""
        start = head[:HEAD_BYTES]
        return start.lstrip().startswith(b"{") and f'"{self.format}"'.encode() in start

    def resembles(self, head: bytes) -> str:
        """Say why `head`, a JSON object of another version, is not the format."""
        start = head[:HEAD_BYTES]
        family = f'"{self.format.rpartition("-")[0]}-'.encode()
        if start.lstrip().startswith(b"{") and family in start:
            return f"its format is not {self.format}"
        return ""

    def parse(self, content: Content) -> Document:
        """Return the document; raise ParseError with every wrong field."""
        if len(content) > MAX_BYTES:
            raise ParseError(f"{len(content)} bytes, at most {MAX_BYTES} are allowed", offset=0)
        raw = content[0 : len(content)]
        try:
            read_strict_json(raw, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
            record = self.model.model_validate_json(raw)
        except NotStrictJson as error:
            raise ParseError(str(error), offset=0) from error
        except ValidationError as error:
            raise ParseError("; ".join(problems_of(error)), offset=0) from error
        return self.document(record)
