"""What a device has ready for the host at one bulk IN endpoint, as a host controller fetches it."""

from collections import deque

HALT = None
"""In the queue: the endpoint halts here until the host clears it."""


class InQueue:
    """Transfers in order. A packet that is not full ends a transfer, and nothing else does."""

    def __init__(self, packet_bytes: int) -> None:
        self._packet_bytes = packet_bytes
        self._waiting: deque[memoryview | None] = deque()
        self.is_halted = False

    def push(self, data: bytes | memoryview, *, ended: bool = False) -> None:
        """Have `data` ready; `ended` adds an empty packet where the last one is full."""
        if data:
            self._waiting.append(memoryview(data))
        if ended and len(data) % self._packet_bytes == 0:
            self._waiting.append(memoryview(b""))

    def push_halt(self) -> None:
        """Halt the endpoint when all before is fetched."""
        self._waiting.append(HALT)

    def take(self, size: int) -> bytes | None:
        """Return the bytes of one transfer, None where nothing is ready; `is_halted` may be set."""
        taken: list[memoryview] = []
        room = size
        while self._waiting and not self.is_halted:
            head = self._waiting[0]
            if head is HALT:
                if not taken:
                    self._waiting.popleft()
                    self.is_halted = True
                break
            part, rest = head[:room], head[room:]
            taken.append(part)
            room -= len(part)
            if rest:
                self._waiting[0] = rest
                break
            self._waiting.popleft()
            if room == 0 or len(head) % self._packet_bytes or not head:
                break
        return b"".join(taken) if taken else None

    def clear(self) -> None:
        """Forget everything, as after a reset."""
        self._waiting.clear()
        self.is_halted = False
