"""`t94`: seconds on a device's wall clock since the beginning of 1994, 0 where none is set.

Without a time zone: whether the real devices count summer time is not known, so nothing here ever
converts one.
"""

from datetime import datetime, timedelta

import construct as cs

from parsers.media.fields import Translated

EPOCH = datetime(1994, 1, 1)  # noqa: DTZ001  # a wall clock has no zone


def device_time(seconds: int) -> datetime | None:
    """Return the wall clock time, None for 0."""
    return EPOCH + timedelta(seconds=seconds) if seconds else None


def device_seconds(at: datetime | None) -> int:
    """Return what the device stores for `at`; raise ValueError for what it cannot."""
    if at is None:
        return 0
    seconds, rest = divmod(at - EPOCH, timedelta(seconds=1))
    if rest or not 1 <= seconds < 1 << 32:
        raise ValueError(f"{at} is no whole second after {EPOCH}")
    return seconds


DeviceTime = Translated(cs.Int32ul, device_time, device_seconds)
