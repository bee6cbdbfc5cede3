"""One daemon per state directory: two would sign two chains with one key."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.store_errors import StoreInUse

LOCK_FILE = "gateway.lock"


@contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Hold the directory `state` for this process; raise StoreInUse or OSError.

    The kernel lets go when the process ends, however it ends; the file itself means nothing.
    """
    descriptor = os.open(state / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreInUse(state) from error
        yield
    finally:
        os.close(descriptor)
