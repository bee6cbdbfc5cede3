"""How a daemon is told to end: a signal becomes an exception that cancels its task group."""

import asyncio
import signal

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(Exception):
    """SIGTERM or SIGINT arrived; not an error."""


async def until_signalled() -> None:
    """Wait for the first SIGTERM or SIGINT, and raise Stopped."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for sign in SIGNALS:
        loop.add_signal_handler(sign, stopped.set)
    try:
        await stopped.wait()
    finally:
        for sign in SIGNALS:
            loop.remove_signal_handler(sign)
    raise Stopped
