"""Who still answers: the watchdog is fed only while every supervised task makes progress."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from runtime.systemd import notify, watchdog_interval_s

UNASKED_S = 10.0
"""How often the tasks are looked at where systemd does not watch."""


@dataclass
class Heartbeats:
    """Last sign of life of every supervised task, on a clock that the caller gives."""

    clock: Callable[[], float]
    """Seconds, monotonic."""
    limits: dict[str, float] = field(default_factory=dict)
    """Longest silence per task, in seconds."""
    last: dict[str, float] = field(default_factory=dict)

    def expect(self, task: str, limit_s: float) -> None:
        """Take a sign of life of `task`, and expect the next within `limit_s` seconds."""
        self.limits[task] = limit_s
        self.last[task] = self.clock()

    def forget(self, task: str) -> None:
        """Stop expecting `task`: it ended on purpose."""
        self.limits.pop(task, None)
        self.last.pop(task, None)

    @contextmanager
    def at_work(self, task: str, limit_s: float) -> Iterator[None]:
        """Expect that `task` gets done with what it does in this context within `limit_s`."""
        self.expect(task, limit_s)
        try:
            yield
        finally:
            self.forget(task)

    def silent(self) -> list[str]:
        """Return the tasks that have been silent for too long."""
        now = self.clock()
        return [task for task, limit in self.limits.items() if now - self.last[task] > limit]


async def feed_watchdog(heartbeats: Heartbeats) -> None:
    """Tell systemd that we live, as often as it wants, for as long as nobody is silent."""
    interval_s = watchdog_interval_s() or UNASKED_S
    while True:
        silent = heartbeats.silent()
        notify(f"STATUS=silent: {', '.join(silent)}" if silent else "WATCHDOG=1")
        await asyncio.sleep(interval_s)
