"""Reads every medium that is put into a reader: twice, as a whole, and nothing but that."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from typing import Self

from drivers.contract import DriverHost
from drivers.media.source import MediumRemoved, MediumSource
from drivers.media.visit import MediaSettings, Visit
from election.captures import Capture
from runtime.own_thread import OwnThread


class MediumReader:
    """Captures each medium once. All blocking work is done in one thread of its own."""

    def __init__(
        self, device: str, source: MediumSource, settings: MediaSettings, host: DriverHost
    ) -> None:
        self._device = device
        self._source = source
        self._settings = settings
        self._host = host
        self._thread = OwnThread(f"{source.medium_kind}-{device}")
        self._stopping = threading.Event()

    async def __aenter__(self) -> Self:
        """Open the reader; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        async with AsyncExitStack() as undo:  # nobody leaves what was not entered
            undo.push_async_callback(self._close)
            await self._thread.call(self._source.open)
            undo.pop_all()
        return self

    async def captures(self) -> AsyncGenerator[Capture, None]:
        """Yield what is on every medium that is put in; raise DeviceGone."""
        read: str | None = None
        while True:
            present = await self._thread.call(self._source.present)
            if present is None and read is not None:
                self._host.say("")
            if present not in (None, read):
                visit = await self._visit()
                while visit.captures:  # a medium can be large: nothing holds it once it is kept
                    yield visit.captures.pop(0)
                # Not before they are durable: whoever reads it takes the medium away.
                self._host.say(visit.advice)
                if isinstance(visit.gone, MediumRemoved):
                    present = None  # whatever is there when it is asked next is read anew
                elif visit.gone:
                    raise visit.gone
            read = present
            await asyncio.sleep(self._settings.poll_s)

    async def accept(self, capture: Capture) -> None:
        """Note that `capture` is durable; nothing is ever changed on the medium."""

    async def __aexit__(self, *exc: object) -> None:
        """Close the reader; what was said of its medium holds no more."""
        await self._close()
        self._host.say("")

    async def _visit(self) -> Visit:
        """Read the medium; a cancellation ends the reading, and goes on when it has ended."""
        visit = Visit(self._device, self._source, self._settings, self._host, self._stopping)
        reading = self._thread.start(visit.read)
        try:
            await asyncio.shield(reading)
        except asyncio.CancelledError:
            self._stopping.set()
            await asyncio.wait([reading])
            raise
        return visit

    async def _close(self) -> None:
        self._stopping.set()
        closing = self._thread.start(self._source.close)
        try:
            await asyncio.wait([closing])
        finally:
            self._thread.close()
