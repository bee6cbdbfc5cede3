"""How fast a rehearsal goes, as commands take it."""

from enum import StrEnum


class PaceName(StrEnum):
    """As the real devices, or as fast as the gateway reads."""

    REAL = "real"
    FAST = "fast"
