"""What the page headers of an EL155 listing say, one by one and as a whole."""

from parsers.errors import ParseError
from parsers.unity.el155.lines import PageHeader, read_header


class Pages:
    """Reads page headers and holds each against those before it."""

    def __init__(self) -> None:
        self.count = 0
        self.election = ""
        self.run_date = ""
        self._notes: dict[str, str] = {}
        self._text = b""
        self._header: PageHeader | None = None

    def read(self, text: bytes, line: int) -> PageHeader | None:
        """Return the page header, or None when `text` is none; raise ParseError."""
        if text != self._text:
            header = read_header(text, line)
            if header is None:
                return None
            self._text, self._header = text, header
            self._compare(header, line)
        self.count += 1
        return self._header

    def notes(self) -> tuple[str, ...]:
        """Return the first of each peculiarity."""
        return tuple(self._notes.values())

    def _compare(self, header: PageHeader, line: int) -> None:
        self.election = self.election or header.election
        self.run_date = self.run_date or header.run_date
        if header.election not in {"", self.election}:
            raise ParseError(f"another election than {self.election} above", line=line)
        if not header.run_date:
            self._notes.setdefault("none", f"Line {line}: a page header without RUN DATE.")
        elif header.run_date != self.run_date:
            self._notes.setdefault("differs", f"Line {line}: RUN DATE differs from pages above.")
