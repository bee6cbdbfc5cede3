"""Starts the process that reads a PDF, and stands between its faults and the parser."""

import json
import subprocess
import sys
from dataclasses import dataclass

from parsers.errors import ParseError

MOST_BYTES = 16 << 20
"""Clinton County's listing has 338,543."""

MOST_SECONDS = 3 * 3600
"""A backstop: the process itself has limits of processor time, see `extraction`."""

_COMMAND = (sys.executable, "-P", "-m", "parsers.unity.pdf_copy.extraction")


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page, read in two ways."""

    plain: str
    layout: str


def page_texts(content: bytes) -> list[PageText]:
    """Return the text of all pages; raise ParseError naming the page that cannot be read."""
    if len(content) > MOST_BYTES:
        raise ParseError(f"a PDF of more than {MOST_BYTES} bytes", offset=MOST_BYTES)
    try:
        done = subprocess.run(  # noqa: S603  # our own module; the file goes to its input
            _COMMAND, input=content, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ParseError("reading this PDF takes too long", offset=0) from error
    if done.returncode != 0:
        reason = "reading this PDF takes more time or memory than any listing needs"
        raise ParseError(f"{reason} (status {done.returncode})", offset=0)
    answer = json.loads(done.stdout)
    if "refused" in answer:
        reason = f"page {answer['page']} of this PDF cannot be read: {answer['refused']:.200}"
        raise ParseError(reason, offset=0)
    return [PageText(plain, layout) for plain, layout in answer["pages"]]
