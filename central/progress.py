"""Tells those who wait that something new is in."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Progress:
    """How many batches were taken in; lives in the event loop."""

    version: int = 0
    ended: bool = False
    """The daemon stops: nobody needs to wait any longer."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def advance(self) -> None:
        """Wake everybody who waits."""
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Wake everybody for the last time."""
        self.ended = True
        self.advance()

    async def beyond(self, version: int) -> int:
        """Wait until there is something newer than `version`, and return what there is."""
        while self.version <= version:
            await self._news.wait()
        return self.version
