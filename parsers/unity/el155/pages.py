"""What the page headers of an EL155 listing say, one by one and as a whole."""

from election.listings import ListingCheck
from parsers.errors import ParseError
from parsers.unity.el155.lines import PageHeader, read_header
from parsers.unity.findings import Findings


class Pages:
    """Reads page headers and holds each against those before it."""

    def __init__(self) -> None:
        self.count = 0
        self.election = ""
        self.run_date = ""
        self.findings = Findings()
        self._without_run_date = 0
        self._run_date_line = 0
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
        """Return what is peculiar about the pages and contradicts nothing."""
        line = self._without_run_date
        return (f"Line {line}: a page header without RUN DATE.",) if line else ()

    def _compare(self, header: PageHeader, line: int) -> None:
        self.election = self.election or header.election
        if header.election not in {"", self.election}:
            raise ParseError(f"another election than {self.election} above", line=line)
        if not header.run_date:
            self._without_run_date = self._without_run_date or line
        elif not self.run_date:
            self.run_date, self._run_date_line = header.run_date, line
        elif header.run_date != self.run_date:
            message = f"RUN DATE is {header.run_date} here, {self.run_date} above."
            self.findings.add(ListingCheck.PAGES, message, self._run_date_line, line)
