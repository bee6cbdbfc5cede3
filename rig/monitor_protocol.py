"""The QEMU monitor protocol as far as the rig speaks it: one JSON object a line, over a socket."""

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ANSWER_S = 30.0


class MonitorRefused(Exception):
    """QEMU answered a command with an error."""


class Monitor:
    """A connection to the monitor of one machine; plugs and unplugs its devices."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rb")
        self._next()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: Any) -> Any:  # noqa: ANN401  # as QEMU answers
        """Return what `command` gives; raise MonitorRefused."""
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._next()
            if "error" in answer:
                raise MonitorRefused(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def plug(self, driver: str, identifier: str, **properties: Any) -> None:  # noqa: ANN401  # QEMU's
        """Plug a device into the USB bus."""
        self.ask("device_add", driver=driver, id=identifier, bus="usb.0", **properties)

    def unplug(self, identifier: str) -> None:
        """Pull a device out, whatever the guest is doing with it."""
        self.ask("device_del", id=identifier)

    def _next(self) -> dict[str, Any]:
        line = self._lines.readline()
        if not line:
            raise MonitorRefused("The machine has ended.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._socket.close()
