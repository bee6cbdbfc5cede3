"""Plays a planned night over print lines, one line per count center, side by side."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from parsers.tapes.columns import CAN
from simulators.election_night import TapeJob
from simulators.errors import Refused
from simulators.printer_line import DPU_414_CHARACTERS_PER_S, PrinterLine


@dataclass(frozen=True, slots=True)
class PrintPace:
    """How fast a line prints, and how long it rests; seconds."""

    characters_per_s: float | None
    """None: as fast as it is read."""
    between_jobs_s: float
    after_cut_s: float
    """Rest after a report whose paper ended. The gateway's print line ends such a job at the next
    report's CAN, or after `idle_s` of silence."""


REAL_PACE = PrintPace(DPU_414_CHARACTERS_PER_S, between_jobs_s=5.0, after_cut_s=60.0)
"""A DPU-414, and people who tear off and load paper."""

FAST_PACE = PrintPace(None, between_jobs_s=0.0, after_cut_s=0.5)
"""As fast as the gateway reads."""


async def play(
    jobs: Sequence[TapeJob],
    lines: Mapping[str, PrinterLine],
    pace: PrintPace,
    on_printed: Callable[[TapeJob], object] = lambda job: None,  # noqa: ARG005  # nobody asks
) -> None:
    """Print `jobs` on the plugged line of their count center; return when all bytes are read.

    Every line waits for its reader first, without limit: cancel it to give up. `on_printed` is
    called after each job. Raises Refused for a center without a line and a line that is unplugged.
    """
    centers = dict.fromkeys(job.count_center for job in jobs)
    if missing := centers.keys() - lines.keys():
        raise Refused(f"No line for count center {', '.join(sorted(missing))}.")
    refusals: list[Exception] = []
    try:
        async with asyncio.TaskGroup() as group:
            for center in centers:
                own = [job for job in jobs if job.count_center == center]
                group.create_task(_play_line(own, lines[center], pace, on_printed), name=center)
    except* Refused as refused:
        refusals += refused.exceptions
    if refusals:  # raised in the clause above, some Pythons would wrap it in a group once more
        raise refusals[0]


async def reader_present(line: PrinterLine) -> None:
    """Return when somebody reads `line`; raises Refused when it is unplugged.

    What is sent to a port that nobody has opened is discarded by the opening. So a CAN goes
    ahead, which prints nothing: when it is gone, a reader has finished opening.
    """
    await _print(line, CAN, None)
    await line.all_read()


async def _play_line(
    jobs: Sequence[TapeJob],
    line: PrinterLine,
    pace: PrintPace,
    on_printed: Callable[[TapeJob], object],
) -> None:
    await reader_present(line)
    for job in jobs:
        await _print(line, job.wire, pace.characters_per_s)
        await line.all_read()
        on_printed(job)
        await asyncio.sleep(pace.after_cut_s if job.cut else pace.between_jobs_s)


async def _print(line: PrinterLine, data: bytes, characters_per_s: float | None) -> None:
    if await line.print_out(data, characters_per_s) < len(data):
        raise Refused(f"The line at {line.path} was unplugged. Plug it in and print again.")
