"""Names of the MQTT topics (wire version 1)."""

from dataclasses import dataclass
from enum import StrEnum

ROOT = "zerotape/1"


class Stream(StrEnum):
    """What travels on a topic."""

    RETURNS = "returns"
    RECEIPTS = "receipts"
    STATUS = "status"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True)
class Topic:
    """`zerotape/1/{election}/{stream}/{count_center}`."""

    election: str
    stream: Stream
    count_center: str

    def __str__(self) -> str:
        return f"{ROOT}/{self.election}/{self.stream}/{self.count_center}"

    @classmethod
    def read(cls, text: str) -> "Topic":
        """Take `text` apart; raise ValueError when it is none of ours."""
        parts = text.split("/")
        if len(parts) != 5 or "/".join(parts[:2]) != ROOT:
            raise ValueError(f"{text[:100]!r} is no topic of {ROOT}")
        return cls(parts[2], Stream(parts[3]), parts[4])


def every_center(election: str, stream: Stream) -> str:
    """Return the subscription for one stream of all count centers."""
    return str(Topic(election, stream, "+"))
