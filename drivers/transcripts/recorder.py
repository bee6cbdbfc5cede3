"""A Record that writes what crosses a transport to a file, and never disturbs the reading."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Self

from drivers.transcripts.crossing import Crossing
from drivers.transcripts.transcript_file import (
    MAX_DATA_BYTES,
    MAX_FILE_BYTES,
    TimedCrossing,
    TranscriptHeader,
    header_line,
)

OWNER_ONLY = 0o600
"""A transcript holds votes."""

log = logging.getLogger("zerotape.drivers.recorder")


class Recorder:
    """Writes one session while it is entered; may be called from any thread.

    What cannot be written any more (disk full, file too large) ends the recording with a warning
    in the log: it must not end the reading.
    """

    def __init__(
        self,
        path: Path,
        header: TranscriptHeader,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._path = path
        self._header = header
        self._clock = clock
        self._left = max_bytes
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._begun = 0.0
        self._silence: TimedCrossing | None = None

    def __enter__(self) -> Self:
        """Make the file; raise OSError, FileExistsError too: nothing is ever overwritten."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(self._path, flags, OWNER_ONLY), "wb")
        self._begun = self._clock()
        self._write(header_line(self._header))
        return self

    def __call__(self, crossing: Crossing) -> None:
        """Write `crossing`, or keep count of it while nothing comes."""
        with self._lock:
            timed = TimedCrossing(self._clock() - self._begun, crossing)
            if timed.is_silence:
                before = self._silence
                if before is None or before.crossing == crossing:
                    times = before.times + 1 if before else 1
                    self._silence = TimedCrossing(timed.at, crossing, times)
                    return
            self._write_silence()
            self._write(timed.to_line(), len(crossing.data))

    def __exit__(self, *exc: object) -> None:
        """Write what is left and close the file."""
        with self._lock:
            self._write_silence()
            self._stop("")

    def _write_silence(self) -> None:
        if self._silence is not None:
            self._write(self._silence.to_line())
            self._silence = None

    def _write(self, line: bytes, data_bytes: int = 0) -> None:
        if self._file is None:
            return
        self._left -= len(line)
        if self._left < 0 or data_bytes > MAX_DATA_BYTES:
            self._stop("the limit of its size is reached")
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._stop(str(error))

    def _stop(self, reason: str) -> None:
        """Close the file; with a reason, say that the recording is not whole."""
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()  # flushes
        except OSError as error:
            reason = str(error)
        if reason:
            log.warning("The recording %s ends early: %s. The reading goes on.", self._path, reason)
