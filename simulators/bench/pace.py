"""How fast the devices at the bench are, and the people."""

from dataclasses import dataclass

from simulators.pace_names import PaceName
from simulators.playing import FAST_PACE, REAL_PACE, PrintPace


@dataclass(frozen=True, slots=True)
class BenchPace:
    """Seconds, unless something else is said."""

    printing: PrintPace
    page_s: float
    """How long the cradle thinks about every answer: nobody published it, a project assumption."""
    bytes_per_s: float | None
    """Of a card reader on the USB; None: as fast as it is asked."""
    between_media_s: float
    """Nothing is in the slot."""
    online_after_s: float = 45.0
    """Until somebody presses ONLINE: longer than a gateway waits by default (`idle_s`, 30 s)."""
    replug_after_s: float = 2.0
    """Until somebody puts the cable back."""


PACES = {
    PaceName.REAL: BenchPace(
        REAL_PACE, page_s=0.1, bytes_per_s=1024 * 1024, between_media_s=10.0, replug_after_s=15.0
    ),
    PaceName.FAST: BenchPace(FAST_PACE, page_s=0.0, bytes_per_s=None, between_media_s=1.5),
}
