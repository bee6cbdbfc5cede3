"""Blocking calls in a thread of their own, one per device or database: never in the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class OwnThread:
    """One thread that does the calls given to it, one after the other."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    def start(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """Begin a call, and return the future of its result."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns; a cancellation goes on only after it has returned."""
        future = self.start(function, *args, **kwargs)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            future.exception()  # looked at: else asyncio would log it as an error
            raise

    def close(self) -> None:
        """End the thread; waits for a call that is still going on."""
        self._executor.shutdown()
