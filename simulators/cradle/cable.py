"""The cable between a simulated cradle and the gateway, with the faults of a cable."""

from dataclasses import dataclass

from simulators.cradle.link_server import LinkServer


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrives at the gateway's end."""

    portions: tuple[bytes, ...] = ()
    after_s: float = 0.0
    """How long the cradle thought about it, seconds."""
    unplugged: bool = False
    """The cable is pulled when the portions have arrived."""


class Cable:
    """Carries requests to a cradle, and its answers back; `server.faults` says how well."""

    def __init__(self, server: LinkServer) -> None:
        self.server = server
        self.carried = 0
        """Bytes that went over the cable so far, both ways together."""
        self._answers = 0

    def feed(self, request: bytes) -> bytes:
        """Return what comes back, as one piece and at once: for those who keep no time."""
        return b"".join(self.carry(request).portions)

    def carry(self, request: bytes) -> Delivery:
        """Return what comes back when the gateway sends `request`."""
        arrived, unplugged = self._worn(request)
        pieces = _bytes_of(arrived) if self.server.faults.byte_by_byte else [arrived]
        answer = b"".join(map(self.server.feed, pieces))
        return Delivery(unplugged=True) if unplugged else self.send(answer)

    def send(self, answer: bytes) -> Delivery:
        """Return what arrives of `answer`: of an event, too."""
        faults = self.server.faults
        arrived, unplugged = self._worn(answer * 2 if faults.twice else answer)
        self._answers += bool(answer)
        thinks = bool(answer) and self._answers % faults.delay_every == 0
        portions = _bytes_of(arrived) if faults.byte_by_byte else [arrived] if arrived else []
        return Delivery(tuple(portions), faults.delay_s if thinks else 0.0, unplugged)

    def _worn(self, data: bytes) -> tuple[bytes, bool]:
        """Return what gets through of `data`, and whether the cable was pulled within it."""
        faults, limit = self.server.faults, self.server.faults.unplug_after_byte
        whole = data if limit is None else data[: max(0, limit - self.carried)]
        arrived = bytearray(whole)
        for at in _every(faults.flip_every, self.carried, len(whole)):
            arrived[at] ^= 1
        for at in reversed(_every(faults.lose_every, self.carried, len(whole))):
            del arrived[at]
        self.carried += len(whole)
        return bytes(arrived), len(whole) < len(data)


def _every(step: int | None, before: int, count: int) -> range:
    """Return where every `step`-th byte of the cable is among the next `count` bytes."""
    return range(step - 1 - before % step, count, step) if step else range(0)


def _bytes_of(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]
