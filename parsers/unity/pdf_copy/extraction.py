"""Takes the text out of a PDF, in a process of its own with limits on its time and memory.

Run by `isolation`: the PDF comes on the standard input, JSON goes to the standard output. The
library was not made for hostile files, and nothing in the language can stop it: only a process
can be stopped.
"""

import json
import logging
import resource
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.generic import ArrayObject, EncodedStreamObject, PdfObject

MOST_PAGES = 2_000
"""Clinton County's 34 precincts take 136 pages."""

MOST_CHARACTERS = 20_000
"""On one page; a full page of a listing has 67 lines of 132."""

MOST_STREAM_BYTES = 4_000_000
"""Of one stream, decompressed; a full page has 16,000."""

MOST_MEMORY_BYTES = 1 << 30

CPU_SECONDS = 30
"""To open a file; its pages come on top."""

CPU_SECONDS_A_PAGE = 2
"""Twenty times what a page of a listing takes."""


class Refused(Exception):
    """The file is not read; the text says why."""


class Complaints(logging.Handler):
    """Keeps the first thing that the library repaired, ignored or guessed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep `record` if it is the first."""
        self.first = self.first or record.getMessage()


def main() -> None:
    """Read the standard input; print `pages` (text read in two ways), or `refused` and `page`."""
    most = CPU_SECONDS + MOST_PAGES * CPU_SECONDS_A_PAGE
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, most))
    complaints = Complaints()
    logger = logging.getLogger("pypdf")
    logger.addHandler(complaints)
    logger.propagate = False
    pages: list[tuple[str, str]] = []
    answer: dict[str, object] = {"pages": pages}
    try:
        pages.extend(_texts(sys.stdin.buffer.read(), complaints))
    except Exception as error:  # noqa: BLE001  # the library raises KeyError, RecursionError, ...
        answer = {"refused": _reason(error), "page": len(pages) + 1}
    json.dump(answer, sys.stdout)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else f"{type(error).__name__} {error}"


def _texts(content: bytes, complaints: Complaints) -> Iterator[tuple[str, str]]:
    with apply_configuration(
        maximum_declared_stream_length=MOST_STREAM_BYTES,
        array_based_stream_maximum_output_length=MOST_STREAM_BYTES,
        zlib_maximum_output_length=MOST_STREAM_BYTES,
        zlib_maximum_recovery_input_length=0,  # a recovered stream has lost a part
        lzw_maximum_output_length=MOST_STREAM_BYTES,
        run_length_maximum_output_length=MOST_STREAM_BYTES,
        brotli_maximum_output_length=MOST_STREAM_BYTES,
        page_tree_maximum_entries=2 * MOST_PAGES,
        jbig2dec_binary=None,
    ):
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Refused("protected by a password")
        if len(reader.pages) > MOST_PAGES:
            raise Refused(f"more than {MOST_PAGES} pages")
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        seconds = CPU_SECONDS + len(reader.pages) * CPU_SECONDS_A_PAGE
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
        for page in reader.pages:
            _refuse_damaged(page.get("/Contents"))
            text = _text(page)
            if complaints.first:
                raise Refused(complaints.first)
            yield text


def _text(page: PageObject) -> tuple[str, str]:
    plain = page.extract_text()
    layout = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    if len(plain) > MOST_CHARACTERS:
        raise Refused(f"more than {MOST_CHARACTERS} characters on a page")
    return plain, layout


def _refuse_damaged(contents: PdfObject | None) -> None:
    """Raise Refused where a compressed stream is not whole: the library takes what there is."""
    found = contents.get_object() if contents is not None else None
    streams = found if isinstance(found, ArrayObject) else [found]
    for each in streams:
        stream = each.get_object() if each is not None else None
        if isinstance(stream, EncodedStreamObject) and _filters(stream) == ["/FlateDecode"]:
            whole = zlib.decompressobj()
            raw = stream._data  # noqa: SLF001  # no public way to the bytes as they are stored
            try:
                whole.decompress(raw, MOST_STREAM_BYTES)
            except zlib.error as error:
                raise Refused(f"a damaged stream: {error}") from error
            if not whole.eof:
                raise Refused("a stream that is cut, or too long")


def _filters(stream: EncodedStreamObject) -> list[object]:
    filters = stream.get("/Filter")
    found = filters.get_object() if filters is not None else None
    return list(found) if isinstance(found, ArrayObject) else [found]


if __name__ == "__main__":
    main()
