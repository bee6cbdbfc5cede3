"""The one error that may leave a parser."""

from election.errors import ZerotapeError


class ParseError(ZerotapeError):
    """Bytes that are not what they claim to be; the evidence stays.

    `line` counts from 1, `offset` counts bytes from 0; whichever the format does not have is None.
    """

    def __init__(self, reason: str, *, line: int | None = None, offset: int | None = None) -> None:
        where = f"line {line}: " if line is not None else ""
        where = where or (f"byte {offset}: " if offset is not None else "")
        super().__init__(f"{where}{reason}")
        self.reason = reason
        self.line = line
        self.offset = offset
