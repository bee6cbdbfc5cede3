"""Server-sent events: a page learns that there is something new, never what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from central.progress import Progress

MAX_LISTENERS = 200
"""Open pages that are told at once; the others reload by hand."""

KEEP_ALIVE_S = 15.0
"""A comment so often tells proxies and us that the page is still there."""

SHORTEST_PAUSE_S = 1.0
"""Between two events, however fast batches come in."""


@dataclass
class Audience:
    """How many pages listen."""

    listening: int = 0

    @property
    def is_full(self) -> bool:
        """Whether one more has to be turned away."""
        return self.listening >= MAX_LISTENERS


async def events(progress: Progress, audience: Audience) -> AsyncIterator[str]:
    """Yield an event with the version now, and at every change, until the daemon ends."""
    audience.listening += 1
    try:
        version = progress.version
        yield _event(version)
        while not progress.ended:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    version = await progress.beyond(version)
            except TimeoutError:
                yield ": still here\n\n"
            else:
                yield _event(version)
                await asyncio.sleep(SHORTEST_PAUSE_S)
    finally:
        audience.listening -= 1


def _event(version: int) -> str:
    return f"id: {version}\ndata: {version}\n\n"
