"""A clerk at the gateway's page: looks again and again, and waits until it shows something."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any, Self

import httpx

LOOK_S = 0.03
"""Between two looks."""
PATIENCE_S = 60.0
"""Longest wait for anything."""
OTHER_PAGES = ("/", "/metrics", "/health")
"""Fetched in turn, one with every LOOKS-th look."""
LOOKS = 10

Shown = dict[str, Any]
"""What the page shows of one device."""


class PageWatcher:
    """Sees the devices as the page shows them; `open` gives one that looks."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._devices: dict[str, Shown] = {}
        self._looked = asyncio.Condition()

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str) -> AsyncIterator[Self]:
        """Look for as long as the context lasts; the connection ends with it."""
        async with (
            httpx.AsyncClient(base_url=address, timeout=PATIENCE_S, verify=False) as client,
            asyncio.TaskGroup() as tasks,
        ):
            watcher = cls(client)
            looking = tasks.create_task(watcher._look(), name="page watcher")
            yield watcher
            looking.cancel()

    async def sees(self, device: str, is_so: Callable[[Shown], bool]) -> None:
        """Return when the page shows `device` so."""
        await self.until(lambda: is_so(self._devices[device]), f"{device} is as awaited")

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Return when a look finds it so; fail after PATIENCE_S."""
        deadline = time.monotonic() + PATIENCE_S
        async with self._looked:
            while True:
                await self._looked.wait()
                if is_so():
                    return
                assert time.monotonic() < deadline, f"{what}: {self._devices}"

    async def _look(self) -> None:
        for look, other in enumerate(cycle(OTHER_PAGES)):
            view = (await self._fetched("/api/overview")).json()
            self._devices = {device["name"]: device for device in view["devices"]}
            async with self._looked:
                self._looked.notify_all()
            if look % LOOKS == 0:
                await self._fetched(other)
            await asyncio.sleep(LOOK_S)

    async def _fetched(self, path: str) -> httpx.Response:
        return (await self._client.get(path)).raise_for_status()
