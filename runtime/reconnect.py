"""When to try again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReconnectPolicy:
    """Growing delays with jitter; no clock, no port, so it is tested with plain numbers."""

    first: float = 0.5
    """Seconds before the first retry."""
    ceiling: float = 30.0
    """Longest delay in seconds, before jitter."""
    jitter: float = 0.2
    """Fraction of the delay, both ways."""

    def delay(self, attempt: int, dice: float) -> float:
        """Return the seconds to wait before retry `attempt` (1..); `dice` is uniform in 0..1."""
        grown = self.first * 2.0 ** min(attempt - 1, 16)  # an unbounded power overflows
        return min(grown, self.ceiling) * (1 + self.jitter * (2 * dice - 1))
