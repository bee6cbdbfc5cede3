"""How the daemon is, for the pages and for monitoring."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """What only the running process knows."""

    connected: bool
    """To the broker."""
    complaint: str
    """Why nothing comes in; empty while all is well."""
    silent_tasks: tuple[str, ...]
    """Tasks that have not answered for too long."""
