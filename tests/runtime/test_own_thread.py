"""Calls in a thread of their own: a caller who is cancelled hears nothing more, and nobody else."""

import asyncio
import gc
import threading
from typing import Any

from runtime.own_thread import OwnThread


async def test_a_call_that_fails_after_its_caller_was_cancelled_is_not_complained_of() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        go_on.wait()
        raise OSError("no such device")

    thread = OwnThread("test")
    caller = asyncio.create_task(thread.call(fail))
    await asyncio.to_thread(begun.wait)
    caller.cancel()
    await asyncio.sleep(0)  # it hears of it, and waits for the call
    assert not caller.done()
    go_on.set()
    await asyncio.wait([caller])
    assert caller.cancelled()
    thread.close()
    del caller
    gc.collect()  # a future complains when it goes
    assert complaints == []
