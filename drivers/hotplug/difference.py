"""What came and what went between two looks at what is plugged in."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.hotplug.attached import AttachedDevice


@dataclass(frozen=True, slots=True)
class Difference:
    """Devices that came and went, each in the order in which it was seen.

    What was plugged out and in again between two looks under another node is in both.
    """

    came: tuple[AttachedDevice, ...] = ()
    went: tuple[AttachedDevice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.came or self.went)


def difference(before: Iterable[AttachedDevice], now: Iterable[AttachedDevice]) -> Difference:
    """Return what `now` has and `before` had not, and the other way round."""
    had, has = dict.fromkeys(before), dict.fromkeys(now)
    return Difference(
        came=tuple(device for device in has if device not in had),
        went=tuple(device for device in had if device not in has),
    )
