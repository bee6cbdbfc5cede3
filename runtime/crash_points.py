"""Where a test may kill a daemon: between any two durable steps."""

import os
import signal
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from election.errors import ZerotapeError


class UnknownCrashPoint(ZerotapeError):
    """The environment names a crash point that does not exist."""

    def __init__(self, variable: str, name: str, known: type[StrEnum]) -> None:
        super().__init__(
            f"{variable}={name} is unknown. Unset it, or use one of: {', '.join(known)}."
        )
        self.name = name


class CrashPoints:
    """Kills this process where it was told to; does nothing in a daemon that was told nothing."""

    def __init__(self, armed: StrEnum | None = None) -> None:
        self._armed = armed

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], variable: str, known: type[StrEnum]
    ) -> Self:
        """Read `variable`, once at start; raise UnknownCrashPoint."""
        name = environment.get(variable)
        if name is None:
            return cls()
        try:
            return cls(known(name))
        except ValueError as error:
            raise UnknownCrashPoint(variable, name, known) from error

    def reached(self, point: StrEnum) -> None:
        """Die by SIGKILL, as in a power cut, if `point` is armed."""
        if point is self._armed:
            os.kill(os.getpid(), signal.SIGKILL)
