"""From a file on disk to a document, with words about it that help when it cannot be read."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from election.documents import Document, VoteImageLog
from election.errors import ZerotapeError
from election.listings import Listing
from parsers.contract import Content, Parser
from parsers.errors import ParseError
from parsers.registry import likely_order, load_parser, parser_for
from runtime.file_content import FileContent
from runtime.progress_bar import ProgressBar

MOST_BYTES = 512 * 1024 * 1024
"""A county's EL155 has 9 MB; parsers hold sums, never the file."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a command tells people to do."""

    not_recognised: str
    not_parsed: str


PARSE_ADVICE = Advice(
    "If you know which listing it is, name it with --as and see where it differs. A table of "
    "results is for zerotape compare.",
    "No figure of it was used. Get the file again from whoever has the original, unchanged; if "
    "it is another format, name that with --as.",
)


class NotReadable(ZerotapeError):
    """A file that is none of the formats that are read, or damaged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file and what a parser read in it."""

    path: Path
    format: str
    """Name of the parser."""
    sha256: str
    document: Document

    @property
    def kind(self) -> str:
        """Return the report, whatever the file is a copy of: EL30A for its PDF too."""
        if isinstance(self.document, Listing):
            return self.document.head.report
        return "EL155" if isinstance(self.document, VoteImageLog) else self.format


class Parsers:
    """Parsers that are loaded when they are first asked for: most files need only a few."""

    def __init__(self, only: str | None = None) -> None:
        """Take the name of the one parser that is to be used, or all that there are."""
        self._only = only
        self._loaded: dict[str, Parser] = {}

    def for_content(self, content: Content) -> Parser:
        """Return the parser that was named, unasked, or the first that recognises `content`.

        Raises ParseError, or UnknownPlugin.
        """
        if self._only is not None:
            return self._load(self._only)
        return parser_for(content, map(self._load, likely_order(content)))

    def _load(self, name: str) -> Parser:
        return self._loaded.get(name) or self._loaded.setdefault(name, load_parser(name))


def read_listing(path: Path, parsers: Parsers, advice: Advice = PARSE_ADVICE) -> Reading:
    """Read the file at `path` by one of `parsers`; raise NotReadable or FileContentError."""
    with opened(path) as content:
        if not len(content):
            raise NotReadable(f"{shown_path(path)} is empty. Get the file again.")
        with said_of(path, advice.not_recognised):
            parser = parsers.for_content(content)
        with said_of(path, advice.not_parsed):
            document = parser.parse(content)
        return Reading(path, parser.name, content.sha256(), document)


def shown_path(path: Path) -> str:
    """Return `path` as text that every encoding of Unicode has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class WatchedContent(FileContent):
    """A file that tells how far it was read."""

    def __init__(self, path: Path, moved: Callable[[int, int], None]) -> None:
        """Open `path`; raise FileContentError. `moved` is told bytes read and bytes in all."""
        super().__init__(path, most_bytes=MOST_BYTES)
        self._moved = moved

    def __getitem__(self, where: slice, /) -> bytes:
        part = super().__getitem__(where)
        self._moved((where.start or 0) + len(part), len(self))
        return part


@contextmanager
def opened(path: Path) -> Iterator[WatchedContent]:
    """Yield the content of `path`, with a progress bar where reading takes long."""
    with ProgressBar(path.name) as progress, WatchedContent(path, progress.moved) as content:
        yield content


@contextmanager
def said_of(path: Path, advice: str) -> Iterator[None]:
    """Turn a ParseError into a NotReadable that names the file and what to do."""
    try:
        yield
    except ParseError as error:
        reason = str(error)
        end = "" if reason.endswith(".") else "."
        raise NotReadable(f"{shown_path(path)}: {reason}{end} {advice}") from error
