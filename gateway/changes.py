"""Says that something was plugged in or out, to everybody who waits for that."""

import asyncio


class Changes:
    """A bell that remembers: who looked away while it rang hears it all the same."""

    def __init__(self) -> None:
        self.count = 0
        """How often it has rung."""
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    async def within(self, seconds: float, since: int) -> None:
        """Return when it has rung more often than `since`, or after `seconds`."""
        if self.count > since:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._next.wait()
        except TimeoutError:
            return
