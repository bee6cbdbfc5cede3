"""Where results go: standard output, or a new file that is there whole or not at all."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from election.errors import ZerotapeError


class NotWritable(ZerotapeError):
    """The result cannot be written to the file that was named."""


def refuse_existing(out: Path | None) -> None:
    """Raise NotWritable where `out` is there already; to be asked before the work begins."""
    if out is not None and os.path.lexists(out):
        raise NotWritable(f"{out} exists and is not overwritten. Name another file.")


@contextmanager
def opened_output(out: Path | None) -> Iterator[TextIO]:
    """Yield standard output, or a file that becomes `out` when the block ends without an error.

    Files and pipes get UTF-8 and LF, whatever the locale says; a terminal what it can show.
    Raises NotWritable.
    """
    if out is not None:
        with _new_file(out) as file:
            yield file
        return
    # Python has no standard output where the shell closed it, whatever its type says.
    if getattr(sys, "stdout", None) is None:
        raise NotWritable("Standard output is closed. Name a file with --out.")
    shown = _shown_by_terminal() if sys.stdout.isatty() else _unencoded_pipe()
    with _standard_output_errors(), shown as stream:
        yield stream


@contextmanager
def _new_file(out: Path) -> Iterator[TextIO]:
    refuse_existing(out)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(out)
    except OSError as error:
        raise NotWritable(
            f"{out} cannot be written: {error.strerror}. Nothing is left of it. Name another place."
        ) from error
    finally:
        with suppress(OSError):  # it is gone: renamed, or never made
            unfinished.unlink()


@contextmanager
def _standard_output_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has had enough: typer ends the command quietly
        raise
    except OSError as error:
        raise NotWritable(
            f"Standard output cannot be written: {error.strerror}. Part of the result may be "
            "there: do not use it."
        ) from error


@contextmanager
def _shown_by_terminal() -> Iterator[TextIO]:
    """Yield a stand-in that writes the number of a letter that the terminal does not have."""
    encoding = sys.stdout.encoding or "ascii"
    stand_in = io.TextIOWrapper(sys.stdout.buffer, encoding=encoding, errors="backslashreplace")
    with _flushed(stand_in):
        yield stand_in


@contextmanager
def _unencoded_pipe() -> Iterator[TextIO]:
    pipe = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    with _flushed(pipe):
        yield pipe


@contextmanager
def _flushed(wrapper: io.TextIOWrapper) -> Iterator[None]:
    """Give the bytes back to standard output, which outlives `wrapper`."""
    try:
        yield
        wrapper.flush()
    finally:
        # Detaching tries to write what is left once more; that it cannot be written is known.
        with suppress(OSError):
            wrapper.detach()
