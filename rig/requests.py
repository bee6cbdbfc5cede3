"""What the guest asks of the hand that plugs and prints: lines on its console."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

MARK = "RIG-HAND "
"""A line of the console that begins so is a request."""

RESULT_MARK = "RIG-RESULT "
"""A line that begins so holds what came of the night, as JSON."""


class Act(StrEnum):
    """What the hand can do."""

    PLUG = "plug"
    UNPLUG = "unplug"
    PRINT = "print"
    """Let the device print the job `what` over its line."""
    INSERT = "insert"
    """Put the medium `what` into the device."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to be done by hand, outside the guest."""

    act: Act
    device: str
    what: str = ""

    def line(self) -> str:
        """Return the line that asks for it."""
        return MARK + json.dumps(asdict(self))

    @classmethod
    def on(cls, line: str) -> "Request | None":
        """Return the request on a console line; None where it holds none."""
        if not line.startswith(MARK):
            return None
        said = json.loads(line.removeprefix(MARK))
        return cls(Act(said["act"]), said["device"], said["what"])
