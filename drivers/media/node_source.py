"""The reader of media that the kernel shows as nodes or files: opened anew for each reading."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Protocol

from drivers.media.node import node_errors
from drivers.media.source import MediumRemoved, MediumUnreadable, Sink
from election.captures import WriteProtection


class OpenMedium(Protocol):
    """A medium that is open, read-only."""

    @property
    def token(self) -> str:
        """What tells it from the next one."""
        ...

    @property
    def identity(self) -> str:
        """How the device calls itself."""
        ...

    @property
    def protection(self) -> WriteProtection:
        """The state of its write-protect switch."""
        ...

    def read(self, sink: Sink) -> None:
        """Read all of it into `sink`; raise OSError or MediumUnreadable. It may end early."""
        ...

    def facts(self) -> tuple[str, ...]:
        """Return what else is to be told of it; asked after reading."""
        ...

    def close(self) -> None:
        """Close it; never raises."""
        ...


class NodeSource:
    """A `MediumSource` over whatever `open_medium` opens."""

    def __init__(
        self, device: str, medium_kind: str, open_medium: Callable[[], OpenMedium | None]
    ) -> None:
        """`open_medium` returns None while there is no medium; it raises OSError and our errors."""
        self.medium_kind = medium_kind
        self._device = device
        self._open_medium = open_medium
        self._token = ""
        self._identity = ""
        self._facts: tuple[str, ...] = ()

    def open(self) -> None:
        """See whether the reader can be used; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        self.present()

    def close(self) -> None:
        """Leave everything as it is: nothing is held open between two readings."""

    def present(self) -> str | None:
        """Return what tells the medium from the next one; None: there is none."""
        with node_errors(self._device):
            medium = self._open_medium()
        if medium is None:
            return None
        with closing(medium):
            return medium.token

    def protection(self) -> WriteProtection:
        """Return the state of the switch, and remember which medium it is."""
        with self._opened() as medium:
            self._token = medium.token
            self._identity = medium.identity
            self._facts = ()
            return medium.protection

    def read(self, sink: Sink) -> None:
        """Read the whole medium whose switch was seen into `sink`."""
        with self._opened() as medium:
            if medium.token != self._token:
                raise MediumRemoved(self._device, "another medium is in it")
            self._read(medium, sink)
        self._look_again()

    def identity(self) -> str:
        """Return how the device called itself when its switch was seen."""
        return self._identity

    def facts(self) -> tuple[str, ...]:
        """Return what was to be told of the medium that was read last."""
        return self._facts

    def _read(self, medium: OpenMedium, sink: Sink) -> None:
        try:
            medium.read(sink)
        except OSError as error:
            self._look_again()
            raise MediumUnreadable(self._device, error.strerror or str(error)) from error
        finally:
            self._facts = medium.facts()

    def _look_again(self) -> None:
        """Raise DeviceGone or MediumRemoved unless the medium is still there.

        A stick that was pulled out ends a reading without any error (kernel-measured).
        """
        present = self.present()
        if present != self._token:
            what = "nothing is in it" if present is None else "another medium is in it"
            raise MediumRemoved(self._device, what)

    @contextmanager
    def _opened(self) -> Iterator[OpenMedium]:
        with node_errors(self._device):
            medium = self._open_medium()
        if medium is None:
            raise MediumRemoved(self._device, "nothing is in it")
        with closing(medium):
            yield medium
