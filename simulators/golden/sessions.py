"""Golden sessions: simulated devices and faults, recorded; tests replay them in lockstep.

`python -m simulators.golden.sessions FOLDER` writes them. Read what it wrote before it is kept:
it says what the drivers did, and only a person can say whether that was right.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from drivers.contract import DriverHost
from drivers.transcripts.recorder import Recorder
from drivers.transcripts.session import held
from drivers.transcripts.transcript_file import TranscriptHeader, header_line
from simulators.golden.fault_sessions import fault_sessions
from simulators.golden.line_sessions import line_sessions
from simulators.golden.media_sessions import media_sessions
from simulators.golden.planned_session import DEVICE, PlannedSession

STARTED = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
"""The moment that all headers name: the sessions are made on a clock that stands still."""
FOR_EVERYBODY = 0o644
"""They hold no votes but simulated ones."""


def sessions() -> tuple[PlannedSession, ...]:
    """Return all of them, fresh."""
    return (*line_sessions(), *media_sessions(), *fault_sessions())


async def record(session: PlannedSession, path: Path) -> None:
    """Run `session` and write it to `path`, with its outcome in the header."""
    driver = session.name.partition(".")[0]
    header = TranscriptHeader(
        driver=driver, device=DEVICE, settings=session.settings, started=STARTED
    )
    with Recorder(path, header, clock=session.clock.now) as recorder:
        host = DriverHost(record=recorder)
        outcome = await held(session.opened(host), session.captures)
    _put_in_front(path, header.model_copy(update={"expected": outcome}))


async def record_all(folder: Path) -> None:
    """Write every session to `folder`, in place of what was there."""
    for session in sessions():
        path = folder / f"{session.name}.jsonl"
        path.unlink(missing_ok=True)
        await record(session, path)


def _put_in_front(path: Path, header: TranscriptHeader) -> None:
    _, crossings = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header_line(header) + crossings)
    path.chmod(FOR_EVERYBODY)


if __name__ == "__main__":
    asyncio.run(record_all(Path(sys.argv[1])))
